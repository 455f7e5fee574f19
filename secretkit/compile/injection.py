"""What a workload's pods get: volumes, mounts, variables. The patch and `--inject` both read it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from secretkit.model.app import App
from secretkit.model.workload import Entry, Mount, VolumeKey, Workload
from secretkit.text import Place

RELOADER = "secret.reloader.stakater.com/reload"
API_VERSIONS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "Pod": "v1",
    "Rollout": "argoproj.io/v1alpha1",
}
POD_PATHS: dict[str, tuple[str, ...]] = {
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Pod": ("spec",),
}
_POD_PATH = ("spec", "template", "spec")


def pod_path(kind: str) -> tuple[str, ...]:
    """Where the pod's spec stands in a workload of the kind."""
    return POD_PATHS.get(kind, _POD_PATH)


class Share(NamedTuple):
    """What some containers get; `containers` is None for all of the pod's."""

    containers: tuple[str, ...] | None
    init_containers: tuple[str, ...]
    mounts: tuple[dict[str, Any], ...]
    env: tuple[dict[str, Any], ...]
    env_from: tuple[dict[str, Any], ...]
    at: Place  # the entry


class Injection(NamedTuple):
    """All that one workload gets, in Kubernetes' own objects."""

    volumes: tuple[dict[str, Any], ...]
    shares: tuple[Share, ...]
    pull_secrets: tuple[str, ...]
    annotations: dict[str, str]


def injection(app: App, workload: Workload) -> Injection:
    """What the workload gets from all of its entries."""
    volumes = _Volumes(app, workload)
    shares = tuple(
        Share(
            containers=entry.containers,
            init_containers=entry.init_containers,
            mounts=tuple(volumes.mount(mount) for mount in entry.mounts),
            env=tuple(_env(app, entry)),
            env_from=tuple(_env_from(app, entry)),
            at=entry.at,
        )
        for entry in workload.entries
        if entry.reaches_containers
    )
    names = {app.secret_name(key) for entry in workload.entries for key, _ in entry.pull_secrets}
    return Injection(
        volumes=volumes.objects(),
        shares=shares,
        pull_secrets=tuple(sorted(names)),
        annotations=_annotations(app, workload),
    )


def needs_workload(app: App, workload: Workload) -> Iterator[tuple[Entry, str, str]]:
    """Entries that no patch can serve: what only the workload itself can tell, and what else helps."""
    for entry in workload.entries:
        if workload.kind == "Rollout":
            yield entry, "a patch would wipe the lists of a custom resource", ""
        elif entry.reaches_containers and entry.containers is None:
            yield (
                entry,
                "only the workload itself can tell its containers",
                (", or name its `containers`"),
            )
        elif any(True for _ in _env_from(app, entry)):
            yield (
                entry,
                "a patch would replace `envFrom`, and the keys are not known",
                (", or take single keys with `env`"),
            )


class _Volumes:
    """The volumes of a workload, one for each set of Secret, mode and items."""

    def __init__(self, app: App, workload: Workload) -> None:
        self._app = app
        self._volumes = workload.volumes
        self._names = app.volume_names(workload)

    def mount(self, mount: Mount) -> dict[str, Any]:
        body: dict[str, Any] = {
            "name": self._names[mount.volume],
            "mountPath": mount.path,
            "readOnly": True,
        }
        return {**body, "subPath": mount.sub_path} if mount.sub_path else body

    def objects(self) -> tuple[dict[str, Any], ...]:
        found = [self._object(volume) for volume in self._volumes]
        return tuple(sorted(found, key=lambda volume: str(volume["name"])))

    def _object(self, volume: VolumeKey) -> dict[str, Any]:
        mount = self._volumes[volume][0]
        secret: dict[str, Any] = {
            "secretName": self._app.secret_name(mount.secret),
            "defaultMode": mount.mode,
        }
        if mount.items:
            secret["items"] = [
                {"key": item.key, "path": item.path}
                | ({} if item.mode is None else {"mode": item.mode})
                for item in mount.items
            ]
        return {"name": self._names[volume], "secret": secret}


def _env(app: App, entry: Entry) -> Iterator[dict[str, Any]]:
    """Variables by name; known keys of `envFrom` become entries, which those of `env` override."""
    found = {variable.name: variable for variable in app.variables(entry)}
    for name, variable in sorted(found.items()):
        reference = {"name": app.secret_name(variable.secret), "key": variable.key}
        yield {"name": name, "valueFrom": {"secretKeyRef": reference}}


def _env_from(app: App, entry: Entry) -> Iterator[dict[str, Any]]:
    for whole in entry.all_keys:
        secret = app.secrets.get(whole.secret)
        if secret is not None and secret.known_keys is not None:
            continue
        reference = {"secretRef": {"name": app.secret_name(whole.secret)}}
        yield {"prefix": whole.prefix, **reference} if whole.prefix else reference


def _annotations(app: App, workload: Workload) -> dict[str, str]:
    names = sorted(
        {
            app.secret_name(key)
            for entry in workload.entries
            if entry.on_rotation == "restart"
            for key, _ in entry.container_uses
        }
    )
    # Reloader reads a list of anchored regular expressions.
    return {RELOADER: ",".join(name.replace(".", r"\.") for name in names)} if names else {}
