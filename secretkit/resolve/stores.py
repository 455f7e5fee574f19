"""Stores: short forms to ESO's provider object, accounts, and the namespaces of references."""

from collections.abc import Mapping
from typing import Any

from secretkit import stores
from secretkit.finding import Finding
from secretkit.fragment import filled, with_namespaces
from secretkit.model.store import ServiceAccount, Store
from secretkit.resolve import Context, faults
from secretkit.target import Feature
from secretkit.text import Place

_COMMON = frozenset({"name", "scope", "conditions", "referent"})


def resolve_store(
    key: str, value: Mapping[str, Any], at: Place, namespace: str, context: Context,
    findings: list[Finding],
) -> Store:  # fmt: skip
    """The store of a key; what does not fit is added to `findings`."""
    form = next(field for field in value if field not in _COMMON)
    cluster = value.get("scope") == "cluster"
    kind = "ClusterSecretStore" if cluster else "SecretStore"
    name = value.get("name", key)
    provider: Mapping[str, Any] = {}
    account = None
    if form == "ref":
        kind, name = value[form].get("kind", "SecretStore"), value[form]["name"]
    elif form == "provider":
        provider = value[form]
        if cluster and not value.get("referent"):
            provider = with_namespaces(provider, namespace)
    else:
        fill = namespace if cluster and not value.get("referent") else None
        provider, account = _short(form, value[form], at / form, namespace, fill, context, findings)
    return Store(
        key=key, name=name, kind=kind, form=form, provider=provider,
        conditions=tuple(value.get("conditions", ())), referent=value.get("referent", False),
        account=account, at=at,
    )  # fmt: skip


def _short(
    form: str, value: Mapping[str, Any], at: Place, namespace: str, fill: str | None,
    context: Context, findings: list[Finding],
) -> tuple[dict[str, Any], ServiceAccount | None]:  # fmt: skip
    backend = stores.get(form)
    used = [field for field in backend.shortcuts if field in value]
    for field in backend.excludes:
        if used and field in value:
            findings.append(faults.SHORTCUT.at((at / field).key, field=field, shortcut=used[0]))
            return {}, None
    settings = {key: item for key, item in value.items() if key != "serviceAccount"}
    account, reference = None, None
    if "serviceAccount" in value:
        account, reference = _account(
            value["serviceAccount"], at, namespace, fill, backend.identity
        )
    body = backend.provider(settings, reference)
    has = lambda name: context.target.has(Feature[name])  # noqa: E731
    return {backend.provider_key: filled(backend.schema, body, fill, has)}, account


def _account(
    value: Any, at: Place, namespace: str, fill: str | None, identity: str | None
) -> tuple[ServiceAccount, dict[str, Any]]:
    """The account that a shortcut names, and the reference to it in ESO's form."""
    fields: Mapping[str, Any] = {"name": value} if isinstance(value, str) else value
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
