"""What `validate` says: of the base and every environment, and what `render` will ask for beside."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

from secretkit import foreseen, pipeline
from secretkit.environments import told
from secretkit.finding import Finding, Severity
from secretkit.parts import Record
from secretkit.pipeline import Compiled, Options, Outcome
from secretkit.single import by_policy

_FROM_ENVIRONMENTS = ("SK021", "SK030")  # the namespace, and `${env}`


class Validated(NamedTuple):
    """All findings, and what they speak of."""

    root: Path
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    apps: int
    environments: tuple[str, ...]  # that were checked beside the base; none with `--env`


def validate(paths: Sequence[Path], options: Options, now: datetime | None = None) -> Validated:
    """The inputs as `--env` has them; without it the base and every environment that is declared.

    A finding of environments alone says which, others come once. Certificates that the platform
    files name, or that stand in a file, are judged by `now`; without it they are not.
    """
    keep = partial(_foreseen, now=now)
    record = Record("validate", _dumped, _loaded) if options.cache else None
    first = pipeline.run(paths, options, keep, record=record)
    names = first.environments if options.environment is None else ()
    others = (
        (name, pipeline.run(paths, options._replace(environment=name), keep, record=record))
        for name in names
    )
    if names:  # each says for itself what only an environment can give
        asked = tuple(one for one in first.findings if one.code not in _FROM_ENVIRONMENTS)
        first = first._replace(findings=asked)
    shown = told(_findings(first), ((name, _findings(one)) for name, one in others))
    found = (*shown, *_certificates(first, options, now), *_of_others(paths, first, options, now))
    return Validated(first.root, found, first.notes, first.files, tuple(names))


def _certificates(first: Outcome, options: Options, now: datetime | None) -> Iterator[Finding]:
    for platform in first.platforms:
        named = (options.environment,) if options.environment else tuple(platform.certificates)
        if now and platform.certificates:
            from secretkit.sealing import certificate

            yield from certificate.judge(platform, named, first.root, now)


def _of_others(
    paths: Sequence[Path], first: Outcome, options: Options, now: datetime | None
) -> Iterator[Finding]:
    """Values that were sealed for another environment, as the certificates that lie here say now."""
    if now and any(len(platform.certificates) > 1 for platform in first.platforms):
        from secretkit.load.inputs import find_inputs
        from secretkit.platforms import Platforms
        from secretkit.sealing import checking

        inputs = find_inputs(paths, first.root, options.skip)
        platforms = Platforms(first.root, options.platform, options.environment)
        yield from checking.of_others(inputs, first.root, platforms, options.environment)


def _dumped(findings: Iterable[Finding]) -> tuple[Any, bytes]:
    from secretkit import remembering

    return remembering.findings_data(findings), b""


def _loaded(data: Any, _: bytes) -> tuple[Finding, ...]:
    from secretkit import remembering

    return remembering.findings_of(data)


def _findings(outcome: Outcome) -> Iterator[Finding]:
    yield from outcome.findings
    for found in outcome.apps:
        yield from found


def _foreseen(one: Compiled, now: datetime | None) -> tuple[Finding, ...]:
    """What `render` will ask for, as warnings or infos unless the platform says otherwise; and what
    only the time can tell, which is never in the cache, since an app with values is not.
    """
    policy = one.platform.policy if one.platform else {}
    told = (
        (found, policy.get(found.code, "info" if found.code == "SK505" else "warning"))
        for found in _asked_for(one)
    )
    asked = tuple(
        found._replace(severity=cast(Severity, severity)).without_trees
        for found, severity in told
        if severity != "off"
    )
    return (*asked, *_ended(one, now)) if now else asked


def _ended(one: Compiled, now: datetime) -> Iterator[Finding]:
    if any(secret.literals for secret in one.app.secrets.values()):
        from secretkit import expiry

        for found in by_policy(expiry.findings(one.app, now), one.platform):
            yield found.without_trees


def _asked_for(one: Compiled) -> Iterator[Finding]:
    """What `render` refuses unless its call says more, which is no fault of the file."""
    for secret in one.app.secrets.values():
        if any(value.source != "literal" for value in secret.read_values.values()):
            from secretkit.values import faults

            yield faults.CLOSED.at(secret.at / "values", secret=secret.key)
    yield from foreseen.findings(one)
