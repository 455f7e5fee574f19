"""A CustomResourceDefinition as a judge: structure, served version, CEL rules, its own defaults.

What an API server does with a structural schema, for tests without one: unknown fields are errors
as under strict validation, `default` fills in, and `x-kubernetes-validations` are evaluated by a
CEL library.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import cel
import yaml
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

FOLDER = Path(__file__).parents[3] / "shared" / "crds"
GROUPS = ("bitnami.com", "external-secrets.io", "generators.external-secrets.io")

Schema = Mapping[str, Any]
Body = Mapping[str, Any]


class Kind(NamedTuple):
    """One version of a kind: its structural schema, and whether a server takes objects of it."""

    schema: Schema
    is_served: bool
    is_namespaced: bool


class Problem(NamedTuple):
    """What the server would refuse an object for: `kind`, `version`, `scope`, `structure`, `rule`."""

    why: str
    path: str
    detail: str = ""


def is_custom(body: Body) -> bool:
    """Whether the object's kind comes with a CRD that we judge by."""
    return group_of(body) in GROUPS


def group_of(body: Body) -> str:
    return str(body["apiVersion"]).rpartition("/")[0]


@cache
def kinds(folder: Path) -> dict[tuple[str, str], Kind]:
    """(apiVersion, kind) -> what the CRDs that lie directly in the folder say."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name.partition("_")[0] not in GROUPS:
            continue
        for crd in yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            spec = crd["spec"]
            for version in spec["versions"]:
                key = f"{spec['group']}/{version['name']}", spec["names"]["kind"]
                schema = version["schema"]["openAPIV3Schema"]
                namespaced = spec["scope"] == "Namespaced"
                found[key] = Kind(schema, version["served"], namespaced)
    return found


def problems(body: Body, folder: Path = FOLDER) -> list[Problem]:
    """All that the API server would refuse the object for; empty where it would take it."""
    key = body["apiVersion"], body["kind"]
    kind = kinds(folder).get(key)
    if kind is None:
        return [Problem("kind", "kind")]
    if not kind.is_served:
        return [Problem("version", "apiVersion")]
    if ("namespace" in body["metadata"]) != kind.is_namespaced:
        return [Problem("scope", "metadata.namespace")]
    whole = with_defaults(kind.schema, body)  # before `required`, as the server does
    structure = [
        Problem("structure", ".".join(map(str, error.absolute_path)), error.message)
        for error in _validator(key, folder).iter_errors(whole)
    ]
    return [*structure, *_broken_rules(kind.schema, whole, "")]


@cache
def _validator(key: tuple[str, str], folder: Path) -> Validator:
    return Draft202012Validator(strict(kinds(folder)[key].schema))


def strict(schema: Any) -> Any:
    """The schema in JSON Schema's words: unknown fields forbidden, ints or strings told apart."""
    if not isinstance(schema, Mapping):
        return schema
    out: dict[str, Any] = {
        name: _below(name, value)
        for name, value in schema.items()
        if name not in ("format", "nullable") and not name.startswith("x-kubernetes")
    }
    if schema.get("x-kubernetes-int-or-string"):
        out["type"] = ["integer", "string"]
    if schema.get("nullable") and isinstance(out.get("type"), str):
        out["type"] = [out["type"], "null"]
    is_open = schema.get("x-kubernetes-preserve-unknown-fields")
    if "properties" in schema and "additionalProperties" not in schema and not is_open:
        out["additionalProperties"] = False
    return out


def _below(name: str, value: Any) -> Any:
    match name:
        case "properties":
            return {field: strict(child) for field, child in value.items()}
        case "items" | "additionalProperties" | "not":
            return strict(value)
        case "allOf" | "anyOf" | "oneOf":
            # Value validations: they name fields without closing the object.
            return value
        case _:
            return value


def with_defaults(schema: Schema, value: Any) -> Any:
    """A new value with all defaults of the schema filled in, those inside of defaults too."""
    if isinstance(value, list):
        return [with_defaults(schema.get("items", {}), item) for item in value]
    if not isinstance(value, Mapping):
        return value
    properties, others = schema.get("properties", {}), schema.get("additionalProperties")
    whole = {
        name: deepcopy(child["default"])
        for name, child in properties.items()
        if "default" in child and name not in value
    }
    rest = others if isinstance(others, Mapping) else {}
    return {
        name: with_defaults(properties.get(name, rest), item)
        for name, item in {**value, **whole}.items()
    }


def defaulted(body: Body, folder: Path = FOLDER) -> Any:
    """The object as the server would store it."""
    return with_defaults(kinds(folder)[body["apiVersion"], body["kind"]].schema, body)


def _broken_rules(schema: Schema, value: Any, path: str) -> Iterator[Problem]:
    for rule in schema.get("x-kubernetes-validations", ()):
        if "oldSelf" in rule["rule"]:
            continue  # a rule on changes; ours are new objects
        if _program(rule["rule"])({"self": value}) is not True:
            yield Problem("rule", path.removeprefix("."), rule.get("message", rule["rule"]))
    if isinstance(value, Mapping):
        others = schema.get("additionalProperties")
        for name, item in value.items():
            child = schema.get("properties", {}).get(name, others)
            if isinstance(child, Mapping):
                yield from _broken_rules(child, item, f"{path}.{name}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _broken_rules(schema.get("items", {}), item, f"{path}.{at}")


@cache
def _program(rule: str) -> Callable[[dict[str, Any]], Any]:
    execute: Callable[[dict[str, Any]], Any] = cel.compile(rule).execute
    return execute
