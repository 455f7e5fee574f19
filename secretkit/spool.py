"""Output that waits until all apps are judged: in memory, and once it is much in a file of no name."""

import os
from collections.abc import Callable
from typing import IO, NamedTuple, TypeAlias

MOST = 16 * 1024 * 1024  # characters in memory


class Stretch(NamedTuple):
    """A text in the file."""

    offset: int
    size: int


Held: TypeAlias = str | Stretch


class Spool:
    """Takes texts, and gives each back by what it gave for it. Its file is open to nobody else."""

    def __init__(self, most: int = MOST) -> None:
        self._left = most
        self._file: IO[bytes] | None = None
        self._end = 0

    def put(self, text: str, *, holds_values: bool = False) -> Held:
        """Values in the clear stay in memory."""
        self._left -= len(text)
        if self._left >= 0 or holds_values:
            return text
        if self._file is None:
            from tempfile import TemporaryFile  # mode 0600, unlinked from the start

            self._file = TemporaryFile()  # noqa: SIM115
        content = text.encode()
        self._file.seek(self._end)
        self._file.write(content)
        self._file.flush()  # so that a process forked from here can read it
        stretch = Stretch(self._end, len(content))
        self._end += len(content)
        return stretch

    def later(self, content: bytes, *, holds_values: bool = False) -> bytes | Callable[[], bytes]:
        """The content of a file, or what gives it back."""
        held = self.put(content.decode(), holds_values=holds_values)
        return content if isinstance(held, str) else lambda: self.get(held).encode()

    def get(self, held: Held) -> str:
        if isinstance(held, str):
            return held
        assert self._file is not None
        if hasattr(os, "pread"):  # forked processes share the file's position
            return os.pread(self._file.fileno(), held.size, held.offset).decode()
        self._file.seek(held.offset)
        return self._file.read(held.size).decode()
