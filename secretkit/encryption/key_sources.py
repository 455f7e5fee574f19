"""Where a key's bytes come from on the control-plane host: a file, a variable, or stdin."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path as File
from typing import NamedTuple

from secretkit.encryption import configuration_faults as faults
from secretkit.encryption import key_bytes
from secretkit.finding import Finding, Rejected, Severity, Usage, closest
from secretkit.hidden import Hidden
from secretkit.load.inputs import reason
from secretkit.model.control_plane import Encryption, Key
from secretkit.values.env import reserved

_MOST_BYTES = 4096  # a key in base64 has 45
_EXPOSED = stat.S_IRGRP | stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH


class Given(NamedTuple):
    """`--key NAME=file:PATH`, `NAME=env:VAR` or `NAME=-`: a source in place of the file's `from`."""

    source: str  # file, env or stdin
    argument: str


class Host(NamedTuple):
    """What a source may be read against: the folder of the file that names it, variables, stdin."""

    folder: File
    variables: Mapping[str, str]
    stdin: Callable[[], bytes]


class _Unreadable(Exception):
    """A source that gives no bytes; says why, never what."""


def given(texts: Iterable[str]) -> dict[str, Given]:
    """The sources of a command line by the key's name; raises Usage where one is no such thing."""
    found: dict[str, Given] = {}
    for text in texts:
        name, equals, rest = text.partition("=")
        source, colon, argument = rest.partition(":")
        is_known = rest == "-" or (source in ("file", "env") and colon and argument)
        if not (name and equals and is_known):
            # What stands there may be the key itself, so it is not repeated.
            raise Usage("--key takes NAME=file:PATH, NAME=env:VARIABLE or NAME=-")
        if name in found:
            raise Usage(f"--key {name}: it is given twice")
        found[name] = Given("stdin", "") if rest == "-" else Given(source, argument)
    if sum(one.source == "stdin" for one in found.values()) > 1:
        raise Usage("--key: one key alone can come from stdin")
    return found


def read_all(
    encryption: Encryption, asked: Mapping[str, Given], host: Host
) -> tuple[dict[str, Hidden], tuple[Finding, ...]]:
    """The bytes of every key by its name, and warnings.

    Raises Usage for a key that is not declared, Rejected with all that cannot be had or used.
    """
    owned = [(block.provider, key) for block in encryption.blocks for key in block.keys]
    names = [key.name for _, key in owned]
    for name in asked:
        if name not in names:
            raise Usage(f"--key {name}: no such key is declared{closest(name, names)}")
    found: list[tuple[Key, Hidden]] = []
    findings: list[Finding] = []
    for provider, key in owned:
        secret, wrong = _key(provider, key, asked.get(key.name), host)
        findings += wrong
        if secret is not None:
            findings += _judged(encryption, key, secret, found)
            found.append((key, secret))
    if any(one.severity == "error" for one in findings):
        raise Rejected(findings)
    return {key.name: secret for key, secret in found}, tuple(findings)


def _key(
    provider: str, key: Key, asked: Given | None, host: Host
) -> tuple[Hidden | None, list[Finding]]:
    """The bytes of a key, unless no API server would take them."""
    findings: list[Finding] = []
    try:
        content, is_exposed = _content(key, asked, host)
    except _Unreadable as error:
        return None, [faults.UNREADABLE.at(key.at, name=key.name, problem=error)]
    if is_exposed:
        findings.append(faults.EXPOSED.at(key.at, name=key.name))
    secret = key_bytes.of_file(content)
    wrong = "are no standard base64 on one line"
    if secret is not None:
        wrong = key_bytes.wrong_length(provider, secret) or ""
    if wrong:
        return None, [*findings, faults.BYTES.at(key.at, name=f"`{key.name}`", problem=wrong)]
    return secret, findings


def _judged(
    encryption: Encryption, key: Key, secret: Hidden, others: Iterable[tuple[Key, Hidden]]
) -> Iterator[Finding]:
    """What the API server takes and nobody should: refused, unless the key is on its way out."""
    severity: Severity = "warning" if encryption.is_going(key) else "error"
    weakness = key_bytes.weakness(secret)
    if weakness:
        found = faults.WEAK.at(key.at, name=f"`{key.name}`", problem=weakness)
        yield found._replace(severity=severity)
    elif len(secret) != key_bytes.LENGTH:
        found = faults.SHORT.at(key.at, name=f"`{key.name}`", size=len(secret))
        yield found._replace(severity=severity)
    for other, bytes_ in others:
        if key_bytes.is_same(secret, bytes_):
            both_go = encryption.is_going(key) and encryption.is_going(other)
            problem = f"`{other.name}` and `{key.name}` have the same bytes"
            found = faults.NAMES.at(key.at, also=[other.at], problem=problem, why=faults.SAME_BYTES)
            yield found._replace(severity="warning" if both_go else "error")
            return


def _content(key: Key, asked: Given | None, host: Host) -> tuple[Hidden, bool]:
    """What a source holds, and whether others can read it there."""
    if asked is None and key.source is None:
        raise _Unreadable("it has no `from`")
    source, argument = asked or key.source or ("", "")
    folder = File() if asked else host.folder
    match source:
        case "stdin":
            return Hidden(_bounded(host.stdin())), False
        case "env":
            return _variable(argument, host.variables), False
        case _:
            return _file(folder / argument)


def _variable(name: str, variables: Mapping[str, str]) -> Hidden:
    if reserved(name):
        raise _Unreadable("the variable is one of those that secretkit never reads")
    if name not in variables:
        raise _Unreadable("the variable is not set")
    return Hidden(_bounded(variables[name].encode(errors="surrogateescape")))


def _file(path: File) -> tuple[Hidden, bool]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe must not block
    except OSError as error:
        raise _Unreadable(f"{path}: {reason(error)}") from None
    info = os.fstat(handle)
    if not stat.S_ISREG(info.st_mode):
        os.close(handle)
        raise _Unreadable(f"{path} is no regular file")
    with os.fdopen(handle, "rb") as file:
        return Hidden(_bounded(file.read(_MOST_BYTES + 1))), bool(info.st_mode & _EXPOSED)


def _bounded(content: bytes) -> bytes:
    if len(content) > _MOST_BYTES:
        raise _Unreadable(f"it is above {_MOST_BYTES:,} bytes")
    return content
