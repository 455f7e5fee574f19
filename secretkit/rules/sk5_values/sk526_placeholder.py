"""SK526: a placeholder becomes the password."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for key, value in secret.literals.items():
            from secretkit.looks import is_placeholder, names_secret

            if names_secret(key) and is_placeholder(value.reveal().decode(errors="replace")):
                yield RULE.at(secret.at / "values" / key / "literal", key=key)


RULE = Rule(
    code="SK526",
    severity="warning",
    title="the literal of `{key}` is a placeholder, and would be the value",
    why="a literal is written as it stands: nothing replaces it later, and anyone can guess it",
    fix="read the value from a store (`from`), or when rendering (`env`, `file`, `sops`)",
    source="sealing-rotation-scanning, 6.5",
    find=find,
    wrong="""
        db:
          values:
            password: {literal: changeme}  # <- SK526
    """,
    right="""
        db:
          values:
            password: {env: DB_PASSWORD}
    """,
)
