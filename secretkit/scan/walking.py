"""Which contents are looked at: files that git holds or would, the index, history; or the plain tree."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from secretkit.finding import Usage
from secretkit.load.inputs import reason
from secretkit.scan import git, showing
from secretkit.scan.reading import MOST_BYTES

INNER = "a repository of its own"
MISSING = "not in this clone"


class Passed(NamedTuple):
    """A file that is not looked at."""

    name: str
    why: str


class Content(NamedTuple):
    """A file by its path from the root; `load` reads it, unless it was read."""

    name: str
    load: Callable[[], bytes | None]
    commit: str = ""
    content: bytes | None = None

    def read(self) -> bytes | None:
        """Its bytes; None where it cannot be read or is too big."""
        return self.load() if self.content is None else self.content


def of_tree(root: Path, paths: Sequence[str]) -> Iterator[Content | Passed]:
    """Files of the work tree in the order of their paths; symlinks are not followed."""
    found: set[str] = set()
    for path in paths:
        whole = root / path
        if whole.is_file():
            found.add(path)
            continue
        names: list[str] = []
        if (root / ".git").exists():
            try:
                names = git.listed(root, [path or "."])
            except git.Failed:
                names = []
        found.update(names or _walked(root, path))  # a folder that git ignores is looked through
    for name in sorted(found):
        yield from _of_file(root, name)


def _of_file(root: Path, name: str) -> Iterator[Content | Passed]:
    whole = root / name
    try:
        status = whole.lstat()
    except OSError:  # in the index, and no more in the tree
        return
    if S_ISDIR(status.st_mode):  # git lists one that is a repository of its own
        yield Passed(name.rstrip("/"), INNER)
        return
    if not S_ISREG(status.st_mode):
        return
    if status.st_size > MOST_BYTES:
        yield Passed(name, "big")
        return

    def load() -> bytes | None:
        try:
            handle = os.open(
                whole, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            )
            with os.fdopen(handle, "rb") as file:
                return file.read(MOST_BYTES + 1)
        except OSError as error:
            raise Usage(f"{showing.path(name)}: {reason(error)}") from None

    yield Content(name, load)


def _walked(root: Path, top: str) -> list[str]:
    """Every file below a folder but those of git."""
    found: list[str] = []
    pending = [top]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    name = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name != ".git":
                            pending.append(name)
                    elif entry.is_file(follow_symlinks=False):
                        found.append(name)
        except OSError as error:
            raise Usage(f"{folder or root}: {reason(error)}") from None
    return found


def of_index(root: Path, paths: Sequence[str]) -> Iterator[Content | Passed]:
    """What is staged, as the index has it; raises git.Failed."""
    blobs = list(git.staged(root, [path or "." for path in paths]))
    with git.Contents(root) as contents:
        for blob in sorted(blobs):
            yield _of_blob(blob, contents)


def of_history(root: Path, revisions: str, paths: Sequence[str]) -> Iterator[Content | Passed]:
    """What commits added, oldest first; raises git.Failed."""
    with git.Contents(root) as contents:
        for blob in git.added(root, revisions, [path or "." for path in paths]):
            yield _of_blob(blob, contents)


def kustomizations(root: Path, revisions: str | None) -> Iterator[Content]:
    """Those of the index (None) or of history, whose generators name files; raises git.Failed."""
    blobs = (
        git.kustomizations_staged(root)
        if revisions is None
        else git.kustomizations_committed(root, revisions)
    )
    with git.Contents(root) as contents:
        for blob in blobs:
            found = _of_blob(blob, contents)
            if isinstance(found, Content):
                yield found


def is_bare(folder: Path) -> bool:
    """Whether a folder is what git keeps, with no files beside it."""
    return (folder / "HEAD").is_file() and all(
        (folder / name).is_dir() for name in ("objects", "refs")
    )


def _of_blob(blob: git.Blob, contents: git.Contents) -> Content | Passed:
    try:
        raw = contents.read(blob.sha)
    except git.Missing:
        return Passed(blob.path, MISSING)
    if raw is None:
        return Passed(blob.path, "big")
    return Content(blob.path, lambda: raw, blob.commit, raw)
