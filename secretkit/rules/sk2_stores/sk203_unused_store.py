"""SK203: a store is there to be used."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import External
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    used = set()
    for secret in app.secrets.values():
        used |= {read.store for read in secret.reads}
        used |= {push.store for push in secret.push}
        if isinstance(secret.origin, External):
            used.add(secret.origin.store)
        if secret.leased:
            used.add(secret.leased.store)
    for key, store in app.stores.items():
        if key not in used:
            yield RULE.at(store.at.key, store=key)


RULE = Rule(
    code="SK203",
    severity="warning",
    title="no secret uses the store `{store}`",
    why="it is emitted all the same, with a login that anybody in the namespace can read through",
    fix="drop it, or read from it with `from: {store}`",
    find=find,
    wrong="""
        spec:
          stores:
            vault: {vault: {server: "https://vault.example.com", path: kv, role: shop}}
            old:  # <- SK203
              vault: {server: "https://old.example.com", path: kv, role: shop}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
    right="""
        spec:
          stores:
            vault: {vault: {server: "https://vault.example.com", path: kv, role: shop}}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
)
