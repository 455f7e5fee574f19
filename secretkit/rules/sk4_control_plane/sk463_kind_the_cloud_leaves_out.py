"""SK463: a cloud encrypts the kinds that it chose."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.wiring import cloud_of


def find(app: App) -> Iterator[Finding]:
    cloud = cloud_of(app.target)
    if not cloud or cloud.kinds is None or not app.encryption or not app.encryption.block:
        return
    for number, kind in enumerate(app.encryption.kinds):
        if kind not in cloud.kinds:
            yield RULE.at(app.encryption.at / "resources" / number, kind=kind, cloud=cloud.title,
                          kinds=", ".join(map(str, cloud.kinds)))  # fmt: skip


RULE = Rule(
    code="SK463",
    title="{cloud} does not encrypt `{kind}`",
    why="its setting covers {kinds}, and cannot be told to cover more: what is asked for here would stay "
    "as it is, and apps that demand it would be told that it is encrypted",
    fix="name of these only what is needed: {kinds}",
    find=find,
    wrong="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: gke}
          encryption:
            resources:
              - secrets
              - configmaps  # <- SK463
            provider: kms
            kms: {name: projects/acme/locations/europe-west1/keyRings/clusters/cryptoKeys/secrets}
    """,
    right="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: gke}
          encryption:
            resources: [secrets]
            provider: kms
            kms: {name: projects/acme/locations/europe-west1/keyRings/clusters/cryptoKeys/secrets}
    """,
)
