"""What a workload mounts and reads, as the input says it and as the workload has it.

The input is read here once more, by nothing of ours, so that both sides meet in the middle.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from examples import Example, raw

Body = Mapping[str, Any]

POD = {
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Pod": ("spec",),
}


class File(NamedTuple):
    """One file or folder in one container: its Secret, modes in octal, and each key's path."""

    workload: str
    container: str
    path: str
    secret: str
    mode: str
    items: tuple[tuple[str, str, str | None], ...] = ()
    only: str | None = None  # the key that is the file itself


class Variable(NamedTuple):
    workload: str
    container: str
    name: str
    secret: str
    key: str


class AllKeys(NamedTuple):
    """Every key of a Secret as a variable."""

    workload: str
    container: str
    secret: str
    prefix: str


Use = File | Variable | AllKeys


def said(example: Example, workloads: Iterable[Body]) -> set[Use]:
    """All uses that the example's `workloads` ask for; an entry without `containers` means all."""
    every = {
        name_of(body): [one["name"] for one in pod_of(body)["containers"]] for body in workloads
    }
    found: set[Use] = set()
    for path in example.inputs:
        spec = raw(path)["spec"]
        secrets = spec.get("secrets", {})
        for name, entry in spec.get("workloads", {}).items():
            workload = f"{entry['kind']}/{entry.get('name', name)}"
            containers = entry.get("containers", every[workload])
            for container in (*containers, *entry.get("initContainers", ())):
                found.update(_files(entry, workload, container, secrets))
                found.update(_variables(entry, workload, container, secrets))
    return found


def _files(entry: Body, workload: str, container: str, secrets: Body) -> Iterator[Use]:
    for path, value in entry.get("files", {}).items():
        mount: Body = {"secret": value} if isinstance(value, str) else value
        items = (
            (key, item, None) if isinstance(item, str) else (key, item["path"], item.get("mode"))
            for key, item in mount.get("items", {}).items()
        )
        yield File(
            workload, container, path, _name(secrets, mount["secret"]), mount.get("mode", "0444"),
            tuple(sorted(items)), mount.get("key"),
        )  # fmt: skip


def _variables(entry: Body, workload: str, container: str, secrets: Body) -> Iterator[Use]:
    for item in entry.get("envFrom", ()):
        whole = {"secret": item} if isinstance(item, str) else item
        secret, prefix = secrets[whole["secret"]], whole.get("prefix", "")
        name = _name(secrets, whole["secret"])
        if "keys" not in secret and "values" not in secret:
            yield AllKeys(workload, container, name, prefix)
        for key in (*secret.get("keys", ()), *secret.get("values", ())):
            yield Variable(workload, container, prefix + key, name, key)
    for name, value in entry.get("env", {}).items():
        secret, key = value.split("#") if isinstance(value, str) else value.values()
        yield Variable(workload, container, name, _name(secrets, secret), key)


def _name(secrets: Body, key: str) -> str:
    return str(secrets[key].get("name", key))


def found_in(workload: Body) -> set[Use]:
    """All uses of Secrets that a whole workload has."""
    pod, name = pod_of(workload), name_of(workload)
    volumes = {
        volume["name"]: volume["secret"] for volume in pod.get("volumes", ()) if "secret" in volume
    }
    found: set[Use] = set()
    for container in (*pod["containers"], *pod.get("initContainers", ())):
        for mount in container.get("volumeMounts", ()):
            if mount["name"] in volumes:
                assert mount["readOnly"] is True
                found.add(_file(name, container["name"], mount, volumes[mount["name"]]))
        for variable in container.get("env", ()):
            secret = variable.get("valueFrom", {}).get("secretKeyRef")
            if secret:
                place = name, container["name"], variable["name"]
                found.add(Variable(*place, secret["name"], secret["key"]))
        for whole in container.get("envFrom", ()):
            prefix, secret = whole.get("prefix", ""), whole["secretRef"]["name"]
            found.add(AllKeys(name, container["name"], secret, prefix))
    return found


def _file(workload: str, container: str, mount: Body, volume: Body) -> File:
    items = (
        (item["key"], item["path"], _octal(item["mode"]) if "mode" in item else None)
        for item in volume.get("items", ())
    )
    return File(
        workload, container, mount["mountPath"], volume["secretName"],
        _octal(volume["defaultMode"]), tuple(sorted(items)), mount.get("subPath"),
    )  # fmt: skip


def _octal(mode: int) -> str:
    return f"{mode:04o}"


def name_of(workload: Body) -> str:
    return f"{workload['kind']}/{workload['metadata']['name']}"


def pod_of(workload: Body) -> Body:
    """The pod's spec."""
    at: Any = workload
    for step in POD.get(workload["kind"], ("spec", "template", "spec")):
        at = at[step]
    found: Body = at
    return found
