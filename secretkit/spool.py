"""Records that wait outside of memory: a little of them in it, and the rest in a file of no name."""

import os
from collections.abc import Iterator
from typing import IO

MOST = 256 * 1024  # bytes in memory before they go to the file
_SIZE = 4  # bytes that say how long a record is
_AT_ONCE = 64 * 1024  # bytes that are read: most records are asked for one after the other


class Spool:
    """Takes records, and gives each back by the number that it gave for it.

    Its file is open to nobody else but to processes that are forked from here, and what holds values
    in the clear never gets into it.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = MOST if most is None else most
        self._file: IO[bytes] | None = None
        self._written = 0  # bytes in the file
        self._tail = bytearray()  # what comes after them
        self._block, self._begin = b"", 0  # what was read last, and where it stands
        self._hidden: list[bytes] = []

    def put(self, record: bytes, *, holds_values: bool = False) -> int:
        if holds_values:
            self._hidden.append(record)
            return -len(self._hidden)
        begin = self._written + len(self._tail)
        self._tail += len(record).to_bytes(_SIZE, "big")
        self._tail += record
        if len(self._tail) > self._most:
            self._write()
        return begin

    def get(self, number: int) -> bytes:
        if number < 0:
            return self._hidden[-number - 1]
        size = int.from_bytes(self._read(number, _SIZE), "big")
        return self._read(number + _SIZE, size)

    def __iter__(self) -> Iterator[bytes]:
        """The records without values, in the order in which they came."""
        begin = 0
        while begin < self._written + len(self._tail):
            record = self.get(begin)
            begin += _SIZE + len(record)
            yield record

    def _write(self) -> None:
        if self._file is None:
            from tempfile import TemporaryFile  # mode 0600, unlinked from the start

            self._file = TemporaryFile()  # noqa: SIM115
        self._file.write(self._tail)
        self._file.flush()  # so that a process forked from here can read it
        self._written += len(self._tail)
        self._tail.clear()

    def _read(self, begin: int, size: int) -> bytes:
        if begin >= self._written:
            at = begin - self._written
            return bytes(self._tail[at : at + size])
        at = begin - self._begin
        if not 0 <= at <= len(self._block) - size:
            self._block, self._begin = self._of_file(begin, max(size, _AT_ONCE)), begin
            at = 0
        return self._block[at : at + size]

    def _of_file(self, begin: int, size: int) -> bytes:
        assert self._file is not None
        if hasattr(os, "pread"):  # forked processes share the file's position
            return os.pread(self._file.fileno(), size, begin)
        self._file.seek(begin)
        content = self._file.read(size)
        self._file.seek(0, os.SEEK_END)
        return content
