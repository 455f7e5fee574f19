"""SK307: accounts that pods share."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.access import Access
from secretkit.model.app import App
from secretkit.rules import Rule

_ACCOUNTS = "system:serviceaccounts:"
_USER = "system:serviceaccount:"


def find(app: App) -> Iterator[Finding]:
    for access in app.access:
        who = _who(access)
        if who:
            field = "serviceAccount" if access.subject_kind == "ServiceAccount" else ""
            place = access.at / (field or access.subject_kind.lower())
            yield RULE.at(place, subject=access.subject, who=who)


def _who(access: Access) -> str | None:
    subject = access.subject
    if access.subject_kind == "ServiceAccount" and subject == "default":
        return f"every pod of namespace `{access.subject_namespace}` that names no account"
    if access.subject_kind == "Group" and subject.startswith(_ACCOUNTS):
        return f"every pod of namespace `{subject.removeprefix(_ACCOUNTS)}`"
    namespace, colon, name = subject.removeprefix(_USER).partition(":")
    if access.subject_kind == "User" and subject.startswith(_USER) and colon and name == "default":
        return f"every pod of namespace `{namespace}` that names no account"
    return None


RULE = Rule(
    code="SK307",
    severity="warning",
    title="`{subject}` is {who}",
    why="whatever else runs there could read these Secrets too",
    fix="give the app a ServiceAccount of its own and name that one",
    source="CIS Kubernetes Benchmark 5.1.5",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {existing: true}
          access:
            reader: {serviceAccount: default, secrets: [db]}  # <- SK307
            pods: {group: "system:serviceaccounts:prod", secrets: [db]}  # <- SK307
    """,
    right="""
        spec:
          secrets:
            db: {existing: true}
          access:
            reader: {serviceAccount: shop, secrets: [db]}
    """,
)
