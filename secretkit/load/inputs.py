"""Which files are inputs: PATHs, the folders below them, and the root that none may leave."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from secretkit.finding import Usage
from secretkit.load import MOST_BYTES, decode
from secretkit.text import Source

NAME = "secrets.yaml"


class Input(NamedTuple):
    """A file that was found, and whether a PATH named it directly."""

    root: Path
    name: str  # POSIX path relative to the root
    direct: bool

    @property
    def path(self) -> Path:
        return self.root / self.name


def find_root(paths: Sequence[Path], *, argocd_path: str | None = None) -> Path:
    """The root of the PATHs; raises Usage where they have two.

    It is the nearest folder at or above the first PATH that holds `.git`; in Argo CD the working
    folder less the segments of the source path; else the working folder if it holds the input,
    else the input's own folder.
    """
    roots = {_root(path, argocd_path) for path in paths}
    if len(roots) > 1:
        raise Usage("the PATHs lie in two repositories: render each by itself")
    return roots.pop()


def _root(path: Path, argocd_path: str | None) -> Path:
    if not path.exists():
        raise Usage(f"{path}: no such file or folder")
    # Where the PATH stands, not where a symlink leads: that may be outside.
    is_named = path.name not in ("", "..")
    whole = path.absolute().parent.resolve() / path.name if is_named else path.resolve()
    folder = whole if whole.is_dir() else whole.parent
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    working = Path.cwd().resolve()
    if argocd_path is not None:
        steps = [step for step in argocd_path.split("/") if step not in ("", ".")]
        if len(steps) <= len(working.parents):
            return (working, *working.parents)[len(steps)]
    return working if whole.is_relative_to(working) else folder


def find_inputs(paths: Sequence[Path], root: Path, skip: Path | None = None) -> list[Input]:
    """The inputs below the PATHs in order of their POSIX path; raises Usage where one leaves the root.

    A folder is searched for `secrets.yaml`; symlinks, `.git` and the folder `skip` are passed over.
    """
    found: dict[str, Input] = {}
    for path in paths:
        whole = path.resolve()
        if not whole.is_relative_to(root):
            raise Usage(f"{path}: lies outside the root {root}")
        if whole.is_dir():
            top = whole.relative_to(root).as_posix()
            above = "" if top == "." else f"{top}/"
            for below in _walk(str(whole), str(skip.resolve()) if skip else None):
                name = above + below
                found.setdefault(name, Input(root, name, direct=False))
        else:
            name = whole.relative_to(root).as_posix()
            found[name] = Input(root, name, direct=True)
    return [found[name] for name in sorted(found)]


def _walk(top: str, skip: str | None) -> Iterator[str]:
    """Paths below `top`, relative to it, in no order."""
    pending = [(top, "")]  # a list of our own: folders may lie deeper than Python calls itself
    while pending:
        folder, below = pending.pop()
        if folder == skip:
            continue
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name != ".git":
                            pending.append((entry.path, f"{below}{entry.name}/"))
                    elif entry.name == NAME and not entry.is_symlink():
                        yield below + NAME
        except OSError as error:
            raise Usage(f"{folder}: {reason(error)}") from None


def read(found: Input) -> Source:
    """The text of an input; raises Usage where it cannot be read, Rejected where it is no text."""
    try:
        if not found.path.is_file():
            raise Usage(f"{found.name}: not a regular file")
        with found.path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Usage(f"{found.name}: {reason(error)}") from None
    return decode(found.name, content)


def mentions_us(found: Input) -> bool:
    """Whether a file that does not parse was meant for us: it names our group or kind."""
    with found.path.open("rb") as file:
        content = file.read(MOST_BYTES).replace(b"\0", b"")
    return b"secretkit" in content or b"AppSecrets" in content


def reason(error: OSError) -> str:
    """Why the system refused, in its own words."""
    return (error.strerror or type(error).__name__).lower()
