"""Values that nobody else has, and the search for every form in which one could get out."""

import base64
import hashlib
import os
import re
import secrets
import sqlite3
import stat
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Canary(NamedTuple):
    """A value of two halves that any escaping leaves alone, with what is escaped around and between."""

    name: str
    halves: tuple[str, str]
    raw: bytes = b""  # in place of the halves, where it is no text

    @property
    def text(self) -> str:
        return f"{self.halves[0]}/+é \"'&%\n{self.halves[1]}\n"

    @property
    def content(self) -> bytes:
        return self.raw or self.text.encode()

    @property
    def parts(self) -> tuple[bytes, ...]:
        """What is looked for."""
        return (self.raw,) if self.raw else tuple(half.encode() for half in set(self.halves))


def new(name: str) -> Canary:
    return Canary(name, (f"K{secrets.token_hex(10)}", f"V{secrets.token_hex(10)}"))


def plain(name: str) -> Canary:
    """One of letters alone, for where a text must be simple; both halves are the same."""
    half = "K" + "".join(chr(ord("a") + int(digit, 16)) for digit in secrets.token_hex(10))
    return Canary(name, (half, half))


@cache
def forms(canary: Canary) -> dict[bytes, str]:
    """Every text that would give the canary away, or let it be guessed, and what that is called."""
    found: dict[bytes, str] = {}
    for content in canary.parts:
        found[content] = "raw, URL-encoded or escaped"
        found[content[4:-4]] = "raw, a part"
        found[content[::-1]] = "reversed"
        found[b"\0".join(content[at : at + 1] for at in range(len(content)))] = "UTF-16"
        found[content.hex().encode()] = "hex"
        found[content.hex().upper().encode()] = "hex in capitals"
        found["".join(f"\\x{byte:02x}" for byte in content).encode()] = "escaped bytes"
        found["".join(f"%{byte:02X}" for byte in content).encode()] = "URL-encoded throughout"
        found["".join(f"\\u{byte:04x}" for byte in content).encode()] = "JSON, escaped throughout"
        for once in aligned(content):
            found[once] = "base64"
            for twice in aligned(once):
                found[twice] = "base64 twice"
    for whole in (
        canary.content,
        canary.text.strip().encode(),
        *(h.encode() for h in canary.halves),
    ):
        for name in ("md5", "sha1", "sha256", "sha512"):
            digest = hashlib.new(name, whole).digest()
            found[digest] = found[digest.hex().encode()] = f"its {name}"
            found[base64.b64encode(digest).rstrip(b"=")] = f"its {name} in base64"
    return found


def aligned(content: bytes) -> Iterator[bytes]:
    """What of a content's base64 is the same wherever it stands in a longer text."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + content)
        yield encoded[-(-before * 8 // 6) : (before + len(content)) * 8 // 6]


class Place(NamedTuple):
    """Where a canary was found."""

    canary: str
    where: str  # `stdout`, `stderr`, or a path
    form: str


def search(canaries: tuple[Canary, ...], content: bytes, where: str) -> Iterator[Place]:
    for canary in canaries:
        for form, name in forms(canary).items():
            if form in content:
                yield Place(canary.name, where, name)
                break


def search_below(canaries: tuple[Canary, ...], folder: Path) -> Iterator[Place]:
    """In every file below a folder, in its name too, and where a symlink points."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        yield from search(canaries, os.fsencode(name), f"the name of {name}")
        if path.is_symlink():
            yield from search(canaries, os.fsencode(path.readlink()), name)
        elif stat.S_ISREG(path.lstat().st_mode):
            for content in unpacked(path):
                yield from search(canaries, content, name)


def unpacked(path: Path) -> Iterator[bytes]:
    """A file's content, and what lies in it compressed; of a database every row."""
    whole = path.read_bytes()
    parts = [whole]
    if whole.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            for (table,) in database.execute(
                "select name from sqlite_master where type = 'table'"
            ).fetchall():
                for row in database.execute(f'select * from "{table}"'):
                    parts += [cell for cell in row if isinstance(cell, bytes)]
    for part in parts:
        yield part
        for found in _PACKED.finditer(part):
            with suppress(zlib.error):
                yield zlib.decompressobj(wbits=47).decompress(part[found.start() :])


# How zlib's streams and gzip's begin.
_PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
