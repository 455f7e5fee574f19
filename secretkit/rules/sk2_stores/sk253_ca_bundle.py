"""SK253: a `caBundle` holds certificates."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from secretkit.finding import Finding
from secretkit.lazy import lazily
from secretkit.model.app import App
from secretkit.model.secret import Generated
from secretkit.rules import Rule
from secretkit.text import Place

_BLOCK = lazily(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.S)


# Their CRD has a text where all others have bytes, and the operator takes PEM there as well.
_AS_TEXT = ("bitwardensecretsmanager", "conjur")


def find(app: App) -> Iterator[Finding]:
    settings: list[tuple[Mapping[str, Any], Place]] = []
    for store in app.stores.values():
        if store.provider_name not in _AS_TEXT:
            settings.append((store.settings, store.settings_at))
    for secret in app.secrets.values():
        origin = secret.origin
        if isinstance(origin, Generated) and origin.spec is not None:
            settings.append((origin.spec, origin.at / origin.kind))
    for value, at in settings:
        for bundle, place in _bundles(value, at):
            found = _problem(bundle)
            if found:
                yield RULE.at(place, problem=found)


def _bundles(value: Any, at: Place) -> Iterator[tuple[str, Place]]:
    if not isinstance(value, Mapping):
        return
    for key, item in value.items():
        if key == "caBundle" and isinstance(item, str):
            yield item, at / key
        else:
            yield from _bundles(item, at / key)


def _problem(bundle: str) -> str | None:
    """Why the operator takes no certificate from a bundle, which is base64 of PEM."""
    if "-----BEGIN" in bundle:
        return "it is PEM, and this field takes base64 of it"
    content = _decoded(bundle.encode())
    if content is None:
        return "it is neither PEM nor base64"
    blocks = _BLOCK.findall(content)
    if not blocks or content.count(b"-----BEGIN CERTIFICATE-----") != len(blocks):
        return "it is no PEM of whole certificates, each from its BEGIN to its END"
    return None if all(map(_is_certificate, blocks)) else "what stands in its PEM is no certificate"


def _is_certificate(body: bytes) -> bool:
    """Whether it is base64 of one DER sequence, as an X.509 certificate is."""
    der = _decoded(body)
    if der is None or len(der) < 4 or der[0] != 0x30 or der[1] not in (0x81, 0x82, 0x83):
        return False
    size = der[1] - 0x80
    return len(der) == 2 + size + int.from_bytes(der[2 : 2 + size], "big")


def _decoded(text: bytes) -> bytes | None:
    from base64 import b64decode

    try:
        return b64decode(b"".join(text.split()), validate=True)
    except ValueError:
        return None


RULE = Rule(
    code="SK253",
    title="`caBundle` holds no certificate to trust: {problem}",
    why="the operator refuses the store, or trusts nobody and fails at the first connection",
    fix="give the certificates as PEM, whole, or name where they lie as `caProvider`",
    source="Go, x509.CertPool.AppendCertsFromPEM",
    find=find,
    wrong="""
        spec:
          stores:
            vault:
              vault:
                server: https://vault.example.com
                path: kv
                role: shop
                caBundle: LS0tLS1CRUdJTi4=  # <- SK253
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
    right="""
        spec:
          stores:
            vault:
              vault:
                server: https://vault.example.com
                path: kv
                role: shop
                caProvider: {type: ConfigMap, name: vault-ca, key: ca.crt}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
)
