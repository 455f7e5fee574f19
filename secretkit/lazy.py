"""Patterns that are compiled once they are used: a cold start pays for none of the others."""

import re
from typing import Any, cast


class _Lazy:
    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self._text, self._flags), name)
        self.__dict__[name] = found  # asked for but once
        return found


def lazily(text: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, later; a wrong pattern fails at its first use."""
    return cast(re.Pattern[str], _Lazy(text, flags))
