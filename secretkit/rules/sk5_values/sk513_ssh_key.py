"""SK513: an SSH key is one that OpenSSH reads."""

import base64
import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from secretkit.finding import Finding
from secretkit.lazy import lazily
from secretkit.model.app import App
from secretkit.rules import Rule

# The OpenSSH form is compared byte for byte (sshkey.c), PEM is searched for by OpenSSL.
_BEGIN = b"-----BEGIN OPENSSH PRIVATE KEY-----"
_END = b"-----END OPENSSH PRIVATE KEY-----"
_PEM = lazily(
    rb"^-----BEGIN ((?:[A-Z0-9]{1,20} )?PRIVATE KEY)-----[ \t]*\r?\n(.+?)^-----END \1-----",
    re.DOTALL | re.MULTILINE,
)
# PROTOCOL.key of OpenSSH: its mark, then texts with their lengths before them.
_MARK = b"openssh-key-v1\0"
# Object identifiers as DER has them.
_OF_EC = bytes.fromhex("06072a8648ce3d0201")
_CURVES = tuple(map(bytes.fromhex, ("06082a8648ce3d030107", "06052b81040022", "06052b81040023")))
_ED25519 = bytes.fromhex("06032b6570")
_OTHERS = tuple(
    map(bytes.fromhex, ("06032b6571", "06032b656e", "06032b656f", "06092a864886f70d01010a"))
)


class _Block(NamedTuple):
    """A block of PEM: what it is, and its bytes; None where damaged, empty where encrypted."""

    kind: bytes
    inner: bytes | None


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        value = secret.read_values.get("ssh-privatekey")
        if secret.type == "kubernetes.io/ssh-auth" and value and value.hidden is not None:
            content = value.hidden.reveal()
            said = problem(content)
            if said:
                yield RULE.at(value.at, problem=said)
            elif said := _doubt(content):
                yield RULE.at(value.at, problem=said)._replace(severity="warning")


def problem(content: bytes) -> str | None:
    """What is wrong with a private key's text; None where its form is right."""
    if not content:
        return "is empty"
    if _BEGIN in content:
        return _openssh_problem(content)
    block = _pem(content)
    if block is None:
        return "is not a private key in PEM or OpenSSH form"
    if not block.inner:
        return _DAMAGED if block.inner is None else _ASKS
    if any(other in block.inner[:32] for other in _OTHERS):
        return _FOREIGN
    is_ec = block.kind.startswith(b"EC ") or _OF_EC in block.inner[:32]
    return _FOREIGN if is_ec and not any(curve in block.inner for curve in _CURVES) else None


def _openssh_problem(content: bytes) -> str | None:
    if not content.startswith(_BEGIN):
        return "has something before its first line"
    if b"-----\r\n" in content:
        return "has lines that end as on Windows (CRLF)"
    head, end, after = content.partition(b"\n" + _END)
    begin, _, body = head.partition(b"\n")
    if begin != _BEGIN or not end or after[:1] not in (b"", b"\n"):
        return _DAMAGED
    if not after:
        return "lacks its final newline"
    inner = _decoded(body)
    if inner is None or not inner.startswith(_MARK):
        return _DAMAGED
    cipher, _, _, _, private = _texts(inner[len(_MARK) :])
    if not private:
        return _DAMAGED
    return None if cipher == b"none" else _ASKS


def _texts(content: bytes) -> Iterator[bytes]:
    """Cipher, derivation, its options, the public key and the private one; empty where cut short."""
    for number in range(5):
        if number == 3:
            content = content[4:]  # how many keys there are
        size = int.from_bytes(content[:4], "big")
        text, content = content[4 : 4 + size], content[4 + size :]
        yield text if len(text) == size else b""


def _pem(content: bytes) -> _Block | None:
    found = _PEM.search(content.removeprefix(codecs.BOM_UTF8))
    if not found:
        return None
    kind, body = found[1], found[2].replace(b"\r\n", b"\n")
    head, blank, rest = body.rpartition(b"\n\n")
    if kind.startswith(b"ENCRYPTED") or (blank and b"ENCRYPTED" in head):
        return _Block(kind, b"")
    inner = _decoded(rest)
    return _Block(kind, inner if inner and _is_whole(inner) else None)


def _decoded(body: bytes) -> bytes | None:
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except ValueError:
        return None


def _is_whole(inner: bytes) -> bool:
    """Whether DER is a sequence, as long as it says."""
    if inner[:1] != b"\x30" or len(inner) < 2:
        return False
    size, start = inner[1], 2
    if size > 0x80:
        start += size - 0x80
        size = int.from_bytes(inner[2:start], "big")
    return len(inner) >= start + size


def _doubt(content: bytes) -> str | None:
    """What some readers of a key refuse, and others do not."""
    if content.startswith(codecs.BOM_UTF8):
        return "begins with a byte order mark, which not every reader passes over"
    block = None if _BEGIN in content else _pem(content)
    is_new = block and block.inner and _ED25519 in block.inner[:32]
    return "is an Ed25519 key in PKCS#8, which OpenSSH reads from 9.6 on" if is_new else None


_ASKS = "is encrypted with a passphrase, which nothing in the cluster can ask for"
_DAMAGED = "has a damaged body"
_FOREIGN = "is of a kind that OpenSSH does not know"


RULE = Rule(
    code="SK513",
    title="`ssh-privatekey` {problem}",
    why="OpenSSH refuses such a key with `error in libcrypto` or `invalid format`; its own form must begin "
    "with its first line and end in a newline, PEM need not; the API server refuses only an empty one",
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
