"""SK415: somebody provides the encryption that an app demands."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    if app.encryption and not app.encryption.block:
        yield RULE.at(app.encryption.at.key)


RULE = Rule(
    code="SK415",
    title="nobody provides the encryption that this app demands",
    why="`resources` alone is a demand on the cluster, and no platform file says how it is met",
    fix="name a `provider` here if this app's file speaks for the cluster, or drop `encryption`",
    find=find,
    wrong="""
        spec:
          encryption:  # <- SK415
            resources: [secrets]
    """,
    right="""
        spec:
          encryption:
            resources: [secrets]
            provider: kms
            readUnencrypted: true
            kms: {name: aws-kms, endpoint: "unix:///run/kms.sock"}
    """,
)
