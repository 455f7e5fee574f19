"""Charts, rendered by the real helm to the objects of a plain render."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from cluster import programs

from examples import EXAMPLES, Body, Example, documents, identity, outcome
from secretkit.emit import helm
from secretkit.emit.templates import Templates
from secretkit.objects import Object
from secretkit.text import Place, Tree

NOWHERE = Place(Tree(None, ()))
MANAGED = "app.kubernetes.io/managed-by"


@pytest.fixture(scope="session")
def program() -> str:
    try:
        return str(programs.find("helm"))
    except programs.Missing as missing:
        pytest.skip(str(missing))


def written(folder: Path, apps: dict[str, list[Object]]) -> None:
    files = (file for app, made in apps.items() for file in helm.chart(app, made, Templates()))
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        path.chmod(file.mode)


def rendered(program: str, chart: Path) -> list[Body]:
    """What `helm template` makes of a chart, in no particular order."""
    ran = subprocess.run(
        [program, "template", "any", str(chart)], capture_output=True, text=True, check=False
    )
    assert ran.stderr == ""
    return in_order(documents(ran.stdout))


def in_order(bodies: list[Body]) -> list[Body]:
    return sorted(bodies, key=lambda body: str(identity(body)))


def plain(found: Object) -> Body:
    """The object as a plain render has it, less the label that is Helm's."""
    labels = {k: v for k, v in found.body["metadata"]["labels"].items() if k != MANAGED}
    return {**found.body, "metadata": {**found.body["metadata"], "labels": labels}}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_helm_renders_a_chart_to_the_objects_of_a_plain_render(
    program: str, tmp_path: Path, example: Example
) -> None:
    for one in outcome(example).apps:
        written(tmp_path, {one.app.name: list(one.objects)})
        expected = [plain(found) for found in one.objects if not found.patch]

        assert rendered(program, tmp_path / one.app.name) == in_order(expected)


@pytest.mark.parametrize(
    "text",
    [
        "{{ .x }}",
        "{{{{",
        "a }} b",
        "{{`x`}}",
        "{{- if true }}",
        '{{ "{{" }}',
        "x\n{{ .y }}\nz",
        "${{x}}",
    ],
)
def test_any_text_passes_helm_unchanged(program: str, tmp_path: Path, text: str) -> None:
    metadata = {"name": "x", "namespace": "y", "labels": {"a": "b"}}
    body: dict[str, Any] = {
        "apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": metadata,
        "spec": {"target": {"template": {"data": {"k": text, "l": [text]}}}},
    }  # fmt: skip
    written(tmp_path, {"app": [Object(body, NOWHERE)]})

    assert rendered(program, tmp_path / "app") == [body]


def test_a_chart_has_a_fixed_version_and_no_patches(tmp_path: Path) -> None:
    body: dict[str, Any] = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "x"},
    }
    written(tmp_path, {"app": [Object(body, NOWHERE, patch=True)]})

    files = {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert files == {"app/Chart.yaml"}
    assert documents((tmp_path / "app/Chart.yaml").read_text())[0]["version"] == "0.1.0"


def test_values_in_the_clear_are_for_their_owner_alone(tmp_path: Path) -> None:
    body: dict[str, Any] = {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "data": {"k": "eA=="}
    }  # fmt: skip
    written(tmp_path, {"app": [Object(body, NOWHERE, holds_values=True)]})

    assert (tmp_path / "app/templates/secret-x.yaml").stat().st_mode & 0o777 == 0o600
