"""Which files of an output folder are ours, and what a run may do to them.

A run is planned from what is there and what is wanted, one app's folder after the other, without
touching a disk: `folder` looks and carries out, `plan` holds it until then, `manifest` is the text
that remembers.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from secretkit.finding import Usage
from secretkit.objects import File

What: TypeAlias = Literal["add", "change", "mode", "remove", "edited", "gone"]


class Seen(NamedTuple):
    """A regular file that is there. `is_secret` is told only where no digest was recorded."""

    digest: str
    mode: int
    is_secret: bool = False


class Entry(NamedTuple):
    """A file of ours: path below its manifest's folder, the input that makes it, its SHA-256.

    No hash is kept of a file with values in the clear: it would let a guess be proved. `before` is
    what may stand there still while a run is under way.
    """

    path: str
    input: str
    digest: str | None
    before: tuple[str | None, ...] = ()

    def matching(self, seen: Seen) -> tuple[str | None, ...]:
        """The recorded digest that the file has; nothing where somebody edited it."""
        for digest in (self.digest, *self.before):
            if seen.is_secret if digest is None else seen.digest == digest:
                return (digest,)
        return ()


class Manifest(NamedTuple):
    """What one manifest says."""

    environment: str | None
    entries: tuple[Entry, ...]


class Wanted(NamedTuple):
    """A file to write, the folder whose manifest owns it (`""` on top), its input, its SHA-256."""

    file: File
    group: str
    input: str
    holds_values: bool
    digest: str

    @property
    def entry(self) -> Entry:
        path = self.file.path.removeprefix(f"{self.group}/") if self.group else self.file.path
        return Entry(path, self.input, None if self.holds_values else self.digest)


class Group(NamedTuple):
    """A folder with a manifest of its own (`""` on top): what is wanted in it, and what is there."""

    name: str
    wanted: Sequence[Wanted]
    manifest: Manifest | None
    files: Mapping[str, Seen]  # that the manifest or the run name
    inputs: frozenset[str] = frozenset()  # that made a file which this run makes of another


class Scope(NamedTuple):
    """What a run speaks of: an environment, the inputs under its PATHs, the paths that it writes."""

    environment: str | None
    covers: Callable[[str], bool]
    within: Callable[[str], bool] = lambda _: True
    is_part: bool = False  # a shard: it never speaks for what stands on top

    def covers_all(self, manifest: Manifest | None) -> bool:
        """Whether the run speaks of all that a folder holds."""
        return all(self.covers(entry.input) for entry in manifest.entries) if manifest else True

    def has(self, group: str, entry: Entry) -> bool:
        return self.covers(entry.input) and self.within(full(group, entry.path))


class Change(NamedTuple):
    """What a run does to one path.

    `add`, `change`, `mode` (its content is right) and `remove` speak for themselves; `edited` is no
    longer made but stays, since somebody changed it; `gone` was to be removed and is not there.
    """

    what: What
    path: str
    wanted: Wanted | None = None


class Todo(NamedTuple):
    """All that a run does in one folder. The manifest is in it only where it changes."""

    group: str
    changes: tuple[Change, ...]
    manifest: Change | None
    first: Manifest | None  # before the files: all that was there, and all that will be
    last: Manifest | None  # after them

    @property
    def differences(self) -> Iterator[Change]:
        """What is not as it would be rendered. Modes are git's and the umask's, save for values."""
        for one in self.changes:
            if one.what not in ("mode", "gone") or _is_open(one):
                yield one
        if self.manifest:
            yield self.manifest


def _is_open(change: Change) -> bool:
    return change.wanted is not None and change.wanted.holds_values


def full(group: str, path: str) -> str:
    """The path below the output folder."""
    return f"{group}/{path}" if group else path


class Planner:
    """Plans one folder after the other, the top at last: what the others hold decides over it.

    Raises Usage where a folder is another environment's, or a file that is not this run's to
    overwrite stands in the way.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._is_whole = (
            not scope.is_part
        )  # the run covers every app, so that it speaks for the top
        self._held: set[str] = set()
        self._asked: set[str] = set()

    def app(self, group: Group) -> Todo:
        self.check(group.name, group.manifest)
        old = group.manifest.entries if group.manifest else ()
        self._is_whole &= self._scope.covers_all(group.manifest)
        self._held.update(_FORMS[entry.path] for entry in old if entry.path in _FORMS)
        paths = (one.entry.path for one in group.wanted)
        self._asked.update(_FORMS[path] for path in paths if path in _FORMS)
        return _planned(group, self._scope)

    def top(self, group: Group) -> Todo | None:
        """None where the run does not speak for the top."""
        if self._is_whole:
            return _planned(group, self._scope)
        if self._held and self._asked - self._held:
            raise Usage(
                f"the folder holds {self._held.pop()}, not {self._asked.pop()}: render all apps at "
                "once, or into another folder"
            )
        return None

    def check(self, group: str, manifest: Manifest | None) -> None:
        """Raises Usage where a folder is another environment's."""
        if manifest and manifest.environment != self._scope.environment:
            held, asked = _called(manifest.environment), _called(self._scope.environment)
            raise Usage(
                f"{group or 'the folder'} holds {held}, not {asked}: "
                "give each environment a folder of its own"
            )


_FORMS = {"Chart.yaml": "charts", "kustomization.yaml": "kustomizations"}


def _called(environment: str | None) -> str:
    return f"the environment `{environment}`" if environment else "the base"


def _planned(group: Group, scope: Scope) -> Todo:
    from secretkit.ownership.manifest import NAME

    old = group.manifest.entries if group.manifest else ()
    changes, between, after = _changes(group, old, scope)
    manifest: Change | None = None
    if after != old:
        what: What = "remove" if not after else "change" if old else "add"
        manifest = Change(what, full(group.name, NAME))
    ends = after != between or (not after and group.manifest is not None)
    return Todo(
        group.name, changes, manifest,
        first=Manifest(scope.environment, between) if between != old else None,
        last=Manifest(scope.environment, after) if ends else None,
    )  # fmt: skip


def _changes(
    group: Group, old: Sequence[Entry], scope: Scope
) -> tuple[tuple[Change, ...], tuple[Entry, ...], tuple[Entry, ...]]:
    """Changes below one manifest, and its entries while they are under way and after them."""
    recorded = {entry.path: entry for entry in old}
    after = {path: entry for path, entry in recorded.items() if not scope.has(group.name, entry)}
    between = dict(after)
    changes: list[Change] = []
    _refuse_twice(group.wanted)
    for one in group.wanted:
        entry, seen = one.entry, group.files.get(one.file.path)
        was = recorded.get(entry.path)
        _refuse_others(one, seen, was, group, scope)
        what = _what(one, seen)
        before = was.matching(seen) if what == "change" and was and seen else ()
        after[entry.path] = entry
        between[entry.path] = entry._replace(
            before=tuple(digest for digest in before if digest != entry.digest)
        )
        if what:
            changes.append(Change(what, one.file.path, one))
    for path, entry in recorded.items():
        if path not in after:
            between[path] = entry
            name = full(group.name, path)
            changes.append(Change(_stale(entry, group.files.get(name)), name))
    changes.sort(key=lambda change: change.path)
    return tuple(changes), _sorted(between), _sorted(after)


def _refuse_twice(wanted: Iterable[Wanted]) -> None:
    """Raises Usage where two files are one path."""
    paths: dict[str, str] = {}
    for one in wanted:
        if one.file.path in paths:
            both = " and ".join(sorted({f"`{paths[one.file.path]}`", f"`{one.input}`"}))
            raise Usage(
                f"{one.file.path} would be written twice, for {both}: names that differ only in "
                "namespace, in case or in `:` share a file, so rename one"
            )
        paths[one.file.path] = one.input


def _sorted(entries: Mapping[str, Entry]) -> tuple[Entry, ...]:
    return tuple(entries[path] for path in sorted(entries))


def _what(one: Wanted, seen: Seen | None) -> What | None:
    if seen is None:
        return "add"
    if seen.digest != one.digest:
        return "change"
    return "mode" if seen.mode != one.file.mode else None


def _stale(entry: Entry, seen: Seen | None) -> What:
    if seen is None:
        return "gone"
    return "remove" if entry.matching(seen) else "edited"


def _refuse_others(
    one: Wanted, seen: Seen | None, was: Entry | None, group: Group, scope: Scope
) -> None:
    """Raises Usage where a file is foreign, or another app's that this run does not speak of."""
    path = one.file.path
    if was is None:
        if seen and seen.digest != one.digest:
            raise Usage(
                f"{path} is there and is not ours, so nothing is written: move it away, or render "
                "into another folder"
            )
    elif was.input != one.input and was.input in group.inputs and not scope.covers(was.input):
        raise Usage(
            f"{path} is made by `{was.input}` too, which this run does not cover: give one of the two "
            "apps another name, or render both at once"
        )


def differs(group: Group) -> bool:
    """Whether what is there is not what is wanted."""
    seen = ((one, group.files.get(one.file.path)) for one in group.wanted)
    return any(found is None or found.digest != one.digest for one, found in seen)
