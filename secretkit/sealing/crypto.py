"""Sealing as sealed-secrets does it (pkg/crypto/crypto.go), byte for byte; nothing here opens.

Base64 of: the length of the RSA part in two bytes, the RSA part, AES-GCM of the value with its tag.
The RSA part holds the AES key, and its OAEP label says for which scope, namespace and name.
"""

import base64
from typing import TYPE_CHECKING

from secretkit.hidden import Hidden

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


def label(scope: str, namespace: str, name: str) -> bytes:
    """What a value of this scope is bound to."""
    match scope:
        case "cluster-wide":
            return b""
        case "namespace-wide":
            return namespace.encode()
        case _:
            return f"{namespace}/{name}".encode()


def seal(value: Hidden, key: "RSAPublicKey", bound_to: bytes) -> str:
    """The ciphertext of a value, another one at each call."""
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256

    # A key of its own for each value: it is what makes the nonce of zeros safe.
    session = AESGCM.generate_key(256)
    padding = OAEP(mgf=MGF1(SHA256()), algorithm=SHA256(), label=bound_to)
    sealed_key = key.encrypt(session, padding)
    body = AESGCM(session).encrypt(bytes(12), value.reveal(), None)
    return base64.b64encode(len(sealed_key).to_bytes(2, "big") + sealed_key + body).decode()
