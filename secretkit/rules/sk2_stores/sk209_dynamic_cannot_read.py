"""SK209: leased credentials come from a Vault that a generator can reach."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Dynamic
from secretkit.model.store import Store
from secretkit.rules import Rule
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if secret.leased is None:
            continue
        store = app.stores.get(secret.leased.store or "")
        if store:
            yield from _of_store(app, store, secret.leased)
        for place, reason, fix in _of_request(secret.leased):
            yield RULE.at(place, reason=reason, fix=fix)


def _of_store(app: App, store: Store, dynamic: Dynamic) -> Iterator[Finding]:
    if store.form == "ref":
        reason = f"`{store.key}` is a `ref`, which does not show the server or the login"
    elif store.vault is None:
        reason = f"`{store.key}` is not a Vault, and only Vault's engines lease credentials"
    elif store.is_cluster and any(
        reference.value.get("namespace", app.namespace) != app.namespace
        for reference in store.references
    ):
        reason = (
            f"`{store.key}` logs in with what lies in another namespace, and the generator that "
            f"reads the lease looks in `{app.namespace}` alone"
        )
    else:
        return
    fix = (
        "use a `vault` store of the app's own, or write it all as "
        "`generate: {VaultDynamicSecret: {path: …, provider: …}}`"
    )
    yield RULE.at(dynamic.at.key, reason=reason, fix=fix)


def _of_request(dynamic: Dynamic) -> Iterator[tuple[Place, str, str]]:
    place = dynamic.at / "path"
    good = dynamic.path.lstrip("/").removeprefix("v1/")
    if good != dynamic.path:
        reason = "the operator puts `/v1/` before the path itself"
        yield place, reason, f"write `{good}`"
    reads = dynamic.spec.get("method", "GET") == "GET"
    if reads and "parameters" in dynamic.spec:
        reason = "a GET has no body, so `parameters` would be left out"
        yield (dynamic.at / "parameters").key, reason, "add `method: POST`, or use `getParameters`"
    if not reads and "getParameters" in dynamic.spec:
        reason = "only a GET has a query, so `getParameters` would be left out"
        yield (dynamic.at / "getParameters").key, reason, "drop `method`, or use `parameters`"


RULE = Rule(
    code="SK209",
    title="these leased credentials cannot be read: {reason}",
    why="a VaultDynamicSecret makes the request: it holds the server, the login and the path itself",
    fix="{fix}",
    source="External Secrets Operator, generator VaultDynamicSecret",
    find=find,
    wrong="""
        spec:
          stores:
            shared: {ref: {kind: ClusterSecretStore, name: platform}}
          secrets:
            db:
              from: shared
              dynamic: {path: database/creds/shop, lease: 2h}  # <- SK209
    """,
    right="""
        db:
          from: vault
          dynamic: {path: database/creds/shop, lease: 2h}
    """,
)
