"""The forms of output: a stream, a JSON List, and a folder with its kustomizations."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from secretkit.emit import ordered, yaml
from secretkit.emit.templates import Templates
from secretkit.objects import File, Object

KUSTOMIZE = "kustomize.config.k8s.io"


def stream(apps: Iterable[Iterable[Object]], templates: Templates) -> Iterator[str]:
    """Documents of all apps for stdout, each after the first behind its `---`."""
    first = True
    for objects in apps:
        for found in ordered(objects):
            text = templates.fill(found)
            yield text if first else f"---\n{text}"
            first = False


def as_json(apps: Iterable[Iterable[Object]]) -> str:
    """One v1 List of all objects."""
    items = [found.body for objects in apps for found in ordered(objects)]
    body = {"apiVersion": "v1", "kind": "List", "items": items}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def folder(apps: Mapping[str, Iterable[Object]], templates: Templates) -> Iterator[File]:
    """A folder per app with a file per object and a kustomization, and one on top.

    A workload's patch lies in `APP/patches/`, a Component for the overlay that holds the workload.
    """
    for app, objects in sorted(apps.items()):
        yield from _app(app, list(objects), templates)
    yield File("kustomization.yaml", _kustomization(sorted(apps)))


def _app(app: str, objects: list[Object], templates: Templates) -> Iterator[File]:
    names: list[str] = []
    patches: list[str] = []
    for found in ordered(objects):
        name = file_name(found)
        mode = 0o600 if found.holds_values else 0o644
        within = f"patches/{name}" if found.patch else name
        (patches if found.patch else names).append(name)
        yield File(f"{app}/{within}", templates.fill(found).encode(), mode)
    yield File(f"{app}/kustomization.yaml", _kustomization(names))
    if patches:
        body = {
            "apiVersion": f"{KUSTOMIZE}/v1alpha1",
            "kind": "Component",
            "patches": [{"path": name} for name in sorted(patches)],
        }
        yield File(f"{app}/patches/kustomization.yaml", yaml.document(body).encode())


def _kustomization(resources: list[str]) -> bytes:
    body: dict[str, Any] = {
        "apiVersion": f"{KUSTOMIZE}/v1beta1",
        "kind": "Kustomization",
        "resources": sorted(resources),
    }
    return yaml.document(body).encode()


def file_name(found: Object) -> str:
    """`KIND-NAME.yaml` in lower case; a name of RBAC may hold a colon, which not every disk takes."""
    return f"{found.kind}-{found.name}.yaml".lower().replace(":", "-")
