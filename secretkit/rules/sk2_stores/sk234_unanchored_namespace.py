"""SK234: an expression for namespaces means whole names."""

import re
from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.lazy import lazily
from secretkit.model.app import App
from secretkit.rules import Rule

_WHOLE = lazily(r"(\^|\\A).*(?<!\\)(\$|\\z)", re.S)


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        for number, condition in enumerate(store.conditions):
            at = store.at / "conditions" / number / "namespaceRegexes"
            for one, pattern in enumerate(condition.get("namespaceRegexes", ())):
                if not _WHOLE.fullmatch(pattern):
                    yield RULE.at(at / one, good=f"^{pattern.strip('^$')}$")


RULE = Rule(
    code="SK234",
    severity="warning",
    title="this expression also admits namespaces that merely contain what it matches",
    why="the operator looks for it anywhere in the name, so `team-a` admits `not-team-a` as well",
    fix="anchor it: `{good}`",
    source="External Secrets Operator, conditions of a ClusterSecretStore",
    find=find,
    wrong="""
        spec:
          stores:
            vault:
              scope: cluster
              conditions:
                - namespaces: [prod]
                  namespaceRegexes:
                    - team-a-.*  # <- SK234
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
                  namespaceRegexes:
                    - ^team-a-.*$
              vault: {server: "https://vault.example.com", path: kv, role: shop}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
)
