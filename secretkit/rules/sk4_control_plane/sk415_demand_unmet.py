"""SK415: somebody provides the encryption that an app demands."""

from collections.abc import Iterator, Sequence

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.platform import Platform
from secretkit.rules import Rule


def judge_apps(apps: Sequence[App], platforms: Sequence[Platform]) -> Iterator[Finding]:
    """Demands (`resources` alone) that no platform of the run covers."""
    provided = [
        platform.encryption
        for platform in platforms
        if platform.encryption and platform.encryption.block
    ]
    for app in apps:
        if app.encryption is None or app.encryption.block:
            continue
        for number, kind in enumerate(app.encryption.kinds):
            if not any(other.covers(kind) for other in provided):
                place = app.encryption.at / "resources" / number
                yield RULE.at(place if provided else app.encryption.at.key, kind=kind)
            if not provided:
                break


RULE = Rule(
    code="SK415",
    title="nobody provides the encryption of `{kind}` that this app demands",
    why="`resources` alone is a demand on the cluster, and no platform file says how this one is met",
    fix="name a `provider` here if this app's file speaks for the cluster, or drop `encryption`",
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
