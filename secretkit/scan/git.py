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
# No setting of a repository or a user starts a program of its own, or changes what is seen: here,
# and in the git that gitleaks calls, whose output it reads.
_QUIET = (
    ("core.fsmonitor", "false"), ("core.quotePath", "false"), ("core.attributesFile", os.devnull),
    ("core.bigFileThreshold", "512m"), ("advice.graftFileDeprecated", "false"),
    ("color.ui", "false"), ("color.diff", "false"),
    ("diff.external", ""), ("diff.orderFile", os.devnull), ("diff.renames", "false"),
    ("diff.relative", "false"), ("diff.noprefix", "false"), ("diff.mnemonicPrefix", "false"),
    ("diff.srcPrefix", "a/"), ("diff.dstPrefix", "b/"), ("diff.submodule", "short"),
    ("diff.suppressBlankEmpty", "false"), ("diff.interHunkContext", "0"),
    ("format.pretty", "medium"), ("log.showSignature", "false"), ("log.showRoot", "true"),
    ("log.follow", "false"), ("log.diffMerges", "separate"), ("log.decorate", "no"),
    ("log.date", "default"), ("log.abbrevCommit", "false"), ("log.mailmap", "false"),
)  # fmt: skip
_SETTINGS = tuple(word for name, value in _QUIET for word in ("-c", f"{name}={value}"))
_PROGRAM = ("git", "--no-optional-locks", *_SETTINGS)
_GIT = (*_PROGRAM, "--literal-pathspecs")  # no path is a pattern
# Those that would make git read paths otherwise, or see another history.
_DROPPED = frozenset({
    "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_REPLACE_REF_BASE", "GIT_ATTR_SOURCE",
})  # fmt: skip
_KUSTOMIZATION_NAMES = (b"kustomization.yaml", b"kustomization.yml", b"Kustomization")
_KUSTOMIZATIONS = tuple(f":(top,glob)**/{name.decode()}" for name in _KUSTOMIZATION_NAMES)


class Blob(NamedTuple):
    """A content that git holds: its path, and the commit that brought it (empty for the index)."""

    path: str
    sha: str
    commit: str


class Failed(Exception):
    """Git is not there, or does not want to."""


class Missing(Exception):
    """A content that is not in this clone."""


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
    yield from _logged(root, [*_GIT, "log"], revisions, paths)


def kustomizations_staged(root: Path) -> Iterator[Blob]:
    """Every kustomization of the index; raises Failed."""
    said = _asked(root, [*_PROGRAM, "ls-files", "-s", "-z", "--", *_KUSTOMIZATIONS])
    for row in filter(None, said.split(b"\0")):
        head, _, path = row.partition(b"\t")
        mode, sha, _ = head.decode().split(" ")
        if mode in _REGULAR:
            yield Blob(_text(path), sha, "")


def kustomizations_committed(root: Path, revisions: str) -> Iterator[Blob]:
    """Every form that a kustomization had in these commits, and in the last of them; raises Failed."""
    refuse_option(revisions)
    command = [*_PROGRAM, "log", "--full-history"]
    yield from _logged(root, command, revisions, _KUSTOMIZATIONS)
    tips = (
        _run(root, "rev-list", "--max-count=1", "--end-of-options", revisions) if revisions else b""
    )
    if tips.strip():
        said = _run(root, "ls-tree", "-r", "-z", "--full-tree", tips.decode().strip())
        for row in filter(None, said.split(b"\0")):
            head, _, path = row.partition(b"\t")
            mode, _, sha = head.decode().split(" ")
            if mode in _REGULAR and path.rpartition(b"/")[2] in _KUSTOMIZATION_NAMES:
                yield Blob(_text(path), sha, "")


def is_shallow(root: Path) -> bool:
    """Whether history ends before its beginning here; raises Failed."""
    return _run(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def is_branch(folder: Path, name: str) -> bool:
    """Whether a branch is called so where a folder lies."""
    command = [*_GIT, "rev-parse", "--verify", "--quiet", "--end-of-options", f"refs/heads/{name}"]
    return bool(_asked(folder, command, b"").strip())


def _logged(root: Path, command: list[str], revisions: str, paths: Sequence[str]) -> Iterator[Blob]:
    range_of = ["--end-of-options", revisions] if revisions else ["--all"]
    command = [
        *command, "--reverse", "--raw", "-z", "-c", "--no-renames", "--no-abbrev", "--no-notes",
        "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "--no-follow",
        "--diff-filter=AMT", "--format=%x01%H", *range_of, "--", *paths,
    ]  # fmt: skip
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
    """`git cat-file --batch`: contents by their hash, one at a time.

    Too big ones are None; raises Missing for one that a partial clone lacks.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def __enter__(self) -> "Contents":
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [*_GIT, "cat-file", "--batch"], cwd=self._root, env=_environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def read(self, sha: str) -> bytes | None:
        to, back = self._process.stdin, self._process.stdout
        assert to
        assert back
        try:
            to.write(sha.encode() + b"\n")
            to.flush()
        except OSError:
            raise Failed from None
        head = back.readline().split()
        if not head:  # it ends at a content that it may not fetch
            self._process.kill()
            self._process.communicate()
            self._start()
        if len(head) != 3:
            raise Missing
        left = int(head[2]) + 1
        if left > MOST_BYTES:
            while left and (piece := back.read(min(left, 1 << 20))):
                left -= len(piece)
            return None
        return back.read(left)[:-1]


def tame(root: Path) -> dict[str, str]:
    """The environment for a program that calls git here: no setting starts one of its own.

    Raises Failed where a filter for differences is set, which no setting takes away.
    """
    environment = _environment()
    pattern = r"^diff\..*\.(textconv|command)$"
    if _asked(root, [*_GIT, "config", "--get-regexp", pattern], b"").strip():
        raise Failed
    # A file that `.gitattributes` calls binary has no lines in a difference: here there is no such
    # file (git before 2.43 reads it all the same, and history is asked for as text).
    empty = _asked(root, [*_GIT, "hash-object", "-t", "tree", os.devnull], b"").strip()
    count = environment.get("GIT_CONFIG_COUNT", "")
    begin = int(count) if count.isdecimal() else 0
    for number, (name, value) in enumerate(_QUIET, begin):
        environment[f"GIT_CONFIG_KEY_{number}"] = name
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    environment["GIT_CONFIG_COUNT"] = str(begin + len(_QUIET))
    return {**environment, **({"GIT_ATTR_SOURCE": empty.decode()} if empty else {})}


def refuse_option(revisions: str) -> None:
    """Raises Usage where a revision could be taken for an option."""
    if any(part.startswith("-") for part in (revisions, *revisions.split(".."))):
        raise Usage(f"--history {revisions}: a revision does not begin with `-`")


def _run(root: Path, *words: str) -> bytes:
    return _asked(root, [*_GIT, *words])


def _asked(root: Path, command: Sequence[str], default: bytes | None = None) -> bytes:
    """What a command says; where it fails the default, or else raises Failed."""
    try:
        ran = subprocess.run(
            command, cwd=root, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True,
            check=False,
        )  # fmt: skip
    except OSError:
        ran = None
    if ran is None or ran.returncode:
        if default is None:
            raise Failed
        return default
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
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    return {
        **kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": os.devnull, "GIT_ATTR_NOSYSTEM": "1",
    }  # fmt: skip


def _text(path: bytes) -> str:
    return os.fsdecode(path)
