"""The only code that writes: atomic, with modes of its own, never through a symlink."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from secretkit.finding import Usage
from secretkit.objects import File


def write(folder: Path, files: Iterable[File]) -> None:
    """Writes the files below a folder, each by a rename; raises Usage where the system refuses.

    A path that leads through a symlink, or onto something that is no regular file, is refused
    before anything is written.
    """
    found = list(files)
    for file in found:
        _refuse_odd(folder, file.path)
    try:
        _make(folder)
        for file in found:
            target = folder / file.path
            _make(target.parent, below=folder)
            replace(target, file.content, file.mode)
    except OSError as error:
        what = error.filename or folder
        raise Usage(f"{what}: {(error.strerror or 'cannot be written').lower()}") from None


def replace(target: Path, content: bytes, mode: int) -> None:
    """The file's new content, whole or not at all, with exactly this mode."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _make(folder: Path, below: Path | None = None) -> None:
    """The folder with mode 0755 whatever the umask; parents above `below` stay as they are."""
    missing = []
    while not folder.exists() and folder != below:
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir()
        path.chmod(0o755)


def _refuse_odd(folder: Path, name: str) -> None:
    path = folder
    steps = name.split("/")
    for at, step in enumerate(steps):
        path = path / step
        last = at == len(steps) - 1
        if path.is_symlink():
            raise Usage(f"{path}: is a symlink, nothing is written")
        if path.exists() and path.is_dir() == last:
            raise Usage(f"{path}: is {'a folder' if last else 'a file'}, nothing is written")


def remove(folder: Path, name: str) -> None:
    """Removes a regular file below a folder, and the folders below it that are empty then."""
    path = folder / name
    try:
        path.unlink(missing_ok=True)
        for parent in path.parents:
            if parent == folder or not parent.is_dir() or any(parent.iterdir()):
                break
            parent.rmdir()
    except OSError as error:
        raise Usage(f"{path}: {(error.strerror or 'cannot be removed').lower()}") from None
