"""SK305: only a ServiceAccount has a namespace."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for access in app.access:
        if access.subject_kind != "ServiceAccount" and access.subject_namespace is not None:
            kind = access.subject_kind.lower()
            yield RULE.at((access.at / "namespace").key, kind=kind)


RULE = Rule(
    code="SK305",
    title="a {kind} has no namespace",
    why="the API server refuses a {kind} with a namespace as the subject of a binding",
    fix="leave `namespace` out, or name a `serviceAccount`",
    source="Kubernetes RBAC: subjects",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {existing: true}
          access:
            oncall:
              group: shop-oncall
              namespace: ops  # <- SK305
              secrets: [db]
    """,
    right="""
        spec:
          secrets:
            db: {existing: true}
          access:
            oncall: {group: shop-oncall, secrets: [db]}
            job: {serviceAccount: backup, namespace: ops, secrets: [db]}
    """,
)
