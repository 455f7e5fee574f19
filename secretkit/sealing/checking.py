"""`seal --check`: which values were sealed with another certificate than the cluster has now."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from secretkit.finding import Finding, Rejected, Usage
from secretkit.load import load
from secretkit.load.inputs import Input, read
from secretkit.model.platform import Platform
from secretkit.platforms import Broken, Platforms
from secretkit.sealing import certificate as certificates
from secretkit.sealing import faults
from secretkit.sealing.app import Standing, sealed
from secretkit.sealing.certificate import Certificate
from secretkit.text import Place, get

_MARK = "sealedFor"


class Checked(NamedTuple):
    """What was found, and how many values were looked at in how many places."""

    findings: tuple[Finding, ...]
    values: int
    places: tuple[str, ...]  # the environments, or "" for the base
    notes: tuple[str, ...]

    @property
    def is_fine(self) -> bool:
        return not any(one.code == faults.STALE.code or one.severity == "error" for one in self.findings)  # fmt: skip


class NoCertificate(Usage):
    """Nothing to check by."""


def check(here: Standing, given: Path | None, now: datetime) -> Checked:
    """The values of an environment; without one, of the base by --cert, or of all environments.

    Raises Usage where no certificate is known, or where --cert would have nothing to be compared with.
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
        raise NoCertificate("no certificate to check by: --cert FILE, or `sealing.cert` of an environment in the platform file")  # fmt: skip
    passed = list(_passed(here)) if given and not here.environment else []
    if passed:
        said = f"{', '.join(passed)}: not checked, since these have values of their own: give --env NAME"
        if not values:
            raise Usage(f"nothing is sealed in the base; {said}")
        notes.append(said)
    return Checked(tuple(findings), values, tuple(places), tuple(notes))


def _passed(here: Standing) -> Iterator[str]:
    """Environments with ciphertext of their own."""
    for name in here.environments:
        with suppress(Rejected):  # `validate` says what is wrong with it
            there = here.within(name)
            if any(map(there.is_own, sealed(there.app))):
                yield name


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
    others = _named(there.platform, there.root) if there.platform and there.environment else {}
    for secret, origin in sealed(there.app).items():
        for key in origin.data:
            place = (origin.at / key).key
            old = origin.sealed_with(key)
            other = _other(others, there.environment, old) if old else None
            if old is None:
                yield faults.UNKNOWN.at(place, key=key, secret=secret)
            elif other and old != now.fingerprint:
                what = f"`{key}` of `{secret}` was sealed with"
                yield faults.OF_ANOTHER.at(
                    place, what=what, other=other, environment=there.environment
                )
            elif old != now.fingerprint:
                yield faults.STALE.at(
                    place, key=key, secret=secret, old=old, new=now.fingerprint, where=where
                )


def of_another(
    platform: Platform, environment: str, root: Path, certificate: Certificate
) -> str | None:
    """The environment whose certificate this is, where the platform names another for `environment`."""
    return _other(_named(platform, root), environment, certificate.fingerprint)


def _named(platform: Platform, root: Path) -> Mapping[str, str]:
    """Environment -> the fingerprint of the certificate that a platform file names for it."""
    found: dict[str, str] = {}
    for name in platform.certificates:
        with suppress(Rejected):  # `validate` says what is wrong with it
            certificate = certificates.of_platform(platform, name, root)
            if certificate:
                found[name] = certificate.fingerprint
    return found


def _other(named: Mapping[str, str], environment: str | None, fingerprint: str) -> str | None:
    if named.get(environment or "") in (None, fingerprint):
        return None
    return next((name for name, one in named.items() if one == fingerprint), None)


def of_others(
    inputs: Iterable[Input], root: Path, platforms: Platforms, environment: str | None
) -> Iterator[Finding]:
    """Values of an environment that the files say were sealed with the certificate of another.

    What is wrong with a file otherwise is for others to say.
    """
    named: dict[str, Mapping[str, str]] = {}
    for found in inputs:
        with suppress(Rejected, Broken):
            platform = platforms.of_input(found)
            if platform is None or len(platform.certificates) < 2:
                continue
            source = read(found)
            if _MARK not in source.text:
                continue
            name = platform.tree.source.name
            if name not in named:
                named[name] = _named(platform, root)
            inside = Place(load(source)) / "spec" / "environments"
            yield from _of_environments(inside, named[name], environment)


def _of_environments(
    inside: Place, named: Mapping[str, str], environment: str | None
) -> Iterator[Finding]:
    for name in (environment,) if environment else named:
        secrets = inside / name / "spec" / "secrets"
        for secret, one in _mapping(get(inside.tree.value, secrets.path)).items():
            record = _mapping(_mapping(one).get(_MARK))
            older = _mapping(record.get("older"))
            fields = [("certificate", record.get("certificate"), "the values of")]
            fields += [(key, text, f"`{key}` of") for key, text in older.items()]
            for field, fingerprint, words in fields:
                other = _other(named, name, str(fingerprint))
                if other:
                    at = secrets / secret / _MARK
                    place = at / field if field == "certificate" else at / "older" / field
                    verb = "were" if field == "certificate" else "was"
                    what = f"{words} `{secret}` {verb} sealed with"
                    yield faults.OF_ANOTHER.at(place, what=what, other=other, environment=name)


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}
