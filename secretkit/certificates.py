"""Certificates and their keys, read by `cryptography`, whose import few runs pay for.

Nothing here raises for bad input, and nothing of what the library says is passed on.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cryptography import x509

_FLAGS = re.DOTALL | re.MULTILINE
_CERTIFICATE = re.compile(rb"^-----BEGIN CERTIFICATE-----.*?^-----END CERTIFICATE-----", _FLAGS)
_KEY = re.compile(rb"^-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----.*?^-----END \1-----", _FLAGS)


class Life(NamedTuple):
    """From when to when a certificate is valid, in UTC."""

    begins: datetime
    ends: datetime


def chain(content: bytes) -> "tuple[x509.Certificate, ...] | None":
    """The certificates of a PEM text, in order; None where one cannot be read."""
    from cryptography import x509

    with _quiet():
        try:
            found = _CERTIFICATE.findall(content)
            return tuple(x509.load_pem_x509_certificate(block) for block in found)
        except (ValueError, TypeError, x509.InvalidVersion):
            return None


def lives(content: bytes) -> tuple[Life, ...]:
    """How long each certificate of a PEM text is valid; none where they cannot be read."""
    with _quiet():
        try:
            return tuple(
                Life(one.not_valid_before_utc, one.not_valid_after_utc)
                for one in chain(content) or ()
            )
        except ValueError:  # a date that is none
            return ()


def fits(certificates: "Sequence[x509.Certificate]", key: bytes) -> tuple[bool, ...] | str | None:
    """Whether each certificate is the key's; words where the key cannot be read, None unknown."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    block = _KEY.search(key)
    if not block:
        return None  # an elder rule has said so
    with _quiet():
        try:
            loaded = serialization.load_pem_private_key(block[0], password=None)
            own = _public(loaded.public_key())
            return tuple(_public(one.public_key()) == own for one in certificates)
        except UnsupportedAlgorithm:
            return None
        except (ValueError, TypeError):
            return "cannot be read as a private key"


def out_of_order(certificates: "Sequence[x509.Certificate]") -> int | None:
    """The number, from 1, of the first certificate that signed none of those before it."""
    with _quiet():
        try:
            for at in range(1, len(certificates)):
                subject = certificates[at].subject
                if all(one.issuer != subject for one in certificates[:at]):
                    return at + 1
        except ValueError:  # a name that is none
            return None
    return None


def _public(key: Any) -> bytes:
    from cryptography.hazmat.primitives import serialization

    encoded: bytes = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded


@contextmanager
def _quiet() -> Iterator[None]:
    """The library warns of odd serials and old curves, on stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
