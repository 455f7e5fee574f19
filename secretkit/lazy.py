"""Patterns that are compiled once they are used: a cold start pays for none of the others."""

import re
from typing import Any, AnyStr, cast


class _Lazy:
    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self._text, self._flags), name)
        self.__dict__[name] = found  # asked for but once
        return found


def lazily(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, later; a wrong pattern fails at its first use."""
    return cast(re.Pattern[AnyStr], _Lazy(text, flags))
