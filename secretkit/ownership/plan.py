"""A whole plan: it waits outside of memory, since a first run writes a file for each object."""

import marshal
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from secretkit.ownership import Change, Entry, Manifest, Todo, Wanted, full
from secretkit.ownership.manifest import NAME
from secretkit.spool import Spool


class Plan:
    """All that a run does, folder by folder in the order of their names: the top, then the apps."""

    def __init__(self, wanted: Mapping[str, Sequence[Wanted]]) -> None:
        self.top: Todo | None = None
        self.notes: tuple[str, ...] = ()
        self._wanted = wanted
        self._spool = Spool()

    def add(self, todo: Todo) -> None:
        """Takes in what is to be done for an app."""
        if todo.changes or todo.manifest or todo.first or todo.last:
            changes = [(change.what, change.path) for change in todo.changes]
            what = todo.manifest and todo.manifest.what
            manifests = [_packed(todo.first), _packed(todo.last)]
            self._spool.put(marshal.dumps((todo.group, changes, what, manifests)))

    @property
    def apps(self) -> Iterator[Todo]:
        return self._apps(self._wanted)

    @property
    def ends(self) -> Iterator[Todo]:
        """The top, then the apps, without the files that are to be written: these are not looked at."""
        if self.top:
            yield self.top
        yield from self._apps({})

    def _apps(self, wanted: Mapping[str, Sequence[Wanted]]) -> Iterator[Todo]:
        for record in self._spool:
            group, changes, what, manifests = marshal.loads(record)
            files = {one.file.path: one for one in wanted.get(group, ())}
            first, last = map(_unpacked, manifests)
            yield Todo(
                group,
                tuple(Change(act, path, files.get(path)) for act, path in changes),
                what and Change(what, full(group, NAME)),
                first,
                last,
            )

    def __iter__(self) -> Iterator[Todo]:
        if self.top:
            yield self.top
        yield from self.apps

    @property
    def on_top(self) -> tuple[Change, ...]:
        """What becomes of what stands on top, the control plane's files among it."""
        return self.top.changes if self.top else ()

    @property
    def changes(self) -> Iterator[Change]:
        return (change for todo in self for change in todo.changes)

    @property
    def differences(self) -> list[Change]:
        """What is not as it would be rendered, by path; without the files, which may be all there are."""
        found = (one._replace(wanted=None) for todo in self for one in todo.differences)
        return sorted(found, key=lambda change: change.path)


def _packed(manifest: Manifest | None) -> Any:
    return manifest and (manifest.environment, [tuple(entry) for entry in manifest.entries])


def _unpacked(data: Any) -> Manifest | None:
    return data and Manifest(data[0], tuple(Entry(*entry) for entry in data[1]))
