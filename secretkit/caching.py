"""What came of inputs that were judged before: kept by content, in the user's own cache folder.

A record is data (JSON), never of an input with `values`, and one of another secretkit is never
found: its key takes in our code. A folder or file that others can touch is left unused.
"""

import json
import os
import stat
import time
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from secretkit import __version__

if TYPE_CHECKING:
    import sqlite3

_FILE = "results.sqlite"
_DAY = 24 * 3600
_KEPT_DAYS = 30
_BATCH = 200


class Cache:
    """Records by key. Where anything about its file fails, it holds nothing and takes nothing."""

    def __init__(self, place: Path) -> None:
        self._connection: sqlite3.Connection | None = None
        self._known = array("Q")  # the beginnings of its keys, sorted
        self._used: list[bytes] = []
        self._new: list[tuple[bytes, int, bytes]] = []
        self._today = int(time.time() // _DAY)
        with suppress(OSError):
            if _is_safe(place):
                self._open(place / _FILE)

    def _open(self, path: Path) -> None:
        import sqlite3

        try:
            self._connection = sqlite3.connect(path, timeout=1, isolation_level=None)
            self._connection.execute("PRAGMA synchronous = OFF")  # a lost record is made again
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS results"
                " (key BLOB PRIMARY KEY, day INTEGER, record BLOB) WITHOUT ROWID"
            )
            keys = self._connection.execute("SELECT key FROM results ORDER BY key")
            self._known.extend(_beginning(key) for (key,) in keys)
        except sqlite3.Error:
            self._connection = None

    def __contains__(self, key: bytes) -> bool:
        """Whether there is a record of a key; once in many millions there is none after all."""
        begin = _beginning(key)
        at = bisect_left(self._known, begin)
        return at < len(self._known) and self._known[at] == begin

    def get(self, key: bytes) -> Any:
        """The record of a key; None where there is none that can be read."""
        import sqlite3

        if self._connection is None:
            return None
        select = "SELECT day, record FROM results WHERE key = ?"
        try:
            row = self._connection.execute(select, (key,)).fetchone()
            if row is None:
                return None
            record = json.loads(zlib.decompress(row[1]))
        except (sqlite3.Error, zlib.error, TypeError, ValueError):
            return None
        if row[0] < self._today:
            self._used.append(key)
            self._flush_many()
        return record

    def put(self, key: bytes, record: Any) -> None:
        if self._connection is not None:
            text = json.dumps(record, separators=(",", ":"))
            self._new.append((key, self._today, zlib.compress(text.encode(), 1)))
            self._flush_many()

    def close(self) -> None:
        """Writes what is new, notes what was of use, and forgets what was not for long."""
        import sqlite3

        self._flush()
        if self._connection is not None:
            with suppress(sqlite3.Error):
                oldest = self._today - _KEPT_DAYS
                self._connection.execute("DELETE FROM results WHERE day < ?", (oldest,))
            self._connection.close()
            self._connection = None

    def _flush_many(self) -> None:
        if len(self._new) + len(self._used) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        import sqlite3

        if self._connection is None:
            return
        new, used = self._new, self._used
        self._new, self._used = [], []
        with suppress(sqlite3.Error):  # another run writes: it is made again next time
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", new)
            self._connection.executemany(
                "UPDATE results SET day = ? WHERE key = ?", ((self._today, key) for key in used)
            )
            self._connection.execute("COMMIT")


def _beginning(key: bytes) -> int:
    return int.from_bytes(key[:8], "big")


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
