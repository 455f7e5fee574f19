"""The overlay of an app: a kustomization that makes of the base's objects those of an environment.

What differs is a JSON 6902 patch, what is not there is deleted, what is new is a file of its own. An
object that no patch can make of the base's is deleted and added: another name, kind or API group, and
a ServiceAccount in another namespace, since kustomize would move subjects along that name the old one.
A Secret has a merge patch, which shows by its kind what it is, with mode 0600 if it holds values.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from secretkit.emit import ordered, yaml
from secretkit.emit.form import KUSTOMIZE, file_name, patches
from secretkit.emit.json_patch import diff, same
from secretkit.emit.templates import Templates
from secretkit.objects import File, Object

Body: TypeAlias = dict[str, Any]
Bodies: TypeAlias = Mapping[str, Body]  # objects as they stand in the folder, by file name

CHANGES = "changes"
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")  # in a target names are patterns, as RE2 reads them


def bodies(objects: Iterable[Object], templates: Templates) -> dict[str, Body]:
    """The objects as a reader of the folder has them."""
    return {
        file_name(found): json.loads(json.dumps(templates.body(found)))
        for found in objects
        if not found.patch
    }


def folder(
    app: str, base: Bodies, objects: Iterable[Object], templates: Templates
) -> Iterator[File]:
    """The files of `DIR/overlays/ENV/APP/`, on top of the base's `DIR/APP/`.

    The patches of workloads are written whole, since they are built with the workload and not here.
    """
    found = list(objects)
    here = bodies(found, templates)
    resources, changes = [f"../../../{app}"], []
    for one in ordered(found):
        if one.patch:
            continue
        name, mode = file_name(one), 0o600 if one.holds_values else 0o644
        was = base.get(name)
        if was is None or not _is_patchable(was, here[name]):
            resources.append(name)
            yield File(f"{app}/{name}", templates.fill(one).encode(), mode)
        elif not same(was, here[name]):
            patch = _Patch(was, here[name])
            changes.append(patch.entry(name))
            yield File(f"{app}/{CHANGES}/{name}", patch.content, mode)
    for name, was in sorted(base.items()):
        if name not in here or not _is_patchable(was, here[name]):
            changes.append({"path": f"{CHANGES}/{name}"})
            text = yaml.document({**_identity(was), "$patch": "delete"})
            yield File(f"{app}/{CHANGES}/{name}", text.encode())
    yield File(f"{app}/kustomization.yaml", _kustomization(resources, changes))
    yield from patches(app, found, templates)


def _is_patchable(before: Body, after: Body) -> bool:
    kind = before["kind"]
    if (_group(before), kind, _name(before)) != (_group(after), after["kind"], _name(after)):
        return False
    # kustomize lets subjects follow a ServiceAccount, and finds what to merge by its namespace.
    return kind not in ("ServiceAccount", "Secret") or _namespace(before) == _namespace(after)


class _Patch:
    """What makes an object of the base one of the environment."""

    def __init__(self, before: Body, after: Body) -> None:
        self._before = before
        self._is_merge = before["kind"] == "Secret" and not _group(before)
        self._changes = _merge_patch(before, after) if self._is_merge else diff(before, after)

    @property
    def content(self) -> bytes:
        if isinstance(self._changes, dict):
            return yaml.document({**_identity(self._before), **self._changes}).encode()
        return yaml.items(self._changes, 0).encode()

    def entry(self, name: str) -> Body:
        """The patch as the kustomization lists it."""
        path = {"path": f"{CHANGES}/{name}"}
        return path if self._is_merge else {**path, "target": _target(self._before)}


def _merge_patch(before: Body, after: Body) -> Body:
    """What to merge into a Secret, which holds no null of its own."""
    found: Body = {}
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if same(old, new):
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            new = _merge_patch(old, new)
        found[key] = new
    if "metadata" in found:
        found["metadata"] = {**_identity(before)["metadata"], **found["metadata"]}
    return found


def _identity(body: Body) -> Body:
    metadata = {"name": _name(body)}
    if _namespace(body) is not None:
        metadata["namespace"] = _namespace(body)
    return {"apiVersion": body["apiVersion"], "kind": body["kind"], "metadata": metadata}


def _target(body: Body) -> Body:
    group, version = _group(body), str(body["apiVersion"]).rpartition("/")[2]
    target = {"group": group} if group else {}
    target |= {"version": version, "kind": body["kind"]}
    target["name"] = _SPECIAL.sub(r"\\\g<0>", _name(body))
    if _namespace(body) is not None:
        target["namespace"] = _namespace(body)
    return target


def _group(body: Body) -> str:
    return str(body["apiVersion"]).rpartition("/")[0]


def _name(body: Body) -> str:
    return str(body["metadata"]["name"])


def _namespace(body: Body) -> Any:
    return body["metadata"].get("namespace")


def _kustomization(resources: list[str], changes: list[Body]) -> bytes:
    body: Body = {
        "apiVersion": f"{KUSTOMIZE}/v1beta1",
        "kind": "Kustomization",
        "resources": sorted(resources),
    }
    if changes:
        body["patches"] = sorted(changes, key=lambda change: str(change["path"]))
    return yaml.document(body).encode()
