"""SK417: keys of a provider that comes or goes do not write."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule

_STATES = {"moveTo": ("next", "has not had its turn yet"), "moveFrom": ("previous", "had its turn")}


def find(app: App) -> Iterator[Finding]:
    if not app.encryption:
        return
    for block, field in (
        (app.encryption.move_to, "moveTo"),
        (app.encryption.move_from, "moveFrom"),
    ):
        state, why = _STATES[field]
        for key in block.keys if block else ():
            if key.state == "active":
                yield RULE.at(key.at / "state", field=field, state=state, why=why)


RULE = Rule(
    code="SK417",
    title="a key of `{field}` is `active`",
    why="that provider {why}, and exactly one key writes",
    fix="write `state: {state}`",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: false
            kms: {name: aws-kms, endpoint: "unix:///run/kms.sock"}
            moveFrom:
              provider: secretbox
              keys:
                - {name: key-20261101-1, state: active}  # <- SK417
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
