"""SK465: a KMS plugin's name has no colon."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    if app.target.is_managed or not app.encryption:
        return
    for block in app.encryption.blocks:
        if block.kms and ":" in block.kms.name:
            yield RULE.at(block.kms.at / "name")


RULE = Rule(
    code="SK465",
    title="the name of a KMS plugin holds a colon",
    why="the API server puts it before what it stores, ends it with a colon, and does not start with a "
    "name that has one",
    fix="write a plain name, such as `aws-kms`; the plugin itself knows its key. A cloud's key stands here "
    "only where `targets.provider` in platform.yaml says `eks` or `aks`",
    source="k8s.io/apiserver, pkg/apis/apiserver/validation",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: true
            kms:
              name: arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab  # <- SK465
              endpoint: unix:///run/kms.sock
    """,
    right="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: true
            kms: {name: aws-kms, endpoint: "unix:///run/kms.sock"}
    """,
)
