"""The text of an ownership manifest: sorted JSON, a line for each file, so that branches merge.

It is read as untrusted text: one that speaks of anything else than files below its own folder, or
that is not whole, stops the run.
"""

import json
import re
from typing import Any

from secretkit.finding import Usage
from secretkit.ownership import Entry, Manifest

NAME = ".secretkit"
MOST_BYTES = 32 * 1024 * 1024
_DIGEST = re.compile("[0-9a-f]{64}")
_ABSENT = object()


def written(manifest: Manifest) -> bytes:
    """The manifest as text."""
    rows = ",\n".join(f"  {_row(entry)}" for entry in manifest.entries)
    environment = json.dumps(manifest.environment, ensure_ascii=False)
    return f'{{"environment": {environment}, "files": [\n{rows}\n]}}\n'.encode()


def _row(entry: Entry) -> str:
    body = {"input": entry.input, "path": entry.path, "sha256": entry.digest}
    if entry.before:
        body = {"before": entry.before[0], **body}
    return json.dumps(body, ensure_ascii=False)


def read(name: str, content: bytes) -> Manifest:
    """The manifest in a text; raises Usage, with `name` as its place, where it is none of ours."""
    try:
        body = json.loads(content.decode(), object_pairs_hook=_object)
        entries = tuple(_entry(item) for item in body["files"])
        environment = body["environment"]
        if not (environment is None or isinstance(environment, str)):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Usage(
            f"{name} is no manifest of ours, so nothing is written: restore it, or take one side of "
            "it after a merge, and render again"
        ) from None
    if len({entry.path for entry in entries}) != len(entries):
        raise Usage(f"{name} names a file twice, so nothing is written: remove one of the lines")
    for entry in entries:
        if not _is_below(entry.path):
            raise Usage(f"{name} names a path that is not below it, so nothing is written")
    return Manifest(environment, tuple(sorted(entries, key=lambda entry: entry.path)))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _entry(item: Any) -> Entry:
    path, made_by, digest = item["path"], item["input"], item["sha256"]
    before = item.get("before", _ABSENT)
    if not (isinstance(path, str) and isinstance(made_by, str) and _is_digest(digest)):
        raise TypeError
    if not (before is _ABSENT or _is_digest(before)):
        raise TypeError
    return Entry(path, made_by, digest, () if before is _ABSENT else (before,))


def _is_digest(value: Any) -> bool:
    return value is None or (isinstance(value, str) and bool(_DIGEST.fullmatch(value)))


def _is_below(path: str) -> bool:
    """Whether a path is relative, stays below, is printable, and is no manifest itself."""
    steps = path.split("/")
    return path.isprintable() and not {"", ".", ".."} & set(steps) and steps[-1] != NAME
