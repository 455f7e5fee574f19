"""SK213: an interval of zero is no interval."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        ends = secret.leased or secret.makes_tokens  # other rules speak of those
        is_zero = secret.refresh.policy == "Periodic" and not secret.refresh.interval
        if is_zero and secret.is_operators and not ends:
            yield RULE.at(secret.refresh.at)


RULE = Rule(
    code="SK213",
    title="`refresh` is zero",
    why="the operator would read once and then never again, not even when this file changes or "
    "someone asks for it",
    fix="write `once`, or `onChange` to read again when this file changes",
    source="external-secrets issues 4167 and 4447",
    find=find,
    wrong="""
        db:
          from: vault
          keys: {password: db#password}
          refresh: 0s  # <- SK213
    """,
    right="""
        db:
          from: vault
          keys: {password: db#password}
          refresh: once
    """,
)
