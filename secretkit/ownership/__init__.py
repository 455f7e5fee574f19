"""Which files of an output folder are ours, and what a run may do to them.

A run is planned from what is there and what is wanted, without touching a disk: `folder` looks and
carries out, `manifest` is the text that remembers.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
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


class There(NamedTuple):
    """What is there: manifests by folder, the files that they or the run name, inputs in conflict."""

    manifests: Mapping[str, Manifest]
    files: Mapping[str, Seen]
    inputs: frozenset[str] = frozenset()  # that made a file which this run makes of another


class Scope(NamedTuple):
    """What a run speaks of: an environment, the inputs under its PATHs, the paths that it writes."""

    environment: str | None
    covers: Callable[[str], bool]
    within: Callable[[str], bool] = lambda _: True
    is_part: bool = False  # a shard: it never speaks for what stands on top

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


class Plan(NamedTuple):
    """All that a run does. Manifests are in it only where they change."""

    changes: tuple[Change, ...]
    manifests: tuple[Change, ...]
    first: Mapping[str, Manifest]  # before the files: all that was there, and all that will be
    last: Mapping[str, Manifest]  # after them
    notes: tuple[str, ...]

    @property
    def differences(self) -> tuple[Change, ...]:
        """What is not as it would be rendered. Modes are git's and the umask's, save for values."""
        shown = [one for one in self.changes if one.what not in ("mode", "gone") or _is_open(one)]
        return tuple(sorted((*shown, *self.manifests), key=lambda one: one.path))


def _is_open(change: Change) -> bool:
    return change.wanted is not None and change.wanted.holds_values


def full(group: str, path: str) -> str:
    """The path below the output folder."""
    return f"{group}/{path}" if group else path


def plan(there: There, wanted: Iterable[Wanted], scope: Scope) -> Plan:
    """What has to happen.

    Raises Usage where the folder is another environment's, or a file that is not this run's to
    overwrite stands in the way.
    """
    from secretkit.ownership.manifest import NAME

    _refuse_other_environment(there, scope)
    by_group = _by_group(wanted)
    whole = is_whole(there, scope)
    if not whole:
        _refuse_other_form(there, by_group)
    changes: list[Change] = []
    manifests: list[Change] = []
    first: dict[str, Manifest] = {}
    last: dict[str, Manifest] = {}
    for group in sorted(by_group.keys() | there.manifests.keys()):
        if not group and not whole:
            continue
        old = there.manifests.get(group, Manifest(scope.environment, ()))
        some, between, after = _group(there, group, by_group.get(group, []), old, scope)
        changes += some
        if between != old.entries:
            first[group] = Manifest(scope.environment, between)
        if after != old.entries:
            what: What = "remove" if not after else "change" if old.entries else "add"
            manifests.append(Change(what, full(group, NAME)))
        if after != between or (not after and group in there.manifests):
            last[group] = Manifest(scope.environment, after)
    kept = () if whole else _kept(there, by_group.get("", ()))
    notes = (*_notes(changes), *kept)
    return Plan(tuple(changes), tuple(manifests), first, last, notes)


def _refuse_other_environment(there: There, scope: Scope) -> None:
    for group, manifest in sorted(there.manifests.items()):
        if manifest.environment != scope.environment:
            held, asked = _called(manifest.environment), _called(scope.environment)
            raise Usage(
                f"{group or 'the folder'} holds {held}, not {asked}: "
                "give each environment a folder of its own"
            )


_FORMS = {"Chart.yaml": "charts", "kustomization.yaml": "kustomizations"}


def _refuse_other_form(there: There, wanted: Mapping[str, Iterable[Wanted]]) -> None:
    """Raises Usage where a part of the apps would be written in another form than the rest has."""
    held = {
        _FORMS[entry.path]
        for group, manifest in there.manifests.items()
        for entry in manifest.entries
        if group and entry.path in _FORMS
    }
    asked = {
        _FORMS[one.entry.path]
        for group, some in wanted.items()
        for one in some
        if group and one.entry.path in _FORMS
    }
    if held and asked - held:
        raise Usage(
            f"the folder holds {held.pop()}, not {asked.pop()}: render all apps at once, or into "
            "another folder"
        )


def _called(environment: str | None) -> str:
    return f"the environment `{environment}`" if environment else "the base"


def _by_group(wanted: Iterable[Wanted]) -> dict[str, list[Wanted]]:
    """The files of each folder; raises Usage where two are one path."""
    groups: dict[str, list[Wanted]] = {}
    paths: dict[str, str] = {}
    for one in wanted:
        groups.setdefault(one.group, []).append(one)
        if one.file.path in paths:
            both = " and ".join(sorted({f"`{paths[one.file.path]}`", f"`{one.input}`"}))
            raise Usage(
                f"{one.file.path} would be written twice, for {both}: names that differ only in "
                "namespace, in case or in `:` share a file, so rename one"
            )
        paths[one.file.path] = one.input
    return groups


def is_whole(there: There, scope: Scope) -> bool:
    """Whether the run covers every app in the folder, so that it may speak for the top."""
    return not scope.is_part and all(
        scope.covers(entry.input)
        for group, manifest in there.manifests.items()
        if group
        for entry in manifest.entries
    )


def _group(
    there: There, group: str, mine: list[Wanted], old: Manifest, scope: Scope
) -> tuple[list[Change], tuple[Entry, ...], tuple[Entry, ...]]:
    """Changes below one manifest, and its entries while they are under way and after them."""
    recorded = {entry.path: entry for entry in old.entries}
    after = {path: entry for path, entry in recorded.items() if not scope.has(group, entry)}
    between = dict(after)
    changes: list[Change] = []
    for one in mine:
        entry, seen = one.entry, there.files.get(one.file.path)
        was = recorded.get(entry.path)
        _refuse_others(one, seen, was, there, scope)
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
            name = full(group, path)
            changes.append(Change(_stale(entry, there.files.get(name)), name))
    changes.sort(key=lambda change: change.path)
    return changes, _sorted(between), _sorted(after)


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
    one: Wanted, seen: Seen | None, was: Entry | None, there: There, scope: Scope
) -> None:
    """Raises Usage where a file is foreign, or another app's that this run does not speak of."""
    path = one.file.path
    if was is None:
        if seen and seen.digest != one.digest:
            raise Usage(
                f"{path} is there and is not ours, so nothing is written: move it away, or render "
                "into another folder"
            )
    elif was.input != one.input and was.input in there.inputs and not scope.covers(was.input):
        raise Usage(
            f"{path} is made by `{was.input}` too, which this run does not cover: give one of the two "
            "apps another name, or render both at once"
        )


def _kept(there: There, top: Iterable[Wanted]) -> Iterator[str]:
    """A note where what stands on top would be another, if the run spoke for it."""
    seen = ((one, there.files.get(one.file.path)) for one in top)
    if any(found is None or found.digest != one.digest for one, found in seen):
        yield (
            "the top kustomization, platform/ and control-plane/ stay as they are, since this run "
            "does not cover every app in the folder"
        )


def _notes(changes: Iterable[Change]) -> Iterator[str]:
    for change in changes:
        if change.what == "edited":
            yield f"{change.path} was edited, so it stays; it is no longer ours"
