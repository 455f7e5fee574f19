"""Certificates and keys made for a test: nothing of the kind lies in the repository."""

import datetime
from functools import cache
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


class Pair(NamedTuple):
    """A certificate in PEM, and its key."""

    certificate: str
    key: str
    name: x509.Name
    signer: ec.EllipticCurvePrivateKey


def issue(
    name: str,
    by: Pair | None = None,
    *,
    begins: datetime.datetime = NOW - DAY,
    ends: datetime.datetime = NOW + 365 * DAY,
) -> Pair:
    """A certificate signed by another, or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.name if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(by.signer if by else key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM
    private = key.private_bytes(
        form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Pair(made.public_bytes(form).decode(), private.decode(), subject, key)


@cache
def tree() -> tuple[Pair, Pair, Pair]:
    """A server's certificate, the one that signed it, and the root."""
    root = issue("root")
    middle = issue("middle", root)
    return issue("server", middle), middle, root


@cache
def key_pem(kind: str) -> str:
    """A key in PKCS#8: `ed25519`, or `k1` for secp256k1."""
    made = (
        ed25519.Ed25519PrivateKey.generate()
        if kind == "ed25519"
        else ec.generate_private_key(ec.SECP256K1())
    )
    encoded = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return encoded.decode()


@cache
def ssh_key(passphrase: str = "") -> str:
    """A key as `ssh-keygen` writes it."""
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        # Few rounds of bcrypt, since nobody is to be kept out.
        builder = serialization.PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(1)
        encryption = builder.build(passphrase.encode())
    made = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, encryption
    )
    return made.decode()
