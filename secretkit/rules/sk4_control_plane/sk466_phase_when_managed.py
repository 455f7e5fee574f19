"""SK466: on a managed cluster the cloud goes through the phases by itself."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.wiring import cloud_of


def find(app: App) -> Iterator[Finding]:
    cloud, encryption = cloud_of(app.target), app.encryption
    if not cloud or not encryption:
        return
    said = {
        "moveTo": encryption.move_to,
        "moveFrom": encryption.move_from,
        "writeUnencrypted": encryption.write_unencrypted,
    }
    for field, value in said.items():
        if value:
            yield RULE.at((encryption.at / field).key, field=field, cloud=cloud.title)


RULE = Rule(
    code="SK466",
    severity="warning",
    title="`{field}` changes nothing on {cloud}",
    why="it is a phase of an API server of one's own: the cloud has one key in its setting, and goes from "
    "one to the next by itself",
    fix="drop it, and let `kms.name` be the key that is wanted",
    find=find,
    wrong="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: gke}
          encryption:
            provider: kms
            kms: {name: projects/acme/locations/europe-west1/keyRings/clusters/cryptoKeys/secrets}
            moveTo:  # <- SK466
              provider: kms
              kms: {name: projects/acme/locations/europe-west1/keyRings/clusters/cryptoKeys/next}
    """,
    right="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: gke}
          encryption:
            provider: kms
            kms: {name: projects/acme/locations/europe-west1/keyRings/clusters/cryptoKeys/next}
    """,
)
