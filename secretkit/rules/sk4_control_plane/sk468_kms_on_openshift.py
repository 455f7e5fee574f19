"""SK468: OpenShift encrypts with keys of its own."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.wiring.openshift import OWN


def find(app: App) -> Iterator[Finding]:
    block = app.encryption.block if app.encryption else None
    kms = block.kms if block and block.is_kms else None
    if app.target.provider == "openshift" and kms and kms.name != OWN:
        yield RULE.at(kms.at / "name", own=OWN)


RULE = Rule(
    code="SK468",
    severity="warning",
    title="OpenShift does not use this key",
    why="its operators make and rotate keys of their own: a key service is behind a feature gate there, and "
    "`render -o` writes `spec.encryption.type: aesgcm` in the APIServer `cluster`",
    fix="write `name: {own}`, which stands for those keys",
    source="openshift/api, config/v1, types_apiserver.go",
    find=find,
    wrong="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: openshift}
          encryption:
            provider: kms
            kms:
              name: aws-kms  # <- SK468
    """,
    right="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: openshift}
          encryption:
            provider: kms
            kms: {name: openshift}
    """,
)
