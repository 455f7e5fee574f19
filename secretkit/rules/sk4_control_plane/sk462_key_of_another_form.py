"""SK462: on a managed cluster `kms.name` is the cloud's key."""

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
        if block.is_kms and block.kms and not cloud.is_key(block.kms.name):
            yield RULE.at(block.kms.at / "name", cloud=cloud.title, key=cloud.key)


RULE = Rule(
    code="SK462",
    title="`name` is no key of {cloud}",
    why="there is no plugin to call by a name there: what stands here goes into the cloud's own setting, "
    "which would be refused",
    fix="write {key}",
    find=find,
    wrong="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: aks}
          encryption:
            provider: kms
            kms:
              name: azure-kms  # <- SK462
    """,
    right="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: aks}
          encryption:
            provider: kms
            kms: {name: "https://acme.vault.azure.net/keys/secrets/0123456789abcdef0123456789abcdef"}
    """,
)
