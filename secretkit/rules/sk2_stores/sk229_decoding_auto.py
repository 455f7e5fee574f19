"""SK229: values are decoded where they are encoded, not by guess."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for read in secret.reads:
            if read.remote.get("decodingStrategy") == "Auto":
                yield RULE.at(read.at / "decodingStrategy")


RULE = Rule(
    code="SK229",
    severity="warning",
    title="`decodingStrategy: Auto` corrupts values that only look like base64",
    why="every value is tried, and a plain one such as a word of eight letters may be valid base64",
    fix="write `Base64` where values are encoded, and nothing where they are not",
    source="External Secrets Operator, decodingStrategy",
    find=find,
    wrong="""
        db:
          from: vault
          extract:
            key: db
            decodingStrategy: Auto  # <- SK229
    """,
    right="""
        db:
          from: vault
          extract:
            key: db
            decodingStrategy: Base64
    """,
)
