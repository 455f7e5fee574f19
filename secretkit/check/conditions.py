"""Conditions between fields: the few keywords that `dependentSchemas` of our schemas hold.

They are `required`, `properties`, `const`, `not`, `if` and `then`; a test holds that there are no more.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from secretkit.text import Path


class Breach(NamedTuple):
    """What a value breaks: a field that is missing (`lacks`), or a value that must be another."""

    path: Path
    lacks: str | None = None
    must_be: Any = None


def holds(condition: Mapping[str, Any], value: Any) -> bool:
    """Whether a value meets a condition."""
    if "not" in condition and holds(condition["not"], value):
        return False
    return next(breaches(condition, value), None) is None


def breaches(condition: Mapping[str, Any], value: Any, path: Path = ()) -> Iterator[Breach]:
    """All that a value breaks of a condition, `not` aside."""
    if "const" in condition and value != condition["const"]:
        yield Breach(path, must_be=condition["const"])
    if "if" in condition and holds(condition["if"], value):
        yield from breaches(condition["then"], value, path)
    if not isinstance(value, dict):
        return
    for name in condition.get("required", ()):
        if name not in value:
            yield Breach(path, lacks=name)
    for name, inner in condition.get("properties", {}).items():
        if name in value:
            yield from breaches(inner, value[name], (*path, name))
