"""The forms of output: a stream, a JSON List, and a folder with its kustomizations."""

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from secretkit.emit import ordered, yaml
from secretkit.emit.templates import Templates
from secretkit.names import shortened
from secretkit.objects import File, Object

_LONGEST = 250  # characters of a file's name without its end, as far as disks go
KUSTOMIZE = "kustomize.config.k8s.io"
OVERLAYS = "overlays"  # the folder of environments that stand on a base


def documents(objects: Iterable[Object], templates: Templates) -> str:
    """The documents of one app, each behind its `---`."""
    return "".join(f"---\n{templates.fill(found)}" for found in ordered(objects))


def stream(apps: Iterable[str]) -> Iterator[str]:
    """One stream of the documents of all apps: the first needs no `---`."""
    first = True
    for text in apps:
        yield text.removeprefix("---\n") if first else text
        first = first and not text


def items(objects: Iterable[Object]) -> str:
    """The objects of one app as items of a JSON list."""
    texts = (
        json.dumps(found.body, indent=2, ensure_ascii=False).replace("\n", "\n    ")
        for found in ordered(objects)
    )
    return ",\n".join(f"    {text}" for text in texts)


def as_json(apps: Iterable[str]) -> Iterator[str]:
    """One v1 List of the items of all apps."""
    yield '{\n  "apiVersion": "v1",\n  "kind": "List",\n  "items": ['
    before, end = "\n", "]\n}\n"
    for text in apps:
        if text:
            yield before + text
            before, end = ",\n", "\n  ]\n}\n"
    yield end


def top(apps: Iterable[str]) -> File:
    """The kustomization above the folders of all apps."""
    return File("kustomization.yaml", _kustomization(sorted(apps)))


def folder(app: str, objects: Collection[Object], templates: Templates) -> Iterator[File]:
    """An app's folder with a file per object and a kustomization.

    A workload's patch lies in `APP/patches/`, a Component for the overlay that holds the workload.
    """
    names: list[str] = []
    for found in ordered(objects):
        if not found.patch:
            names.append(file_name(found))
            yield _file(app, found, templates)
    yield File(f"{app}/kustomization.yaml", _kustomization(names))
    yield from patches(app, objects, templates)


def patches(app: str, objects: Iterable[Object], templates: Templates) -> Iterator[File]:
    """The Component of an app's workloads; nothing where it patches none."""
    found = [one for one in ordered(objects) if one.patch]
    for one in found:
        yield _file(app, one, templates)
    if found:
        body = {
            "apiVersion": f"{KUSTOMIZE}/v1alpha1",
            "kind": "Component",
            "patches": [{"path": name} for name in sorted(map(file_name, found))],
        }
        yield File(f"{app}/patches/kustomization.yaml", yaml.document(body).encode())


def _file(app: str, found: Object, templates: Templates) -> File:
    mode = 0o600 if found.holds_values else 0o644
    return File(f"{app}/{path(found)}", templates.fill(found).encode(), mode)


def _kustomization(resources: list[str]) -> bytes:
    body: dict[str, Any] = {
        "apiVersion": f"{KUSTOMIZE}/v1beta1",
        "kind": "Kustomization",
        "resources": sorted(resources),
    }
    return yaml.document(body).encode()


def path(found: Object) -> str:
    """Where an object lies within its app's folder."""
    return f"patches/{file_name(found)}" if found.patch else file_name(found)


def file_name(found: Object) -> str:
    """`KIND-NAME.yaml` in lower case; a name of RBAC may hold a colon, which not every disk takes."""
    stem = shortened(f"{found.kind}-{found.name}".lower().replace(":", "-"), _LONGEST)
    return f"{stem}.yaml"
