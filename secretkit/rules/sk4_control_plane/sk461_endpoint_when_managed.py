"""SK461: on a managed cluster there is no plugin, and no socket."""

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
        if block.is_kms and block.kms and block.kms.endpoint is not None:
            yield RULE.at((block.kms.at / "endpoint").key, cloud=cloud.title, key=cloud.key,
                          setting=cloud.setting)  # fmt: skip


RULE = Rule(
    code="SK461",
    title="`endpoint` is for an API server of one's own, and this cluster is {cloud}'s",
    why="no plugin can run beside that API server: its cloud reaches the key service by itself",
    fix="drop `endpoint`; `name` is the key ({key}), and `render -o` writes the cloud's setting: "
    "`{setting}`",
    find=find,
    wrong="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: gke}
          encryption:
            provider: kms
            kms:
              name: projects/acme/locations/europe-west1/keyRings/clusters/cryptoKeys/secrets
              endpoint: unix:///run/kms.sock  # <- SK461
    """,
    right="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: gke}
          encryption:
            provider: kms
            kms: {name: projects/acme/locations/europe-west1/keyRings/clusters/cryptoKeys/secrets}
    """,
)
