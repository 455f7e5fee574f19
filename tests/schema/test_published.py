"""The published schemas: as the code has them, described throughout, and the same for the parser."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from secretkit.schema import api_server, app, objects, platform, publish

FOLDER = Path(__file__).parents[2] / "schemas"
DOCUMENTS = publish.documents()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_file_on_disk_is_what_the_code_says(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == DOCUMENTS[name]


def test_no_other_schema_lies_there() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(DOCUMENTS)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_file_is_a_schema_of_its_draft(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(DOCUMENTS[name]))


def fields(fragment: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, field in fragment.get("properties", {}).items():
        yield f"{path}.{name}", field
        yield from fields(field, f"{path}.{name}")
    for word in ("additionalProperties", "items"):
        if isinstance(fragment.get(word), dict):
            yield from fields(fragment[word], f"{path}.{word}")


def test_every_field_says_what_it_is_with_an_example() -> None:
    silent = [
        path
        for path, field in fields(app.build(), "")
        if not field.get("description")
        or not (
            field.get("examples") or "properties" in field or "const" in field or "items" in field
        )
    ]

    assert silent == []


def test_a_default_is_one_that_its_field_takes() -> None:
    wrong = [
        path
        for path, field in fields(app.build(), "")
        if "default" in field
        and not Draft202012Validator(publish.published(field)).is_valid(field["default"])
    ]

    assert wrong == []


BUILDS = {
    "app": app.build,
    "platform": platform.build,
    "audit-policy": api_server.audit_policy,
    "encryption-configuration": api_server.encryption_configuration,
}


def expanded(schema: Any, definitions: dict[str, Any]) -> Any:
    """A schema in which nothing refers to anything."""
    if isinstance(schema, list):
        return [expanded(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    own = {name: expanded(part, definitions) for name, part in schema.items() if name != "$ref"}
    if "$ref" not in schema:
        return own
    name = schema["$ref"].removeprefix("#/$defs/")
    return {**expanded(definitions[name], definitions), **own}


def inlined(name: str) -> dict[str, Any]:
    """A published file without `$defs`."""
    body = json.loads(DOCUMENTS[f"{name}.schema.json"])
    definitions = body.pop("$defs", {})
    whole: dict[str, Any] = expanded(body, definitions)
    return whole


@pytest.mark.parametrize("name", sorted(BUILDS))
def test_what_is_shared_says_and_accepts_what_the_fragments_say(name: str) -> None:
    frame = {"$schema", "$id", "title"}
    body = {word: part for word, part in inlined(name).items() if word not in frame}

    assert body == publish.published(BUILDS[name]())


@pytest.mark.parametrize("name", sorted(BUILDS))
def test_every_published_field_at_any_depth_has_a_description_and_an_example(name: str) -> None:
    silent = [
        path
        for path, field in fields(inlined(name), "")
        if not path.endswith((".additionalProperties", ".items"))
        and not (field.get("description") and "examples" in field)
    ]

    assert silent == []


@pytest.mark.parametrize("name", sorted(BUILDS))
def test_every_example_is_one_that_its_field_takes(name: str) -> None:
    whole = inlined(name)
    wrong = [
        (path, example)
        for path, field in [("", whole), *fields(whole, "")]
        for example in field.get("examples", ())
        if not Draft202012Validator(field).is_valid(example)
    ]

    assert wrong == []


def audit(rule: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [rule], **rest}


@pytest.mark.parametrize(
    ("body", "taken"),
    [
        pytest.param(audit({"level": "Metadata"}), True, id="the least there is"),
        pytest.param(audit({"level": "None", "nonResourceURLs": ["/healthz*", "*"]}), True, id="paths"),
        pytest.param(
            audit({"level": "Request", "namespaces": ["", "prod"], "resources": [
                {"group": "apps", "resources": ["deployments", "*/scale"], "resourceNames": ["x"]}]}),
            True, id="resources by group",
        ),
        pytest.param(audit({"level": "Metadata"}, metadata={"name": "x"}), True, id="metadata"),
        pytest.param(audit({"level": "Metadata"}, rules=[]), False, id="no rule"),
        pytest.param(audit({"level": "Metadata"}, apiVersion="audit.k8s.io/v1beta1"), False, id="old version"),
        pytest.param(audit({}), False, id="no level"),
        pytest.param(audit({"level": "metadata"}), False, id="a level in lower case"),
        pytest.param(audit({"level": "Metadata", "omitStage": ["Panic"]}), False, id="a typo"),
        pytest.param(audit({"level": "Metadata", "omitStages": ["Received"]}), False, id="no such stage"),
        pytest.param(
            audit({"level": "Metadata", "resources": [{"group": "apps/v1", "resources": ["x"]}]}), False,
            id="a group with its version",
        ),
        pytest.param(
            audit({"level": "Metadata", "resources": [{"group": "", "resourceNames": ["x"]}]}), False,
            id="names without resources",
        ),
        pytest.param(
            audit({"level": "Metadata", "nonResourceURLs": ["/x"], "namespaces": ["prod"]}), False,
            id="paths and namespaces",
        ),
        pytest.param(audit({"level": "Metadata", "nonResourceURLs": ["healthz"]}), False, id="no slash"),
        pytest.param(audit({"level": "Metadata", "nonResourceURLs": ["/a*b"]}), False, id="a star within"),
    ],
)  # fmt: skip
def test_the_schema_of_an_audit_policy_is_as_strict_as_the_api_server_or_stricter(
    body: dict[str, Any], taken: bool
) -> None:
    schema = json.loads(DOCUMENTS["audit-policy.schema.json"])

    assert Draft202012Validator(schema).is_valid(body) is taken


KINDS = [
    "SecretStore", "ClusterSecretStore", "ExternalSecret", "PushSecret", "SealedSecret", "Secret",
    "ServiceAccount", "Role", "RoleBinding", "Password", "VaultDynamicSecret",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_emitted_kind_has_a_strict_fragment_for_its_patches(kind: str) -> None:
    fragment = objects.of(kind)

    assert fragment["additionalProperties"] is False
