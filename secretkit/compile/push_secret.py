"""PushSecret: keys of a Secret written to stores; v1alpha1 in every release."""

from collections.abc import Iterator
from typing import Any

from secretkit.compile.metadata import metadata
from secretkit.model.app import App
from secretkit.model.secret import Secret
from secretkit.names import duration, spelled
from secretkit.objects import Object


def objects(app: App) -> Iterator[Object]:
    for secret in app.secrets.values():
        if not secret.push:
            continue
        first = secret.push[0]
        body = {
            "apiVersion": "external-secrets.io/v1alpha1",
            "kind": "PushSecret",
            "metadata": metadata(app, secret.name, namespace=app.namespace),
            "spec": {
                "refreshInterval": _interval(secret),
                "updatePolicy": "Replace",
                "deletionPolicy": "None",
                "secretStoreRefs": [
                    {"name": app.stores[push.store].name, "kind": app.stores[push.store].kind}
                    for push in secret.push
                ],
                "selector": {"secret": {"name": secret.name}},
                "data": [_entry(*item) for item in first.data],
            },
        }
        yield Object(body, first.at)


def _interval(secret: Secret) -> str:
    every = secret.refresh.interval if secret.refresh.policy == "Periodic" else 0
    return spelled(every or duration("1h"))


def _entry(key: str, remote: str, part: str | None) -> dict[str, Any]:
    reference = {"remoteKey": remote} if part is None else {"remoteKey": remote, "property": part}
    return {
        "match": {"secretKey": key, "remoteRef": reference},
        "conversionStrategy": "None",  # still filled in by the API server
    }
