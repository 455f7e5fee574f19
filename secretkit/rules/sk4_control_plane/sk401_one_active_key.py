"""SK401: one key writes."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    encryption = app.encryption
    if not encryption or not encryption.block or not encryption.block.keys:
        return
    active = [key for key in encryption.block.keys if key.state == "active"]
    if len(active) > 1:
        yield RULE.at(
            active[1].at / "state", also=[active[0].at / "state"], found=f"{len(active)} keys are"
        )
    elif not active and not encryption.write_unencrypted:
        yield RULE.at((encryption.block.at / "keys").key, found="no key is")


RULE = Rule(
    code="SK401",
    title="{found} `active`, and exactly one writes",
    why="the active key encrypts what is written from now on; the others can only be read",
    fix="mark one key `active`, a new one `next` until every API server can read it, an old one "
    "`previous` until every object is rewritten",
    source="control plane: the first key of the first provider writes",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
              - {name: key-20261120-1, state: active}  # <- SK401
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
