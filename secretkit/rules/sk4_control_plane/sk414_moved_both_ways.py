"""SK414: one provider at a time comes or goes."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    encryption = app.encryption
    if encryption and encryption.move_to and encryption.move_from:
        yield RULE.at(encryption.move_from.at.key, also=[encryption.move_to.at.key])


RULE = Rule(
    code="SK414",
    title="`moveTo` and `moveFrom` stand together",
    why="a move has two steps: first the new provider can be read (`moveTo`), then it writes and the "
    "old one can still be read (`moveFrom`)",
    fix="finish one move before the next",
    source="control plane: moving from one provider to another",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: secretbox
            readUnencrypted: false
            keys:
              - {name: key-20261101-1, state: active}
            moveTo:
              provider: kms
              kms: {name: aws-kms, endpoint: "unix:///run/kms.sock"}
            moveFrom:  # <- SK414
              provider: aesgcm
              keys:
                - {name: key-20251101-1, state: previous}
    """,
    right="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: false
            kms: {name: aws-kms, endpoint: "unix:///run/kms.sock"}
            moveFrom:
              provider: secretbox
              keys:
                - {name: key-20261101-1, state: previous}
    """,
)
