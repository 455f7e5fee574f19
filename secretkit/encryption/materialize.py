"""The EncryptionConfiguration with its keys, as it lies on a control-plane host."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path as File
from typing import NamedTuple

from secretkit import files
from secretkit.compile.encryption_configuration import configuration
from secretkit.emit.templates import Templates
from secretkit.encryption import elsewhere, key_bytes, step_faults, unlike
from secretkit.encryption.configuration import read_bytes
from secretkit.encryption.configuration_model import Configuration
from secretkit.encryption.declared import Declared
from secretkit.encryption.key_sources import Given, Host, read_all
from secretkit.encryption.step import unsafe
from secretkit.finding import Finding, Rejected, Usage
from secretkit.hidden import Hidden
from secretkit.load import MOST_BYTES
from secretkit.load.inputs import reason
from secretkit.objects import Object

MODE = 0o600


class Made(NamedTuple):
    """What is to stand on the host."""

    content: Hidden
    configuration: Configuration
    digest: str  # as the API server's metric of automatic reloads shows it
    findings: tuple[Finding, ...]  # warnings


class Standing(NamedTuple):
    """What stands there already."""

    content: Hidden
    mode: int


def made(declared: Declared, asked: Mapping[str, Given], host: Host) -> Made:
    """The file, made of what is declared and of the keys; nothing is written.

    Raises Usage on a managed cluster, Rejected where a key cannot be had or used, or the file is for nobody.
    """
    target, encryption = declared.target, declared.needed
    if target.is_managed:
        raise Usage(
            f"on {target.provider} nobody gives the API server a file: its encryption is the cloud's "
            "setting"
        )
    elsewhere.check(declared)
    secrets, findings = read_all(encryption, asked, host)
    body = configuration(encryption, target)
    for entry in body["resources"]:
        for provider in entry["providers"]:
            for fields in provider.values():
                for key in fields.get("keys", ()):
                    key["secret"] = key_bytes.encoded(secrets[key["name"]]).reveal().decode()
    content = Templates().fill(Object(body, encryption.at)).encode()
    try:
        found = read_bytes("what is declared", content)
    except Rejected as rejected:
        at = encryption.at.key
        raise Rejected(one._replace(place=at, also=()) for one in rejected.findings) from None
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    warnings = (*declared.findings, *findings)
    return Made(Hidden(content), found.configuration, digest, warnings)


def standing(path: File) -> Standing | None:
    """The file that is there; raises Usage where it is none that may be written over."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise Usage(f"{path.parent}: no such folder") from None
        return None
    except OSError as error:
        is_link = path.is_symlink()
        raise Usage(f"{path}: {'a symlink' if is_link else reason(error)}") from None
    info = os.fstat(handle)
    if not stat.S_ISREG(info.st_mode):
        os.close(handle)
        raise Usage(f"{path}: not a regular file")
    with os.fdopen(handle, "rb") as file:
        return Standing(Hidden(file.read(MOST_BYTES + 1)), stat.S_IMODE(info.st_mode))


def write(made: Made, declared: Declared, path: File) -> tuple[Finding, ...]:
    """Writes the file unless it stands there already, with a mode of its own; gives warnings.

    Raises Rejected where the step from the file that stands would make objects unreadable.
    """
    standing(path)  # what is refused leaves nothing behind
    with files.held(path.parent):
        there = standing(path)
        if there and key_bytes.is_same(there.content, made.content):
            files.close(path, MODE)  # written again it would have every API server reload
            return ()
        findings = _step(there, made, declared, path)
        files.swap(path, made.content.reveal(), MODE)
    return findings


def _step(
    there: Standing | None, made: Made, declared: Declared, path: File
) -> tuple[Finding, ...]:
    if there is None:
        return ()
    at = declared.needed.at.key
    try:
        old = _configuration(there, path)
    except Rejected as rejected:
        problem = rejected.findings[0].message
        raise Rejected([step_faults.STANDING.at(at, file=path, problem=problem)]) from None
    findings = tuple(one.at(at, step_faults.ON_HOST) for one in unsafe(old, made.configuration))
    if any(one.severity == "error" for one in findings):
        raise Rejected(findings)
    return findings


def _configuration(there: Standing, path: File) -> Configuration:
    """What stands there: what an API server loads, or a rendered file, of which nothing can be lost.

    Raises Rejected on anything else; a file with a placeholder and a key may hold the key's only copy.
    """
    found = read_bytes(path.name, there.content.reveal(), rendered=True).configuration
    if any(key.secret for _, key in found.keys):
        return read_bytes(path.name, there.content.reveal()).configuration
    return found


def differences(made: Made, path: File) -> Iterator[str]:
    """What is not as it would be written, a line each, without a byte of a key."""
    there = standing(path)
    if there is None:
        yield f"{path} is not there"
        return
    if not key_bytes.is_same(there.content, made.content):
        yield from _unlike(there, made, path)
    if there.mode != MODE:
        yield f"{path} has the mode {there.mode:04o} and not {MODE:04o}"


def _unlike(there: Standing, made: Made, path: File) -> Iterator[str]:
    try:
        old = read_bytes(path.name, there.content.reveal()).configuration
    except Rejected as rejected:
        yield f"{path} is one that no API server loads: {rejected.findings[0].message}"
        return
    found = [
        *unlike.kinds(old, made.configuration),
        *unlike.readers(old, made.configuration),
        *_bytes(old, made.configuration),
    ]
    yield from found or [
        "the meaning is the same, and the text differs: a plugin's fields, or layout"
    ]


def _bytes(old: Configuration, new: Configuration) -> Iterator[str]:
    for one in unsafe(old, new):
        if one.code is step_faults.CHANGED:
            yield f"keys: {dict(one.words)['reader']} has other bytes there"


def work_tree(path: File) -> File | None:
    """The Git work tree in which a file lies."""
    folder = path.absolute().parent.resolve()
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)
