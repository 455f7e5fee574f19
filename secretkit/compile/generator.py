"""Generators: one for each Secret that is generated or leased, named like it."""

from collections.abc import Iterator, Mapping
from typing import Any

from secretkit.compile.metadata import metadata
from secretkit.fragment import filled, without_namespaces
from secretkit.model.app import App
from secretkit.model.secret import Dynamic, External, Generated, Secret
from secretkit.objects import Object
from secretkit.stores.vault import SCHEMA as VAULT
from secretkit.target import Feature
from secretkit.text import Place

API = "generators.external-secrets.io/v1alpha1"


def reference(secret: Secret) -> dict[str, str]:
    """The generatorRef of a Secret that a generator feeds."""
    if isinstance(secret.origin, Generated):
        kind, name = secret.origin.kind, secret.origin.name
    else:
        kind, name = "VaultDynamicSecret", secret.name
    return {"apiVersion": API, "kind": kind, "name": name}


def objects(app: App) -> Iterator[Object]:
    for secret in app.secrets.values():
        match secret.origin:
            case Generated(spec=spec) if spec is not None:
                yield _generator(app, secret, secret.origin.kind, spec, secret.origin.at)
            case External(dynamic=Dynamic() as dynamic):
                spec = _dynamic(app, dynamic)
                yield _generator(app, secret, "VaultDynamicSecret", spec, dynamic.at)


def _generator(app: App, secret: Secret, kind: str, spec: Mapping[str, Any], at: Place) -> Object:
    body = {
        "apiVersion": API,
        "kind": kind,
        "metadata": metadata(app, secret.name, namespace=app.namespace),
        "spec": dict(spec),
    }
    return Object(body, at)


def _dynamic(app: App, dynamic: Dynamic) -> dict[str, Any]:
    """The spec of a VaultDynamicSecret that reads where the secret's store logs in."""
    store = app.stores[dynamic.store or ""]
    # The KV mount plays no part here, and a generator looks references up in its own namespace.
    settings = {
        key: value
        for key, value in without_namespaces(VAULT, store.vault or {}).items()
        if key not in ("path", "version", "checkAndSet", "readYourWrites", "forwardInconsistent")
    }
    has = lambda name: app.target.has(Feature[name])  # noqa: E731
    return {
        "path": dynamic.path,
        **({} if "method" not in dynamic.spec else {"method": dynamic.spec["method"]}),
        **{
            field: dynamic.spec[field]
            for field in ("parameters", "getParameters")
            if field in dynamic.spec
        },
        "resultType": dynamic.spec.get("resultType", "Data"),
        "allowEmptyResponse": dynamic.spec.get("allowEmptyResponse", False),
        "provider": filled(VAULT, settings, None, has),
    }
