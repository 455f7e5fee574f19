"""The only code that writes: each file whole or not at all, with a mode of its own, through no symlink."""

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from secretkit.finding import Usage
from secretkit.objects import File

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
# Half written files stand in the folder itself under these names, so that the next run can sweep
# away what a killed one left: it may hold values.
_HALF = re.compile(r"\.secretkit-[0-9a-f]{16}\.part")


def write(folder: Path, files: Iterable[File]) -> None:
    """Writes the files below a folder, each by a rename; raises Usage where the system refuses.

    A path that leads through a symlink, or onto something that is no regular file, is refused
    before anything is written.
    """
    found = list(files)
    for file in found:
        refuse_odd(folder, file.path)
    with _told(folder):
        _make(folder)
    for file in found:
        put(folder, file)


def put(folder: Path, file: File) -> None:
    """Writes one file below a folder that is there, at a path that is known to be no odd one."""
    with (
        _told(folder / file.path),
        _part(folder, file.content, lambda handle: os.fchmod(handle, file.mode)) as part,
    ):
        try:
            part.replace(folder / file.path)
        except FileNotFoundError:
            _make((folder / file.path).parent, below=folder)
            part.replace(folder / file.path)


@contextmanager
def _part(folder: Path, content: bytes, settle: Callable[[int], None]) -> Iterator[Path]:
    """A half of a file, all written and settled by its handle; gone where it does not become whole."""
    part = folder / f".secretkit-{os.urandom(8).hex()}.part"
    try:
        with os.fdopen(os.open(part, _NEW, 0o600), "wb") as stream:
            stream.write(content)
            stream.flush()  # so that a sync by the handle has something to write
            settle(stream.fileno())
        yield part
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def remove(folder: Path, path: str) -> None:
    """Removes a file below a folder if it is there, and the folders on its way that are empty then."""
    with _told(folder):
        (folder / path).unlink(missing_ok=True)
        _prune(folder, (folder / path).parent)


def prune(folder: Path, path: str) -> None:
    """Removes a folder below a folder, and those on its way, as far as they are empty."""
    with _told(folder):
        _prune(folder, folder / path)


def _prune(folder: Path, target: Path) -> None:
    while target != folder:
        try:
            target.rmdir()
        except FileNotFoundError:
            pass
        except OSError:  # something of others is in it
            break
        target = target.parent


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder, made if need be, for this run alone where the system has locks; swept clean."""
    with _told(folder):
        _make(folder)
        handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(ImportError, OSError):  # not every system or network disk has them
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        with _told(folder):
            for name in os.listdir(folder):  # noqa: PTH208 (names alone)
                if _HALF.fullmatch(name):
                    (folder / name).unlink(missing_ok=True)
        yield
    finally:
        os.close(handle)


def refuse_odd(folder: Path, name: str) -> None:
    """Raises Usage where a path leads through a symlink, a file, or onto what is no regular file."""
    path = folder
    steps = name.split("/")
    for at, step in enumerate(steps):
        path = path / step
        last = at == len(steps) - 1
        if path.is_symlink():
            raise Usage(f"{path} is a symlink, so nothing is written")
        if not path.exists():
            return
        if not (path.is_file() if last else path.is_dir()):
            what = "regular file" if last else "folder"
            raise Usage(f"{path} is no {what}, so nothing is written")


def _make(folder: Path, below: Path | None = None) -> None:
    """The folder with mode 0755 whatever the umask; parents above `below` stay as they are."""
    missing = []
    while not folder.exists() and folder != below:
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        with suppress(FileExistsError):  # another run was faster
            path.mkdir()
            path.chmod(0o755)


@contextmanager
def _told(where: Path) -> Iterator[None]:
    """What the system refuses, as one line."""
    try:
        yield
    except OSError as error:
        name = str(error.filename2 or error.filename or "")
        what = where if not name or _HALF.fullmatch(name.rpartition("/")[2]) else name
        raise Usage(f"{what}: {(error.strerror or 'cannot be written').lower()}") from None


def create(path: Path, content: bytes, mode: int) -> None:
    """Writes a file that must not be there yet, whole or not at all; raises Usage where it is."""

    def settle(handle: int) -> None:
        os.fchmod(handle, mode)
        os.fsync(handle)

    with _told(path):
        try:
            with _part(path.parent, content, settle) as part:
                os.link(part, path)  # unlike a rename it fails where something is
                part.unlink()
        except FileExistsError:
            raise Usage(f"{path} is there already, and is not written over") from None


def rewrite(path: Path, content: bytes) -> None:
    """Writes a user's file anew, whole or not at all, with its mode, and its owner where root may; on the disk after it.

    Raises Usage where the system refuses.
    """
    with _told(path):
        info = path.stat()

        def settle(handle: int) -> None:
            with suppress(PermissionError):
                os.fchown(handle, info.st_uid, info.st_gid)
            os.fchmod(handle, stat.S_IMODE(info.st_mode))
            os.fsync(handle)

        with _part(path.parent, content, settle) as part:
            part.replace(path)
        _sync(path.parent)


def swap(path: Path, content: bytes, mode: int) -> None:
    """Writes a file, in place of the one that may be there, whole or not at all; on the disk after it.

    Root's file it is where root writes it. Whoever calls holds the folder.
    """

    def settle(handle: int) -> None:
        _own(handle, mode)
        os.fsync(handle)

    with _told(path):
        with _part(path.parent, content, settle) as part:
            part.replace(path)
        _sync(path.parent)


def close(path: Path, mode: int) -> None:
    """Gives a file that is there its mode and, where root asks, its owner; through no symlink."""
    with _told(path):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            _own(handle, mode)
        finally:
            os.close(handle)


def _own(handle: int, mode: int) -> None:
    if os.geteuid() == 0:
        os.fchown(handle, 0, 0)
    os.fchmod(handle, mode)


def _sync(folder: Path) -> None:
    """Has a rename in a folder survive a power cut, where the file system can."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
