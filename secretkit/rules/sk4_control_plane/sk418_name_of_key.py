"""SK418: names of keys and plugins, once variables are replaced."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.names import is_label
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for block in app.encryption.blocks if app.encryption else ():
        if block.kms and {":", "$"} & set(block.kms.name):
            yield RULE.at(block.kms.at / "name", what="KMS plugin")
        for key in block.keys:
            if not is_label(key.name):
                yield RULE.at(key.at / "name", what="key")


RULE = Rule(
    code="SK418",
    title="this cannot be the name of a {what}",
    why="it becomes part of what etcd stores, where a colon ends it, and the API server refuses some",
    fix="use lower case letters, digits and `-`, such as key-20261101-1",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: "${app}:1", state: active}  # <- SK418
    """,
    right="""
        spec:
          encryption:
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: "${app}-1", state: active}
    """,
)
