"""What came of inputs that were judged before: kept by content, in the user's own cache folder.

A row holds the records of a few inputs, in one text: together they are small, and quick to read. A
record is data, never of an input with `values`, and one of another secretkit is never found: its key
takes in our code. A folder or file that others can touch is left unused.
"""

import os
import stat
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from secretkit import __version__

if TYPE_CHECKING:
    import sqlite3

_FILE = "results.sqlite"
_DAY = 24 * 3600
_KEPT_DAYS = 30
_BATCH = 50
_LEVEL = 1  # of zlib: the records of a row are much alike
KEY_SIZE = 32


class Row(NamedTuple):
    """What came of a few inputs: a key for each whose record it has, and the text of all of them."""

    keys: tuple[bytes, ...]
    records: bytes


class Cache:
    """Rows by key. Where anything about its file fails, it holds nothing and takes nothing."""

    def __init__(self, place: Path) -> None:
        self._connection: sqlite3.Connection | None = None
        self._used: list[bytes] = []
        self._new: list[tuple[bytes, int, bytes, bytes]] = []
        self._today = int(time.time() // _DAY)
        with suppress(OSError):
            if _is_safe(place):
                self._open(place / _FILE)

    def _open(self, path: Path) -> None:
        import sqlite3

        try:
            self._connection = sqlite3.connect(path, timeout=1, isolation_level=None)
            self._connection.execute("PRAGMA synchronous = OFF")  # a lost record is made again
            self._connection.execute("PRAGMA cache_size = -256")  # KiB: a row is read but twice
            self._connection.execute("DROP TABLE IF EXISTS results")  # a row for each input
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS blocks"
                " (key BLOB PRIMARY KEY, day INTEGER, keys BLOB, records BLOB) WITHOUT ROWID"
            )
        except sqlite3.Error:
            self._connection = None

    def keys(self, row: bytes) -> tuple[bytes, ...]:
        """The keys of the inputs whose records are in a row."""
        found = self._select("day, keys", row)
        if found is None or not isinstance(found[1], bytes):
            return ()
        if found[0] != self._today:
            self._used.append(row)
            self._flush_many()
        return _split(found[1])

    def get(self, row: bytes) -> Row:
        """A row; an empty one where there is none that can be read."""
        found = self._select("keys, records", row)
        try:
            return Row(_split(found[0]), zlib.decompress(found[1])) if found else NOTHING
        except (zlib.error, TypeError):
            return NOTHING

    def put(self, row: bytes, content: Row) -> None:
        if self._connection is not None:
            records = zlib.compress(content.records, _LEVEL)
            self._new.append((row, self._today, b"".join(content.keys), records))
            self._flush_many()

    def close(self) -> None:
        """Writes what is new, notes what was of use, and forgets what was not for long."""
        import sqlite3

        self._flush()
        if self._connection is not None:
            with suppress(sqlite3.Error):
                oldest = self._today - _KEPT_DAYS
                self._connection.execute("DELETE FROM blocks WHERE day < ?", (oldest,))
            self._connection.close()
            self._connection = None

    def _select(self, columns: str, row: bytes) -> Any:
        import sqlite3

        if self._connection is None:
            return None
        select = f"SELECT {columns} FROM blocks WHERE key = ?"
        try:
            return self._connection.execute(select, (row,)).fetchone()
        except sqlite3.Error:
            return None

    def _flush_many(self) -> None:
        if len(self._new) + len(self._used) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        import sqlite3

        new, used = self._new, self._used
        self._new, self._used = [], []
        if self._connection is None or (not new and not used):
            return
        with suppress(sqlite3.Error):  # another run writes: it is made again next time
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?)", new)
            self._connection.executemany(
                "UPDATE blocks SET day = ? WHERE key = ?", ((self._today, row) for row in used)
            )
            self._connection.execute("COMMIT")


NOTHING = Row((), b"")


def _split(keys: bytes) -> tuple[bytes, ...]:
    return tuple(keys[at : at + KEY_SIZE] for at in range(0, len(keys), KEY_SIZE))


def _is_safe(place: Path) -> bool:
    """Whether the folder, made if need be, and the file in it are ours alone; no symlinks."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        place.mkdir(mode=0o700)
    there = place.lstat()
    if not stat.S_ISDIR(there.st_mode) or not _is_ours(there):
        return False
    descriptor = os.open(place / _FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        file = os.fstat(descriptor)
        return stat.S_ISREG(file.st_mode) and _is_ours(file)
    finally:
        os.close(descriptor)


def _is_ours(there: os.stat_result) -> bool:
    return there.st_uid == os.geteuid() and not there.st_mode & 0o077


def code() -> bytes:
    """What stands for all of our code, schemas and templates."""
    from secretkit import resources

    state = sha256(__version__.encode())
    for top in resources.folders():
        for path, size, changed in sorted(_files(str(top))):
            state.update(f"{path}\0{size}\0{changed}\0".encode())
    return state.digest()


def _files(top: str) -> Iterator[tuple[str, int, int]]:
    pending = [top]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        pending.append(entry.path)
                else:
                    there = entry.stat()
                    yield entry.path, there.st_size, there.st_mtime_ns


def state(*parts: bytes) -> Any:
    """A hash of what all keys of a run depend on; a copy of it takes in what one depends on."""
    begun = sha256()
    update(begun, *parts)
    return begun


def update(begun: Any, *parts: bytes) -> None:
    """Takes parts in such that no two lists of them are one text."""
    for part in parts:
        begun.update(len(part).to_bytes(8, "big"))
        begun.update(part)
