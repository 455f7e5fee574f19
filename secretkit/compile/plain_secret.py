"""Secret: values in the clear, as `data`, since server-side apply loses track of `stringData`."""

import base64
from collections.abc import Iterator
from typing import Any

from secretkit.compile.metadata import metadata
from secretkit.model.app import App
from secretkit.model.secret import Plain
from secretkit.objects import Object


def objects(app: App) -> Iterator[Object]:
    for secret in app.secrets.values():
        origin = secret.origin
        if not isinstance(origin, Plain):
            continue
        data = {
            value.key: base64.b64encode(value.hidden.reveal()).decode()
            for value in origin.values
            if value.hidden is not None
        }
        body: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": metadata(
                app,
                secret.name,
                namespace=app.namespace,
                labels=secret.labels,
                annotations=secret.annotations,
            ),
            "type": secret.type or "Opaque",
            "data": data,
        }
        if secret.immutable:
            body["immutable"] = True
        yield Object(body, secret.at, holds_values=not origin.is_literal)
