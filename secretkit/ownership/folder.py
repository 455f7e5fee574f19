"""The output folder itself: what is there, and carrying out what was planned.

An app's manifest is written before its files and says what will be there and what is to be removed,
so that a run which is killed is finished by the next.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from secretkit import files
from secretkit.finding import Usage
from secretkit.names import is_label
from secretkit.objects import File
from secretkit.ownership import (
    Entry,
    Group,
    Manifest,
    Planner,
    Scope,
    Seen,
    Todo,
    Wanted,
    differs,
    full,
)
from secretkit.ownership import manifest as manifests
from secretkit.ownership.content import parsed
from secretkit.ownership.plan import Plan

Step: TypeAlias = "File | str"  # a file to write, or the path of one to remove

_RESERVED = ("control-plane", "platform")
_KUSTOMIZATION = "kustomization.yaml"


def wanted(file: File, group: str, made_by: str) -> Wanted:
    """A file to write; its mode says whether it holds values."""
    digest = hashlib.sha256(file.content).hexdigest()
    return Wanted(file, group, made_by, file.mode == 0o600, digest)


def planned(folder: Path, found: Mapping[str, Sequence[Wanted]], scope: Scope, root: Path) -> Plan:
    """What a run would do in the folder, given the files that are wanted below each manifest.

    Nothing is written. Raises Usage as `Planner` does, where a manifest is none of ours, and where a
    path leads through a symlink or onto something that is no regular file.
    """
    disk, planner, todo = _Disk(folder, root), Planner(scope), Plan(found)
    edited: list[str] = []
    top = disk.look("", found.get("", ()))
    planner.check("", top.manifest)
    names = {entry.path.partition("/")[0] for entry in _entries(top)}
    for name in sorted({*found, *disk.apps()} - {""}):
        group = disk.look(name, found.get(name, ()))
        if group.manifest and name in names:
            where = folder / manifests.NAME
            raise Usage(f"{where} names a file of an app's own manifest, so nothing is written")
        for_app = planner.app(group)
        edited += _edited(for_app)
        todo.add(for_app)
    todo.top = planner.top(top)
    if todo.top:
        todo.notes = (*_edited(todo.top), *edited)
    else:
        todo.notes = (*edited, _KEPT) if differs(top) else tuple(edited)
    return todo


_KEPT = (
    "the top kustomization, platform/ and control-plane/ stay as they are, since this run does not "
    "cover every app in the folder"
)


def _entries(group: Group) -> tuple[Entry, ...]:
    return group.manifest.entries if group.manifest else ()


def _edited(todo: Todo) -> Iterator[str]:
    for change in todo.changes:
        if change.what == "edited":
            yield f"{change.path} was edited, so it stays; it is no longer ours"


def write(
    folder: Path,
    found: Mapping[str, Sequence[Wanted]],
    scope: Scope,
    root: Path,
    judge: Callable[[Plan], None] = lambda _: None,
) -> Plan:
    """Plans and does it, while no other run writes in the same folder.

    What `judge` raises on the plan is raised before anything is written.
    """
    # What is refused leaves no empty folder.
    before = None if folder.is_dir() else planned(folder, found, scope, root)
    with files.held(folder):
        is_new = before is not None and not any(folder.iterdir())
        todo = before if before and is_new else planned(folder, found, scope, root)
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
    for one in todo.apps:
        yield from _writes(one)
    if todo.top:
        yield from _writes(todo.top)


def clearing(todo: Plan) -> Iterator[Step]:
    """The second half: what is wanted no longer goes."""
    for one in todo.ends:
        yield from (change.path for change in one.changes if change.what in ("remove", "gone"))
        yield from _manifest_step(one.group, one.last)


def _writes(todo: Todo) -> Iterator[Step]:
    yield from _manifest_step(todo.group, todo.first)
    yield from sorted((change.wanted.file for change in todo.changes if change.wanted), key=_late)


def _late(file: File) -> tuple[bool, int]:
    """A kustomization comes after what it lists."""
    folder, _, name = file.path.rpartition("/")
    is_list = name == _KUSTOMIZATION
    return is_list, -len(folder.split("/")) if folder and is_list else 0


def _manifest_step(group: str, manifest: Manifest | None) -> Iterator[Step]:
    if manifest:
        path = full(group, manifests.NAME)
        yield File(path, manifests.written(manifest)) if manifest.entries else path


def do(folder: Path, step: Step) -> None:
    """One act on the disk."""
    if isinstance(step, File):
        files.put(folder, step)
    else:
        files.remove(folder, step)


def recorded(folder: Path, root: Path) -> Iterator[tuple[str, Manifest]]:
    """Every manifest in the folder, by the folder that it speaks for; raises Usage as `planned` does."""
    disk = _Disk(folder, root)
    for name in ("", *disk.apps()):
        found = disk.manifest(name)
        if found:
            yield name, found


def standing(
    folder: Path, found: Mapping[str, Sequence[Wanted]], root: Path
) -> Callable[[str], bytes | None]:
    """What reads a file that is there, of those alone that a manifest or the run name."""
    disk = _Disk(folder, root)

    @lru_cache(maxsize=1)
    def seen(group: str) -> Mapping[str, Seen]:
        return disk.look(group, found.get(group, ())).files

    return lambda path: (folder / path).read_bytes() if path in seen(group_of(path)) else None


def group_of(path: str) -> str:
    """The folder whose manifest owns a path."""
    top, slash, _ = path.partition("/")
    return top if slash and _is_app(top) else ""


def _is_app(name: str) -> bool:
    return is_label(name) and name not in _RESERVED


def inner(folder: Path) -> Iterator[str]:
    """The folders right below that hold manifests, on top or in a folder of an app's; no symlinks."""
    for name in _folders(folder):
        tops = (folder / name, *(folder / name / app for app in _folders(folder / name)))
        if is_label(name) and any((top / manifests.NAME).is_file() for top in tops):
            yield name


def _folders(folder: Path) -> list[str]:
    """The names of the folders right below; symlinks are others' affair."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return sorted(one.name for one in entries if one.is_dir(follow_symlinks=False))


class _Disk:
    """Files below a folder, none of them through a symlink; where they come from is below the root."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self._root = root
        self._folders: dict[str, bool] = {}  # path -> whether it is there

    def apps(self) -> list[str]:
        """The folders that apps may have."""
        return [name for name in _folders(self.folder) if _is_app(name)]

    def look(self, name: str, wanted: Sequence[Wanted]) -> Group:
        """What is there of all that a folder's manifest or the run name."""
        self._folders.clear()
        manifest = self.manifest(name)
        entries = manifest.entries if manifest else ()
        recorded = {full(name, entry.path): entry for entry in entries}
        seen: dict[str, Seen] = {}
        for path, entry in recorded.items():
            self.add(seen, path, entry)
        inputs = set()
        for one in wanted:
            was = recorded.get(one.file.path)
            if was is None:
                self.add(seen, one.file.path, None)
            elif was.input != one.input and self._has_input(was.input):
                inputs.add(was.input)
        return Group(name, wanted, manifest, seen, frozenset(inputs))

    def manifest(self, name: str) -> Manifest | None:
        """What the manifest of a folder says, if it is there."""
        path = full(name, manifests.NAME)
        info = self.regular(path)
        if info is None:
            return None
        large = info.st_size > manifests.MOST_BYTES
        content = b"" if large else (self.folder / path).read_bytes()
        return manifests.read(str(self.folder / path), content)

    def _has_input(self, name: str) -> bool:
        """Whether an input is there; its name comes from a manifest, so it may not lead out."""
        is_inside = name.isprintable() and not {"", ".", ".."} & set(name.split("/"))
        return is_inside and (self._root / name).is_file()

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
