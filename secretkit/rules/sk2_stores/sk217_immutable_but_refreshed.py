"""SK217: what cannot change is not refreshed."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if secret.immutable and secret.is_whole and not secret.is_made_once:
            yield RULE.at((secret.at / "immutable").key, secret=secret.key)


RULE = Rule(
    code="SK217",
    title="`{secret}` is immutable, but is read again and again",
    why="the API server refuses each change of an immutable Secret, so new values never arrive",
    fix="make it once, with `refresh: once`, or drop `immutable`",
    source="External Secrets Operator, target.immutable",
    find=find,
    wrong="""
        db:
          from: vault
          keys: {password: db#password}
          immutable: true  # <- SK217
    """,
    right="""
        db:
          from: vault
          keys: {password: db#password}
          immutable: true
          refresh: once
    """,
)
