"""`render -o DIR --format kustomize`: the base in DIR, and `DIR/overlays/ENV/` on it for each environment.

Each overlay is an output folder of its own. All are judged before anything is written.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from secretkit import files
from secretkit.emit import overlay
from secretkit.emit.form import OVERLAYS
from secretkit.environments import told
from secretkit.finding import Finding, Rejected, Usage
from secretkit.objects import File, Object
from secretkit.ownership import Scope, folder
from secretkit.ownership.manifest import NAME
from secretkit.ownership.plan import Plan
from secretkit.pipeline import Outcome
from secretkit.rendering import (
    Compilation,
    Emitter,
    Folders,
    Request,
    Result,
    Unsafe,
    compiled,
    nothing,
    scope_of,
)
from secretkit.single import is_wrong
from secretkit.text import Mark

if TYPE_CHECKING:
    from secretkit.ownership import Change, Wanted
    from secretkit.rebuilding import Read

_BodiesOf: TypeAlias = Callable[[str], overlay.Bodies | None]


def render(request: Request) -> Result:
    """Compiles the base and every environment, and writes only if none has an error.

    Raises Usage as the stations do, and where a folder is not to be written.
    """
    base = compiled(request, _Base(request))
    names = base.outcome.environments
    below = base.findings if not names else (*base.findings, *_of_names(base.outcome))
    # On a base that is wrong nothing is built, but all findings are shown.
    on = None if is_wrong(below) else _bodies_of(base)
    found = [_environment(base, name, on) for name in names]
    findings = tuple(told(below, ((one.name, one.compilation.findings) for one in found)))
    all_notes = chain(base.outcome.notes, *(one.compilation.outcome.notes for one in found))
    notes = list(dict.fromkeys(all_notes))
    root = base.outcome.root
    if is_wrong(findings):
        return Result(findings, tuple(notes), nothing, failed=True, root=root)
    parts = _parts(base, found, notes)
    if request.check or request.diff:
        result = _differences(request, parts)
    else:
        try:
            done = _written(parts)
        except Rejected as rejected:  # by what stands there
            return Result(
                (*findings, *rejected.findings), tuple(notes), nothing, failed=True, root=root
            )
        unsafe = tuple(one for part in parts for one in part.unsafe.findings)
        result = Result(unsafe, done, nothing, failed=False, root=root)
    findings = (*findings, *result.findings)
    return result._replace(findings=findings, notes=(*notes, *result.notes), root=root)


def _of_names(outcome: Outcome) -> Iterator[Finding]:
    for one in outcome.kept:
        if one.name == OVERLAYS:
            from secretkit.rules.sk6_objects import sk604_app_called_overlays

            yield sk604_app_called_overlays.RULE.at(
                Mark(one.file, ("metadata", "name")), name=one.name
            )


class _Base(Emitter):
    """The base's folder as it always is, and beside it the objects that overlays build on."""

    tag = "base of overlays"

    def bodies(self, objects: Sequence[Object]) -> str:
        return json.dumps(overlay.bodies(objects, self.templates))


class _Overlaid(Emitter):
    """An environment's apps as overlays on the base."""

    tag = "overlays"

    def __init__(self, request: Request, base: _BodiesOf) -> None:
        super().__init__(request)
        self._base = base

    def files(self, name: str, objects: Collection[Object]) -> Iterator[File]:
        base = self._base(name)
        if base is None:
            return super().files(name, objects)
        return overlay.folder(name, base, objects, self.templates)


class _Environment(NamedTuple):
    name: str
    compilation: Compilation


def _environment(base: Compilation, name: str, on: _BodiesOf | None) -> _Environment:
    options = base.request.options._replace(environment=name)
    request = base.request._replace(options=options)
    emit = _Overlaid(request, on) if on else Emitter(request)
    try:
        return _Environment(name, compiled(request, emit, base.waiting.spool))
    except Usage as error:
        raise Usage(f"{error} (in `{name}`)") from None


def _bodies_of(base: Compilation) -> _BodiesOf:
    """The base's objects by the folder that holds them: of an app, or what all apps share."""
    held: dict[str, int] = {one.name: one.value for one in base.outcome.written}
    shared: Mapping[str, overlay.Bodies] = {}
    if base.outcome.shared:
        shared = {"platform": overlay.bodies(base.outcome.shared, base.emit.templates)}

    def bodies(name: str) -> overlay.Bodies | None:
        if name not in held:
            return shared.get(name)
        found: overlay.Bodies = json.loads(base.waiting.get(held[name]).bodies)
        return found

    return bodies


class _Part(NamedTuple):
    """One output folder of the run: the base's, or an overlay's below it."""

    folder: Path
    within: str  # how its paths begin, as seen from the base's folder
    wanted: "Mapping[str, list[Wanted]]"
    scope: Scope
    root: Path
    unsafe: Unsafe

    def planned(self) -> Plan:
        """Raises Usage as `folder.planned` does, with the folder's name."""
        try:
            return folder.planned(self.folder, self.wanted, self.scope, self.root)
        except Usage as error:
            if not self.within or str(error).startswith(str(self.folder)):
                raise
            raise Usage(f"{self.within}: {error}") from None


def _parts(base: Compilation, found: list[_Environment], notes: list[str]) -> list[_Part]:
    """The base's folder, then those of environments, and those that are no longer any."""
    output = base.request.output
    assert output is not None
    root, scope = base.outcome.root, scope_of(base)
    unsafe = Unsafe(base.outcome, output)
    parts = [_Part(output, "", Folders(base), scope, root, unsafe)]
    for one in found:
        within = f"{OVERLAYS}/{one.name}"
        files.refuse_odd(output, f"{within}/{NAME}")
        wanted = Folders(one.compilation)
        unsafe = Unsafe(one.compilation.outcome, output / within)
        scope = scope_of(one.compilation)
        parts.append(_Part(output / within, within, wanted, scope, root, unsafe))
    return [*parts, *_gone(base, {one.name for one in found}, notes)]


def _gone(base: Compilation, names: Collection[str], notes: list[str]) -> Iterator[_Part]:
    """The overlays of what is no longer an environment; only a run of all their apps takes them away."""
    output = base.request.output
    assert output is not None
    held = output / OVERLAYS
    for name in () if held.is_symlink() else folder.inner(held):
        if name in names:
            continue
        within = f"{OVERLAYS}/{name}"
        scope = scope_of(base)._replace(environment=name)
        unsafe = Unsafe(base.outcome, held / name)
        part = _Part(held / name, within, {}, scope, base.outcome.root, unsafe)
        is_ours, is_whole = True, not scope.is_part
        for group, manifest in folder.recorded(part.folder, part.root):
            is_ours &= manifest.environment == name
            is_whole &= not group or scope.covers_all(manifest)
        if is_ours and is_whole:
            yield part
        elif is_ours:
            notes.append(
                f"{within} stays as it is: `{name}` is no environment of this run, which does not "
                "cover every app in it"
            )


def _differences(request: Request, parts: list[_Part]) -> Result:
    """What would change, and nothing written."""
    from secretkit import differing

    plans = [(part, part.planned()) for part in parts]
    lines = [line for part, todo in plans for line in differing.summary(part.folder, todo)]
    shown = [(part, todo) for part, todo in plans if request.diff and todo.changes]

    def text() -> Iterator[str]:
        for part, todo in shown:
            within = f"{part.within}/" if part.within else ""
            costs = _costs(part, parts[0]) if part.within else None
            yield from differing.unified(
                part.folder, todo, colour=request.colour, within=within, costs=costs
            )

    unsafe = tuple(one for part, todo in plans for one in part.unsafe.warnings(todo))
    return Result(
        unsafe, _notes(plans), text, failed=request.check and bool(lines), root=parts[0].root,
        differences=tuple(lines) if request.check else (),
    )  # fmt: skip


def _costs(part: _Part, base: _Part) -> "Callable[[Change], Iterable[str]]":
    """What changes of an overlay's files do beyond the change: told of whole objects, once of each."""
    from secretkit import differing, rebuilding

    told: set[tuple[str, str]] = set()
    then = _standing(part), _standing(base)
    after = _coming(part), _coming(base)

    def costs(change: "Change") -> Iterable[str]:
        name = rebuilding.object_of(change.path)
        if name in told:
            return ()
        told.add(name)
        old, new = rebuilding.whole(*name, *then), rebuilding.whole(*name, *after)
        return differing.marks(old, new) if old and new else ()

    return costs


def _standing(part: _Part) -> "Read":
    """What reads the files that are there, none of them through a symlink."""
    return folder.standing(part.folder, part.wanted, part.root)


def _coming(part: _Part) -> "Read":
    """What gives the files that are wanted."""

    @lru_cache(maxsize=1)
    def known(group: str) -> Mapping[str, File]:
        return {one.file.path: one.file for one in part.wanted.get(group, ())}

    def content(path: str) -> bytes | None:
        found = known(folder.group_of(path)).get(path)
        return found.content if found else None

    return content


def _written(parts: list[_Part]) -> tuple[str, ...]:
    """Does all that is planned, while no other run writes; gives the notes.

    The base is there before what is built on it, and what goes of it goes last.
    """
    if not all(part.folder.is_dir() for part in parts):
        for part in parts:
            part.planned()  # what is refused leaves no empty folder
    with ExitStack() as held:
        for part in parts:
            held.enter_context(files.held(part.folder))
        plans = [(part, part.planned()) for part in parts]
        for part, todo in plans:
            part.unsafe.refuse(todo)
        (base, todo), *others = plans
        _do(base, folder.writing(todo))
        for part, theirs in others:
            _do(part, folder.steps(theirs))
            files.prune(base.folder, part.within)
        _do(base, folder.clearing(todo))
    return _notes(plans)


def _do(part: _Part, steps: Iterable[folder.Step]) -> None:
    for step in steps:
        folder.do(part.folder, step)


def _notes(plans: Iterable[tuple[_Part, Plan]]) -> tuple[str, ...]:
    """The notes of all folders; what the base says already is said once."""
    notes: dict[str, None] = {}
    for part, todo in plans:
        for text in todo.notes:
            if text not in notes:
                notes[f"{part.within}: {text}" if part.within else text] = None
    return tuple(notes)
