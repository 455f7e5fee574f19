"""The published schemas: as the code has them, described throughout, and the same for the parser."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from secretkit.schema import app, objects, publish

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


KINDS = [
    "SecretStore", "ClusterSecretStore", "ExternalSecret", "PushSecret", "SealedSecret", "Secret",
    "ServiceAccount", "Role", "RoleBinding", "Password", "VaultDynamicSecret",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_emitted_kind_has_a_strict_fragment_for_its_patches(kind: str) -> None:
    fragment = objects.of(kind)

    assert fragment["additionalProperties"] is False
