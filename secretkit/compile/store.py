"""SecretStore and ClusterSecretStore."""

from collections.abc import Iterator
from typing import Any

from secretkit.compile.metadata import metadata
from secretkit.model.app import App
from secretkit.objects import Object
from secretkit.target import Feature, Target


def api_version(target: Target) -> str:
    """ESO < 0.16 serves v1beta1 only, >= 0.17 v1 only."""
    version = "v1" if target.has(Feature.ESO_V1) else "v1beta1"
    return f"external-secrets.io/{version}"


def objects(app: App) -> Iterator[Object]:
    for store in app.stores.values():
        if not store.is_emitted:
            continue
        spec: dict[str, Any] = {"provider": dict(store.provider)}
        if store.conditions:
            spec["conditions"] = [dict(condition) for condition in store.conditions]
        body = {
            "apiVersion": api_version(app.target),
            "kind": store.kind,
            "metadata": metadata(
                app, store.name, namespace=None if store.is_cluster else app.namespace
            ),
            "spec": spec,
        }
        yield Object(body, store.at)
