"""`kubectl kustomize` builds our folders to the objects of the stream, and patches workloads."""

from pathlib import Path
from typing import Any

import overlays
import pytest
from mounts import found_in, pod_of, said

from examples import EXAMPLES, OVERLAID, Body, Example, bodies, identity, write
from secretkit.cli import run

every_overlay = pytest.mark.parametrize("example", OVERLAID, ids=lambda found: found.id)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.id)
def test_a_folder_builds_to_the_objects_of_the_stream(example: Example, tmp_path: Path) -> None:
    write(example, tmp_path / "out")
    built = {identity(body): body for body in overlays.kustomize(tmp_path / "out")}

    assert built == {identity(body): body for body in bodies(example)}


@every_overlay
def test_an_overlay_holds_what_the_stream_holds(example: Example) -> None:
    built = {identity(body): body for body in overlays.built(example)}
    others = {name: body for name, body in built.items() if name[1] not in overlays.WORKLOADS}

    assert others == {identity(body): body for body in bodies(example)}


@every_overlay
def test_a_patched_workload_mounts_what_the_file_says(example: Example) -> None:
    workloads = overlays.workloads(example)

    assert set().union(*map(found_in, workloads)) == said(example, workloads)


@every_overlay
def test_a_patch_takes_nothing_away(example: Example) -> None:
    assert example.overlay
    originals = overlays.workloads_in(sorted(example.overlay.glob("*.yaml")))

    assert lost(originals, overlays.workloads(example)) == []


every_injection = pytest.mark.parametrize(
    "example", [found for found in EXAMPLES if found.workloads], ids=lambda found: found.id
)


@every_injection
def test_an_injected_workload_mounts_what_the_file_says(example: Example) -> None:
    workloads = [body for body in bodies(example) if body["kind"] in overlays.WORKLOADS]

    assert set().union(*map(found_in, workloads)) == said(example, workloads)


@every_injection
def test_an_injection_takes_nothing_away(example: Example) -> None:
    assert lost(overlays.workloads_in(example.workloads), bodies(example)) == []


def lost(before: list[Body], after: list[Body]) -> list[Any]:
    """The workloads that miss something of what they had."""
    found = {identity(body): body for body in after}
    return [
        name
        for name, body in ((identity(body), body) for body in before)
        if name not in found
        or not kept(body, found[name])
        or containers(body) != containers(found[name])
    ]


def containers(workload: Body) -> dict[str, list[str]]:
    """The names of containers by list, in order."""
    pod = pod_of(workload)
    lists = ("containers", "initContainers")
    return {field: [one["name"] for one in pod.get(field, ())] for field in lists}


def kept(before: Any, after: Any) -> bool:
    """Whether all that stood in `before` stands in `after`; items of lists are told by their name."""
    if isinstance(before, dict):
        return isinstance(after, dict) and all(
            name in after and kept(value, after[name]) for name, value in before.items()
        )
    if isinstance(before, list):
        return all(any(kept(item, other) for other in after) for item in before)
    return bool(before == after)


BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: prod}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
        - name: api
          image: api
          ENV
"""
INPUT = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: prod}
spec:
  secrets:
    db: {existing: true}
  workloads:
    api: {kind: Deployment, containers: [api], env: {PASSWORD: db#password}}
"""


@pytest.mark.parametrize(
    "env",
    [
        pytest.param("", id="nothing"),
        pytest.param("env: [{name: OTHER, value: x}]", id="another variable"),
        pytest.param("env: [{name: PASSWORD, value: x}]", id="a text"),
        pytest.param(
            "env: [{name: PASSWORD, valueFrom: {configMapKeyRef: {name: a, key: b}}}]",
            id="a ConfigMap",
        ),
        pytest.param(
            "env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: a, key: b, optional: true}}}]",
            id="another Secret",
        ),
    ],
)
def test_a_variable_has_one_source_whatever_the_workload_said(env: str, tmp_path: Path) -> None:
    (tmp_path / "secrets.yaml").write_text(INPUT)
    (tmp_path / "base.yaml").write_text(BASE.replace("ENV", env))
    (tmp_path / "kustomization.yaml").write_text(
        "resources: [base.yaml]\ncomponents: [out/shop/patches]\n"
    )
    assert run(["render", str(tmp_path / "secrets.yaml"), "-o", str(tmp_path / "out")]) == 0

    (built,) = overlays.kustomize(tmp_path)
    (container,) = pod_of(built)["containers"]
    assert [one for one in container["env"] if one["name"] == "PASSWORD"] == [
        {
            "name": "PASSWORD",
            "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}},
        }
    ]
