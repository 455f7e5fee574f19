"""SK203: a store is there to be used."""

from collections.abc import Iterator

from secretkit.finding import Finding, closest
from secretkit.model.app import App
from secretkit.model.secret import External
from secretkit.model.store import Store
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    used: set[str | None] = set()
    for secret in app.secrets.values():
        used |= {read.store for read in secret.reads}
        used |= {push.store for push in secret.push}
        if isinstance(secret.origin, External):
            used.add(secret.origin.store)
        if secret.leased:
            used.add(secret.leased.store)
    named = {store for store in used if store}
    if not named <= app.stores.keys():
        return  # SK201 says it: the store that is not there may be the one that is not used
    for key, store in app.stores.items():
        if key not in used:
            near = closest(key, named) if _is_new(store) else ""
            yield RULE.at(store.at.key, store=key, near=near)


def _is_new(store: Store) -> bool:
    """Whether an environment alone has it, which may have meant to change another."""
    tree, path, _ = store.at
    return not any(
        layer.find(path) for layer in tree.layers if layer.prefix[1:2] != ("environments",)
    )


RULE = Rule(
    code="SK203",
    severity="warning",
    title="no secret uses the store `{store}`{near}",
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
