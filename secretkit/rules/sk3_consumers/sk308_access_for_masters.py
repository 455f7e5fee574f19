"""SK308: system:masters needs no Role."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for access in app.access:
        if (access.subject_kind, access.subject) == ("Group", "system:masters"):
            yield RULE.at(access.at / "group")


RULE = Rule(
    code="SK308",
    severity="warning",
    title="`system:masters` may read every Secret already",
    why="the group stands above all Roles, so this entry limits nothing and only makes it look so",
    fix="take the entry out, or name a group that nothing else gives the right to",
    source="CIS Kubernetes Benchmark 5.1.7",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {existing: true}
          access:
            admins: {group: "system:masters", secrets: [db]}  # <- SK308
    """,
    right="""
        spec:
          secrets:
            db: {existing: true}
          access:
            admins: {group: shop-admins, secrets: [db]}
    """,
)
