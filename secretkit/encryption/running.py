"""Runs a program of others and reads what it says, without a traceback, a hang or a secret shown."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from threading import Timer

from secretkit.encryption.storage import printable
from secretkit.finding import Usage
from secretkit.lazy import lazily

_AUTHORITY = lazily(r"//[^/@\s]*@")
_CHUNK = 65_536
_LONGEST = 300  # characters of what a program says of its failure


class Failed(Exception):
    """The program ended badly, or took too long: one line that may be shown."""


def command(variable: str, usual: str) -> list[str]:
    """The program that a variable names, with its first arguments (`k3s kubectl`), or the usual one."""
    try:
        words = shlex.split(os.environ.get(variable, ""))
    except ValueError:
        raise Usage(f"{variable} is no command line") from None
    return words or [usual]


def output(
    words: list[str], environment: Mapping[str, str], seconds: float, variable: str
) -> Iterator[bytes]:
    """What a program writes to stdout, as it comes. Raises Usage without the program, else Failed."""
    with tempfile.TemporaryFile() as errors:
        try:
            child = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=dict(environment),
            )
        except OSError as error:
            said = (error.strerror or type(error).__name__).lower()
            raise Usage(f"{printable(words[0])}: {said} ({variable} names another)") from None
        assert child.stdout
        late: list[bool] = []

        def stop() -> None:
            late.append(True)
            child.kill()

        watch = Timer(seconds, stop)
        watch.daemon = True
        watch.start()
        try:
            while chunk := child.stdout.read(_CHUNK):
                yield chunk
            child.wait()
        finally:
            watch.cancel()
            if child.poll() is None:
                child.kill()
                child.wait()
            child.stdout.close()
        if late:
            raise Failed(f"gave no answer within {seconds:g} s")
        if child.returncode:
            errors.seek(0)
            raise Failed(_said(errors.read(_CHUNK), environment, child.returncode))


def _said(errors: bytes, environment: Mapping[str, str], code: int) -> str:
    """The last line of what a program says, without what it may know of passwords."""
    lines = errors.decode("utf-8", "replace").strip().splitlines()
    if not lines:
        return f"ended with {code}"
    text = lines[-1].strip()
    user = environment.get("ETCDCTL_USER", "").partition(":")[2]
    for word in (environment.get("ETCDCTL_PASSWORD"), user):
        if word:
            text = text.replace(word, "***")
    text = _AUTHORITY.sub("//***@", text)
    return printable(text)[:_LONGEST]
