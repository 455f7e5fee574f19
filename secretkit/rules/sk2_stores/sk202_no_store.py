"""SK202: every read says where from."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        reads = (*secret.reads, *((secret.leased,) if secret.leased else ()))
        lost = [read.at for read in reads if read.store is None]
        if lost:
            yield RULE.at(lost[0].key, also=[place.key for place in lost[1:]], secret=secret.key)


RULE = Rule(
    code="SK202",
    title="nothing says from which store `{secret}` is read",
    why="neither the secret nor the item has a `from`",
    fix="add `from: STORE` to the secret, or to each item",
    find=find,
    wrong="""
        db:
          keys:
            username: {from: vault, key: db, property: username}
            password: db#password  # <- SK202
    """,
    right="""
        db:
          keys:
            username: {from: vault, key: db, property: username}
            password: {from: vault, key: db, property: password}
    """,
)
