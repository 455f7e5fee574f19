"""References are found by their shape, in whatever form a provider comes."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from secretkit import stores
from secretkit.fragment import Reference, references, with_namespaces

LOGIN = {"name": "login", "key": "token"}
ACCOUNT = {"name": "shop"}


def described(schema: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every field that its description calls a reference."""
    for name, field in schema.get("properties", {}).items():
        if "x-ref" in field:
            yield (*path, name)
        yield from described(field, (*path, name))


def at(path: tuple[str, ...], value: Any) -> Any:
    for step in reversed(path):
        value = {step: value}
    return value


@pytest.mark.parametrize("short", stores.names())
def test_every_reference_of_a_short_form_has_the_shape_of_one(short: str) -> None:
    schema = stores.get(short).schema
    lost = []
    for path in described(schema):
        field: Any = schema
        for step in path:
            field = field["properties"][step]
        found = [one.path for one in references(at(path, field["examples"][0]))]
        lost += [path] if found != [path] else []
    assert lost == []


SHAPES = [
    pytest.param({"auth": {"secretRef": {"dopplerToken": LOGIN}}},
                 [Reference(("auth", "secretRef", "dopplerToken"), "secret", LOGIN)],
                 id="a selector by any name"),
    pytest.param({"auth": {"serviceAccountRef": ACCOUNT}},
                 [Reference(("auth", "serviceAccountRef"), "serviceAccount", ACCOUNT)],
                 id="an account"),
    pytest.param({"tls": {"certSecretRef": ACCOUNT}},
                 [Reference(("tls", "certSecretRef"), "secret", ACCOUNT)],
                 id="a selector whose key has a default"),
    pytest.param({"secrets": [{"name": "x", "secretRef": LOGIN}]},
                 [Reference(("secrets", 0, "secretRef"), "secret", LOGIN)], id="in a list"),
    pytest.param({"integrationInfo": {"name": "x", "version": "1"}, "vault": {"name": "x"}}, [],
                 id="what merely has a name"),
    pytest.param("x", [], id="no object at all"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "expected"), SHAPES)
def test_references_are_told_by_their_shape(settings: Any, expected: list[Reference]) -> None:
    assert list(references(settings)) == expected


def test_a_namespace_is_written_into_references_that_have_none() -> None:
    settings = {"auth": {"serviceAccountRef": ACCOUNT}, "other": {**LOGIN, "namespace": "here"},
                "vault": {"name": "x"}}  # fmt: skip
    assert with_namespaces(settings, "prod") == {
        "auth": {"serviceAccountRef": {**ACCOUNT, "namespace": "prod"}},
        "other": {**LOGIN, "namespace": "here"},
        "vault": {"name": "x"},
    }
