"""SK478: two KMS plugins listen on two sockets."""

from collections.abc import Iterator
from posixpath import normpath

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.control_plane import Block
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    encryption = app.encryption
    if not encryption or not encryption.block:
        return
    for other in (encryption.move_to, encryption.move_from):
        path = _socket(other) if other else None
        if not other or not other.kms or not path or path != _socket(encryption.block):
            continue
        assert encryption.block.kms
        also = [encryption.block.kms.at / "endpoint"]
        found = RULE.at(
            other.kms.at / "endpoint",
            also=also,
            one=encryption.block.kms.name,
            other=other.kms.name,
        )
        # What a turned move has written must be rewritten and dropped as ever.
        yield found if other is encryption.move_to else found._replace(severity="warning")


def _socket(block: Block) -> str | None:
    endpoint = block.kms.endpoint if block.kms else None
    return normpath(endpoint.removeprefix("unix://")) if endpoint else None


RULE = Rule(
    code="SK478",
    title="`{one}` and `{other}` are on one socket, so they are one plugin",
    why="the API server starts with it, but a plugin has one key, whatever it is called: moving changes the "
    "name alone. And once another plugin listens there, what the first one wrote cannot be read",
    fix="let the new plugin listen on a socket of its own, beside the old one; for another key of the same "
    "plugin change the key in the KMS, and nothing here",
    source="k8s.io/apiserver: validateKMSConfiguration compares names, and no endpoints",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: true
            kms: {name: aws-kms, endpoint: "unix:///run/kms.sock"}
            moveTo:
              provider: kms
              kms:
                name: aws-kms-2
                endpoint: unix:///run/kms.sock  # <- SK478
    """,
    right="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: true
            kms: {name: aws-kms, endpoint: "unix:///run/kms.sock"}
            moveTo:
              provider: kms
              kms: {name: aws-kms-2, endpoint: "unix:///run/new-kms.sock"}
    """,
)
