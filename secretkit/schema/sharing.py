"""What a schema repeats, written once under `$defs` and referred to.

Two parts are one if they differ in what they say and not in what they accept: description,
examples, default and their like stay at each place, beside the `$ref`, as Draft 2020-12 allows.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from secretkit.fragment import Fragment

# What a place says of itself.
SAID = (
    "description", "examples", "default", "deprecated", "x-since", "x-written", "x-shortcut",
)  # fmt: skip
_WORTHWHILE = 100  # characters; below, a reference reads worse than what it stands for


def shared(schema: Fragment) -> Fragment:
    """The same schema with its repeated parts under `$defs`."""
    sharing = _Sharing()
    root = sharing.intern(schema)
    body = sharing.written(root, ("schema",))
    own = {key: value for key, value in schema.items() if key in SAID}
    definitions = {"$defs": dict(sorted(sharing.definitions.items()))}
    return {**own, **body, **(definitions if sharing.definitions else {})}


class _Sharing:
    """One schema under work. A key stands for all parts that accept the same."""

    def __init__(self) -> None:
        self.definitions: dict[str, Fragment] = {}
        self._parts: dict[str, Fragment] = {}
        self._uses: Counter[str] = Counter()
        self._names: dict[str, str] = {}

    def intern(self, schema: Fragment) -> str:
        """The key of a schema, whose inner schemas are interned first."""
        part = {key: value for key, value in schema.items() if key not in SAID}
        inner = []
        for keyword, name, child in _children(schema):
            key = self.intern(child)
            inner.append(key)
            said = {word: child[word] for word in SAID if word in child}
            if name is None:
                part[keyword] = {"key": key, **said}
            else:
                part[keyword] = {**part[keyword], name: {"key": key, **said}}
        key = json.dumps(part)
        if key not in self._parts:
            self._parts[key] = part
            self._uses.update(inner)
        return key

    def written(self, key: str, path: tuple[str, ...]) -> Fragment:
        """The part of a key as it is published; `path` names where it stands."""
        part = dict(self._parts[key])
        for keyword, name, child in list(_children(part)):
            step = name or ("value" if keyword == "additionalProperties" else "item")
            whole = self._place(child, (*path, step))
            part[keyword] = whole if name is None else {**part[keyword], name: whole}
        return part

    def _place(self, child: Fragment, path: tuple[str, ...]) -> Fragment:
        key = child["key"]
        said = {word: value for word, value in child.items() if word != "key"}
        if self._uses[key] < 2 or len(key) < _WORTHWHILE:
            return {**said, **self.written(key, path)}
        if key not in self._names:
            self._names[key] = self._name(key, path)
            self.definitions[self._names[key]] = self.written(key, path)
        return {"$ref": f"#/$defs/{self._names[key]}", **said}

    def _name(self, key: str, path: tuple[str, ...]) -> str:
        """A name that no other part has: the field's, or with as much of its path as it takes."""
        taken = set(self._names.values())
        is_patch = "null" in self._parts[key]["type"]
        for length in range(2 if path[-1] in ("value", "item") else 1, len(path) + 1):
            words = "-".join(path[-length:]) + ("-patch" if is_patch else "")
            if words not in taken:
                return words
        raise AssertionError(f"no name for {path}")


def _children(schema: Fragment) -> Iterator[tuple[str, str | None, Any]]:
    """The schemas right within one: keyword, name under it, and itself."""
    for name, child in schema.get("properties", {}).items():
        yield "properties", name, child
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield keyword, None, schema[keyword]
