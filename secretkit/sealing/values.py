"""Where values that are sealed come from, each as bytes that are not printed."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from secretkit.finding import Usage
from secretkit.hidden import Hidden
from secretkit.values import MOST_BYTES, Unreadable, Where, env, faults

# A terminal holds no longer line, and drops what is typed beyond it.
_LONGEST_LINE = 1023 if sys.platform == "darwin" else 4095


class Given(NamedTuple):
    """A value under its key. `ends_line`: it is one line of text, and the line's end is in it."""

    key: str
    hidden: Hidden
    ends_line: bool = False

    @classmethod
    def of(cls, key: str, value: bytes) -> "Given":
        return cls(key, Hidden(value), value.find(b"\n") == len(value) - 1 and value != b"")


def from_stream(key: str, stream: BinaryIO) -> Given:
    """All that a stream gives, or one byte above the most that a Secret holds."""
    return Given.of(key, stream.read(MOST_BYTES + 1))


def from_file(key: str, path: str) -> Given:
    """What a file or a pipe holds; raises Usage where it cannot be read."""
    try:
        with Path(path).open("rb") as stream:
            return from_stream(key, stream)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "cannot be read"
        raise Usage(f"the file of `{key}`: {path}: {reason.lower()}") from None


def from_env(key: str, variable: str, environment: Mapping[str, str]) -> Given:
    """A variable of the process; raises Usage where it is not set, or one that is never read."""
    try:
        value = env.read(variable, Where(Path(), Path(), environment, {}))
    except Unreadable as error:
        if error.code == faults.LARGE:
            return Given.of(key, bytes(MOST_BYTES + 1))
        words = error.code.title.format(key=key, **error.words)
        raise Usage(f"--from-env {variable}: {words}\nfix: {_MENDS[error.code.code]}") from None
    return Given.of(key, value)


_MENDS = {
    faults.MISSING.code: "export it, or give the value on stdin",
    faults.RESERVED.code: "pass the value in a variable with a name of its own",
}


def from_env_file(path: str) -> Iterator[Given]:
    """The lines KEY=VALUE of a file, as `kubectl create secret --from-env-file` reads them.

    Raises Usage with the line that has another form.
    """
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise Usage(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    if len(content) > MOST_BYTES:
        raise Usage(f"{path}: above 1 MiB")
    rows = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for number, row in enumerate(rows, 1):
        line = row.removesuffix(b"\r").lstrip()
        if not line or line.startswith(b"#"):
            continue
        key, equals, value = line.partition(b"=")
        if not equals:
            raise Usage(f"{path}:{number}: not a line KEY=VALUE")
        yield Given.of(key.decode(errors="replace"), value)


def from_terminal(key: str, secret: str) -> Given:
    """What is typed at the terminal on stdin, without its line end; nothing of it is shown."""
    handle = sys.stdin.fileno()
    prompt = f"value of `{key}` in `{secret}` (it is not shown): "
    line = _unseen(handle, prompt)
    if len(line) >= _LONGEST_LINE:
        raise Usage(f"a terminal holds no line of {len(line)} bytes: use a pipe or --from-file")
    if not line:
        raise Usage(
            "nothing was given at the prompt; an empty value comes from --from-file or a pipe"
        )
    return Given.of(key, line)


def _unseen(handle: int, prompt: str) -> bytes:
    import termios

    before = termios.tcgetattr(handle)
    quiet = termios.tcgetattr(handle)
    quiet[3] &= ~termios.ECHO
    quiet[3] |= termios.ICANON | termios.ISIG
    termios.tcsetattr(handle, termios.TCSADRAIN, quiet)
    try:
        sys.stderr.write(prompt)
        sys.stderr.flush()
        read = os.read(handle, 1 << 16)
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)
    sys.stderr.write("\n")  # the one that was typed was not shown
    return read.removesuffix(b"\n")
