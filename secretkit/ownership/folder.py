"""The output folder itself: what is there, and carrying out what was planned.

The manifests are written first and say what will be there and what is to be removed, so that a run
which is killed is finished by the next.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from secretkit import files
from secretkit.finding import Usage
from secretkit.names import is_label
from secretkit.objects import File
from secretkit.ownership import Entry, Manifest, Plan, Scope, Seen, There, Wanted, full, plan
from secretkit.ownership import manifest as manifests
from secretkit.ownership.content import parsed

Step: TypeAlias = "File | str"  # a file to write, or the path of one to remove

_RESERVED = ("control-plane", "platform")
_KUSTOMIZATION = "kustomization.yaml"


def wanted(file: File, group: str, made_by: str) -> Wanted:
    """A file to write; its mode says whether it holds values."""
    digest = hashlib.sha256(file.content).hexdigest()
    return Wanted(file, group, made_by, file.mode == 0o600, digest)


def planned(folder: Path, found: Iterable[Wanted], scope: Scope, root: Path) -> Plan:
    """What a run would do in the folder; nothing is written. Raises Usage as `plan` and `look` do."""
    files_wanted = tuple(found)
    return plan(look(folder, files_wanted, root), files_wanted, scope)


def write(
    folder: Path,
    found: Iterable[Wanted],
    scope: Scope,
    root: Path,
    judge: Callable[[Plan], None] = lambda _: None,
) -> Plan:
    """Plans and does it, while no other run writes in the same folder.

    What `judge` raises on the plan is raised before anything is written.
    """
    files_wanted = tuple(found)
    if not folder.is_dir():
        planned(folder, files_wanted, scope, root)  # what is refused leaves no empty folder
    with files.held(folder):
        todo = planned(folder, files_wanted, scope, root)
        judge(todo)
        for step in steps(todo):
            do(folder, step)
    return todo


def steps(todo: Plan) -> Iterator[Step]:
    """What to do, one act on the disk after the other; after each, what is there can be built."""
    yield from writing(todo)
    yield from clearing(todo)


def writing(todo: Plan) -> Iterator[Step]:
    """The first half: all that is wanted."""
    yield from _manifest_steps(todo.first)
    writes = [change.wanted.file for change in todo.changes if change.wanted]
    yield from sorted(writes, key=_late)


def clearing(todo: Plan) -> Iterator[Step]:
    """The second half: what is wanted no longer goes."""
    yield from (change.path for change in todo.changes if change.what in ("remove", "gone"))
    yield from _manifest_steps(todo.last)


def _late(file: File) -> tuple[bool, int]:
    """A kustomization comes after what it lists."""
    folder, _, name = file.path.rpartition("/")
    is_list = name == _KUSTOMIZATION
    return is_list, -len(folder.split("/")) if folder and is_list else 0


def _manifest_steps(found: Mapping[str, Manifest]) -> Iterator[Step]:
    for group, manifest in found.items():
        path = full(group, manifests.NAME)
        yield File(path, manifests.written(manifest)) if manifest.entries else path


def do(folder: Path, step: Step) -> None:
    """One act on the disk."""
    if isinstance(step, File):
        files.put(folder, step)
    else:
        files.remove(folder, step)


def look(folder: Path, found: Iterable[Wanted], root: Path) -> There:
    """What is there of all that manifests or the run name.

    Raises Usage where a manifest is none of ours, or where a path leads through a symlink or onto
    something that is no regular file.
    """
    disk = _Disk(folder)
    known = dict(_manifests(disk))
    recorded = {
        full(group, entry.path): entry for group, one in known.items() for entry in one.entries
    }
    seen: dict[str, Seen] = {}
    for path, entry in recorded.items():
        disk.add(seen, path, entry)
    inputs = set()
    for one in found:
        disk.regular(full(one.group, manifests.NAME))
        entry = recorded.get(one.file.path, one.entry)
        if one.file.path not in recorded:
            disk.add(seen, one.file.path, None)
        elif entry.input != one.input and _exists(root, entry.input):
            inputs.add(entry.input)
    return There(known, seen, frozenset(inputs))


def _exists(root: Path, name: str) -> bool:
    """Whether an input is there; its name comes from a manifest, so it may not lead out."""
    is_inside = name.isprintable() and not {"", ".", ".."} & set(name.split("/"))
    return is_inside and (root / name).is_file()


def _manifests(disk: "_Disk") -> Iterator[tuple[str, Manifest]]:
    """Every manifest in the folder, by the folder that it speaks for; symlinks are others' affair."""
    apps = [name for name in disk.folders() if is_label(name) and name not in _RESERVED]
    groups = []
    for group in ("", *apps):
        path = full(group, manifests.NAME)
        info = disk.regular(path)
        if info is not None:
            large = info.st_size > manifests.MOST_BYTES
            content = b"" if large else (disk.folder / path).read_bytes()
            groups.append((group, manifests.read(str(disk.folder / path), content)))
    inner = {group for group, _ in groups}
    for group, found in groups:
        if not group and inner & {entry.path.partition("/")[0] for entry in found.entries}:
            top = disk.folder / manifests.NAME
            raise Usage(f"{top} names a file of an app's own manifest, so nothing is written")
        yield group, found


def inner(folder: Path) -> Iterator[str]:
    """The folders right below that hold manifests, on top or in a folder of an app's; no symlinks."""
    for name in _Disk(folder).folders():
        below = _Disk(folder / name)
        tops = (folder / name, *(folder / name / app for app in below.folders()))
        if is_label(name) and any((top / manifests.NAME).is_file() for top in tops):
            yield name


class _Disk:
    """Files below a folder, none of them through a symlink. Each inner folder is looked at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._folders: dict[str, bool] = {}  # path -> whether it is there

    def folders(self) -> list[str]:
        """The names of the folders right below."""
        if not self.folder.is_dir():
            return []
        with os.scandir(self.folder) as entries:
            return sorted(one.name for one in entries if one.is_dir(follow_symlinks=False))

    def add(self, seen: dict[str, Seen], path: str, entry: Entry | None) -> None:
        """Puts a file to what was seen, if it is there."""
        info = self.regular(path)
        if info is None:
            return
        with (self.folder / path).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        asked = entry is not None and None in (entry.digest, *entry.before)
        seen[path] = Seen(digest, stat.S_IMODE(info.st_mode), asked and self._is_secret(path))

    def regular(self, path: str) -> os.stat_result | None:
        """The file at a path, or None; raises Usage where it is something else."""
        parent = path.rpartition("/")[0]
        if parent and not self._has_folder(parent):
            return None
        info = self._stat(path)
        if info is not None and not stat.S_ISREG(info.st_mode):
            raise Usage(f"{self.folder / path} is no regular file, so nothing is written")
        return info

    def _has_folder(self, path: str) -> bool:
        if path not in self._folders:
            parent = path.rpartition("/")[0]
            info = self._stat(path) if not parent or self._has_folder(parent) else None
            if info is not None and not stat.S_ISDIR(info.st_mode):
                raise Usage(f"{self.folder / path} is no folder, so nothing is written")
            self._folders[path] = info is not None
        return self._folders[path]

    def _stat(self, path: str) -> os.stat_result | None:
        try:
            info = (self.folder / path).lstat()
        except FileNotFoundError:
            return None
        if stat.S_ISLNK(info.st_mode):
            raise Usage(f"{self.folder / path} is a symlink, so nothing is written")
        return info

    def _is_secret(self, path: str) -> bool:
        """Whether a file still is a plain Secret: all that can be told without a hash."""
        found = parsed((self.folder / path).read_bytes(), path)
        return found is not None and found.has_secret
