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
    from secretkit.sealing.checking import Checked
    from secretkit.sealing.editing import Change, Request
    from secretkit.sealing.manifests import Plain
    from secretkit.sealing.reading import Found
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
    namespace: str | None
    kind: str | None
    new_cert: bool
    replace: bool
    keep_newline: bool
    allow_empty: bool
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
    help="Plain Secrets: a file, a folder with all below it, or `-` for stdin; --secret picks one.",
)
@click.option(
    "-n",
    "--namespace",
    metavar="NAME",
    help="Of --from-secret the Secrets of this namespace alone, and those that name none if no other is named.",
    callback=lambda _, __, value: value.removeprefix("=") if value else value,
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
@click.option("--allow-empty", is_flag=True, help="A value that is empty is meant.")
@click.option(
    "--check",
    is_flag=True,
    help="Say which values were sealed with another certificate; exit code 1 if there are any.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change in FILE, and write nothing.")
@click.option("--from-literal", "literal", multiple=True, hidden=True)  # kubectl's: a habit
@click.argument("more", nargs=-1, metavar="")
def command(more: tuple[str, ...], literal: tuple[str, ...], **given: Any) -> int:
    """Seal values with the certificate of a sealed-secrets controller, into FILE.

    \b
    secretkit seal FILE --secret webhook --key api-key --cert prod.pem          asks for the value
    printf %s "$KEY" | secretkit seal FILE --secret webhook --key api-key --env production
    secretkit seal FILE --secret tls --from-file tls.crt=crt.pem --from-file tls.key=key.pem --env production
    secretkit seal FILE --from-secret k8s/ --cert prod.pem                      plain Secrets of a folder
    secretkit seal FILE --check                                                 what has an old certificate

    With --check FILE may be a folder. Only the values that are given change in FILE. Nothing is sent anywhere: the certificate is
    public, and what `kubeseal --fetch-cert` writes.
    """  # fmt: skip
    from secretkit.cli import cores

    cores.forbid()  # before any value is read
    if literal:
        raise Usage("a value on the command line lies open in the list of processes and in the shell's history: give it on stdin (`printf %s \"$VALUE\" | secretkit seal …`), or with --from-file or --from-env")  # fmt: skip
    if more:
        raise Usage("one FILE, and behind it options alone; a value is never given on the command line: use stdin, --from-file or --from-env")  # fmt: skip
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
    from secretkit.load.inputs import find_root

    values = (asked.secret, asked.key, asked.scope, *asked.from_file, *asked.from_env,
              *asked.from_env_file, *asked.from_secret, asked.namespace, asked.kind)  # fmt: skip
    if any(values) or asked.new_cert or asked.replace or asked.dry_run:
        raise Usage("--check looks at every value, with --env and --cert alone")
    found = tuple(_all_checked(asked))
    findings = list(dict.fromkeys(said.without_trees for one in found for said in one.findings))
    spots = pipeline.spots(findings, find_root([asked.file]))
    report.get("text").write(spots, sys.stdout, colour(sys.stdout))
    for text in dict.fromkeys(text for one in found for text in one.notes):
        note(text)
    if not spots:
        places = sorted({name for one in found for name in one.places if name})
        count = sum(one.values for one in found)
        where = f", in {', '.join(places)}" if places else ""
        click.echo(f"{count} {'value' if count == 1 else 'values'} fine{where}" if count else "nothing is sealed here")  # fmt: skip
    return 0 if all(one.is_fine for one in found) else 1


def _all_checked(asked: _Asked) -> Iterator["Checked"]:
    """What `--check` says of a file, or of each below a folder that has sealed values."""
    from secretkit.load.inputs import find_inputs, find_root
    from secretkit.sealing.app import is_sealing, standing
    from secretkit.sealing.checking import NoCertificate, check

    if not asked.file.is_dir():
        yield check(standing(asked.file, asked.platform, asked.environment), asked.cert, _now())
        return
    root = find_root([asked.file])
    files = [one.path for one in find_inputs([asked.file], root) if is_sealing(one)]
    for file in files:
        try:
            yield check(standing(file, asked.platform, asked.environment), asked.cert, _now())
        except NoCertificate as error:
            raise Usage(f"{file.relative_to(root).as_posix()}: {error}") from None


def _carried_out(asked: _Asked) -> int:
    from secretkit import files, one_file
    from secretkit.sealing import editing
    from secretkit.sealing.app import standing

    _check_options(asked)
    found, notes = _manifests(asked)
    new = _new_file(asked, found)

    def stand() -> "Standing":
        return standing(asked.file, asked.platform, asked.environment, new, is_to_fill=True)

    here = stand()
    plain = _of_app(asked, here, found)
    is_sealed = bool(plain) and all(one.sealed for one in plain)
    certificate, warnings = (None, ()) if is_sealed else _certificate(asked, here)
    if asked.secret and not asked.from_secret:  # before anybody is asked for a value
        editing.target(here, asked.secret, asked.scope, replaces=asked.replace)
        known = here.app.secrets.get(asked.secret)
        if asked.kind and known and asked.kind != (known.type or "Opaque"):
            raise Usage(f"--type {asked.kind}: `{asked.secret}` is there already, of type {known.type or 'Opaque'}")  # fmt: skip
    requests, about = _of_manifests(asked, here, plain) if found else ((_request(asked),), ())
    now = _now()

    def change(here: "Standing") -> "Change":
        return editing.changed(here, requests, certificate, now, is_new_certificate=asked.new_cert)

    if asked.dry_run:
        made = change(here)
        name, before = made.before.input.name, made.before.tree.source.text
        sys.stdout.writelines(difference(name, "" if new else before, made.text))
        _show((*warnings, *about, *made.findings), asked, made)
    else:
        # Alone with the folder, and from what the file says now: another call may have sealed too.
        with files.held(here.input.path.parent):
            made = change(stand())
            _show((*warnings, *about, *made.findings), asked, made)
            expected = made.before.tree.source.text
            one_file.write(made.before.input, made.text, expected)
        sys.stdout.writelines(_told(made, certificate))
    for text in notes:
        note(text)
    return 0


def _check_options(asked: _Asked) -> None:
    """Raises Usage where options do not fit together."""
    one_by_one = (*asked.from_file, *asked.from_env, *asked.from_env_file)
    if asked.from_secret:
        if asked.key or one_by_one or asked.kind:
            raise Usage("--from-secret brings keys, values and type itself; --secret chooses one of its Secrets")  # fmt: skip
        if asked.secret:
            _check_name(asked.secret)
        return
    if asked.namespace:
        raise Usage("--namespace chooses among the Secrets of --from-secret; a file has its own, and --env another")  # fmt: skip
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
        raise Usage("--secret: not a name that Kubernetes takes (a-z, 0-9, `-` and `.`)")


def _check_key(key: str) -> None:
    from secretkit.names import is_data_key

    if not is_data_key(key):
        raise Usage("a key is none of a Secret (letters, digits, `-`, `_` and `.`)")


def _certificate(asked: _Asked, here: "Standing") -> tuple["Certificate", tuple[Any, ...]]:
    """What is sealed with, and what there is to say of it; raises Usage, Rejected."""
    from secretkit.sealing import certificate as certificates
    from secretkit.sealing import checking, faults

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
        other = checking.of_another(platform, environment, here.root, found)
        if other and not asked.new_cert:
            refusal = faults.OF_ANOTHER.at(
                found.at, what="this is", other=other, environment=environment
            )
            raise Rejected([refusal])
        about.append(
            faults.STRANGE.at(
                named.at, environment=environment, named=named.fingerprint,
                cert=platform.certificates[environment],
            )
        )  # fmt: skip
    return found, (*judged, *about)


def _manifests(asked: _Asked) -> tuple[tuple["Found", ...], list[str]]:
    """The plain Secrets that are asked for, and what was passed over; raises Usage, Rejected."""
    if not asked.from_secret:
        return (), []
    from secretkit.finding import closest
    from secretkit.sealing import manifests, reading

    stdin = sys.stdin.buffer if sys.stdin else None
    read = reading.read(asked.from_secret, stdin)
    notes = list(read.notes)
    others = [one for one in read.secrets if not _is_of(asked.namespace, one)]
    if others:
        names = ", ".join(sorted({f"{one.namespace}/{one.name}" for one in others}))
        notes.append(f"of other namespaces, so passed over: {names}")
    homeless = [one for one in read.secrets if others and not one.namespace and not asked.secret]
    if homeless:
        names = ", ".join(sorted({one.name for one in homeless}))
        notes.append(f"without a namespace, where others name another than `{asked.namespace}`, so passed over (--secret NAME takes one): {names}")  # fmt: skip
    chosen = []
    for one in read.secrets:
        if one in others or one in homeless or asked.secret not in (None, one.name):
            continue
        reason = manifests.why_not(one)
        if reason and asked.secret and not manifests.is_ours_to_pick(one):
            raise Usage(f"--secret {asked.secret}: {reason}")
        if reason:
            done = "sealed all the same" if asked.secret else "passed over"
            notes.append(f"the Secret `{one.name}` is {done}: {reason}")
        if asked.secret or not reason:
            chosen.append(one)
    if not chosen:
        for text in notes:
            note(text)
        if asked.secret and read.secrets:
            near = closest(asked.secret, [one.name for one in read.secrets])
            raise Usage(f"--secret {asked.secret}: no such Secret in it{near}")
        raise Usage(f"--from-secret {asked.from_secret[0]}: there is no Secret to seal")
    return tuple(chosen), notes


def _is_of(namespace: str | None, one: "Found") -> bool:
    """Whether a Secret belongs to a namespace; one that names none goes wherever it is applied."""
    return None in (namespace, one.namespace) or namespace == one.namespace


def _new_file(asked: _Asked, found: Sequence["Found"]) -> str | None:
    """The text to begin from where FILE is not there yet: an app called as its folder."""
    if asked.file.exists():
        return None
    if not found:  # a value may stand in the place of FILE
        named = f"{asked.file}: " if asked.file.suffix in (".yaml", ".yml", ".json") else "FILE: "
        raise Usage(f"{named}no such file")
    from secretkit.names import is_label
    from secretkit.sealing.app import begun

    name = asked.file.absolute().parent.name
    namespaces = sorted({one.namespace for one in found if one.namespace})
    namespace = asked.namespace or (namespaces[0] if len(namespaces) == 1 else None)
    if namespace is None:
        why = f"name {len(namespaces)} namespaces ({', '.join(namespaces)}), and an app is of one" if namespaces else "name no namespace"  # fmt: skip
        each = ", each into a file of its own" if namespaces else ""
        raise Usage(f"{asked.file}: no such file yet, and the Secrets {why}: say which with --namespace NAME{each}")  # fmt: skip
    if not is_label(name):
        raise Usage(f"{asked.file}: no such file yet, and `{name}` names no app: give it a folder that is called as the app (a-z, 0-9 and `-`)")  # fmt: skip
    return begun(name, namespace)


def _of_app(asked: _Asked, here: "Standing", found: Sequence["Found"]) -> tuple["Plain", ...]:
    """The Secrets with their values; raises Rejected where one is of another namespace than the app."""
    from secretkit.sealing import faults, manifests

    own = here.app.namespace
    if asked.namespace and asked.namespace != own:
        raise Usage(f"--namespace {asked.namespace}: this app is of `{own}`; its Secrets go into a file of their own")  # fmt: skip
    plain, findings, names = [], [], dict[str, Any]()
    for one in found:
        if not _is_of(own, one):
            findings.append(
                faults.FOREIGN.at(one.at, secret=one.name, namespace=one.namespace, own=own)
            )
        elif one.name in names:
            problem = f"there are two Secrets `{one.name}`"
            mend = "choose the file, or take one of them out"
            findings.append(
                faults.MANIFEST.at(one.at, also=[names[one.name]], problem=problem, mend=mend)
            )
        names[one.name] = one.at
        try:
            plain.append(manifests.plain(one))
        except Rejected as rejected:
            findings += rejected.findings
    if findings:
        raise Rejected(findings)
    return tuple(plain)


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
    return Request(asked.secret, values, asked.scope, extra, asked.replace, asked.allow_empty)


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
                raise Usage("--from-env: KEY=VARIABLE, or --key KEY beside it")
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
    """What is to be sealed, under the key that a name has in the file; and what there is to say of it."""
    from secretkit.sealing import faults
    from secretkit.sealing.editing import Request, fields

    keys = {secret.name: key for key, secret in here.app.secrets.items()}
    requests: list[Request] = []
    about: list[Any] = []
    for one in plain:
        extra = fields(one.labels, one.type, immutable=one.immutable)
        if one.scope and asked.scope not in (None, one.scope):
            raise Usage(f"--scope {asked.scope}: `{one.name}` is sealed already, for the scope {one.scope}")  # fmt: skip
        requests.append(
            Request(
                keys.get(one.name, one.name), one.values, one.scope or asked.scope, extra,
                asked.replace, asked.allow_empty, one.found, one.sealed,
            )
        )  # fmt: skip
        about += one.warnings
        if one.annotations:
            about.append(
                faults.UNTOLD.at(
                    one.found.key("metadata", "annotations"), secret=one.name,
                    what=f"annotations ({', '.join(one.annotations)})", verdict="are left behind",
                    reason="most are of tools that set them again, and some hold the whole Secret in the clear",
                    mend="write those that others need under `annotations` of the secret",
                )
            )  # fmt: skip
    return tuple(requests), tuple(about)


def _told(made: "Change", certificate: "Certificate | None") -> Iterator[str]:
    """What was done, without any value."""
    for one in made.done:
        new = f" ({one.is_new})" if one.is_new else ""
        yield f"sealed `{one.secret}`{new} for {one.bound.shown}: {', '.join(one.keys)}\n"
    if certificate:
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
