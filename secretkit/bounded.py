"""Starts a program that may hang, fill memory or leave children, within bounds of time and size."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

_CHUNK = 65_536
_MOST_OF_ERRORS = 65_536


class Bounds(NamedTuple):
    """What a program may take: seconds, bytes of stdout, and bytes of memory where that can be set."""

    seconds: float
    output: int
    memory: int


class Exceeded(Exception):
    """The program was ended, with all that it started: in words, what it took too much of."""


class Done(NamedTuple):
    code: int
    output: bytes
    errors: bytes  # the beginning


def run(words: Sequence[str], environment: Mapping[str, str], bounds: Bounds) -> Done:
    """What a program says, without stdin and without a terminal; raises Exceeded, OSError."""
    process = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environment),
        start_new_session=True,  # a group of its own, to end its children with it
    )
    try:
        with process:
            try:
                _limit(process.pid, bounds.memory)
                return _read(process, bounds)
            finally:
                _end(process)
    except subprocess.TimeoutExpired:
        raise Exceeded(f"no answer within {bounds.seconds:g} s") from None


def _read(process: "subprocess.Popen[bytes]", bounds: Bounds) -> Done:
    assert process.stdout
    assert process.stderr
    output, errors = bytearray(), bytearray()
    ends = time.monotonic() + bounds.seconds

    def left() -> float:
        seconds = ends - time.monotonic()
        if seconds <= 0:
            raise subprocess.TimeoutExpired(process.args, bounds.seconds)
        return seconds

    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, output)
        selector.register(process.stderr, selectors.EVENT_READ, errors)
        while selector.get_map():
            for ready, _ in selector.select(left()):
                chunk = os.read(ready.fd, _CHUNK)
                if not chunk:
                    selector.unregister(ready.fileobj)
                elif ready.data is output:
                    output += chunk
                else:
                    errors += chunk[: _MOST_OF_ERRORS - len(errors)]
            if len(output) > bounds.output:
                raise Exceeded(f"it gave more than {bounds.output // 1024**2} MiB")
    return Done(process.wait(left()), bytes(output), bytes(errors))


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends the whole group of a program that was not waited for: its number is still its own."""
    if process.returncode is None:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)


def _limit(number: int, memory: int) -> None:
    with suppress(ImportError, AttributeError, OSError, ValueError):  # Linux alone can
        import resource

        _, most = resource.prlimit(number, resource.RLIMIT_DATA)
        least = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.prlimit(number, resource.RLIMIT_DATA, (least, most))
