"""SK510: a literal is for what is not secret."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for key, value in secret.literals.items():
            from secretkit.looks import look  # its patterns cost time, and few apps have literals

            seen = look(key, value.reveal().decode(errors="replace"))
            if seen.is_secret:
                yield RULE.at(secret.at / "values" / key / "literal", key=key, what=seen.what)


RULE = Rule(
    code="SK510",
    title="the literal of `{key}` looks like a secret: {what}",
    why="this file lies in Git, where everyone who can read the repository reads it, and it stays in "
    "the history",
    fix="rotate the value if it is real; then keep it in a store (`from`), seal it (`sealed`), or "
    "read it when rendering (`env`, `file`, `sops`)",
    source="sealing-rotation-scanning, 6.6: provider patterns, key names, shapes",
    find=find,
    wrong="""
        db:
          values:
            username: {literal: shop}
            password: {literal: not-really-one}  # <- SK510
    """,
    right="""
        db:
          values:
            username: {literal: shop}
            password: {env: DB_PASSWORD}
    """,
)
