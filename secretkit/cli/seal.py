"""`secretkit seal`."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from secretkit.cli.options import (
    ENVIRONMENT,
    FILE,
    PLATFORM,
    colour,
    difference,
    note,
    refused,
    show,
)
from secretkit.finding import Rejected, Usage

if TYPE_CHECKING:
    from secretkit.sealing.app import Standing
    from secretkit.sealing.certificate import Certificate
    from secretkit.sealing.editing import Change, Request
    from secretkit.sealing.manifests import Plain
    from secretkit.sealing.values import Given

_SCOPES = ("strict", "namespace-wide", "cluster-wide")
# The base of an app whose namespace or names only its environments give.
_OF_ENVIRONMENTS = ("SK021", "SK030")


class _Asked(NamedTuple):
    """What the command line says."""

    file: Path
    environment: str | None
    platform: Path | None
    secret: str | None
    key: str | None
    cert: Path | None
    scope: str | None
    from_file: tuple[str, ...]
    from_env: tuple[str, ...]
    from_env_file: tuple[str, ...]
    from_secret: tuple[Path, ...]
    kind: str | None
    new_cert: bool
    replace: bool
    keep_newline: bool
    check: bool
    dry_run: bool


@click.command()
@FILE
@ENVIRONMENT
@PLATFORM
@click.option(
    "--secret",
    metavar="NAME",
    help="The secret, by its key in FILE; one that is not there is added.",
)
@click.option(
    "--key",
    metavar="KEY",
    help="The key whose value is sealed; stdin gives it unless an option says otherwise.",
)
@click.option(
    "--cert",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The controller's certificate; by default the one that the platform file names for --env.",
)
@click.option(
    "--scope",
    type=click.Choice(_SCOPES),
    help="Where it opens; by default what `sealedFor` says, else strict.",
)
@click.option(
    "--from-file",
    multiple=True,
    metavar="PATH",
    help="The file that holds the value; without --key KEY=PATH, repeatable.",
)
@click.option(
    "--from-env",
    multiple=True,
    metavar="VARIABLE",
    help="The variable that holds the value; without --key KEY=VARIABLE, repeatable.",
)
@click.option("--from-env-file", multiple=True, metavar="PATH", help="A file of lines KEY=VALUE.")
@click.option(
    "--from-secret",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Manifests of plain Secrets, a file or a folder; all values of each are sealed.",
)
@click.option(
    "--type", "kind", metavar="TYPE", help="Type of a secret that is added, as kubernetes.io/tls."
)
@click.option(
    "--new-cert",
    is_flag=True,
    help="It is meant that the certificate is another than that of the values in FILE.",
)
@click.option("--replace", is_flag=True, help="All other values of the secret go.")
@click.option("--keep-newline", is_flag=True, help="A line end at the end of a value is meant.")
@click.option(
    "--check",
    is_flag=True,
    help="Say which values were sealed with another certificate; exit code 1 if there are any.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change in FILE, and write nothing.")
def command(**given: Any) -> int:
    """Seal values with the certificate of a sealed-secrets controller, into FILE.

    \b
    secretkit seal FILE --secret webhook --key api-key --cert prod.pem          asks for the value
    printf %s "$KEY" | secretkit seal FILE --secret webhook --key api-key --env production
    secretkit seal FILE --secret tls --from-file tls.crt=crt.pem --from-file tls.key=key.pem --env production
    secretkit seal FILE --from-secret k8s/ --cert prod.pem                      plain Secrets of a folder
    secretkit seal FILE --check                                                 what has an old certificate

    Only the values that are given change in FILE. Nothing is sent anywhere: the certificate is
    public, and what `kubeseal --fetch-cert` writes.
    """  # fmt: skip
    asked = _Asked(**given)
    try:
        return _checked(asked) if asked.check else _carried_out(asked)
    except Rejected as rejected:
        code = refused(rejected, asked.file if asked.file.exists() else Path())
        if not asked.environment and any(one.code in _OF_ENVIRONMENTS for one in rejected.findings):
            note("what values are sealed for depends on the environment here: give --env NAME")
        return code


def _checked(asked: _Asked) -> int:
    from secretkit import pipeline, report
    from secretkit.sealing.app import standing
    from secretkit.sealing.checking import check

    values = (asked.secret, asked.key, asked.scope, *asked.from_file, *asked.from_env,
              *asked.from_env_file, *asked.from_secret, asked.kind)  # fmt: skip
    if any(values) or asked.new_cert or asked.replace or asked.dry_run:
        raise Usage("--check looks at every value, with --env and --cert alone")
    here = standing(asked.file, asked.platform, asked.environment)
    found = check(here, asked.cert, _now())
    spots = pipeline.spots(found.findings, here.root)
    report.get("text").write(spots, sys.stdout, colour(sys.stdout))
    for text in found.notes:
        note(text)
    if not spots:
        where = f", in {', '.join(found.places)}" if any(found.places) else ""
        click.echo(f"{found.values} {'value' if found.values == 1 else 'values'} fine{where}")
    return 0 if found.is_fine else 1


def _carried_out(asked: _Asked) -> int:
    from secretkit import files, one_file
    from secretkit.sealing import editing
    from secretkit.sealing.app import standing

    _check_options(asked)
    plain = _manifests(asked)
    new = _new_file(asked, plain)
    here = standing(asked.file, asked.platform, asked.environment, new)
    certificate, warnings = _certificate(asked, here)
    if asked.secret and not asked.from_secret:  # before anybody is asked for a value
        editing.target(here, asked.secret, asked.scope, replaces=asked.replace)
        known = here.app.secrets.get(asked.secret)
        if asked.kind and known and asked.kind != (known.type or "Opaque"):
            raise Usage(f"--type {asked.kind}: `{asked.secret}` is there already, of type {known.type or 'Opaque'}")  # fmt: skip
    requests, about = _of_manifests(asked, here, plain) if plain else ((_request(asked),), ())

    def change(here: "Standing") -> "Change":
        return editing.changed(here, requests, certificate, is_new_certificate=asked.new_cert)

    if asked.dry_run:
        made = change(here)
        name, before = made.before.input.name, made.before.tree.source.text
        sys.stdout.writelines(difference(name, before, made.text))
    else:
        # Alone with the folder, and from what the file says now: another call may have sealed too.
        with files.held(here.input.path.parent):
            made = change(standing(asked.file, asked.platform, asked.environment, new))
            one_file.write(made.before.input, made.text)
        sys.stdout.writelines(_told(made, certificate))
    _show((*warnings, *about, *made.findings), asked, made)
    return 0


def _check_options(asked: _Asked) -> None:
    """Raises Usage where options do not fit together."""
    one_by_one = (*asked.from_file, *asked.from_env, *asked.from_env_file)
    if asked.from_secret:
        if asked.key or one_by_one or asked.kind:
            raise Usage("--from-secret brings keys, values and type itself; --secret chooses one of its Secrets")  # fmt: skip
        return
    if not asked.secret:
        raise Usage("--secret NAME says which secret")
    _check_name(asked.secret)
    if asked.key is None and not one_by_one:
        raise Usage("--key KEY says which value; with --from-file KEY=PATH there may be several")
    if asked.key is not None:
        if len(one_by_one) > 1 or asked.from_env_file:
            raise Usage("--key is one value: give several as --from-file KEY=PATH or --from-env KEY=VARIABLE")  # fmt: skip
        _check_key(asked.key)


def _check_name(name: str) -> None:
    from secretkit.names import is_subdomain

    if not is_subdomain(name) or len(name) > 253:
        raise Usage(f"--secret {name}: not a name that Kubernetes takes (a-z, 0-9, `-` and `.`)")


def _check_key(key: str) -> None:
    from secretkit.names import is_data_key

    if not is_data_key(key):
        raise Usage(f"the key {key!r} is none of a Secret (letters, digits, `-`, `_` and `.`)")


def _certificate(asked: _Asked, here: "Standing") -> tuple["Certificate", tuple[Any, ...]]:
    """What is sealed with, and what there is to say of it; raises Usage, Rejected."""
    from secretkit.sealing import certificate as certificates
    from secretkit.sealing import faults

    platform, environment = here.platform, here.environment
    if asked.cert is None:
        found = None
        if platform and environment:
            found = certificates.of_platform(platform, environment, here.root)
        if found is None:
            where = f"`sealing.cert` of `{environment}` in the platform file" if environment else "--env NAME"  # fmt: skip
            raise Usage(f"no certificate: --cert FILE, or {where}")
        named = found
        about: list[Any] = []
    else:
        found = named = certificates.read(asked.cert, here.root)
        about = []
        if platform and environment and environment in platform.certificates:
            try:
                named = certificates.of_platform(platform, environment, here.root) or found
            except Rejected as rejected:
                about += rejected.findings
    judged = found.judged(_now())
    if any(one.severity == "error" for one in judged):
        raise Rejected(judged)
    if named.fingerprint != found.fingerprint and platform and environment:
        about.append(
            faults.STRANGE.at(
                named.at, environment=environment, named=named.fingerprint,
                cert=platform.certificates[environment],
            )
        )  # fmt: skip
    return found, (*judged, *about)


def _manifests(asked: _Asked) -> tuple["Plain", ...]:
    """The plain Secrets that are asked for; raises Usage, Rejected."""
    if not asked.from_secret:
        return ()
    from secretkit.finding import closest
    from secretkit.sealing import manifests

    found = [one for path in asked.from_secret for one in manifests.secrets(path)]
    chosen = [one for one in found if asked.secret in (None, one.name)]
    if not chosen:
        near = closest(asked.secret or "", [one.name for one in found])
        raise Usage(f"--secret {asked.secret}: no such Secret in it{near}")
    return tuple(chosen)


def _new_file(asked: _Asked, plain: Sequence["Plain"]) -> str | None:
    """The text to begin from where FILE is not there yet: an app called as its folder."""
    if not plain or asked.file.exists():
        return None
    from secretkit.names import is_label
    from secretkit.sealing.app import begun

    name = asked.file.absolute().parent.name
    namespaces = sorted({one.namespace for one in plain if one.namespace})
    if len(namespaces) != 1 or not is_label(name):
        why = f"`{name}` names no app" if len(namespaces) == 1 else f"the Secrets name {len(namespaces)} namespaces"  # fmt: skip
        raise Usage(f"{asked.file}: no such file, and {why}: begin with `secretkit init`")
    return begun(name, namespaces[0])


def _request(asked: _Asked) -> "Request":
    from secretkit.sealing.editing import Request, fields

    assert asked.secret
    values = tuple(_values(asked, asked.secret))
    keys = [one.key for one in values]
    for key in keys:
        _check_key(key)
        if keys.count(key) > 1:
            raise Usage(f"the key `{key}` is given twice")
    if not keys:
        raise Usage("there is no value in what was given")
    extra = fields({}, asked.kind, immutable=False)
    return Request(asked.secret, values, asked.scope, extra, asked.replace)


def _values(asked: _Asked, secret: str) -> Iterator["Given"]:
    from secretkit.sealing import values

    environment = os.environ
    if asked.key is None:
        for pair in asked.from_file:
            key, equals, path = pair.partition("=")
            yield values.from_file(key, path) if equals else values.from_file(Path(pair).name, pair)
        for pair in asked.from_env:
            key, equals, variable = pair.partition("=")
            if not equals:
                raise Usage(f"--from-env {pair}: KEY=VARIABLE, or --key KEY beside it")
            yield values.from_env(key, variable, environment)
        for path in asked.from_env_file:
            yield from values.from_env_file(path)
    elif asked.from_file:
        yield values.from_file(asked.key, asked.from_file[0])
    elif asked.from_env:
        yield values.from_env(asked.key, asked.from_env[0], environment)
    elif sys.stdin is None:
        raise Usage("stdin is closed: give the value on it, or with --from-file or --from-env")
    elif sys.stdin.isatty():
        yield values.from_terminal(asked.key, secret)
    else:
        yield values.from_stream(asked.key, sys.stdin.buffer)


def _of_manifests(
    asked: _Asked, here: "Standing", plain: Sequence["Plain"]
) -> tuple[tuple["Request", ...], tuple[Any, ...]]:
    from secretkit.sealing import faults
    from secretkit.sealing.editing import Request, fields

    requests: dict[str, Request] = {}
    about = []
    for one in plain:
        _check_name(one.name)
        for given in one.values:
            _check_key(given.key)
        if one.name in requests:
            raise Usage(f"--from-secret: there are two Secrets `{one.name}`; choose the file")
        extra = fields(one.labels, one.type, immutable=one.immutable)
        requests[one.name] = Request(one.name, one.values, asked.scope, extra, asked.replace)
        if one.namespace and one.namespace != here.app.namespace:
            about.append(
                faults.UNTOLD.at(
                    one.at, what=f"the namespace `{one.namespace}`", secret=one.name,
                    verdict=f"is not `{here.app.namespace}`, for which it is sealed",
                    reason="the values may be those of another cluster or stage",
                    mend="if they are, seal the right ones in their place",
                )
            )  # fmt: skip
        if one.annotations:
            about.append(
                faults.UNTOLD.at(
                    one.at, what=f"annotations ({', '.join(one.annotations)})", secret=one.name,
                    verdict="are left behind",
                    reason="one of kubectl's holds the whole Secret in the clear, and most are of tools that set them again",
                    mend="write those that others need under `annotations` of the secret",
                )
            )  # fmt: skip
    return tuple(requests.values()), tuple(about)


def _told(made: "Change", certificate: "Certificate") -> Iterator[str]:
    """What was done, without any value."""
    for one in made.done:
        sizes = ", ".join(
            f"{key} ({size:,} {'byte' if size == 1 else 'bytes'})" for key, size in one.sizes
        )
        new = f" ({one.is_new})" if one.is_new else ""
        yield f"sealed `{one.secret}`{new} for {one.bound.shown}: {sizes}\n"
    yield f"certificate {certificate.shown}\n"


def _show(findings: tuple[Any, ...], asked: _Asked, made: "Change") -> None:
    from secretkit import pipeline
    from secretkit.sealing import faults

    quiet = (faults.NEWLINE.code,) if asked.keep_newline else ()
    shown = [one for one in findings if one.code not in quiet]
    show(pipeline.spots(shown, made.before.root), notes=False)


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)
