"""SK419: what is written in the clear can be read, whatever the file says."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    encryption = app.encryption
    if not encryption or not encryption.write_unencrypted or encryption.read_unencrypted:
        return
    if encryption.says("readUnencrypted"):
        yield RULE.at(encryption.at / "readUnencrypted", also=[encryption.at / "writeUnencrypted"])


RULE = Rule(
    code="SK419",
    severity="warning",
    title="`readUnencrypted: false` does nothing beside `writeUnencrypted: true`",
    why="objects that are written in the clear must be readable, so identity is in the list",
    fix="drop `readUnencrypted` until encryption writes",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: secretbox
            writeUnencrypted: true
            readUnencrypted: false  # <- SK419
            keys:
              - {name: key-20261101-1, state: next}
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
