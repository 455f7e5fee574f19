"""`seal --check`: which values were sealed with another certificate than the cluster has now."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from secretkit.finding import Finding, Rejected, Usage
from secretkit.sealing import certificate as certificates
from secretkit.sealing import faults
from secretkit.sealing.app import Standing, sealed
from secretkit.sealing.certificate import Certificate


class Checked(NamedTuple):
    """What was found, and how many values were looked at in how many places."""

    findings: tuple[Finding, ...]
    values: int
    places: tuple[str, ...]  # the environments, or "" for the base
    notes: tuple[str, ...]

    @property
    def is_fine(self) -> bool:
        return not any(one.code == faults.STALE.code or one.severity == "error" for one in self.findings)  # fmt: skip


def check(here: Standing, given: Path | None, now: datetime) -> Checked:
    """The values of an environment; without one, of the base by --cert, or of all environments.

    Raises Usage where no certificate is known.
    """
    findings: list[Finding] = []
    notes: list[str] = []
    places: list[str] = []
    values = 0
    for there in _places(here, given):
        name = there.environment or ""
        try:
            certificate = _certificate(there, given)
        except Rejected as rejected:
            findings += rejected.findings
            continue
        if certificate is None:
            notes.append(
                f"the platform file names no certificate for `{name}`, so it is not checked"
            )
            continue
        places.append(name)
        findings += certificate.judged(now)
        values += sum(len(origin.data) for origin in sealed(there.app).values())
        findings += _stale(there, certificate)
    if not places and not findings:
        raise Usage("no certificate to check by: --cert FILE, or `sealing.cert` of an environment in the platform file")  # fmt: skip
    return Checked(tuple(findings), values, tuple(places), tuple(notes))


def _places(here: Standing, given: Path | None) -> Iterator[Standing]:
    if here.environment or given or not here.environments:
        yield here
        return
    for name in here.environments:
        yield here.within(name)


def _certificate(there: Standing, given: Path | None) -> Certificate | None:
    if given:
        return certificates.read(given, there.root)
    if there.platform is None or there.environment is None:
        return None
    return certificates.of_platform(there.platform, there.environment, there.root)


def _stale(there: Standing, now: Certificate) -> Iterator[Finding]:
    where = f"`{there.environment}`" if there.environment else now.name
    for secret, origin in sealed(there.app).items():
        for key in origin.data:
            place = (origin.at / key).key
            old = origin.sealed_with(key)
            if old is None:
                yield faults.UNKNOWN.at(place, key=key, secret=secret)
            elif old != now.fingerprint:
                yield faults.STALE.at(
                    place, key=key, secret=secret, old=old, new=now.fingerprint, where=where
                )
