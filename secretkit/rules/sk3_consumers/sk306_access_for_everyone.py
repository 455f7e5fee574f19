"""SK306: no access for everyone."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule

_EVERYONE = {
    ("Group", "system:authenticated"): "everyone who can log in, every pod included,",
    ("Group", "system:unauthenticated"): "everyone, without a login,",
    ("Group", "system:serviceaccounts"): "every pod of every namespace",
    ("User", "system:anonymous"): "everyone, without a login,",
}


def find(app: App) -> Iterator[Finding]:
    for access in app.access:
        who = _EVERYONE.get((access.subject_kind, access.subject))
        if who:
            yield RULE.at(access.at / access.subject_kind.lower(), who=who)


RULE = Rule(
    code="SK306",
    title="{who} could read these Secrets",
    why="the subject holds all of a cluster's users or pods, so one stolen token is enough",
    fix="name the ServiceAccount, or the group of the team",
    source="CIS Kubernetes Benchmark 5.1.2; Kubernetes RBAC: default roles and bindings",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {existing: true}
          access:
            all: {group: "system:authenticated", secrets: [db]}  # <- SK306
    """,
    right="""
        spec:
          secrets:
            db: {existing: true}
          access:
            team: {group: shop-team, secrets: [db]}
    """,
)
