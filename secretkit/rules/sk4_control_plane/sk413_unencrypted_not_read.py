"""SK413: what is stored in the clear can be read, unless the file says that nothing is."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    encryption = app.encryption
    if not encryption or not encryption.block or app.target.is_managed:
        return
    silent = not encryption.says("readUnencrypted")
    if silent and not encryption.write_unencrypted:
        yield RULE.at(encryption.block.at / "provider")


RULE = Rule(
    code="SK413",
    severity="warning",
    title="objects that are not encrypted yet could not be read",
    why="a single one of them breaks every list of its kind, on every API server that has this file",
    fix="add `readUnencrypted: true` until every object is rewritten, and `readUnencrypted: false` "
    "once that is proven",
    source="control plane: without identity in the list, stored plaintext is a read error",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: secretbox  # <- SK413
            keys:
              - {name: key-20261101-1, state: active}
    """,
    right="""
        spec:
          encryption:
            provider: secretbox
            readUnencrypted: false
            keys:
              - {name: key-20261101-1, state: active}
    """,
)
