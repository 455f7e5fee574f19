"""SK460: on a managed cluster only the cloud's key service can be named."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.wiring import cloud_of


def find(app: App) -> Iterator[Finding]:
    cloud = cloud_of(app.target)
    if not cloud or not app.encryption:
        return
    for block in app.encryption.blocks:
        if not block.is_kms:
            yield RULE.at(block.at / "provider", provider=block.provider, cloud=cloud.title,
                          key=cloud.key, setting=cloud.setting)  # fmt: skip


RULE = Rule(
    code="SK460",
    title="`provider: {provider}` is for an API server of one's own, and this cluster is {cloud}'s",
    why="nobody can give that API server a file of keys: its cloud has a setting in its place",
    fix="write `provider: kms`, and in place of `keys` a `kms` whose `name` is {key}; `render -o` writes that "
    "setting: `{setting}`",
    find=find,
    wrong="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: eks}
          encryption:
            provider: secretbox  # <- SK460
            keys:
              - {name: key-20261101-1, state: active}
    """,
    right="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: eks}
          encryption:
            provider: kms
            kms: {name: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
    """,
)
