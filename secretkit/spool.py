"""Records that wait outside of memory: a little of them in it, and the rest in a file of no name."""

import os
from collections.abc import Iterator
from typing import IO

MOST = 1024 * 1024  # bytes in memory
_SIZE = 4  # bytes that say how long a record is


class Spool:
    """Takes records, and gives each back by the number that it gave for it.

    Its file is open to nobody else but to processes that are forked from here, and what holds values
    in the clear never gets into it.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = MOST if most is None else most
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._end = 0
        self._hidden: list[bytes] = []

    def put(self, record: bytes, *, holds_values: bool = False) -> int:
        if holds_values:
            self._hidden.append(record)
            return -len(self._hidden)
        begin = self._end
        self._end += _SIZE + len(record)
        if self._file is None and self._end > self._most:
            self._file = _file_of(self._memory)
            self._memory.clear()
        size = len(record).to_bytes(_SIZE, "big")
        if self._file is None:
            self._memory += size
            self._memory += record
        else:
            self._file.write(size + record)
            self._file.flush()  # so that a process forked from here can read it
        return begin

    def get(self, number: int) -> bytes:
        if number < 0:
            return self._hidden[-number - 1]
        size = int.from_bytes(self._read(number, _SIZE), "big")
        return self._read(number + _SIZE, size)

    def __iter__(self) -> Iterator[bytes]:
        """The records without values, in the order in which they came."""
        begin = 0
        while begin < self._end:
            record = self.get(begin)
            begin += _SIZE + len(record)
            yield record

    def _read(self, begin: int, size: int) -> bytes:
        if self._file is None:
            return bytes(self._memory[begin : begin + size])
        if hasattr(os, "pread"):  # forked processes share the file's position
            return os.pread(self._file.fileno(), size, begin)
        self._file.seek(begin)
        content = self._file.read(size)
        self._file.seek(self._end)
        return content


def _file_of(memory: bytearray) -> IO[bytes]:
    from tempfile import TemporaryFile  # mode 0600, unlinked from the start

    file: IO[bytes] = TemporaryFile()  # noqa: SIM115
    file.write(memory)
    return file
