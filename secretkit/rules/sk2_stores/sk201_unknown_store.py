"""SK201: what is read or written names a store that there is."""

from collections.abc import Iterator

from secretkit.finding import Finding, closest
from secretkit.model.app import App
from secretkit.model.secret import External
from secretkit.rules import Rule
from secretkit.text import Place, has


def find(app: App) -> Iterator[Finding]:
    for store, place in _uses(app):
        if store not in app.stores:
            known = ", ".join(f"`{key}`" for key in app.stores) or "none yet"
            yield RULE.at(place, store=store, near=closest(store, app.stores), known=known)


def _uses(app: App) -> Iterator[tuple[str, Place]]:
    """Each store that is named, once for each place that names it."""
    for secret in app.secrets.values():
        own = secret.at / "from"
        named = {}
        if isinstance(secret.origin, External) and secret.origin.store is not None:
            named[own.path] = (secret.origin.store, own)
        for read in (*secret.reads, *((secret.leased,) if secret.leased else ())):
            place = read.at / "from"
            place = place if has(place.tree.value, place.path) else own
            if read.store is not None:
                named[place.path] = (read.store, place)
        yield from named.values()
        for push in secret.push:
            yield push.store, push.at.key


RULE = Rule(
    code="SK201",
    title="there is no store `{store}`{near}",
    why="`from` and `push` take a key of `stores`",
    fix="name one that there is ({known}), or add it to `stores`; one that exists in the cluster "
    "already is `{{ref: {{kind: ClusterSecretStore, name: NAME}}}}`",
    find=find,
    wrong="""
        db:
          from: vualt  # <- SK201
          keys:
            username: db#username
            password: {from: vault, key: db, property: password}
          push:
            asw: {password: backup/db}  # <- SK201
    """,
    right="""
        db:
          from: vault
          keys:
            username: db#username
            password: {from: vault, key: db, property: password}
          push:
            aws: {password: backup/db}
    """,
)
