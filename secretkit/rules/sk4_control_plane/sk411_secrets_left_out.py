"""SK411: encryption at rest is for Secrets first."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.control_plane import Kind
from secretkit.model.encryptable import unencryptable
from secretkit.rules import Rule

_SECRETS = Kind("", "secrets")


def find(app: App) -> Iterator[Finding]:
    encryption = app.encryption
    if not encryption or any(map(unencryptable, encryption.resources)):
        return  # what is misspelled may be meant for `secrets`
    if encryption.block and not encryption.covers(_SECRETS):
        covering = set(_SECRETS.above)
        field = "except" if covering & set(encryption.excepted_kinds) else "resources"
        yield RULE.at((encryption.at / field).key)


RULE = Rule(
    code="SK411",
    severity="warning",
    title="`secrets` are not among the encrypted resources",
    why="they would lie in etcd, and in each of its backups, in the clear; and Secrets that are "
    "encrypted already could not be read any more",
    fix="add `secrets` to `resources`, and take them out of `except`",
    source="CIS Kubernetes Benchmark 1.2.27",
    find=find,
    wrong="""
        spec:
          encryption:
            resources: [configmaps]  # <- SK411
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
    """,
    right="""
        spec:
          encryption:
            resources: [configmaps, secrets]
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
    """,
)
