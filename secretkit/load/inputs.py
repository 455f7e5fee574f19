"""Which files are inputs: PATHs, the folders below them, and the root that none may leave."""

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from secretkit.finding import Usage
from secretkit.load import MOST_BYTES, decode
from secretkit.sorting import Sorted
from secretkit.spool import Spool
from secretkit.text import Source

NAME = "secrets.yaml"
PLATFORM = "platform.yaml"
_MOST_PENDING = 2048  # folders in memory


class Input(NamedTuple):
    """A file that was found, and whether a PATH named it directly."""

    root: Path
    name: str  # POSIX path relative to the root
    direct: bool
    has_platform: bool = True  # whether a platform file may lie beside it

    @property
    def path(self) -> Path:
        return self.root / self.name

    @property
    def where(self) -> str:
        """Its path as a text: paths are slow, and Python keeps each step of one."""
        return f"{self.root}/{self.name}"


class Inputs:
    """Inputs in the order of their POSIX paths, each once: most of them wait outside of memory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._texts = Sorted()

    def add(self, name: str, *, direct: bool, has_platform: bool = True) -> None:
        # No name holds a NUL. Of one that is found twice, what a PATH names comes first.
        how = b"0" if direct else b"1" if has_platform else b"2"
        self._texts.add(_bytes(name) + b"\0" + how)

    def __iter__(self) -> Iterator[Input]:
        last = b""
        for text in self._texts:
            name, _, how = text.partition(b"\0")
            if name != last:
                yield Input(self._root, _text(name), how == b"0", how != b"2")
                last = name

    @cached_property
    def count(self) -> int:
        return sum(1 for _ in self)


def _bytes(name: str) -> bytes:
    return name.encode(errors="surrogatepass")  # in the order of the texts


def _text(name: bytes) -> str:
    return name.decode(errors="surrogatepass")


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


def find_inputs(paths: Sequence[Path], root: Path, skip: Path | None = None) -> Inputs:
    """The inputs below the PATHs; raises Usage where one leaves the root.

    A folder is searched for `secrets.yaml`; symlinks, `.git` and the folder `skip` are passed over.
    """
    found = Inputs(root)
    for path in paths:
        whole = path.resolve()
        if not whole.is_relative_to(root):
            raise Usage(f"{path}: lies outside the root {root}")
        if whole.is_dir():
            top = whole.relative_to(root).as_posix()
            above = "" if top == "." else f"{top}/"
            for folder, has_platform in _walk(str(whole), str(skip.resolve()) if skip else None):
                found.add(f"{above}{folder}{NAME}", direct=False, has_platform=has_platform)
        else:
            found.add(whole.relative_to(root).as_posix(), direct=True)
    return found


def _walk(top: str, skip: str | None) -> Iterator[tuple[str, bool]]:
    """Folders with an input, relative to `top`, in no order; whether a platform file may be there."""
    pending = _Pending()  # folders may lie deeper than Python calls itself
    pending.push("")
    while (below := pending.pop()) is not None:
        folder = f"{top}/{below}".rstrip("/") or "/"
        if folder == skip:
            continue
        has_input = has_platform = False
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if name != ".git":
                            pending.push(f"{below}{name}/")
                    elif name == NAME:
                        has_input = not entry.is_symlink()
                    elif name.lower() == PLATFORM:  # some disks know no case
                        has_platform = True
        except OSError as error:
            raise Usage(f"{folder}: {reason(error)}") from None
        if has_input:
            yield below, has_platform


class _Pending:
    """Folders that are still to be looked into: most of many wait outside of memory."""

    def __init__(self) -> None:
        self._folders: list[str] = []
        self._spool = Spool()
        self._spooled: list[int] = []

    def push(self, folder: str) -> None:
        if len(self._folders) >= _MOST_PENDING:
            self._spooled.append(self._spool.put(_bytes("\0".join(self._folders))))
            self._folders.clear()
        self._folders.append(folder)

    def pop(self) -> str | None:
        if not self._folders and self._spooled:
            self._folders = _text(self._spool.get(self._spooled.pop())).split("\0")
        return self._folders.pop() if self._folders else None


def read(found: Input) -> Source:
    """The text of an input; raises Usage where it cannot be read, Rejected where it is no text."""
    try:
        if not os.path.isfile(found.where):  # noqa: PTH113
            raise Usage(f"{found.name}: not a regular file")
        with open(found.where, "rb") as file:  # noqa: PTH123
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
