"""Git, asked without a shell: what it tracks, what is staged, what history added."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from secretkit.finding import Usage
from secretkit.scan.reading import MOST_BYTES

_REGULAR = ("100644", "100755", "100664")
# No setting of a repository starts a program of its own, and no path is a pattern.
_QUIET = (
    ("core.fsmonitor", "false"), ("core.quotePath", "false"), ("diff.external", ""),
    ("log.showSignature", "false"),
)  # fmt: skip
_SETTINGS = (word for name, value in _QUIET for word in ("-c", f"{name}={value}"))
_GIT = ("git", "--literal-pathspecs", "--no-optional-locks", *_SETTINGS)


class Blob(NamedTuple):
    """A content that git holds: its path, and the commit that brought it (empty for the index)."""

    path: str
    sha: str
    commit: str


class Failed(Exception):
    """Git is not there, or does not want to."""


def listed(root: Path, paths: Sequence[str]) -> list[str]:
    """Tracked files and untracked ones that are not ignored, sorted; raises Failed."""
    said = _run(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *paths)
    return sorted({_text(name) for name in said.split(b"\0") if name})


def staged(root: Path, paths: Sequence[str]) -> Iterator[Blob]:
    """What the index holds otherwise than the last commit; raises Failed."""
    said = _run(
        root, "diff", "--cached", "--raw", "-z", "--no-renames", "--abbrev=64", "--no-ext-diff",
        "--diff-filter=AMT", "--ignore-submodules", "--", *paths,
    )  # fmt: skip
    fields = iter(said.split(b"\0"))
    for head in fields:
        if head:
            _, mode, _, sha, _ = head.decode().split(" ")
            path = next(fields)
            if mode in _REGULAR:
                yield Blob(_text(path), sha, "")


def added(root: Path, revisions: str, paths: Sequence[str]) -> Iterator[Blob]:
    """Every content that commits added, oldest first, each once under a name; raises Failed.

    Of a merge what it has otherwise than all of its parents.
    """
    refuse_option(revisions)
    command = [
        *_GIT, "log", "--reverse", "--raw", "-z", "-c", "--no-renames", "--no-abbrev",
        "--no-ext-diff", "--no-textconv", "--no-color", "--diff-filter=AMT", "--format=%x01%H",
        "--end-of-options", revisions or "--all", "--", *paths,
    ]  # fmt: skip
    if not revisions:
        command.remove("--end-of-options")
    known: set[bytes] = set()
    with _started(root, command) as process:
        assert process.stdout
        commit = ""
        fields = _fields(process.stdout)
        for field in fields:
            head = field.lstrip(b"\n")
            if head.startswith(b"\x01"):
                commit, _, head = head[1:].decode().partition("\n")[0], b"", b""
                continue
            if not head.startswith(b":"):
                continue
            parents = len(head) - len(head.lstrip(b":"))
            words = head.lstrip(b":").split(b" ")
            mode, sha = words[parents].decode(), words[2 * parents + 1]
            path = next(fields, b"")
            same = (
                sha[:40] + path.rpartition(b"/")[2]
            )  # what a content is, its file's name says too
            if mode in _REGULAR and same not in known:
                known.add(same)
                yield Blob(_text(path), sha.decode(), commit)


class Contents:
    """`git cat-file --batch`: contents by their hash, one at a time; too big ones are None."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __enter__(self) -> "Contents":
        self._process = subprocess.Popen(
            [*_GIT, "cat-file", "--batch"], cwd=self._root, env=_environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def read(self, sha: str) -> bytes | None:
        to, back = self._process.stdin, self._process.stdout
        assert to
        assert back
        to.write(sha.encode() + b"\n")
        to.flush()
        head = back.readline().split()
        if len(head) != 3:
            return None
        left = int(head[2]) + 1
        if left > MOST_BYTES:
            while left:
                left -= len(back.read(min(left, 1 << 20)))
            return None
        return back.read(left)[:-1]


def tame(root: Path) -> dict[str, str]:
    """The environment for a program that calls git here: no setting starts one of its own.

    Raises Failed where a filter for differences is set, which no setting takes away.
    """
    environment = _environment()
    try:
        asked = subprocess.run(
            [*_GIT, "config", "--get-regexp", r"^diff\..*\.(textconv|command)$"], cwd=root,
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
    except OSError:
        asked = None
    if asked and asked.stdout.strip():
        raise Failed
    count = int(environment.get("GIT_CONFIG_COUNT") or 0)
    for number, (name, value) in enumerate(_QUIET, count):
        environment[f"GIT_CONFIG_KEY_{number}"] = name
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return {**environment, "GIT_CONFIG_COUNT": str(count + len(_QUIET))}


def refuse_option(revisions: str) -> None:
    """Raises Usage where a revision could be taken for an option."""
    if any(part.startswith("-") for part in (revisions, *revisions.split(".."))):
        raise Usage(f"--history {revisions}: a revision does not begin with `-`")


def _run(root: Path, *words: str) -> bytes:
    try:
        ran = subprocess.run(
            [*_GIT, *words], cwd=root, env=_environment(), stdin=subprocess.DEVNULL,
            capture_output=True, check=False,
        )  # fmt: skip
    except OSError:
        raise Failed from None
    if ran.returncode:
        raise Failed
    return ran.stdout


@contextmanager
def _started(root: Path, command: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
    try:
        process = subprocess.Popen(
            command, cwd=root, env=_environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except OSError:
        raise Failed from None
    try:
        yield process
        if process.wait():
            raise Failed
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _fields(stream: IO[bytes]) -> Iterator[bytes]:
    """What stands between NULs, read piece by piece."""
    rest = b""
    while piece := stream.read(1 << 16):
        *whole, rest = (rest + piece).split(b"\0")
        yield from whole
    if rest:
        yield rest


def _environment() -> dict[str, str]:
    """Ours without what points git elsewhere."""
    kept = {name: value for name, value in os.environ.items() if name != "GIT_EXTERNAL_DIFF"}
    return {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}


def _text(path: bytes) -> str:
    return os.fsdecode(path)
