"""Where values that are sealed come from, each as bytes that are not printed.

What is typed in the place of a path or a name may be a value by mistake, so no message repeats it
unless such a file is there.
"""

import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from secretkit.finding import Usage
from secretkit.hidden import Hidden
from secretkit.names import is_data_key
from secretkit.values import MOST_BYTES, Unreadable, Where, env, faults

# A terminal holds no longer line, and drops what is typed beyond it.
_LONGEST_LINE = 1023 if sys.platform == "darwin" else 4095
_MOST_DECISECONDS = 2  # between two lines of one paste


class Given(NamedTuple):
    """A value under its key. `ends_line`: it is one line of text, and the line's end is in it.

    `is_written`: whoever wrote the source put this key there, so that no value is one that is meant.
    `is_placeholder`: such a source holds a text like `changeme` there.
    """

    key: str
    hidden: Hidden
    ends_line: bool = False
    is_written: bool = False
    is_placeholder: bool = False

    @classmethod
    def of(cls, key: str, value: bytes, *, is_written: bool = False) -> "Given":
        from secretkit.looks import is_placeholder

        ends_line = value.find(b"\n") == len(value) - 1 and value != b""
        stands = (
            bool(value) and is_written and is_placeholder(value.decode(errors="replace").strip())
        )
        return cls(key, Hidden(value), ends_line, is_written, stands)


def shown_key(key: str) -> str:
    """A key as it may be shown: not where it is none, or looks like a value itself."""
    return f"`{key}`" if is_data_key(key) and not _is_like_a_value(key) else "a key"


def _is_like_a_value(key: str) -> bool:
    """Whether a key is no word that people write: long, of letters and numbers in both cases."""
    from secretkit.looks import is_random, marks

    classes = sum(bool(re.search(kind, key)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    is_one_word = re.fullmatch(r"[A-Za-z0-9]{16,}", key) is not None
    return is_random(key) or (is_one_word and classes == 3) or next(marks(key), None) is not None


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
        raise Usage(f"the file of {shown_key(key)}: {_if_there(path)}{reason.lower()}") from None


def _if_there(path: str) -> str:
    """A path before a colon, where something stands there: then it is no value."""
    try:
        return f"{path}: " if Path(path).exists() else ""
    except (OSError, ValueError):
        return ""


def from_env(key: str, variable: str, environment: Mapping[str, str]) -> Given:
    """A variable of the process; raises Usage where it is not set, or one that is never read."""
    try:
        value = env.read(variable, Where(Path(), Path(), environment, {}))
    except Unreadable as error:
        if error.code == faults.LARGE:
            return Given.of(key, bytes(MOST_BYTES + 1))
        words, mend = _ENV_PROBLEMS[error.code.code]
        raise Usage(f"--from-env: the variable of {shown_key(key)} {words}\nfix: {mend}") from None
    return Given.of(key, value)


_ENV_PROBLEMS = {
    faults.MISSING.code: ("is not set", "export it, or give the value on stdin"),
    faults.RESERVED.code: (
        "is one of those that secretkit never reads: credentials of CI, of a cloud or of our own stand there",
        "pass the value in a variable with a name of its own",
    ),
}  # fmt: skip


def from_env_file(path: str) -> Iterator[Given]:
    """The lines KEY=VALUE of a file, as `kubectl create secret --from-env-file` reads them.

    Raises Usage with the number of a line that has another form; what stands there may be a value.
    """
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "cannot be read"
        raise Usage(f"--from-env-file: {_if_there(path)}{reason.lower()}") from None
    if len(content) > MOST_BYTES:
        raise Usage(f"{path}: above 1 MiB")
    rows = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for number, row in enumerate(rows, 1):
        line = row.removesuffix(b"\r").lstrip()
        if not line or line.startswith(b"#"):
            continue
        key, equals, value = line.partition(b"=")
        name = key.decode(errors="replace")
        problem = _line_problem(name, bool(equals), value)
        if problem:
            raise Usage(f"{path}:{number}: {problem}")
        yield Given.of(name, value, is_written=True)


def _line_problem(key: str, has_equals: bool, value: bytes) -> str | None:
    if not has_equals:
        return "not a line KEY=VALUE"
    if re.match(r"export\s", key):
        return "`export` is a shell's word, and this is no shell: a line is KEY=VALUE"
    if not is_data_key(key):
        return (
            "what stands before the `=` is no key of a Secret (letters, digits, `-`, `_` and `.`)"
        )
    if not value.strip(b"=") and _is_like_a_value(key):
        return "nothing stands behind the `=`, and what stands before it looks like a value, not like its key"  # fmt: skip
    return None


def from_terminal(key: str, secret: str) -> Given:
    """What is typed at the terminal on stdin, without its line end; nothing of it is shown."""
    handle = sys.stdin.fileno()
    prompt = f"value of `{key}` in `{secret}` (it is not shown): "
    line, has_more = _unseen(handle, prompt)
    if has_more:
        raise Usage("more than one line was given at the prompt, so none is taken: use --from-file or a pipe")  # fmt: skip
    if len(line) >= _LONGEST_LINE:
        raise Usage(f"a terminal holds no line of {len(line)} bytes: use a pipe or --from-file")
    if not line:
        raise Usage(
            "nothing was given at the prompt; an empty value comes from a pipe, with --allow-empty"
        )
    return Given.of(key, line)


def _unseen(handle: int, prompt: str) -> tuple[bytes, bool]:
    """A line that is typed without echo, and whether more came right behind it, which is dropped.

    What was typed before the prompt was shown by the terminal, so that is dropped too.
    """
    import termios

    before = termios.tcgetattr(handle)
    quiet = termios.tcgetattr(handle)
    quiet[3] &= ~termios.ECHO
    quiet[3] |= termios.ICANON | termios.ISIG

    def ask(*_: Any) -> None:
        termios.tcsetattr(handle, termios.TCSAFLUSH, quiet)
        sys.stderr.write(prompt)
        sys.stderr.flush()

    continued = signal.signal(signal.SIGCONT, ask)  # a shell turns the echo on while we are stopped
    try:
        ask()
        read = os.read(handle, 1 << 16)
        rest = _rest(handle, quiet) if read.endswith(b"\n") else b""
    finally:
        termios.tcsetattr(handle, termios.TCSAFLUSH, before)
        signal.signal(signal.SIGCONT, continued)
    sys.stderr.write("\n")  # the one that was typed was not shown
    return read.removesuffix(b"\n"), bool(rest)


def _rest(handle: int, quiet: list[Any]) -> bytes:
    """What comes right behind a line, as the rest of a paste does, whole lines or not."""
    import termios

    raw = [*quiet[:6], list(quiet[6])]
    raw[3] &= ~termios.ICANON
    raw[6][termios.VMIN], raw[6][termios.VTIME] = 0, _MOST_DECISECONDS
    termios.tcsetattr(handle, termios.TCSANOW, raw)
    return os.read(handle, 1 << 16)
