"""What `render` makes of an outcome: text for stdout, or files in a folder."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
from secretkit.spool import Spool
from secretkit.text import Mark

if TYPE_CHECKING:
    from secretkit.ownership import Scope, Wanted
    from secretkit.ownership.plan import Plan


class Request(NamedTuple):
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


class Result(NamedTuple):
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


class Output(NamedTuple):
    """What comes out of one app: a text for stdout, or files."""

    input: str
    text: str
    files: tuple[File, ...]
    bodies: str = ""  # the objects as JSON, for overlays to build on

    @property
    def packed(self) -> bytes:
        """A line that says what is there, then that."""
        text, bodies = self.text.encode(), self.bodies.encode()
        files = [(file.path, len(file.content), file.mode) for file in self.files]
        line = json.dumps((self.input, len(text), len(bodies), files))
        return b"".join((line.encode(), b"\n", text, bodies, *(one.content for one in self.files)))

    @classmethod
    def of(cls, packed: bytes) -> "Output":
        line, _, content = packed.partition(b"\n")
        made_by, text, bodies, files = json.loads(line)
        begin, made = text + bodies, []
        for path, size, mode in files:
            made.append(File(path, content[begin : begin + size], mode))
            begin += size
        return cls(
            made_by, content[:text].decode(), tuple(made), content[text : text + bodies].decode()
        )


class Emitted(NamedTuple):
    """What comes out of one app, packed, and what the form cannot show."""

    output: bytes
    holds_values: bool
    has_partial: bool  # workloads that do not come out whole
    findings: tuple[Finding, ...]


class Waiting:
    """What is emitted, until all apps are judged: each app's by a number, outside of memory."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.findings: list[Finding] = []
        self.has_partial = False

    def put(self, one: Emitted) -> int:
        self.findings += one.findings
        self.has_partial |= one.has_partial
        return self.spool.put(one.output, holds_values=one.holds_values)

    def get(self, number: int) -> Output:
        return Output.of(self.spool.get(number))


class Compilation(NamedTuple):
    """All apps of a request, compiled and emitted; nothing is written yet."""

    request: Request
    emit: "Emitter"
    waiting: Waiting
    outcome: Outcome  # that keeps the number of each app in what waits
    findings: tuple[Finding, ...]


def render(request: Request) -> Result:
    """Compiles, and writes only if no app has an error; raises Usage as the stations do."""
    found = compiled(request, Emitter(request))
    outcome, has_partial = found.outcome, found.waiting.has_partial
    findings = found.findings
    notes = [*outcome.notes, *_base_note(outcome, request.options)]
    if is_wrong(findings):
        return Result(findings, tuple(notes), nothing, failed=True, root=outcome.root)
    if request.output is not None:
        try:
            result = _folder(found)
        except Rejected as rejected:  # by what stands there
            findings += rejected.findings
            return Result(findings, tuple(notes), nothing, failed=True, root=outcome.root)
        if request.form == "helm" and has_partial:
            notes.append("a chart holds no patches of workloads: use --inject, or kustomize")
        findings += result.findings
        return result._replace(findings=findings, notes=(*notes, *result.notes))
    if has_partial and request.only != "control-plane":
        notes.append(
            "the workloads' part is not in this stream, since a partial workload must not be "
            "applied: use -o for patches, or --inject FILE"
        )
    pieces = partial(_stdout, found)
    return Result(findings, tuple(notes), pieces, failed=False, root=outcome.root)


def compiled(request: Request, emit: "Emitter", spool: Spool | None = None) -> Compilation:
    """Brings all apps through the stations; raises Usage as these do."""
    waiting = Waiting(spool or Spool())
    if request.inject and request.only != "control-plane":
        from secretkit.injecting import with_workloads

        outcome = with_workloads(pipeline.run(request.paths, request.options), request.inject)
        outcome = outcome.each(
            lambda one: waiting.put(emit(one)) if outcome.covers(one.source.name) else None
        )
    else:
        record = _record(request, emit.tag)
        outcome = pipeline.run(request.paths, request.options, emit, waiting.put, record)
    findings = (*outcome.findings, *waiting.findings)
    return Compilation(request, emit, waiting, outcome, findings)


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
        output = Output(one.source.name, text, files, self.bodies(one.objects))
        return Emitted(output.packed, holds_values, has_partial, findings)

    def bodies(self, objects: Sequence[Object]) -> str:  # noqa: ARG002
        """What overlays build on."""
        return ""

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

    def dump(one: Emitted) -> tuple[Any, bytes]:
        from secretkit import remembering

        return [one.has_partial, remembering.findings_data(one.findings)], one.output

    def load(data: Any, output: bytes) -> Emitted:
        from secretkit import remembering

        has_partial, findings = data
        return Emitted(output, False, has_partial, remembering.findings_of(findings))

    depends = ("render", request.form, request.output is None, request.only, tag)
    return Record(repr(depends), dump, load)


def _folder(found: Compilation) -> Result:
    """Writes the folder, or says what would change there."""
    from secretkit.ownership import folder  # its hashes cost what stdout need not pay

    request, outcome = found.request, found.outcome
    output = request.output
    assert output is not None
    wanted, scope = Folders(found), scope_of(found)
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
        if not any(change.path.startswith("control-plane/") for change in todo.on_top):
            return
        from secretkit.encryption import standing

        outcome = self._outcome
        first = Mark(next(outcome.written).file, (), "key")
        self.findings = standing.findings(
            todo, self._output, outcome.planes, outcome.platforms, first
        )

    def warnings(self, todo: "Plan") -> tuple[Finding, ...]:
        """The same where nothing is written."""
        self.look(todo)
        return tuple(found._replace(severity="warning") for found in self.findings)

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


class Folders(Mapping[str, "list[Wanted]"]):
    """The files of each folder that has a manifest of its own: an app's name, or "" on top."""

    def __init__(self, found: Compilation) -> None:
        self._waiting = found.waiting
        written = found.outcome.written if found.request.only != "control-plane" else ()
        self._apps: dict[str, int] = {one.name: one.value for one in written}
        self._top = list(self._on_top(found))

    def __getitem__(self, group: str) -> "list[Wanted]":
        from secretkit.ownership import folder

        if not group:
            return [folder.wanted(file, "", "") for file in self._top]
        made = self._waiting.get(self._apps[group])
        return [folder.wanted(file, group, made.input) for file in made.files]

    def __iter__(self) -> Iterator[str]:
        yield ""
        yield from self._apps

    def __len__(self) -> int:
        return 1 + len(self._apps)

    def _on_top(self, found: Compilation) -> Iterator[File]:
        outcome, only = found.outcome, found.request.only
        if only != "control-plane":
            if outcome.shared:
                yield from found.emit.files("platform", outcome.shared)
            if found.request.form != "helm":
                yield form.top([*self._apps, *(["platform"] if outcome.shared else [])])
        if only != "api":
            yield from control_plane.files(outcome.planes, outcome.platforms)


def _stdout(found: Compilation) -> Iterable[str]:
    outcome, request, waiting = found.outcome, found.request, found.waiting
    if request.only == "control-plane":
        return (control_plane.stream(outcome.planes, outcome.platforms),)
    texts = chain(
        (found.emit.text(outcome.shared),), (waiting.get(one.value).text for one in outcome.written)
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
