"""Stores: short forms to ESO's provider object, accounts, and the namespaces of references."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from secretkit import stores
from secretkit.finding import Finding
from secretkit.fragment import filled, with_namespaces
from secretkit.model.platform import Platform
from secretkit.model.store import ServiceAccount, Store
from secretkit.names import shortened
from secretkit.resolve import Context, faults
from secretkit.target import Feature
from secretkit.text import Place

_COMMON = frozenset({"name", "scope", "conditions", "referent"})


class StoreInput(NamedTuple):
    """A store as the merged tree has it, and whose it is."""

    key: str
    value: Mapping[str, Any]
    at: Place
    app: str
    namespace: str


def resolve_store(found: StoreInput, context: Context, findings: list[Finding]) -> Store:
    """The store of a key; what does not fit is added to `findings`."""
    key, value, at = found.key, found.value, found.at
    form = next(field for field in value if field not in _COMMON)
    preset = _is_preset(found, context.platform)
    shared = preset and context.platform is not None and context.platform.is_shared(key)
    cluster = value.get("scope") == "cluster"
    kind = "ClusterSecretStore" if cluster else "SecretStore"
    derived = shortened(f"{found.app}-{key}")
    name = value.get("name", derived if preset and not shared else key)
    fill = found.namespace if cluster and not value.get("referent") and not shared else None
    provider: Mapping[str, Any] = {}
    account = None
    if form == "ref":
        kind, name = value[form].get("kind", "SecretStore"), value[form]["name"]
    elif form == "provider":
        provider = with_namespaces(value[form], fill) if fill else value[form]
    else:
        provider, account = _short(found, form, derived, fill, context, findings)
    return Store(
        key=key, name=name, kind=kind, form=form, provider=provider,
        conditions=tuple(value.get("conditions", ())), referent=value.get("referent", False),
        account=account, at=at, is_shared=shared, is_preset=preset,
    )  # fmt: skip


def _is_preset(found: StoreInput, platform: Platform | None) -> bool:
    """Whether the app has the store from the platform: one that the app names is its own."""
    if platform is None or found.key not in platform.presets:
        return False
    own = (layer for layer in found.at.tree.layers if not layer.mount)
    return all(layer.find(found.at.path) is None for layer in own)


def _short(
    found: StoreInput, form: str, derived: str, fill: str | None, context: Context,
    findings: list[Finding],
) -> tuple[dict[str, Any], ServiceAccount | None]:  # fmt: skip
    backend = stores.get(form)
    value, at = found.value[form], found.at / form
    used = [field for field in backend.shortcuts if field in value]
    for field in backend.excludes:
        if used and field in value:
            findings.append(faults.SHORTCUT.at((at / field).key, field=field, shortcut=used[0]))
            return {}, None
    settings = {key: item for key, item in value.items() if key != "serviceAccount"}
    account, reference = None, None
    if "serviceAccount" in value:
        said = value["serviceAccount"]
        fields = {"name": said} if isinstance(said, str) else {"name": derived, **said}
        account, reference = _account(fields, at, found.namespace, fill, backend.identity)
    body = backend.provider(settings, reference)
    has = lambda name: context.target.has(Feature[name])  # noqa: E731
    return {backend.provider_key: filled(backend.schema, body, fill, has)}, account


def _account(
    fields: Mapping[str, Any], at: Place, namespace: str, fill: str | None, identity: str | None
) -> tuple[ServiceAccount, dict[str, Any]]:
    """The account that a shortcut names, and the reference to it in ESO's form."""
    annotations = dict(fields.get("annotations", {}))
    if identity and "identity" in fields:
        annotations[identity] = fields["identity"]
    account = ServiceAccount(
        name=fields["name"], namespace=fields.get("namespace", namespace),
        annotations=dict(sorted(annotations.items())), existing=fields.get("existing", False),
        at=at / "serviceAccount",
    )  # fmt: skip
    reference: dict[str, Any] = {"name": fields["name"]}
    if "audiences" in fields:
        reference["audiences"] = list(fields["audiences"])
    if "namespace" in fields:
        reference["namespace"] = fields["namespace"]
    elif fill:
        reference["namespace"] = fill
    return account, reference
