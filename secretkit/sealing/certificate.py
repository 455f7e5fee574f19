"""The certificate that a cluster's controller publishes: the public half of what opens.

As kubeseal has it: of PEM the first certificate counts, its key must be RSA, and it must not have
expired; nobody looks at chains, usages or names.
"""

import re
import warnings
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from secretkit.finding import Finding, Rejected, Usage, Where
from secretkit.model.platform import Platform
from secretkit.rules.sk5_values import (
    sk530_certificate_missing,
    sk531_no_certificate,
    sk532_certificate_expired,
    sk533_certificate_old,
    sk570_certificate_not_yet,
)
from secretkit.text import Place, Source, Span

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_MOST_BYTES = 1024 * 1024
_OLD = timedelta(days=30)  # the controller makes a new key as often
_FEWEST_BITS = 2048  # kubeseal takes any RSA key, but of fewer bits none is safe any more
_BLOCK = re.compile(
    rb"-----BEGIN CERTIFICATE-----[ \t]*\r?\n.*?\r?\n-----END CERTIFICATE-----", re.DOTALL
)


class Certificate(NamedTuple):
    """One certificate. `name` is the file as it is shown, `at` where findings on it stand."""

    name: str
    at: Where
    key: "RSAPublicKey"
    fingerprint: str  # sha256: and the hex digest of SubjectPublicKeyInfo
    since: datetime
    until: datetime

    @property
    def shown(self) -> str:
        """The certificate in a line."""
        return f"{self.fingerprint} ({self.name}, {self.since:%Y-%m-%d} to {self.until:%Y-%m-%d})"

    def judged(self, now: datetime) -> tuple[Finding, ...]:
        """An error once it has expired, a warning where it is not valid yet or should have a newer one."""
        if now > self.until:
            found = sk532_certificate_expired.RULE.at(
                self.at, cert=self.name, day=f"{self.until:%Y-%m-%d}"
            )
            return (found,)
        if now < self.since:
            found = sk570_certificate_not_yet.RULE.at(
                self.at, cert=self.name, day=f"{self.since:%Y-%m-%d}"
            )
            return (found,)
        if now - self.since > _OLD:
            found = sk533_certificate_old.RULE.at(
                self.at, cert=self.name, days=(now - self.since).days
            )
            return (found,)
        return ()


def read(file: Path, root: Path) -> Certificate:
    """The certificate in a file that the command line names; raises Usage, Rejected."""
    shown = file.resolve()
    name = shown.relative_to(root).as_posix() if shown.is_relative_to(root) else str(file)
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        url = (
            "; it is read from a file, never over the network"
            if file.parts[:1] in (("http:",), ("https:",))
            else ""
        )
        named = str(file).replace(":/", "://", 1) if url else str(file)
        raise Usage(
            f"--cert {named}: {(error.strerror or 'cannot be read').lower()}{url}"
        ) from None
    return parsed(content, name, Span(Source(name, ""), 1, 1, 1, 1))


def of_platform(platform: Platform, environment: str, root: Path) -> Certificate | None:
    """The certificate that a platform file names for an environment; raises Rejected."""
    from secretkit.values import Unreadable, Where, faults, file

    named = platform.certificates.get(environment)
    if named is None:
        return None
    at = Place(platform.tree) / "spec" / "environments" / environment / "sealing" / "cert"
    folder = (root / platform.tree.source.name).parent
    try:
        content = file.read(named, Where(folder, root, {}, {}))
    except Unreadable as error:
        problem = {
            faults.OUTSIDE: "lies outside the root or is not a regular file",
            faults.LARGE: "is above 1 MiB",
        }.get(error.code) or f"cannot be read: {error.words['what']}"
        found = sk530_certificate_missing.RULE.at(at, cert=named, problem=problem)
        raise Rejected([found]) from None
    return parsed(content, named, at)


def judge(platform: Platform, environments: tuple[str, ...], root: Path, now: datetime) -> list[Finding]:  # fmt: skip
    """What is wrong with the certificates that a platform file names."""
    from secretkit.single import by_policy

    found: list[Finding] = []
    for environment in environments:
        try:
            certificate = of_platform(platform, environment, root)
        except Rejected as rejected:
            found += rejected.findings
            continue
        found += certificate.judged(now) if certificate else ()
    return by_policy(found, platform)


def parsed(content: bytes, name: str, at: Where) -> Certificate:
    """The certificate of a file's bytes; raises Rejected where it is none that seals."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    block = _BLOCK.search(content)
    if block is None or b"PRIVATE KEY-----" in content:
        raise _refused(_instead(content, has_certificate=block is not None), name, at)
    try:
        with warnings.catch_warnings():  # of odd serials, which nobody looks at
            warnings.simplefilter("ignore")
            certificate = x509.load_pem_x509_certificate(block[0] + b"\n")
            key = certificate.public_key()
            since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
            encoded = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # the library has many, of which none is ours to tell apart or to pass on
        raise _refused("cannot be parsed", name, at) from None
    if not isinstance(key, RSAPublicKey):
        kind = type(key).__name__.removesuffix("PublicKey").replace("EllipticCurve", "EC")
        raise _refused(f"is of an {kind} key, and only RSA seals", name, at)
    if key.key_size < _FEWEST_BITS:
        raise _refused(f"is of an RSA key of {key.key_size} bits, and {_FEWEST_BITS} are the fewest", name, at)  # fmt: skip
    return Certificate(name, at, key, f"sha256:{sha256(encoded).hexdigest()}", since, until)


def _instead(content: bytes, *, has_certificate: bool) -> str:
    """What a file holds that has no certificate, or more than that."""
    if has_certificate:
        return "holds a private key beside its certificate: whoever has this file, or Git's history of it, opens what is sealed"  # fmt: skip
    if b"PRIVATE KEY-----" in content:
        return "holds a private key, which nobody but the controller needs"
    if b"PUBLIC KEY-----" in content:
        return "holds a bare public key"
    if b"-----BEGIN CERTIFICATE-----" in content:
        return "is cut short"
    if content[:1] == b"\x30":
        return "is in DER, not in PEM"
    return "holds nothing in PEM"


def _refused(problem: str, name: str, at: Where) -> Rejected:
    return Rejected([sk531_no_certificate.RULE.at(at, cert=name, problem=problem)])
