"""SealedSecret: ciphertext passed through, the scope written where the controller reads it."""

from collections.abc import Iterator
from typing import Any

from secretkit.compile.metadata import NAME_LABEL, metadata
from secretkit.model.app import App
from secretkit.model.secret import Sealed
from secretkit.objects import Object


def objects(app: App) -> Iterator[Object]:
    for secret in app.secrets.values():
        if not isinstance(secret.origin, Sealed):
            continue
        # The controller reads the scope on the SealedSecret; on the template it tells people.
        scope = {
            "namespace-wide": {"sealedsecrets.bitnami.com/namespace-wide": "true"},
            "cluster-wide": {"sealedsecrets.bitnami.com/cluster-wide": "true"},
        }.get(secret.origin.scope, {})
        labels = {**app.labels, **secret.labels, NAME_LABEL: app.name}
        annotations = {**app.annotations, **secret.annotations, **scope}
        template: dict[str, Any] = {
            "metadata": {
                "name": secret.name,
                "namespace": app.namespace,
                "labels": dict(sorted(labels.items())),
            },
            "type": secret.type or "Opaque",
        }
        if annotations:
            template["metadata"]["annotations"] = dict(sorted(annotations.items()))
        if secret.immutable:
            template["immutable"] = True
        if secret.template:
            template["data"] = dict(secret.template)
        body = {
            "apiVersion": "bitnami.com/v1alpha1",
            "kind": "SealedSecret",
            "metadata": metadata(app, secret.name, namespace=app.namespace, annotations=scope),
            "spec": {"encryptedData": dict(secret.origin.data), "template": template},
        }
        yield Object(body, secret.at)
