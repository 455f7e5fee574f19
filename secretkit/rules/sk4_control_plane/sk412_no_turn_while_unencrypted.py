"""SK412: while objects are written unencrypted, a key's state says which way things go."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    encryption = app.encryption
    if not encryption or not encryption.block or not encryption.write_unencrypted:
        return
    keys = encryption.block.keys
    if keys and all(key.state == "previous" for key in keys):
        yield RULE.at((encryption.block.at / "keys").key)


RULE = Rule(
    code="SK412",
    title="beside `writeUnencrypted: true` every key is `previous`",
    why="nothing says whether encryption is about to begin or to end",
    fix="mark the key `next` while encryption is being enabled, `active` while it is being disabled",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: secretbox
            writeUnencrypted: true
            keys:  # <- SK412
              - {name: key-20261101-1, state: previous}
    """,
    right="""
        spec:
          encryption:
            provider: secretbox
            writeUnencrypted: true
            keys:
              - {name: key-20261101-1, state: next}
    """,
)
