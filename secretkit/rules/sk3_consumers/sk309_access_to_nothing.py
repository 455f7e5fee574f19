"""SK309: a Role without names would hold for every Secret."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for access in app.access:
        if not access.secrets:
            yield RULE.at(access.at / "secrets", name=access.name)


RULE = Rule(
    code="SK309",
    title="`{name}` gives access to `*`, but this file has no secrets",
    why="a Role that names no Secret holds for every Secret of the namespace",
    fix="add the secrets that are meant, with `existing: true` where others make them, or take the "
    "entry out",
    source="Kubernetes RBAC: an empty resourceNames means all",
    find=find,
    wrong="""
        spec:
          access:
            oncall: {group: shop-oncall, secrets: "*"}  # <- SK309
    """,
    right="""
        spec:
          secrets:
            db: {existing: true}
          access:
            oncall: {group: shop-oncall, secrets: "*"}
    """,
)
