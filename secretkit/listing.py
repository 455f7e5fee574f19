"""What `list` shows of an outcome: an entry for each app, and a table with a line for each secret."""

from typing import Any

from secretkit.model.app import App
from secretkit.model.secret import External, Generated, Origin, Plain, Sealed, Secret
from secretkit.pipeline import Compiled

_COLUMNS = ("NAMESPACE", "APP", "SECRET", "SOURCE", "STORES", "USED BY", "ENVIRONMENTS", "FILE")


def row(one: Compiled) -> dict[str, Any]:
    """An app as {app, namespace, file, environments, stores, secrets}.

    A store is {name, kind, backend, preset}; a secret is {name, source, stores, type, usedBy}, where
    `usedBy` names workloads and roles.
    """
    return {
        "app": one.app.name,
        "namespace": one.app.namespace,
        "file": one.source.name,
        "environments": _environments(one),
        "stores": [
            {"name": store.name, "kind": store.kind, "backend": backend(store.form, store.provider),
             "preset": store.is_preset}
            for store in one.app.stores.values()
        ],
        "secrets": [_secret(one.app, secret) for secret in one.app.secrets.values()],
    }  # fmt: skip


def _environments(one: Compiled) -> list[str]:
    """Those of the platform, where it declares any; else the app's own."""
    declared = one.platform.environments if one.platform else ()
    return sorted(declared or one.environments)


def backend(form: str, provider: Any) -> str:
    """`aws`, `vault`, …; of a verbatim provider its name, and `ref` for one that exists."""
    return str(next(iter(provider), form)) if form == "provider" else form


def source(origin: Origin) -> str:
    """How a Secret comes to be, in the words of the file."""
    match origin:
        case External():
            return "dynamic" if origin.dynamic else "from"
        case Generated():
            return f"generate {origin.kind}"
        case Sealed():
            return "sealed"
        case Plain():
            return "values"
        case _:
            return "existing"


def _secret(app: App, secret: Secret) -> dict[str, Any]:
    return {
        "name": secret.name,
        "source": source(secret.origin),
        "stores": _stores(app, secret),
        "type": secret.type or "Opaque",
        "usedBy": _users(app, secret),
    }


def _stores(app: App, secret: Secret) -> list[str]:
    if not isinstance(secret.origin, External):
        return []
    origin = secret.origin
    keys = [fetch.store for fetch in (*origin.fetches, *origin.keys)]
    keys += [origin.dynamic.store] if origin.dynamic else []
    return sorted({app.stores[key].name for key in keys if key is not None and key in app.stores})


def _users(app: App, secret: Secret) -> list[str]:
    found = {
        f"{workload.kind}/{workload.name}"
        for workload in app.workloads
        for entry in workload.entries
        if secret.key in {key for key, _ in entry.uses}
    }
    found |= {f"Role/{access.name}" for access in app.access if secret.key in access.secrets}
    return sorted(found)


def table(found: list[dict[str, Any]]) -> str:
    """Columns as kubectl prints them: a line for each secret, apps without one have a line too."""
    lines = [_COLUMNS]
    for app in found:
        for secret in app["secrets"] or [{}]:
            lines.append(
                (
                    app["namespace"],
                    app["app"],
                    secret.get("name", "<none>"),
                    secret.get("source", ""),
                    ",".join(secret.get("stores", ())),
                    str(len(secret.get("usedBy", ()))),
                    ",".join(app["environments"]),
                    app["file"],
                )
            )
    widths = [max(len(line[at]) for line in lines) for at in range(len(_COLUMNS))]
    return "".join(
        "   ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in lines
    )
