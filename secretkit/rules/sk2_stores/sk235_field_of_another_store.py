"""SK235: a field says something for the kind of store that it stands in."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.store import Store
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for key, store in app.stores.items():
        for field, what, fix in _problems(store):
            yield RULE.at((store.at / field).key, field=field, store=key, what=what, fix=fix)


def _problems(store: Store) -> Iterator[tuple[str, str, str]]:
    if store.is_ref:
        for field in ("name", "scope", "conditions", "referent"):
            if store.says(field):
                yield field, "which exists already", "say it under `ref`, or drop it"
    elif not store.is_cluster:
        what, fix = "a store of one namespace", "add `scope: cluster`, or drop it"
        if store.conditions:
            yield "conditions", what, fix
        if store.referent:
            yield "referent", what, fix


RULE = Rule(
    code="SK235",
    title="`{field}` says nothing for `{store}`, {what}",
    why="it would do nothing there, and nobody would see that",
    fix="{fix}",
    source="External Secrets Operator, SecretStore",
    find=find,
    wrong="""
        spec:
          stores:
            vault:
              conditions:  # <- SK235
                - namespaces: [prod]
              vault: {server: "https://vault.example.com", path: kv, role: shop}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
    right="""
        spec:
          stores:
            vault:
              scope: cluster
              conditions:
                - namespaces: [prod]
              vault: {server: "https://vault.example.com", path: kv, role: shop}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
)
