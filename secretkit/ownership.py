"""Which files of an output folder are ours: manifests that say so, and what a run may change.

`DIR/APP/.secretkit` speaks for an app's folder, `DIR/.secretkit` for what stands on top: sorted JSON,
a line per file, so that branches merge. A manifest is untrusted text: one that leads anywhere else
than to regular files below its own folder stops the run.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from secretkit.finding import Usage
from secretkit.objects import File

NAME = ".secretkit"
_MOST_BYTES = 4 * 1024 * 1024


class Entry(NamedTuple):
    """A file of ours: path below its manifest's folder, the input that makes it, its SHA-256.

    The hash of a file with values in the clear is not kept: it would let a guess be proved.
    """

    path: str
    input: str
    digest: str | None


class Wanted(NamedTuple):
    """A file to write, the folder whose manifest owns it (`""` on top), and its input."""

    file: File
    group: str
    input: str
    holds_values: bool

    @property
    def entry(self) -> Entry:
        path = self.file.path.removeprefix(f"{self.group}/") if self.group else self.file.path
        digest = None if self.holds_values else sha256(self.file.content).hexdigest()
        return Entry(path, self.input, digest)


class Manifest(NamedTuple):
    """What one manifest says."""

    environment: str | None
    entries: tuple[Entry, ...]


class Change(NamedTuple):
    """What a run does to one path: `add`, `change`, `remove`, or `keep` of an edited stale file."""

    what: str
    path: str
    wanted: Wanted | None = None


class Scope(NamedTuple):
    """What a run speaks of: whether an input lies under its PATHs, and which paths it writes at all."""

    covers: Callable[[str], bool]
    within: Callable[[str], bool] = lambda _: True

    def has(self, group: str, entry: Entry) -> bool:
        path = f"{group}/{entry.path}" if group else entry.path
        return self.covers(entry.input) and self.within(path)


class Plan(NamedTuple):
    """All that a run does: changes by path, and each manifest before the changes and after."""

    changes: tuple[Change, ...]
    first: Mapping[str, Manifest]  # says what will be there and what is still to be removed
    last: Mapping[str, Manifest]
    notes: tuple[str, ...]


def plan(folder: Path, wanted: Iterable[Wanted], environment: str | None, scope: Scope) -> Plan:
    """What has to happen in a folder.

    Raises Usage where the folder is another environment's, a manifest is none of ours, or a file
    that is not ours stands in the way. Nothing is written.
    """
    found = list(wanted)
    old = dict(_manifests(folder))
    for group, manifest in old.items():
        if manifest.environment != environment:
            where = folder / group if group else folder
            raise Usage(
                f"{where}: holds {_called(manifest.environment)}, not {_called(environment)}: "
                "give each environment a folder of its own"
            )
    notes = []
    whole = all(
        scope.covers(entry.input) for group, one in old.items() if group for entry in one.entries
    )
    if not whole:
        kept = [one for one in found if not one.group]
        found = [one for one in found if one.group]
        if kept:
            notes.append(
                "the top kustomization, platform/ and control-plane/ stay as they are: this run does "
                "not cover every app in the folder"
            )
    groups = {one.group for one in found}
    changes: list[Change] = []
    first: dict[str, Manifest] = {}
    last: dict[str, Manifest] = {}
    for group in sorted(groups | old.keys()):
        mine = [one for one in found if one.group == group]
        known = old.get(group, Manifest(environment, ()))
        if not group and not whole:
            continue
        some, stale = _group(folder, group, mine, known, scope)
        changes += some
        new = {one.entry.path: one.entry for one in mine}
        foreign = {one.path: one for one in known.entries if not scope.has(group, one)}
        pending = {entry.path: entry for entry in stale}
        last[group] = _manifest(environment, {**foreign, **new})
        first[group] = _manifest(environment, {**pending, **foreign, **new})
    notes += [
        f"{change.path}: was edited, so it stays; it is no longer ours"
        for change in changes
        if change.what == "keep"
    ]
    return Plan(tuple(sorted(changes, key=lambda one: one.path)), first, last, tuple(notes))


def _manifest(environment: str | None, entries: Mapping[str, Entry]) -> Manifest:
    return Manifest(environment, tuple(entries[path] for path in sorted(entries)))


def _called(environment: str | None) -> str:
    return f"the environment `{environment}`" if environment else "the base"


def _group(
    folder: Path, group: str, mine: list[Wanted], known: Manifest, scope: Scope
) -> tuple[list[Change], list[Entry]]:
    """Changes below one manifest, and the entries that are to be removed."""
    recorded = {entry.path: entry for entry in known.entries}
    changes = []
    for one in mine:
        path = folder / one.file.path
        _no_symlink(folder, one.file.path)
        if not path.exists():
            changes.append(Change("add", one.file.path, one))
        elif (
            path.read_bytes() != one.file.content or (path.stat().st_mode & 0o777) != one.file.mode
        ):
            if one.entry.path not in recorded and path.read_bytes() != one.file.content:
                raise Usage(
                    f"{path}: is not ours and would be overwritten; move it away, or choose another "
                    "folder"
                )
            changes.append(Change("change", one.file.path, one))
    new = {one.entry.path for one in mine}
    stale = [one for one in known.entries if one.path not in new and scope.has(group, one)]
    for entry in stale:
        name = f"{group}/{entry.path}" if group else entry.path
        path = folder / name
        if path.exists():
            same = entry.digest in (None, sha256(path.read_bytes()).hexdigest())
            changes.append(Change("remove" if same else "keep", name))
    return changes, stale


def carry_out(folder: Path, todo: Plan) -> None:
    """Does what the plan says: the manifests first, then the files, then the manifests again."""
    from secretkit import files

    _write_manifests(folder, todo.first)
    files.write(folder, [one.wanted.file for one in todo.changes if one.wanted])
    for change in todo.changes:
        if change.what == "remove":
            files.remove(folder, change.path)
    _write_manifests(folder, todo.last)


def _write_manifests(folder: Path, manifests: Mapping[str, Manifest]) -> None:
    from secretkit import files

    for group, manifest in manifests.items():
        name = f"{group}/{NAME}" if group else NAME
        content = written(manifest).encode()
        if manifest.entries:
            path = folder / name
            if not path.is_file() or path.read_bytes() != content:
                files.write(folder, [File(name, content)])
        else:
            files.remove(folder, name)


def written(manifest: Manifest) -> str:
    """The text of a manifest: one line for each file."""
    lines = [
        json.dumps({"path": one.path, "input": one.input, "sha256": one.digest}, ensure_ascii=False)
        for one in manifest.entries
    ]
    body = ",\n".join(f"  {line}" for line in lines)
    environment = json.dumps(manifest.environment)
    return f'{{"environment": {environment}, "files": [\n{body}\n]}}\n'


def _manifests(folder: Path) -> Iterator[tuple[str, Manifest]]:
    """Every manifest in the folder, by the folder that it speaks for."""
    if not folder.is_dir():
        return
    places = ["", *(entry.name for entry in sorted(folder.iterdir()) if entry.is_dir())]
    for group in places:
        path = folder / group / NAME
        if path.is_symlink() or (group and (folder / group).is_symlink()):
            raise Usage(f"{path}: is a symlink, nothing is written")
        if path.is_file():
            yield group, _read(path, folder / group)


def _read(path: Path, folder: Path) -> Manifest:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError
        body = json.loads(path.read_text(encoding="utf-8"))
        entries = tuple(_entry(item) for item in body["files"])
        environment = body["environment"]
        if not isinstance(environment, str | None):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Usage(f"{path}: is no manifest of ours, nothing is written") from None
    paths = [entry.path for entry in entries]
    if len(set(paths)) != len(paths):
        raise Usage(f"{path}: names a file twice, nothing is written")
    for entry in entries:
        _below(path, folder, entry.path)
    return Manifest(environment, entries)


def _entry(item: Any) -> Entry:
    path, made_by, digest = item["path"], item["input"], item["sha256"]
    if (
        not isinstance(path, str)
        or not isinstance(made_by, str)
        or not isinstance(digest, str | None)
    ):
        raise TypeError
    return Entry(path, made_by, digest)


def _below(manifest: Path, folder: Path, name: str) -> None:
    steps = name.split("/")
    if not name or "\0" in name or name.startswith("/") or {"", ".", ".."} & set(steps):
        raise Usage(f"{manifest}: names a path that is not below it, nothing is written")
    _no_symlink(folder, name)


def _no_symlink(folder: Path, name: str) -> None:
    path = folder
    for step in name.split("/"):
        path = path / step
        if path.is_symlink():
            raise Usage(f"{path}: is a symlink, nothing is written")
    if path.exists() and not path.is_file():
        raise Usage(f"{path}: is not a regular file, nothing is written")
