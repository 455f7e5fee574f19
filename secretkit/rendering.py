"""What `render` makes of an outcome: text for stdout, or files in a folder."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from secretkit import foreseen, pipeline
from secretkit.emit import control_plane, form
from secretkit.emit.templates import Templates
from secretkit.finding import Finding, Rejected
from secretkit.foreseen import unserved
from secretkit.objects import File, Object
from secretkit.parts import Record
from secretkit.pipeline import Compiled, Options, Outcome
from secretkit.single import is_wrong
from secretkit.spool import Held, Spool
from secretkit.text import Mark

if TYPE_CHECKING:
    from secretkit.ownership import Plan, Scope, Wanted


@dataclass(frozen=True, slots=True)
class Request:
    """One call of `render`."""

    paths: tuple[Path, ...]
    options: Options
    output: Path | None
    form: str  # yaml, json, kustomize or helm
    only: str | None  # api or control-plane
    inject: tuple[Path, ...]
    templates: Path | None
    check: bool = False  # write nothing: say what differs, and fail if anything does
    diff: bool = False  # write nothing: show what differs
    colour: bool = False  # of the diff


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: a text for stdout, in pieces, unless it failed or went to a folder."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    pieces: Callable[[], Iterable[str]]
    failed: bool
    root: Path
    differences: tuple[str, ...] = ()  # a line each, where they are asked for

    @property
    def text(self) -> str:
        return "".join(self.pieces())


def nothing() -> Iterable[str]:
    return ()


class Emitted(NamedTuple):
    """What comes out of one app: a text for stdout or files, and what the form cannot show."""

    text: Held
    files: tuple[File, ...]
    holds_values: bool
    has_partial: bool  # workloads that do not come out whole
    findings: tuple[Finding, ...]
    bodies: Held = ""  # the objects as JSON, for overlays to build on


class Compilation(NamedTuple):
    """All apps of a request, compiled and emitted; nothing is written yet."""

    request: Request
    emit: "Emitter"
    spool: Spool
    outcome: Outcome  # that keeps an `Emitted` of each app
    findings: tuple[Finding, ...]


def render(request: Request) -> Result:
    """Compiles, and writes only if no app has an error; raises Usage as the stations do."""
    found = compiled(request, Emitter(request))
    outcome, emit, spool = found.outcome, found.emit, found.spool
    findings = tuple(found.findings)
    notes = [*outcome.notes, *_base_note(outcome, request.options)]
    if is_wrong(findings):
        return Result(findings, tuple(notes), nothing, failed=True, root=outcome.root)
    has_partial = any(one.value.has_partial for one in outcome.written)
    if request.output is not None:
        try:
            result = _folder(found)
        except Rejected as rejected:  # by what stands there
            findings += rejected.findings
            return Result(findings, tuple(notes), nothing, failed=True, root=outcome.root)
        if request.form == "helm" and has_partial:
            notes.append("a chart holds no patches of workloads: use --inject, or kustomize")
        findings += result.findings
        return replace(result, findings=findings, notes=(*notes, *result.notes))
    if has_partial and request.only != "control-plane":
        notes.append(
            "the workloads' part is not in this stream, since a partial workload must not be "
            "applied: use -o for patches, or --inject FILE"
        )
    pieces = partial(_stdout, outcome, request, emit, spool)
    return Result(findings, tuple(notes), pieces, failed=False, root=outcome.root)


def compiled(request: Request, emit: "Emitter", spool: Spool | None = None) -> Compilation:
    """Brings all apps through the stations; raises Usage as these do."""
    spool = spool or Spool()
    store = partial(_spooled, spool)
    if request.inject and request.only != "control-plane":
        from secretkit.injecting import with_workloads

        outcome = with_workloads(pipeline.run(request.paths, request.options), request.inject)
        outcome = outcome.each(lambda one: store(emit(one)))
    else:
        record = _record(request, emit.tag)
        outcome = pipeline.run(request.paths, request.options, emit, store, record)
    own = (found for one in outcome.written for found in one.value.findings)
    return Compilation(request, emit, spool, outcome, (*outcome.findings, *own))


class Emitter:
    """One app after another in the form that is asked for."""

    tag = ""  # of another emitter: what comes out of the cache depends on it

    def __init__(self, request: Request) -> None:
        self.templates = Templates(request.templates)
        self._request = request

    def __call__(self, one: Compiled) -> Emitted:
        request, text = self._request, ""
        files: tuple[File, ...] = ()
        findings: tuple[Finding, ...] = ()
        if request.only != "control-plane":
            if request.output is None:
                text = self.text(found for found in one.objects if not found.patch)
            else:
                files = tuple(self.files(one.app.name, one.objects))
                told = foreseen.of_files if request.form == "helm" else foreseen.findings
                findings = tuple(found.without_trees for found in told(one))
        holds_values = any(found.holds_values for found in one.objects)
        has_partial = any(True for _ in unserved(one))
        return Emitted(text, files, holds_values, has_partial, findings)

    def text(self, objects: Iterable[Object]) -> str:
        if self._request.form == "json":
            return form.items(objects)
        return form.documents(objects, self.templates)

    def files(self, name: str, objects: Collection[Object]) -> Iterator[File]:
        if self._request.form == "helm":
            from secretkit.emit import helm

            return helm.chart(name, objects, self.templates)
        return form.folder(name, objects, self.templates)


def _record(request: Request, tag: str) -> Record | None:
    """How what is emitted is kept for the next run; overlays of templates are not looked into."""
    if request.templates is not None or request.options.cache is None:
        return None

    def dump(one: Emitted) -> Any:
        from secretkit import remembering

        files = [(file.path, file.content.decode(), file.mode) for file in one.files]
        findings = remembering.findings_data(one.findings)
        return [one.text, files, one.has_partial, findings, one.bodies]

    def load(data: Any) -> Emitted:
        from secretkit import remembering

        text, files, has_partial, findings, bodies = data
        made = tuple(File(path, content.encode(), mode) for path, content, mode in files)
        told = remembering.findings_of(findings)
        return Emitted(text, made, False, has_partial, told, bodies)

    depends = ("render", request.form, request.output is None, request.only, tag)
    return Record(repr(depends), dump, load)


def _spooled(spool: Spool, one: Emitted) -> Emitted:
    assert isinstance(one.text, str)
    assert isinstance(one.bodies, str)
    files = tuple(
        file._replace(held=spool.later(file.content, holds_values=one.holds_values))
        for file in one.files
    )
    return one._replace(
        text=spool.put(one.text, holds_values=one.holds_values), files=files,
        bodies=spool.put(one.bodies, holds_values=one.holds_values),
    )  # fmt: skip


def _folder(found: Compilation) -> Result:
    """Writes the folder, or says what would change there."""
    from secretkit.ownership import folder  # its hashes cost what stdout need not pay

    request, outcome = found.request, found.outcome
    output = request.output
    assert output is not None
    wanted, scope = list(wanted_of(found)), scope_of(found)
    unsafe = Unsafe(outcome, output)
    if not (request.check or request.diff):
        todo = folder.write(output, wanted, scope, outcome.root, judge=unsafe.refuse)
        notes = (*todo.notes, *_overlays_note(request))
        return Result(unsafe.findings, notes, nothing, failed=False, root=outcome.root)
    from secretkit import differing

    todo = folder.planned(output, wanted, scope, outcome.root)
    text = partial(differing.unified, output, todo, colour=request.colour)
    lines = differing.summary(output, todo) if request.check else []
    return Result(
        unsafe.warnings(todo), todo.notes, text if request.diff else nothing, bool(lines),
        outcome.root, tuple(lines),
    )  # fmt: skip


def scope_of(found: Compilation) -> "Scope":
    """What the run speaks of in its folder."""
    from secretkit.ownership import Scope

    request, outcome = found.request, found.outcome
    return Scope(
        request.options.environment, outcome.covers, _within(request.only),
        is_part=outcome.shard not in (None, (1, 1)),
    )  # fmt: skip


class Unsafe:
    """What a run would do to the encryption at rest that stands in the folder."""

    def __init__(self, outcome: Outcome, output: Path) -> None:
        self.findings: tuple[Finding, ...] = ()
        self._outcome, self._output = outcome, output

    def look(self, todo: "Plan") -> None:
        """Finds it out; few runs touch that file."""
        if not any(change.path.startswith("control-plane/") for change in todo.changes):
            return
        from secretkit.encryption import standing

        outcome = self._outcome
        first = Mark(outcome.written[0].file, (), "key")
        self.findings = standing.findings(
            todo, self._output, outcome.planes, outcome.platforms, first
        )

    def warnings(self, todo: "Plan") -> tuple[Finding, ...]:
        """The same where nothing is written."""
        self.look(todo)
        return tuple(replace(found, severity="warning") for found in self.findings)

    def refuse(self, todo: "Plan") -> None:
        """Raises Rejected where stored objects would become unreadable."""
        self.look(todo)
        if any(found.severity == "error" for found in self.findings):
            raise Rejected(self.findings)


def _within(only: str | None) -> Callable[[str], bool]:
    """Which paths of the folder a run writes at all."""
    match only:
        case "api":
            return lambda path: not path.startswith("control-plane/")
        case "control-plane":
            return lambda path: path.startswith("control-plane/")
        case _:
            return lambda _: True


def wanted_of(found: Compilation) -> "Iterator[Wanted]":
    """Every file, with the folder that owns it and its input."""
    from secretkit.ownership import folder

    outcome = found.outcome
    inputs = {one.name: one.file for one in outcome.written}
    for file in _files(outcome, found.request, found.emit):
        top = file.path.partition("/")[0]
        group = top if top in inputs else ""
        yield folder.wanted(file, group, inputs.get(top, ""))


def _files(outcome: Outcome, request: Request, emit: Emitter) -> Iterator[File]:
    if request.only != "control-plane":
        names = [one.name for one in outcome.written]
        for one in outcome.written:
            yield from one.value.files
        if outcome.shared:
            names.append("platform")
            yield from emit.files("platform", outcome.shared)
        if request.form != "helm":
            yield form.top(names)
    if request.only != "api":
        yield from control_plane.files(outcome.planes, outcome.platforms)


def _stdout(outcome: Outcome, request: Request, emit: Emitter, spool: Spool) -> Iterable[str]:
    if request.only == "control-plane":
        return (control_plane.stream(outcome.planes, outcome.platforms),)
    texts = chain(
        (emit.text(outcome.shared),), (spool.get(one.value.text) for one in outcome.written)
    )
    return form.as_json(texts) if request.form == "json" else form.stream(texts)


def _base_note(outcome: Outcome, options: Options) -> Iterator[str]:
    if outcome.environments and options.environment is None:
        names = ", ".join(outcome.environments)
        yield f"this is the base; environments are there too: {names} (--env NAME)"


def _overlays_note(request: Request) -> Iterator[str]:
    """A note where overlays stand on the folder: they were made for the base as it was."""
    if request.options.environment is None and request.output is not None:
        held = request.output / form.OVERLAYS
        if held.is_dir():
            from secretkit.ownership import folder

            if any(True for _ in folder.inner(held)):
                yield f"{held} stays as it is: `--format kustomize` renders it with the base"
