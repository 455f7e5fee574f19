"""Certificates and private keys of controllers that never were."""

from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


class Made(NamedTuple):
    """The files of a certificate and of its key, and the fingerprint as `sealedFor` has it."""

    cert: Path
    key: Path
    fingerprint: str


def made(
    folder: Path, name: str, kind: str = "rsa-2048", *, days_old: float = 1, days_left: float = 3650,
    number: int = 0,
) -> Made:  # fmt: skip
    """A certificate as the controller makes them: self-signed, without a name. Of one `number` the key is one."""
    key = _key(kind, number)
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(x509.Name([]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=days_old))
        .not_valid_after(now + timedelta(days=days_left))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    signed = builder.sign(key, None if kind == "ed25519" else SHA256())
    folder.mkdir(parents=True, exist_ok=True)
    cert, secret = folder / f"{name}.pem", folder / f"{name}.key"
    cert.write_bytes(signed.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Made(cert, secret, f"sha256:{sha256(public).hexdigest()}")


@cache
def _key(kind: str, number: int) -> Any:  # noqa: ARG001 (another number, another key)
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa-")))
