"""SK215: a mistyped key is an error, not a deletion."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import External
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        is_fetched = isinstance(secret.origin, External) and secret.is_whole
        if is_fetched and secret.deletion_policy != "Retain":
            yield RULE.at(secret.at / "deletionPolicy", policy=secret.deletion_policy)


RULE = Rule(
    code="SK215",
    severity="info",
    title="`deletionPolicy: {policy}` hides a key that is mistyped or gone",
    why="the operator takes what it does not find for deleted: it reports no error, and the keys, or "
    "the whole Secret, go away under the running app",
    fix="leave it at `Retain`, which keeps the Secret and reports the error",
    source="External Secrets Operator, deletionPolicy",
    find=find,
    wrong="""
        db:
          from: vault
          keys: {password: db#password}
          deletionPolicy: Delete  # <- SK215
    """,
    right="""
        db:
          from: vault
          keys: {password: db#password}
          deletionPolicy: Retain
    """,
)
