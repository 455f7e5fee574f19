"""SK405: a key's name is its own, in the whole file."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.control_plane import Key
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    first: dict[str, Key] = {}
    for block in app.encryption.blocks if app.encryption else ():
        for key in block.keys:
            other = first.setdefault(key.name, key)
            if other is not key:
                yield RULE.at(key.at / "name", also=[other.at / "name"], name=key.name)


RULE = Rule(
    code="SK405",
    title="two keys are called `{name}`",
    why="what is stored names the key it was encrypted with; of two keys of one name the wrong one "
    "is tried, and with aescbc it sometimes seems to fit, so that the object cannot be read",
    fix="give each key a name that was never used, such as key-20261120-1",
    source="control plane: the API server does not check this",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
              - {name: key-20261101-1, state: next}  # <- SK405
    """,
    right="""
        spec:
          encryption:
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
              - {name: key-20261120-1, state: next}
    """,
)
