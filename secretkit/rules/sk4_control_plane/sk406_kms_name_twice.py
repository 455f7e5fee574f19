"""SK406: a KMS plugin's name is its own, in the whole file."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.control_plane import Kms
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    first: dict[str, Kms] = {}
    for block in app.encryption.blocks if app.encryption else ():
        if not block.kms:
            continue
        other = first.setdefault(block.kms.name, block.kms)
        if other is not block.kms:
            yield RULE.at(block.kms.at / "name", also=[other.at / "name"], name=block.kms.name)


RULE = Rule(
    code="SK406",
    title="two KMS plugins are called `{name}`",
    why="what is stored names the plugin it was encrypted with, and the API server does not start "
    "with two of one name",
    fix="give the new one another name, and keep the old one's as it is",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: true
            kms: {name: aws-kms, endpoint: "unix:///run/kms.sock"}
            moveTo:
              provider: kms
              kms:
                name: aws-kms  # <- SK406
                endpoint: unix:///run/new-kms.sock
    """,
    right="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: true
            kms: {name: aws-kms, endpoint: "unix:///run/kms.sock"}
            moveTo:
              provider: kms
              kms: {name: aws-kms-2, endpoint: "unix:///run/new-kms.sock"}
    """,
)
