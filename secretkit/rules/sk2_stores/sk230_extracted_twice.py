"""SK230: one remote secret is extracted once."""

from collections.abc import Iterator
from typing import Any

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        first: dict[Any, Place] = {}
        for read in secret.reads:
            if read.kind == "key":
                continue
            what = (
                read.kind,
                read.store,
                repr(dict(sorted(read.remote.items()))),
                repr(read.rewrite),
            )
            other = first.setdefault(what, read.at)
            if other is not read.at:
                yield RULE.at(read.at, also=[other])


RULE = Rule(
    code="SK230",
    severity="warning",
    title="this is fetched already, in the same way",
    why="the same keys come twice, and the later ones win",
    fix="drop one of the two",
    find=find,
    wrong="""
        app:
          from: vault
          extract:
            - shop
            - shop  # <- SK230
    """,
    right="""
        app:
          from: vault
          extract: [shop, common]
    """,
)
