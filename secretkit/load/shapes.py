"""Which parts of a file its schema knows: what stands elsewhere may be a value in the wrong place."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from secretkit import resources

_NAMES = {"AppSecrets": "app", "Platform": "platform"}


class Shape:
    """What a schema says of a place; without a schema, as of other people's files, anything may stand."""

    def __init__(
        self,
        schema: Mapping[str, Any] | None,
        defs: Mapping[str, Any],
        made: "dict[int, Shape] | None" = None,
    ) -> None:
        self._defs = defs
        self._made = (
            {} if made is None else made
        )  # of each schema one, so that a place is known again
        if schema and "$ref" in schema:
            schema = {**defs[schema["$ref"].removeprefix("#/$defs/")], **schema}
        self._schema = schema
        kinds = (schema or {}).get("type", [])
        self._kinds = {kinds} if isinstance(kinds, str) else set(kinds)

    def allows(self, node: str) -> bool:
        """Whether a `mapping`, a `sequence` or a `scalar` may stand there."""
        kind = {"mapping": "object", "sequence": "array"}.get(node)
        return not self._kinds or (
            kind in self._kinds if kind else bool(self._kinds - {"object", "array", "null"})
        )

    def field(self, name: str) -> "Shape | None":
        """What stands under a key; None where there is no such field."""
        if self._schema is None:
            return self
        inner = self._schema.get("properties", {}).get(name)
        if inner is None:
            inner = self._schema.get("additionalProperties", True)
        return None if inner is False else self._inner(inner)

    def item(self) -> "Shape":
        """What stands in a list."""
        return self if self._schema is None else self._inner(self._schema.get("items", True))

    def _inner(self, schema: Any) -> "Shape":
        if schema is True:
            return ANY
        if id(schema) not in self._made:
            self._made[id(schema)] = Shape(schema, self._defs, self._made)
        return self._made[id(schema)]


ANY = Shape(None, {})


def shape_of(kind: str) -> Shape:
    """What the published schema of a file's `kind` says of it; anything where there is none."""
    name = _NAMES.get(kind)
    return _published(name) if name else ANY


@cache
def _published(name: str) -> Shape:
    schema = json.loads(resources.schema_text(name))
    return Shape(schema, schema.get("$defs", {}))
