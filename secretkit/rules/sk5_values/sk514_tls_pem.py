"""SK514: a certificate and its key are PEM; whether they belong together SK560 says."""

import base64
import codecs
import re
from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.lazy import lazily
from secretkit.model.app import App
from secretkit.rules import Rule

# Go and OpenSSL look for it at the beginning of a line.
_BLOCK = lazily(
    rb"^-----BEGIN ([A-Z0-9 ]{1,60})-----[ \t]*\r?\n(.*?)^-----END \1-----[ \t]*(?:\r?\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_INDENTED = lazily(rb"^[ \t]+-----BEGIN ", re.MULTILINE)


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if secret.type != "kubernetes.io/tls":
            continue
        for key in ("tls.crt", "tls.key"):
            value = secret.read_values.get(key)
            if value and value.hidden is not None:
                said = problem(value.hidden.reveal(), is_key=key == "tls.key")
                if said:
                    yield RULE.at(value.at, key=key, problem=said)
                elif key == "tls.key" and b"-----BEGIN CERTIFICATE-----" in value.hidden.reveal():
                    yield RULE.at(value.at, key=key, problem=_BESIDE)._replace(severity="warning")


def problem(content: bytes, *, is_key: bool) -> str | None:
    """What is wrong with the PEM of a key or of a certificate chain; None where its form is right."""
    if not content.strip():
        return "is empty"
    if content.startswith(codecs.BOM_UTF8):
        return "begins with a byte order mark, so that its first block is not found"
    if _INDENTED.search(content):
        return "is indented, and PEM begins at the beginning of a line"
    blocks = _BLOCK.findall(content)
    names = [name for name, _ in blocks]
    keys = [name for name in names if name.endswith(b"PRIVATE KEY")]
    if not blocks:
        return "is not PEM"
    if not is_key and keys:
        return "holds a private key, and certificates are handed to anyone"
    if is_key and not keys:
        return "holds no private key"
    if is_key and len(keys) > 1:
        return "holds more than one private key"
    if not is_key and b"CERTIFICATE" not in names:
        return "holds no certificate"
    if b"ENCRYPTED PRIVATE KEY" in names or any(b"\nDEK-Info:" in body for _, body in blocks):
        return "is encrypted with a passphrase, which nothing in the cluster can ask for"
    return None if all(_is_base64(body) for _, body in blocks) else "is PEM with a damaged body"


def _is_base64(body: bytes) -> bool:
    try:
        return bool(base64.b64decode(b"".join(body.split()), validate=True))
    except ValueError:
        return False


_BESIDE = "holds a certificate beside its key, which belongs into `tls.crt`"


RULE = Rule(
    code="SK514",
    title="`{key}` {problem}",
    why="the API server takes any bytes under this key, and what serves TLS fails when it starts",
    fix="give PEM: `tls.crt` the certificate first and its chain after it, `tls.key` its one key "
    "without a passphrase",
    source="Kubernetes, core validation of Secrets; kubectl create secret tls",
    find=find,
    wrong="""
        tls:
          type: kubernetes.io/tls
          values:
            tls.crt: {literal: not a certificate}  # <- SK514
            tls.key: {file: tls/tls.key}
    """,
    right="""
        tls:
          type: kubernetes.io/tls
          values:
            tls.crt: {file: tls/tls.crt}
            tls.key: {file: tls/tls.key}
    """,
)
