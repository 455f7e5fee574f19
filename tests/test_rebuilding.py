"""Whole objects out of an overlay's files, whatever somebody made of these."""

from collections.abc import Mapping
from typing import Any

import pytest

from secretkit.rebuilding import Read, object_of, whole

BASE = {"app/role-a.yaml": "kind: Role\nmetadata: {name: a}\nrules: [1]\n"}
TOP = {"app/kustomization.yaml": ""}


def read(files: Mapping[str, str]) -> Read:
    return lambda path: files[path].encode() if path in files else None


def found(overlay: Mapping[str, str]) -> Any:
    content = whole("app", "role-a.yaml", read({**TOP, **overlay}), read(BASE))
    return None if content is None else list(content.objects)


@pytest.mark.parametrize(
    ("overlay", "objects"),
    [
        pytest.param({}, [{"kind": "Role", "metadata": {"name": "a"}, "rules": [1]}], id="as it is"),
        pytest.param({"app/role-a.yaml": "kind: New\n"}, [{"kind": "New"}], id="a file of its own"),
        pytest.param(
            {"app/changes/role-a.yaml": "- {op: replace, path: /rules, value: []}\n"},
            [{"kind": "Role", "metadata": {"name": "a"}, "rules": []}], id="a JSON patch",
        ),
        pytest.param(
            {"app/changes/role-a.yaml": "rules: null\nmore: 1\n"},
            [{"kind": "Role", "metadata": {"name": "a"}, "more": 1}], id="a merge patch",
        ),
        pytest.param({"app/changes/role-a.yaml": "$patch: delete\n"}, [], id="a deletion"),
        pytest.param({"app/changes/role-a.yaml": "a: ["}, None, id="no YAML"),
        pytest.param({"app/changes/role-a.yaml": ""}, None, id="nothing"),
        pytest.param({"app/changes/role-a.yaml": "text"}, None, id="a text"),
        pytest.param({"app/changes/role-a.yaml": "[1]"}, None, id="no operations"),
        pytest.param({"app/changes/role-a.yaml": "[{op: add}]"}, None, id="no path"),
        pytest.param({"app/changes/role-a.yaml": "[{op: add, path: 1}]"}, None, id="an odd path"),
        pytest.param({"app/changes/role-a.yaml": "[{op: add, path: '', value: 1}]"}, None, id="all"),
        pytest.param(
            {"app/changes/role-a.yaml": "[{op: add, path: /no/where, value: 1}]"}, None, id="nowhere"
        ),
        pytest.param(
            {"app/changes/role-a.yaml": "[{op: add, path: /kind/x, value: 1}]"}, None, id="a text as map"
        ),
    ],
)  # fmt: skip
def test_an_object_is_put_together_as_far_as_it_can(
    overlay: Mapping[str, str], objects: Any
) -> None:
    assert found(overlay) == objects


def test_an_app_that_the_overlay_does_not_hold_has_no_object() -> None:
    content = whole("app", "role-a.yaml", read({}), read(BASE))

    assert content is not None
    assert list(content.objects) == []


@pytest.mark.parametrize("path", ["app/role-a.yaml", "app/changes/role-a.yaml"])
def test_a_path_tells_the_object(path: str) -> None:
    assert object_of(path) == ("app", "role-a.yaml")
