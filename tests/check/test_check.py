"""Our walk over a published schema gives the verdict that the `jsonschema` library gives."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from secretkit import check
from secretkit.check import Checker
from secretkit.text import Path as Steps

ROOT = Path(__file__).parents[2]
KINDS = ("app", "platform")

# Values of every type, and texts that patterns with `$` at an end tell apart.
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 10**6, 1.5, "", "x", "A b", "\n", "a\n", "1h", "1h\n", "0440", "0440\n",
    "a" * 64, "a" * 254, "${app}", "$${app}", "*", "a#b", "/etc/x", "x=y", "é", "😀", "secretkit.dev/v1alpha1",
    [], [1], ["x"], ["x", "x"], [None], {}, {"x": "y"}, {"name": "x"}, {"name": 1}, {"A b": {}},
)  # fmt: skip
KEYS = ("x", "A b", "", "name", "key", "esoNamespace", "app", "..", "a\n", "a" * 254)


class Site(NamedTuple):
    """A schema within a published one, by where it stands."""

    kind: str
    path: str
    schema: Mapping[str, Any]


@cache
def checker(kind: str) -> Checker:
    return Checker.published(kind)


def whole(kind: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema with what it refers to."""
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].removeprefix("#/$defs/")
    return {**checker(kind).schema["$defs"][name], **schema}


def sites(kind: str, schema: Mapping[str, Any], path: str = "") -> Iterator[Site]:
    """Every schema within a published one, definitions followed once for each place."""
    yield Site(kind, path, schema)
    full = whole(kind, schema)
    for name, child in full.get("properties", {}).items():
        yield from sites(kind, child, f"{path}.{name}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(full.get(keyword), dict):
            yield from sites(kind, full[keyword], f"{path}/{keyword}")


SITES = [site for kind in KINDS for site in sites(kind, checker(kind).schema)]
WITH_EXAMPLES = [site for site in SITES if site.schema.get("examples")]


def _accepts(site: Site) -> str:
    """What a schema accepts, without what it says: the same at many places."""
    said = ("description", "examples", "default", "x-since")
    return json.dumps({word: part for word, part in site.schema.items() if word not in said})


# One place for each schema, since what repeats gets the same verdict anyway.
DIFFERENT = list({_accepts(site): site for site in reversed(WITH_EXAMPLES)}.values())
FILES = sorted((ROOT / "examples").rglob("secrets.yaml"))


def _ecma_pattern(
    validator: Any,  # noqa: ARG001
    pattern: str,
    value: Any,
    schema: Any,  # noqa: ARG001
) -> Iterator[ValidationError]:
    """`pattern` as JSON Schema means it: `$` is the very end, where Python's is not."""
    if isinstance(value, str) and not re.search(re.sub(r"\$(?=$|[|)])", r"\\Z", pattern), value):
        yield ValidationError("does not match")


LIBRARY: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {"pattern": _ecma_pattern},
)


@cache
def library(kind: str, path: str) -> Any:
    """The library's validator of one schema within a published one."""
    (site,) = (site for site in SITES if (site.kind, site.path) == (kind, path))
    schema = dict(site.schema)
    if path:
        schema["$defs"] = checker(kind).schema["$defs"]
    return LIBRARY(schema)


def verdicts(site: Site, value: Any) -> tuple[bool, bool]:
    """Whether ours and the library's take a value."""
    return (
        checker(site.kind).valid(site.schema, value),
        library(site.kind, site.path).is_valid(value),
    )


def paths(value: Any, path: Steps = ()) -> Iterator[Steps]:
    yield path
    entries: Any = ()
    if isinstance(value, dict):
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    for step, item in entries:
        yield from paths(item, (*path, step))


def schema_at(kind: str, schema: Mapping[str, Any], path: Steps) -> Mapping[str, Any]:
    """The schema of what stands at a path, or one that says nothing."""
    for step in path:
        full = whole(kind, schema)
        if isinstance(step, int):
            inner = full.get("items")
        else:
            inner = full.get("properties", {}).get(step, full.get("additionalProperties"))
        if not isinstance(inner, dict):
            return {}
        schema = inner
    return whole(kind, schema)


@st.composite
def mutated(draw: st.DrawFn, site: Site, value: Any) -> Any:
    """The value after one to three changes: drop, add, rename, retype, repeat."""
    result = deepcopy({"": value})
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(paths(result[""]))))
        parent: Any = result
        steps = ("", *path)
        for step in steps[:-1]:
            parent = parent[step]
        _change(draw, parent, steps[-1], schema_at(site.kind, site.schema, path))
    return result[""]


def _change(draw: st.DrawFn, parent: Any, step: Any, schema: Mapping[str, Any]) -> None:
    """Changes what stands in `parent` at `step`, in place."""
    here = parent[step]
    kinds = ["retype", "example"]
    if step != "":
        kinds.append("drop")
    if isinstance(parent, dict) and step != "":
        kinds.append("rename")
    if isinstance(here, dict):
        kinds += ["add", "add known", "add known"]
    if isinstance(here, list) and here:
        kinds.append("repeat")
    if isinstance(here, str):
        kinds.append("line end")
    match draw(st.sampled_from(kinds)):
        case "retype":
            parent[step] = deepcopy(draw(st.sampled_from(ODD)))
        case "example":
            choices = [*schema.get("examples", ()), *schema.get("enum", ())]
            parent[step] = deepcopy(draw(st.sampled_from(choices or ["x"])))
        case "drop":
            del parent[step]
        case "rename":
            parent[draw(st.sampled_from(KEYS))] = parent.pop(step)
        case "add":
            here[draw(st.sampled_from(KEYS))] = deepcopy(draw(st.sampled_from(ODD)))
        case "add known":
            name = draw(st.sampled_from(sorted(schema.get("properties", {})) or ["x"]))
            examples = schema.get("properties", {}).get(name, {}).get("examples", [1])
            here[name] = deepcopy(examples[0])
        case "repeat":
            here.append(deepcopy(here[0]))
        case "line end":
            parent[step] = here + "\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / "examples")))
def test_every_example_is_accepted_by_both(path: Path) -> None:
    site = next(site for site in SITES if site.kind == "app")

    assert verdicts(site, yaml.safe_load(path.read_text("utf-8"))) == (True, True)


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_in_a_schema_is_accepted_by_both(kind: str) -> None:
    refused = [
        (site.path, example)
        for site in WITH_EXAMPLES
        if site.kind == kind
        for example in site.schema["examples"]
        if verdicts(site, example) != (True, True)
    ]

    assert refused == []


def simplest(value: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    """The value without each of its fields, and with each that its schema knows beside them."""
    if isinstance(value, dict):
        yield from ({k: v for k, v in value.items() if k != name} for name in value)
        for name, field in schema.get("properties", {}).items():
            for example in (*field.get("examples", ())[:1], *field.get("enum", ())):
                yield {**value, name: example}
    yield from ODD
    if isinstance(value, str):
        yield value + "\n"


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_more_or_less_gets_the_same_verdict_from_both(kind: str) -> None:
    apart = [
        (site.path, value)
        for site in DIFFERENT
        if site.kind == kind
        for value in simplest(site.schema["examples"][0], whole(kind, site.schema))
        if len(set(verdicts(site, value))) > 1
    ]

    assert apart == []


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_a_changed_example_of_a_field_gets_the_same_verdict_from_both(data: st.DataObject) -> None:
    site = data.draw(st.sampled_from(DIFFERENT))
    value = data.draw(mutated(site, data.draw(st.sampled_from(site.schema["examples"]))))

    ours, theirs = verdicts(site, value)

    assert ours == theirs, (site.path, value)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_file_gets_the_same_verdict_from_both(data: st.DataObject) -> None:
    site = next(site for site in SITES if site.kind == "app")
    path = data.draw(st.sampled_from(FILES))
    value = data.draw(mutated(site, yaml.safe_load(path.read_text("utf-8"))))

    ours, theirs = verdicts(site, value)

    assert ours == theirs, (path, value)


ANNOTATIONS = {
    "$schema", "$id", "$defs", "title", "description", "examples", "default", "deprecated",
    "x-ref", "x-since", "x-since-many", "x-since-values", "x-written", "x-shortcut",
}  # fmt: skip
# Counts for any validator, beside our own keyword for the same, which the walk reads.
SPELLED_OUT = {"oneOf": "x-exactly-one", "anyOf": "x-at-least-one", "allOf": "x-at-most-one"}


def keywords(schema: Mapping[str, Any]) -> set[str]:
    """The keywords of a schema and of all within, definitions included."""
    found = set(schema) - {word for word, ours in SPELLED_OUT.items() if ours in schema}
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    names = ("items", "additionalProperties", "propertyNames")
    inner += [schema[name] for name in names if isinstance(schema.get(name), dict)]
    return found.union(*map(keywords, inner)) if inner else found


@pytest.mark.parametrize("kind", KINDS)
def test_the_walk_reads_every_keyword_that_is_no_annotation(kind: str) -> None:
    source = Path(check.__file__).read_text("utf-8")

    unread = {word for word in keywords(checker(kind).schema) if f'"{word}"' not in source}

    assert unread <= ANNOTATIONS
