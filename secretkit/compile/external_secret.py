"""ExternalSecret: every default written out, and always a template, so that no mark travels."""

from collections.abc import Iterator, Mapping
from typing import Any

from secretkit.compile import generator
from secretkit.compile.metadata import NAME_LABEL, metadata
from secretkit.compile.store import api_version
from secretkit.model.app import App
from secretkit.model.secret import External, Fetch, Generated, Secret
from secretkit.names import spelled
from secretkit.objects import Object
from secretkit.target import Feature, Target

# With these the Secret is somebody else's, so the app's own labels stay off it.
FOREIGN = ("Merge", "CreateOrMerge", "None")


def objects(app: App) -> Iterator[Object]:
    for secret in app.secrets.values():
        if secret.is_operators:
            body = {
                "apiVersion": api_version(app.target),
                "kind": "ExternalSecret",
                # A changed label makes a generator mint new credentials.
                "metadata": metadata(
                    app, secret.name, namespace=app.namespace, plain=secret.is_minted
                ),
                "spec": _spec(app, secret),
            }
            yield Object(body, secret.at)


def _spec(app: App, secret: Secret) -> dict[str, Any]:
    target = app.target
    spec: dict[str, Any] = {}
    if target.has(Feature.REFRESH_POLICY):
        spec["refreshPolicy"] = secret.refresh.policy
    spec["refreshInterval"] = spelled(secret.refresh.interval)
    data: list[dict[str, Any]] = []
    data_from: list[dict[str, Any]] = []
    if isinstance(secret.origin, External):
        default = _default_store(secret.origin)
        if default is not None:
            spec["secretStoreRef"] = _store(app, default)
        for fetch in secret.origin.fetches:
            data_from.append(_from(app, fetch, default, target))
        for fetch in secret.origin.keys:
            entry = {"secretKey": fetch.key, "remoteRef": _remote(fetch, target)}
            data.append({**entry, **_source(app, fetch, default)})
    if secret.is_minted:
        data_from.append(_minted(secret))
    spec["target"] = _target(app, secret)
    if data:
        spec["data"] = data
    if data_from:
        spec["dataFrom"] = data_from
    return spec


def _minted(secret: Secret) -> dict[str, Any]:
    source = {"sourceRef": {"generatorRef": generator.reference(secret)}}
    renamed = secret.origin.renamed if isinstance(secret.origin, Generated) else None
    if renamed is None:
        return source
    made, key = renamed
    return {"rewrite": [{"regexp": {"source": f"^{made}$", "target": key}}], **source}


def _default_store(origin: External) -> str | None:
    """The store that entries need not name: the secret's own, or the one that all of them name."""
    used = {fetch.store for fetch in (*origin.fetches, *origin.keys)}
    if origin.store in used:
        return origin.store
    return used.pop() if len(used) == 1 else None


def _store(app: App, key: str) -> dict[str, str]:
    store = app.stores[key]
    return {"name": store.name, "kind": store.kind}


def _source(app: App, fetch: Fetch, default: str | None) -> dict[str, Any]:
    if fetch.store is None or fetch.store == default:
        return {}
    return {"sourceRef": {"storeRef": _store(app, fetch.store)}}


def _remote(fetch: Fetch, target: Target) -> dict[str, Any]:
    """ESO's reference, with what the API server of the target would fill in."""
    remote: dict[str, Any] = dict(fetch.remote)
    if not target.has(Feature.CONVERSION_DEFAULTS_GONE):
        remote.setdefault("conversionStrategy", "Default")
        remote.setdefault("decodingStrategy", "None")
        if fetch.kind != "find":
            remote.setdefault("metadataPolicy", "None")
        if target.has(Feature.NULL_BYTE_POLICY) and not target.has(Feature.NULL_BYTE_DEFAULT_GONE):
            remote.setdefault("nullBytePolicy", "Ignore")
    return remote


def _from(app: App, fetch: Fetch, default: str | None, target: Target) -> dict[str, Any]:
    entry: dict[str, Any] = {fetch.kind: _remote(fetch, target)}
    if fetch.rewrite:
        entry["rewrite"] = [_rewrite(change, target) for change in fetch.rewrite]
    return {**entry, **_source(app, fetch, default)}


def _rewrite(change: Mapping[str, Any], target: Target) -> dict[str, Any]:
    if "merge" not in change:
        return dict(change)
    defaults = {"strategy": "Extract", "into": "", "conflictPolicy": "Error"}
    if target.has(Feature.REWRITE_PRIORITY_POLICY):
        defaults["priorityPolicy"] = "Strict"
    return {"merge": {**defaults, **change["merge"]}}


def _target(app: App, secret: Secret) -> dict[str, Any]:
    template: dict[str, Any] = {
        "engineVersion": "v2",
        "mergePolicy": "Merge" if secret.template and secret.keep else "Replace",
    }
    if secret.type is not None:
        template["type"] = secret.type
    template["metadata"] = _template_metadata(app, secret)
    if secret.template:
        template["data"] = dict(secret.template)
    body: dict[str, Any] = {
        "name": secret.name,
        "creationPolicy": secret.creation_policy,
        "deletionPolicy": secret.deletion_policy,
    }
    if secret.immutable:
        body["immutable"] = True
    return {**body, "template": template}


def _template_metadata(app: App, secret: Secret) -> dict[str, Any]:
    labels, annotations = dict(secret.labels), dict(secret.annotations)
    if secret.creation_policy not in FOREIGN:
        labels = {**_literal(app.labels), **labels, NAME_LABEL: app.name}
        annotations = {**_literal(app.annotations), **annotations}
    body: dict[str, Any] = {}
    if labels:
        body["labels"] = dict(sorted(labels.items()))
    if annotations:
        body["annotations"] = dict(sorted(annotations.items()))
    return body


def _literal(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts that the operator's template engine gives back as they are."""
    return {key: value.replace("{{", '{{ "{{" }}') for key, value in texts.items()}
