"""The patch of a workload: a strategic merge patch that adds, and takes away no more than the value
that a variable of ours had before."""

from collections.abc import Iterable, Iterator
from typing import Any

from secretkit.compile.injection import (
    API_VERSIONS,
    Injection,
    injection,
    needs_workload,
    pod_path,
)
from secretkit.model.app import App
from secretkit.objects import Object


def objects(app: App) -> Iterator[Object]:
    for workload in app.workloads:
        if any(True for _ in needs_workload(app, workload)):
            continue  # `--inject` serves it
        found = injection(app, workload)
        metadata: dict[str, Any] = {"name": workload.name, "namespace": app.namespace}
        if found.annotations:
            metadata["annotations"] = found.annotations
        body: dict[str, Any] = {
            "apiVersion": API_VERSIONS[workload.kind],
            "kind": workload.kind,
            "metadata": metadata,
        }
        pod = _pod(found)
        if pod:
            for step in reversed(pod_path(workload.kind)):
                pod = {step: pod}
            body |= pod
        yield Object(body, workload.at, patch=True)


def _pod(found: Injection) -> dict[str, Any]:
    pod: dict[str, Any] = {}
    for field, pick in (("initContainers", "init_containers"), ("containers", "containers")):
        containers: dict[str, dict[str, Any]] = {}
        for share in found.shares:
            for name in getattr(share, pick) or ():
                container = containers.setdefault(name, {"name": name})
                _extend(container, "env", map(_alone, share.env), "name")
                _extend(container, "volumeMounts", share.mounts, "mountPath")
        if containers:
            pod[field] = [containers[name] for name in sorted(containers)]
    if found.pull_secrets:
        pod["imagePullSecrets"] = [{"name": name} for name in found.pull_secrets]
    if found.volumes:
        pod["volumes"] = list(found.volumes)
    return pod


def _extend(
    container: dict[str, Any], field: str, items: Iterable[dict[str, Any]], key: str
) -> None:
    """Adds the items to a field's list by their merge key, sorted by it."""
    merged = {item[key]: item for item in (*container.get(field, ()), *items)}
    if merged:
        container[field] = [merged[name] for name in sorted(merged)]


def _alone(variable: dict[str, Any]) -> dict[str, Any]:
    """The variable less what its namesake in the workload says: the API server refuses two sources."""
    source = {"$patch": "replace", **variable["valueFrom"]}
    return {**variable, "value": None, "valueFrom": source}
