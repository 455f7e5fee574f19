"""SK513: an SSH key is one that OpenSSH reads."""

import base64
import re
from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.lazy import lazily
from secretkit.model.app import App
from secretkit.rules import Rule

_BLOCK = lazily(
    rb"\s*-----BEGIN ([A-Z0-9 ]{0,40}PRIVATE KEY)-----\r?\n(.+?)\n-----END \1-----\s*", re.DOTALL
)
# PROTOCOL.key of OpenSSH: its mark, then the name of the cipher, with its length before it.
_MARK = b"openssh-key-v1\0"
_UNENCRYPTED = _MARK + b"\0\0\0\x04none"


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        value = secret.read_values.get("ssh-privatekey")
        if secret.type == "kubernetes.io/ssh-auth" and value and value.hidden is not None:
            said = problem(value.hidden.reveal())
            if said:
                yield RULE.at(value.at, problem=said)


def problem(content: bytes) -> str | None:
    """What is wrong with a private key's text; None where its form is right."""
    if not content:
        return "is empty"
    block = _BLOCK.fullmatch(content)
    if not block:
        return "is not a private key in PEM or OpenSSH form"
    said = _body_problem(block[1], block[2])
    return said or (None if content.endswith(b"\n") else "lacks its final newline")


def _body_problem(kind: bytes, body: bytes) -> str | None:
    head, blank, rest = body.replace(b"\r\n", b"\n").rpartition(b"\n\n")
    if kind.startswith(b"ENCRYPTED") or (blank and b"ENCRYPTED" in head):
        return _ASKS
    try:
        inner = base64.b64decode(b"".join(rest.split()), validate=True)
    except ValueError:
        return _DAMAGED
    if not kind.startswith(b"OPENSSH"):
        return None
    if not inner.startswith(_MARK):
        return _DAMAGED
    return None if inner.startswith(_UNENCRYPTED) else _ASKS


_ASKS = "is encrypted with a passphrase, which nothing in the cluster can ask for"
_DAMAGED = "has a damaged body"


RULE = Rule(
    code="SK513",
    title="`ssh-privatekey` {problem}",
    why="OpenSSH refuses such a key, a missing final newline included, with `error in libcrypto`; "
    "the API server refuses only an empty one",
    fix="give the key file as `ssh-keygen` wrote it, for example with `file`",
    source="Kubernetes, core validation of Secrets; OpenSSH, sshkey.c",
    find=find,
    wrong="""
        deploy-key:
          type: kubernetes.io/ssh-auth
          values:
            ssh-privatekey: {literal: ""}  # <- SK513
    """,
    right="""
        deploy-key:
          type: kubernetes.io/ssh-auth
          values:
            ssh-privatekey: {file: id_ed25519}
    """,
)
