"""SK231: a rewrite takes the place of the conversion."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for read in secret.reads:
            if read.rewrite and "conversionStrategy" in read.remote:
                yield RULE.at((read.at / "conversionStrategy").key)


RULE = Rule(
    code="SK231",
    severity="warning",
    title="`conversionStrategy` does nothing beside `rewrite`",
    why="with any rewrite the operator leaves the keys as the rewrite made them, and fails on what "
    "no key can hold",
    fix="drop it, and let the rewrite replace such characters too",
    source="External Secrets Operator, dataFrom",
    find=find,
    wrong="""
        flags:
          from: aws
          find:
            name: "^flags-"
            conversionStrategy: Unicode  # <- SK231
            rewrite:
              - regexp: {source: "[^a-z]", target: "_"}
    """,
    right="""
        flags:
          from: aws
          find:
            name: "^flags-"
            rewrite:
              - regexp: {source: "[^a-z]", target: "_"}
    """,
)
