"""SK249: a secret with a store reads something from it."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import External
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if isinstance(secret.origin, External) and not secret.reads and not secret.leased:
            yield RULE.at((secret.at / "from").key, secret=secret.key)


RULE = Rule(
    code="SK249",
    title="`{secret}` names a store, but nothing to read there",
    why="the operator's webhook denies an ExternalSecret without data",
    fix="add `keys`, `extract`, `find` or `dynamic`",
    source="External Secrets Operator, validating webhook of ExternalSecrets",
    find=find,
    wrong="""
        db:
          from: vault  # <- SK249
    """,
    right="""
        db:
          from: vault
          keys: {password: db#password}
    """,
)
