"""Findings that are known: our own baseline, and the lists of gitleaks and detect-secrets."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha1
from pathlib import Path
from typing import Any, NamedTuple

from secretkit.finding import Usage
from secretkit.load.inputs import reason

VERSION = 1
_MOST_BYTES = 64 * 1024 * 1024


class Entry(NamedTuple):
    """A finding as a baseline names it: no part of it is made from a value."""

    fingerprint: str
    code: str
    file: str
    key: str


class Known:
    """What is known already; says which of it was met."""

    def __init__(
        self, entries: Iterable[Entry] = (), hashes: Mapping[str, frozenset[str]] = {}
    ) -> None:
        self.entries = {one.fingerprint: one for one in entries}
        self._hashes = hashes  # file -> SHA-1 of values, from detect-secrets
        self._met: set[str] = set()

    def has(self, fingerprint: str, file: str, value: bytes) -> bool:
        if fingerprint in self.entries:
            self._met.add(fingerprint)
            return True
        hashes = self._hashes.get(file)
        return hashes is not None and sha1(value, usedforsecurity=False).hexdigest() in hashes

    def stale(self) -> list[Entry]:
        """Entries that nothing was found for."""
        return [one for name, one in self.entries.items() if name not in self._met]


def read(path: Path) -> Known:
    """A baseline of ours or of detect-secrets; raises Usage where it is neither."""
    tree = _json(path)
    if isinstance(tree, dict) and isinstance(tree.get("results"), dict) and "plugins_used" in tree:
        return Known(hashes=_hashes(tree["results"]))
    if not isinstance(tree, dict) or tree.get("secretkit") != VERSION:
        raise Usage(
            f"{path}: is no baseline of `secretkit scan --write-baseline` or detect-secrets"
        )
    try:
        return Known(
            Entry(*(str(one[field]) for field in Entry._fields)) for one in tree["findings"]
        )
    except (KeyError, TypeError):
        raise Usage(f"{path}: an entry lacks one of {', '.join(Entry._fields)}") from None


def written(entries: Iterable[Entry]) -> bytes:
    """The baseline as a file."""
    found = [
        one._asdict() for one in sorted(set(entries), key=lambda one: (one.file, one.key, one.code))
    ]
    text = json.dumps({"secretkit": VERSION, "findings": found}, indent=1, ensure_ascii=False)
    return text.encode(errors="backslashreplace") + b"\n"


class Ignored(NamedTuple):
    """An entry of `.gitleaksignore`: of one commit, or of any (empty)."""

    commit: str
    file: str
    rule: str
    line: int


def ignored_by_gitleaks(folder: Path) -> frozenset[Ignored]:
    """The entries of a folder's `.gitleaksignore`."""
    path = folder / ".gitleaksignore"
    if not path.is_file() or path.is_symlink():
        return frozenset()
    found = set()
    for row in path.read_text(encoding="utf-8", errors="replace").splitlines():
        words = row.strip().rsplit(":", 2)
        if row.strip() and not row.startswith("#") and len(words) == 3 and words[2].isdecimal():
            name, commit = words[0], ""
            head, colon, rest = name.partition(":")
            if colon and len(head) == 40 and all(c in "0123456789abcdef" for c in head):
                name, commit = rest, head
            found.add(Ignored(commit, name.removeprefix("./"), words[1], int(words[2][:9])))
    return frozenset(found)


def _hashes(results: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    found = {}
    for name, rows in results.items():
        hashes = (row.get("hashed_secret") for row in rows if isinstance(row, dict))
        found[name.replace("\\", "/").removeprefix("./")] = frozenset(map(str, hashes))
    return found


def _json(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
        return json.loads(content)
    except OSError as error:
        raise Usage(f"{path}: {reason(error)}") from None
    except (ValueError, RecursionError):
        raise Usage(f"{path}: is no JSON") from None
