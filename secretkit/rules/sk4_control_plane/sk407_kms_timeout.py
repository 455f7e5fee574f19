"""SK407: a KMS plugin's timeout is a duration above zero."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.names import duration
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for block in app.encryption.blocks if app.encryption else ():
        if block.kms and not _is_positive(block.kms.timeout):
            yield RULE.at(block.kms.at / "timeout")


def _is_positive(text: str) -> bool:
    try:
        return duration(text) > 0
    except ValueError:
        return False


RULE = Rule(
    code="SK407",
    title="the KMS plugin's `timeout` is no duration above zero",
    why="the API server does not start with it",
    fix="write a Go duration, such as 3s",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: true
            kms:
              name: aws-kms
              endpoint: unix:///run/kms.sock
              timeout: 0s  # <- SK407
    """,
    right="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: true
            kms: {name: aws-kms, endpoint: "unix:///run/kms.sock", timeout: 5s}
    """,
)
