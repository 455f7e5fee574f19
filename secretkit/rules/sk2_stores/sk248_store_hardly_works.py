"""SK248: a store says what its defaults get wrong."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.store import Store
from secretkit.rules import Rule
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        for place, what, why, fix in _problems(store):
            yield RULE.at(place.key, store=store.key, what=what, why=why, fix=fix)


def _problems(store: Store) -> Iterator[tuple[Place, str, str, str]]:
    at, settings = store.settings_at, store.settings
    if store.provider_name == "vault" and not store.part("auth"):
        why = "the operator then sends no token, and Vault answers with permission denied"
        yield at, "does not say how to log in", why, "add `role` and `serviceAccount`, or `auth`"
    if store.provider_name != "kubernetes" or "authRef" in settings:
        return
    if not store.says(*(str(step) for step in at.path[len(store.at.path) :]), "remoteNamespace"):
        why = "its default is the namespace named `default`"
        yield at, "does not say which namespace it reads", why, "add `remoteNamespace`"
    if store.part("server").keys().isdisjoint(("caBundle", "caProvider")):
        why = "the operator trusts public authorities alone, and a cluster has one of its own"
        fix = "add `server.caProvider` or `server.caBundle`"
        yield at, "names no certificate authority", why, fix


RULE = Rule(
    code="SK248",
    severity="warning",
    title="the store `{store}` {what}",
    why="{why}",
    fix="{fix}",
    source="External Secrets Operator, its vault and kubernetes providers",
    find=find,
    wrong="""
        spec:
          stores:
            vault:
              vault:  # <- SK248
                server: https://vault.example.com
                path: kv
            shared:
              kubernetes:  # <- SK248
                serviceAccount: shop
          secrets:
            db: {from: vault, keys: {password: db#password, key: {from: shared, key: db}}}
    """,
    right="""
        spec:
          stores:
            vault: {vault: {server: "https://vault.example.com", path: kv, role: shop}}
            shared: {kubernetes: {remoteNamespace: shared, serviceAccount: shop}}
          secrets:
            db: {from: vault, keys: {password: db#password, key: {from: shared, key: db}}}
    """,
)
