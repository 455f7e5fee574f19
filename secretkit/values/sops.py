"""`sops`: a value of a file that sops encrypted, `FILE#a.b`, or the whole of a binary one, `FILE`.

The program is started once for a file in a run, and what it gives stays in memory. What it says is
never passed on.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from secretkit import bounded, sops_file
from secretkit.finding import Code
from secretkit.hidden import Hidden
from secretkit.lazy import lazily
from secretkit.sops_file import form_of
from secretkit.sops_keys import elsewhere
from secretkit.values import Opened, Unreadable, Where, faults, file

# A file of 1 MiB, of which each byte may come back as six (`\\u0000`); aliases may make it more.
BOUNDS = bounded.Bounds(seconds=60.0, output=16 * 1024**2, memory=2 * 1024**3)
# sops 3.11, cmd/sops/codes; any other code is some other failure.
_CODES: Mapping[int, Code] = {128: faults.NO_KEY, 51: faults.TAMPERED, 25: faults.DAMAGED}
_NO_METADATA = b"sops metadata not found"
_STEP = lazily(r'"([^"]+)"|([^".]+)')
_CIPHERTEXT = lazily(r"ENC\[AES256_GCM,.*,type:([a-z]+)\]", re.DOTALL)
_KINDS = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    dict: "a mapping",
    list: "a list",
}


def problem(name: str, path: str | None = None) -> str | None:
    """What is wrong with the text of a reference; None where its form is right."""
    if not name:
        return "names no file"
    if form_of(name) == "binary":
        return None if path is None else "names a key of a binary file, which has none"
    if path is None:
        return "lacks a path"
    return "has a path that cannot be read" if steps(path) is None else None


def steps(path: str) -> tuple[str, ...] | None:
    """The keys of `a."b.c".0`; None where the text is no such path."""
    found: list[str] = []
    at = 0
    while match := _STEP.match(path, at):
        found.append(match[1] or match[2])
        at = match.end()
        if at == len(path):
            return tuple(found)
        if path[at] != ".":
            return None
        at += 1
    return None


def read(argument: str, where: Where, path: str | None = None) -> bytes:
    """The bytes of the text at the path, or of the whole binary file."""
    wanted = steps(path) if path is not None else ()
    if problem(argument, path) or wanted is None:  # SK558 has said so
        raise Unreadable(faults.NO_PATH, what="its reference cannot be read")
    resolved = file.inside(argument, where)
    form = form_of(argument)
    asked = (resolved, form)
    if asked not in where.decrypted:
        where.decrypted[asked] = _opened(argument, resolved, form, where)
    found = where.decrypted[asked]
    if isinstance(found, Unreadable):
        raise found
    if form == "binary":
        return found.value.reveal()
    content = _text(_at(json.loads(found.value.reveal()), wanted))
    _look_at(found.written, wanted, content)
    return content


def _opened(argument: str, resolved: Path, form: str, where: Where) -> Opened | Unreadable:
    """What sops gives of a file, or why not, which is then true for all who ask for it."""
    try:
        written = _written(file.read(argument, where), form, where.environment)
        return Opened(Hidden(_run(resolved, form, where)), written)
    except Unreadable as error:
        error.cause = (str(resolved), form)
        return error


def _written(content: bytes, form: str, environment: Mapping[str, str]) -> Any:
    """The values as they stand in the file, once it is known to send a login nowhere else."""
    try:
        encrypted = sops_file.read(content, form)
    except sops_file.Unparsed:
        raise Unreadable(faults.NOT_SOPS, what=f"it cannot be read as {form}") from None
    except sops_file.NoSection:
        raise Unreadable(faults.NOT_SOPS, what="it has no `sops` section") from None
    except sops_file.Unusual as error:
        raise Unreadable(faults.SPELLING, what=error.what) from None
    what = elsewhere(encrypted.keys, environment.get("VAULT_ADDR", ""))
    if what:
        raise Unreadable(faults.ELSEWHERE, what=what)
    return encrypted.values


def _look_at(written: Any, path: tuple[str, ...], content: bytes) -> None:
    """Refuses a text that lies in the clear beside ciphertext, and one that was no text."""
    try:
        text = _at(written, path)
    except Unreadable:  # spelled otherwise in the file than in what came of it
        return
    match = _CIPHERTEXT.fullmatch(text) if isinstance(text, str) else None
    if match is None and content:  # sops leaves what is empty as it is
        raise Unreadable(faults.CLEAR)
    if match and match[1] != "str":
        raise Unreadable(faults.NO_TEXT, what="a date" if match[1] == "time" else "no plain text")


def _run(path: Path, form: str, where: Where) -> bytes:
    program = _program(where)
    output = "binary" if form == "binary" else "json"
    words = [program, "decrypt", "--input-type", form, "--output-type", output, str(path)]
    # It needs what leads to its keys, which may be any variable of a cloud.
    environment = {**where.environment, "SOPS_DISABLE_VERSION_CHECK": "true"}
    try:
        done = bounded.run(words, environment, BOUNDS)
    except bounded.Exceeded as error:
        raise Unreadable(faults.SOPS_FAILED, what=str(error)) from None
    except OSError as error:
        what = (error.strerror or "the system refuses").lower()
        raise Unreadable(faults.NO_SOPS, what=f"sops cannot be started, {what}") from None
    if done.code:
        if _NO_METADATA in done.errors:
            raise Unreadable(faults.NOT_SOPS, what="it has no `sops` section")
        code = _CODES.get(done.code)
        if code:
            raise Unreadable(code)
        raise Unreadable(faults.SOPS_FAILED, what=f"it ended with {done.code}")
    return done.output if form == "binary" else _as_json(done.output)


def _program(where: Where) -> str:
    root = where.root.resolve()
    for folder in where.environment.get("PATH", "").split(os.pathsep):
        found = Path(folder, "sops")
        # Not what lies in the working folder or in the repository, by whatever name.
        if not found.is_absolute() or not os.access(found, os.X_OK) or not found.is_file():
            continue
        if not found.is_relative_to(root) and not found.resolve().is_relative_to(root):
            return str(found)
    raise Unreadable(faults.NO_SOPS, what="there is no `sops` on the PATH")


def _as_json(content: bytes) -> bytes:
    """The output, once it is known to be a JSON object."""
    try:
        is_object = isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        raise Unreadable(faults.SOPS_FAILED, what="it gave no JSON object")
    return content


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for number, step in enumerate(path, 1):
        match value:
            case dict() if step in value:
                value = value[step]
            case list() if step in map(str, range(len(value))):
                value = value[int(step)]
            case dict() | list():
                raise Unreadable(faults.NO_PATH, what=f"its step {number} is not there")
            case _:
                raise Unreadable(faults.NO_PATH, what=f"its step {number} is below a plain value")
    return value


def _text(value: Any) -> bytes:
    if not isinstance(value, str):
        raise Unreadable(faults.NO_TEXT, what=_KINDS.get(type(value), "null"))
    try:
        return value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        raise Unreadable(faults.NO_TEXT, what="bytes that are no UTF-8") from None
