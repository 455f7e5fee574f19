"""SK236: a store of a namespace logs in with what lies there."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.store import Store
from secretkit.rules import Rule
from secretkit.text import Place, has


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        if not store.is_ref and not store.is_cluster:
            for place, namespace in _elsewhere(store, app.namespace):
                yield RULE.at(place, namespace=namespace, own=app.namespace)


def _elsewhere(store: Store, own: str) -> Iterator[tuple[Place, str]]:
    if store.account and store.account.namespace != own:
        yield store.account.at / "namespace", store.account.namespace
    for reference in store.references:
        place = store.settings_at
        for step in (*reference.path, "namespace"):
            place = place / step
        namespace = reference.value.get("namespace")
        # The reference of an account that stands above is not in the file.
        is_accounts = store.account is not None and store.account.namespace == namespace
        if namespace is None or (is_accounts and not has(place.tree.value, place.path)):
            continue
        # The kubernetes provider refuses even its own namespace there.
        is_strict = reference.kind == "ca" and store.provider_name == "kubernetes"
        if namespace != own or is_strict:
            yield place, namespace


RULE = Rule(
    code="SK236",
    title="a store of namespace `{own}` cannot take its login from namespace `{namespace}`",
    why="the operator's webhook denies a SecretStore that reaches into a namespace",
    fix="drop `namespace`, which is `{own}` anyway, or make the store `scope: cluster`",
    source="External Secrets Operator, ValidateSecretSelector; issue 3520",
    find=find,
    wrong="""
        spec:
          stores:
            vault:
              vault:
                server: https://vault.example.com
                path: kv
                auth:
                  tokenSecretRef:
                    name: token
                    key: token
                    namespace: vault  # <- SK236
            gcp:
              gcp:
                serviceAccount:
                  name: shop
                  namespace: logins  # <- SK236
          secrets:
            db: {from: vault, keys: {password: {from: gcp, key: db}, user: db#user}}
    """,
    right="""
        spec:
          stores:
            vault:
              vault:
                server: https://vault.example.com
                path: kv
                auth: {tokenSecretRef: {name: token, key: token}}
          secrets:
            db: {from: vault, keys: {user: db#user}}
    """,
)
