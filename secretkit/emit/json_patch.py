"""JSON 6902 patches (RFC 6902) that turn one object into another, exactly."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The operations, sorted by path: maps are followed, whatever else differs is replaced whole."""
    return list(_between(before, after, ""))


def _between(
    before: Mapping[str, Any], after: Mapping[str, Any], path: str
) -> Iterator[dict[str, Any]]:
    for key in sorted(before.keys() | after.keys()):
        here = f"{path}/{pointer(key)}"
        if key not in after:
            yield {"op": "remove", "path": here}
            continue
        old, new = before.get(key), after[key]
        if key in before and same(old, new):
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _between(old, new, here)
        else:
            # Appliers that hold null as nothing find nothing to replace; `add` sets it as well.
            yield {"op": "add" if old is None else "replace", "path": here, "value": new}


def applied(patch: list[dict[str, Any]], body: Mapping[str, Any]) -> dict[str, Any]:
    """The object with the operations of a patch such as `diff` makes.

    Raises KeyError, TypeError or ValueError where a patch is another one, or does not fit.
    """
    result = dict(body)
    for operation in patch:
        result = _with(result, steps(operation["path"]), operation)
    return result


def _with(body: Any, path: tuple[str, ...], operation: Mapping[str, Any]) -> dict[str, Any]:
    step, *rest = path
    if not isinstance(body, Mapping):
        raise TypeError
    if rest:
        return {**body, step: _with(body[step], tuple(rest), operation)}
    if operation["op"] == "remove":
        return {key: value for key, value in body.items() if key != step}
    return {**body, step: operation["value"]}


def steps(path: str) -> tuple[str, ...]:
    """The keys that a JSON pointer leads through."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:])


def pointer(key: str) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: to Python 1, 1.0 and true are equal."""
    return one == other and _text(one) == _text(other)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
