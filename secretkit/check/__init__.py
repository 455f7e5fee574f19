"""A tree against a published schema: what does not fit, with the words of its own fields.

The walk reads the keywords that our schemas use and no others; a test holds its verdict against
the `jsonschema` library. It stands in the library's place since its findings are the product, and
since the library's import alone would cost two cold starts of helm.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from secretkit import resources
from secretkit.check import faults
from secretkit.finding import Finding, closest
from secretkit.fragment import VARIABLE, needed
from secretkit.load.scalars import kind, written
from secretkit.target import PARTS, Feature, Target, spelled
from secretkit.text import Place, Tree

Schema = Mapping[str, Any]

_END = re.compile(
    r"\$(?=$|[|)])"
)  # ECMA's `$` is the very end; Python's also a final newline's start
_TYPES: dict[str, Any] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
}  # fmt: skip
_WORDS = {
    "object": "an object", "array": "a list", "string": "a string", "boolean": "true or false",
    "integer": "a whole number", "number": "a number", "null": "null",
}  # fmt: skip


class Checker:
    """Checks trees against one schema; compiled patterns are kept."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._patterns: dict[str, re.Pattern[str]] = {}
        self._followed: dict[int, tuple[Schema, Schema]] = {}
        self._target: Target | None = None
        self._resolved = False  # whether variables are replaced, so that none excuses a form

    @classmethod
    def published(cls, name: str) -> "Checker":
        """The checker of a published schema: `app`, `platform`."""
        return cls(json.loads(resources.schema_text(name)))

    def check(
        self, tree: Tree, target: Target | None = None, *, resolved: bool = False
    ) -> tuple[Finding, ...]:
        """All that does not fit, in the order of the file; with a target also what it does not know."""
        self._target = target
        self._resolved = resolved
        return tuple(self._walk(self.schema, tree.value, Place(tree), "the file"))

    def valid(self, schema: Schema, value: Any) -> bool:
        """Whether a value fits a schema."""
        tree = Tree(value, ())
        return next(self._walk(schema, value, Place(tree), ""), None) is None

    def _whole(self, schema: Schema) -> Schema:
        """A schema with what it refers to; what it says itself wins."""
        if "$ref" not in schema:
            return schema
        known = self._followed.get(id(schema))
        if known is None:
            name = schema["$ref"].removeprefix("#/$defs/")
            # Kept beside its answer, so that no other schema can take over its id.
            known = self._followed[id(schema)] = schema, {**self.schema["$defs"][name], **schema}
        return known[1]

    def _walk(self, schema: Schema, value: Any, place: Place, where: str) -> Iterator[Finding]:
        schema = self._whole(schema)
        if not _is_type(value, schema["type"]):
            yield self._type(schema, value, place)
            return
        needs = needed(schema, value) if self._target else None
        if self._target and needs and not self._target.has(Feature[needs]):
            yield _since(needs, value, place, self._target)
        if "const" in schema and value != schema["const"]:
            yield faults.CHOICE.at(
                place,
                field=_field(place),
                got=_shown(value),
                near="",
                known=_shown(schema["const"]),
            )
        elif "enum" in schema and value not in schema["enum"]:
            known = [str(item) for item in schema["enum"] if item is not None]
            yield faults.CHOICE.at(
                place, field=_field(place), got=_shown(value), near=closest(str(value), known),
                known=", ".join(f"`{item}`" for item in known),
            )  # fmt: skip
        elif isinstance(value, str):
            yield from self._string(schema, value, place)
        elif isinstance(value, dict):
            yield from self._object(schema, value, place, where)
        elif isinstance(value, list):
            yield from self._list(schema, value, place, where)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield from self._number(schema, value, place)

    def _type(self, schema: Schema, value: Any, place: Place) -> Finding:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        wanted = " or ".join(_WORDS[name] for name in kinds if name != "null")
        if "string" in kinds and isinstance(value, int | float):
            near = self._meant(schema, value)
            mend = f"write `{near}`" if near else "quote it, so that no parser changes it"
        elif value is None:
            mend = "give it a value, or drop the key"
        else:
            mend = f"for example {_example(schema)}" if _example(schema) else f"write {wanted}"
        return faults.TYPE.at(place, field=_field(place), got=kind(value), wanted=wanted, mend=mend)

    def _string(self, schema: Schema, value: str, place: Place) -> Iterator[Finding]:
        pattern = schema.get("pattern")
        if len(value) > schema.get("maxLength", len(value)):
            yield faults.SIZE.at(
                place, field=_field(place), got=f"{len(value)} characters long",
                wanted=f"at most {schema['maxLength']}", mend="shorten it",
            )  # fmt: skip
        elif len(value) < schema.get("minLength", 0):
            yield faults.SIZE.at(
                place, field=_field(place), got="empty", wanted="a text",
                mend=f"for example {_example(schema)}",
            )  # fmt: skip
        elif pattern and not self._matches(pattern, value):
            yield faults.FORM.at(
                place, field=_field(place), wanted=_form(pattern), about=schema["description"],
                example=self._meant(schema, value) or _example(schema) or "the pattern says",
            )  # fmt: skip

    def _meant(self, schema: Schema, value: Any) -> str:
        """What a value of the wrong form was meant to be, where that can be told."""
        from secretkit.check import mends

        pattern = schema.get("pattern", "")
        return mends.meant(pattern, value, lambda text: self._matches(pattern, text))

    def _object(
        self, schema: Schema, value: dict[str, Any], place: Place, where: str
    ) -> Iterator[Finding]:
        properties: Schema = schema.get("properties", {})
        rest = schema.get("additionalProperties", True)
        for name in schema.get("required", ()):
            if name not in value:
                yield _lacks(name, properties, place, where)
        for present, others in schema.get("dependentRequired", {}).items():
            for name in others:
                if present in value and name not in value:
                    at, pair = (place / present).key, f"{where} with `{present}`"
                    yield _lacks(name, properties, at, pair)
        names = schema.get("propertyNames")
        for key, item in value.items():
            if key in properties:
                yield from self._walk(properties[key], item, place / key, f"`{key}`")
            elif key in schema.get("x-secret", ()):
                yield faults.SECRET.at((place / key).key, field=key, where=where)
            elif rest is False:
                yield faults.UNKNOWN.at(
                    (place / key).key, field=key, where=where, near=_near(schema, key),
                    known=", ".join(f"`{name}`" for name in properties),
                )  # fmt: skip
            else:
                if names and not self._fits_name(names, key):
                    yield faults.NAME.at(
                        (place / key).key, got=key, where=where, wanted=_wanted_name(names, key),
                        example=self._near_key(names, key) or _example_key(schema),
                    )  # fmt: skip
                if isinstance(rest, dict):
                    yield from self._walk(rest, item, place / key, f"`{key}`")
        least = schema.get("minProperties", 0)
        if not least <= len(value) <= schema.get("maxProperties", len(value)):
            got = "empty" if not value else f"an object of {len(value)} keys"
            wanted = "exactly one key" if "maxProperties" in schema else "at least one key"
            yield faults.SIZE.at(
                place, field=_field(place), got=got, wanted=wanted,
                mend=f"for example {_example(schema)}",
            )  # fmt: skip
        yield from self._counts(schema, value, place, where)

    def _counts(
        self, schema: Schema, value: Mapping[str, Any], place: Place, where: str
    ) -> Iterator[Finding]:
        for keyword, words, least, most in _COUNTS:
            groups = schema.get(keyword)
            if not isinstance(groups, list):
                continue
            members = [[name for name in group.split("|") if name in value] for group in groups]
            there = [names for names in members if names]
            if least <= len(there) <= most:
                continue
            if not there and _has_near(schema, value, groups):
                continue  # a misspelt one is told already
            flat = [name for names in there for name in names]
            known = ", ".join(f"`{group.replace('|', '`/`')}`" for group in groups)
            got = " and ".join(f"`{names[0]}`" for names in there) if there else "none"
            yield faults.COUNT.at(
                (place / flat[-1]).key if flat else place, where=where, got=got, wanted=words,
                known=known, mend="keep one of them" if flat else f"for example {_example(schema)}",
            )  # fmt: skip

    def _list(
        self, schema: Schema, value: Sequence[Any], place: Place, where: str
    ) -> Iterator[Finding]:
        if len(value) < schema.get("minItems", 0):
            yield faults.SIZE.at(
                place, field=_field(place), got="empty", wanted="at least one item",
                mend=f"for example {_example(schema)}, or drop the key",
            )  # fmt: skip
        seen: list[Any] = []
        for at, item in enumerate(value):
            if schema.get("uniqueItems") and item in seen:
                yield faults.SIZE.at(
                    place / at, field=_field(place), got="a list with an item twice",
                    wanted="each item once", mend="drop one of them",
                )  # fmt: skip
            seen.append(item)
            yield from self._walk(schema["items"], item, place / at, f"item {at + 1} of {where}")

    def _number(self, schema: Schema, value: float, place: Place) -> Iterator[Finding]:
        least, most = schema.get("minimum"), schema.get("maximum")
        if (least is None or value >= least) and (most is None or value <= most):
            return
        bounds = f"at least {least}" if most is None else f"{least or 0} to {most}"
        yield faults.SIZE.at(
            place, field=_field(place), got=value, wanted=bounds, mend=f"write {bounds}"
        )

    def _near_key(self, names: Schema, key: str) -> str:
        """The key with what its form forbids replaced, where that makes it one."""
        from secretkit.check import mends

        return next((f"`{near}`" for near in mends.names(key) if self._fits_name(names, near)), "")

    def _fits_name(self, names: Schema, key: str) -> bool:
        return (
            len(key) <= names.get("maxLength", len(key))
            and key not in names.get("not", {}).get("enum", ())
            and ("pattern" not in names or self._matches(names["pattern"], key))
        )

    def _matches(self, pattern: str, value: str) -> bool:
        if self._resolved:
            pattern = pattern.removesuffix(f"|{VARIABLE}")
        compiled = self._patterns.get(pattern)
        if compiled is None:
            compiled = self._patterns[pattern] = re.compile(_END.sub(r"\\Z", pattern))
        return compiled.search(value) is not None


def _has_near(schema: Schema, value: Mapping[str, Any], groups: Sequence[str]) -> bool:
    members = [name for group in groups for name in group.split("|")]
    unknown = [key for key in value if key not in schema.get("properties", {})]
    return any(closest(key, members) for key in unknown)


def _near(schema: Schema, key: str) -> str:
    """What a misspelt field was meant to be: a name of other tools', else the nearest one."""
    meant = schema.get("x-misnamed", {}).get(key)
    return f", did you mean `{meant}`?" if meant else closest(key, schema["properties"])


def _lacks(name: str, properties: Schema, place: Place, where: str) -> Finding:
    about = properties[name]
    return faults.REQUIRED.at(
        place, where=where, field=name, about=about["description"],
        example=f"`{name}: {_example(about)}`",
    )  # fmt: skip


_COUNTS = (
    ("x-exactly-one", "exactly one", 1, 1),
    ("x-at-least-one", "at least one", 1, 10**6),
    ("x-at-most-one", "at most one", 0, 1),
)


def _since(needs: str, value: Any, place: Place, target: Target) -> Finding:
    part, first, what = Feature[needs].value
    return faults.SINCE.at(
        place.key if isinstance(value, dict) else place, what=what, part=PARTS[part],
        first=spelled(first), now=spelled(target.release(part)), target=part,
    )  # fmt: skip


def _is_type(value: Any, wanted: str | Sequence[str]) -> bool:
    for name in (wanted,) if isinstance(wanted, str) else wanted:
        match name:
            case "integer":
                fits = isinstance(value, int) and not isinstance(value, bool)
            case "number":
                fits = isinstance(value, int | float) and not isinstance(value, bool)
            case _:
                fits = isinstance(value, _TYPES[name])
        if fits:
            return True
    return False


def _wanted_name(names: Schema, key: str) -> str:
    is_taken = key in names.get("not", {}).get("enum", ())
    return "left to you" if is_taken or "pattern" not in names else _form(names["pattern"])


def _field(place: Place) -> str:
    named = [str(step) for step in place.path if isinstance(step, str)]
    return named[-1] if named else "the file"


def _shown(value: Any) -> str:
    return f"`{value}`" if isinstance(value, str) else json.dumps(value)


def _example(schema: Schema) -> str:
    examples = schema.get("examples")
    if not examples:
        return ""
    value = examples[0]
    return written(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _example_key(schema: Schema) -> str:
    examples = schema.get("examples")
    return f"`{next(iter(examples[0]))}`" if examples and examples[0] else "`a-name`"


def _form(pattern: str) -> str:
    from secretkit.check.forms import FORMS

    return FORMS.get(pattern.removesuffix(r"|\$\{"), "of the form that the field takes")
