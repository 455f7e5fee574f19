"""SK404: a KMS plugin is reached through a socket."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.control_plane import Kms
from secretkit.names import is_socket
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for block in app.encryption.blocks if app.encryption else ():
        if block.kms and not app.target.is_managed:
            yield from _endpoint(block.kms)


def _endpoint(kms: Kms) -> Iterator[Finding]:
    if kms.endpoint is None:
        yield RULE.at(kms.at.key, problem="has no `endpoint`")
    elif not is_socket(kms.endpoint):
        yield RULE.at(kms.at / "endpoint", problem="has an `endpoint` that is no unix socket")


RULE = Rule(
    code="SK404",
    title="the KMS plugin {problem}",
    why="the API server speaks to a plugin through a socket on its own host, and does not start "
    "without one",
    fix="write `endpoint: unix:///PATH`, the absolute path at which the plugin listens",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: true
            kms: {name: aws-kms}  # <- SK404
    """,
    right="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: true
            kms: {name: aws-kms, endpoint: "unix:///run/kms.sock"}
    """,
)
