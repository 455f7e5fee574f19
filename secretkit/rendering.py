"""What `render` makes of an outcome: text for stdout, or files in a folder."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from secretkit import pipeline
from secretkit.emit import control_plane, form
from secretkit.emit.templates import Templates
from secretkit.finding import Finding
from secretkit.model.workload import Workload
from secretkit.objects import File, Object
from secretkit.pipeline import Compiled, Options, Outcome

if TYPE_CHECKING:
    from secretkit.ownership import Wanted


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
    """What came of it: text for stdout unless it failed or went to a folder."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    text: str
    failed: bool
    root: Path
    differences: tuple[str, ...] = ()  # a line each, where they are asked for


def render(request: Request) -> Result:
    """Compiles, and writes only if no app has an error; raises Usage as the stations do."""
    outcome = pipeline.run(request.paths, request.options)
    if request.inject and request.only != "control-plane":
        from secretkit.injecting import with_workloads

        outcome = with_workloads(outcome, request.inject)
    notes = [*outcome.notes, *_base_note(outcome, request.options)]
    findings = list(outcome.findings)
    if not outcome.has_errors:
        findings += _workload_findings(outcome, request)
    if any(found.severity == "error" for found in findings):
        return Result(tuple(findings), tuple(notes), "", failed=True, root=outcome.root)
    templates = Templates(request.templates)
    if request.output is not None:
        result = _folder(outcome, request, templates)
        if request.form == "helm" and any(True for one in outcome.written for _ in _unserved(one)):
            notes.append("a chart holds no patches of workloads: use --inject, or kustomize")
        return replace(result, findings=tuple(findings), notes=(*notes, *result.notes))
    text, more = _stdout(outcome, request, templates)
    return Result(tuple(findings), (*notes, *more), text, failed=False, root=outcome.root)


def _folder(outcome: Outcome, request: Request, templates: Templates) -> Result:
    """Writes the folder, or says what would change there."""
    from secretkit.ownership import Scope, folder  # their hashes cost what stdout need not pay

    output = request.output
    assert output is not None
    scope = Scope(
        request.options.environment, outcome.covers, _within(request.only),
        is_part=outcome.shard not in (None, (1, 1)),
    )  # fmt: skip
    wanted = list(_wanted(outcome, request, templates))
    if not (request.check or request.diff):
        todo = folder.write(output, wanted, scope, outcome.root)
        return Result((), todo.notes, "", failed=False, root=outcome.root)
    from secretkit import differing

    todo = folder.planned(output, wanted, scope, outcome.root)
    text = "".join(differing.unified(output, todo, colour=request.colour)) if request.diff else ""
    lines = differing.summary(output, todo) if request.check else []
    return Result((), todo.notes, text, bool(lines), outcome.root, tuple(lines))


def _within(only: str | None) -> Callable[[str], bool]:
    """Which paths of the folder a run writes at all."""
    match only:
        case "api":
            return lambda path: not path.startswith("control-plane/")
        case "control-plane":
            return lambda path: path.startswith("control-plane/")
        case _:
            return lambda _: True


def _wanted(outcome: Outcome, request: Request, templates: Templates) -> "Iterator[Wanted]":
    """Every file, with the folder that owns it and its input."""
    from secretkit.ownership import folder

    inputs = {one.app.name: one.source.name for one in outcome.written}
    for file in _files(outcome, request, templates):
        top = file.path.partition("/")[0]
        group = top if top in inputs else ""
        yield folder.wanted(file, group, inputs.get(top, ""))


def _files(outcome: Outcome, request: Request, templates: Templates) -> Iterator[File]:
    if request.only != "control-plane":
        apps = {one.app.name: one.objects for one in outcome.written}
        if outcome.shared:
            apps["platform"] = outcome.shared
        if request.form == "helm":
            from secretkit.emit import helm

            yield from helm.charts(apps, templates)
        else:
            yield from form.folder(apps, templates)
    if request.only != "api":
        yield from control_plane.files([one.app for one in outcome.apps], outcome.platforms)


def _stdout(
    outcome: Outcome, request: Request, templates: Templates
) -> tuple[str, tuple[str, ...]]:
    if request.only == "control-plane":
        return control_plane.stream([one.app for one in outcome.apps], outcome.platforms), ()
    apps = sorted(outcome.written, key=lambda one: (one.app.namespace, one.app.name))
    notes = []
    if any(True for one in apps for _ in _unserved(one)):
        notes.append(
            "the workloads' part is not in this stream, since a partial workload must not be "
            "applied: use -o for patches, or --inject FILE"
        )
    bodies = [list(outcome.shared), *(_whole(one) for one in apps)]
    if request.form == "json":
        return form.as_json(bodies), tuple(notes)
    return "".join(form.stream(bodies, templates)), tuple(notes)


def _whole(one: Compiled) -> list[Object]:
    return [found for found in one.objects if not found.patch]


def _unserved(one: Compiled) -> Iterator[Workload]:
    """The app's workloads that do not come out whole."""
    whole = {(found.kind, found.name) for found in one.objects if not found.patch}
    for workload in one.app.workloads:
        if (workload.kind, workload.name) not in whole:
            yield workload


def _workload_findings(outcome: Outcome, request: Request) -> Iterator[Finding]:
    """Workloads that a folder cannot serve without the workload itself."""
    from secretkit.compile.injection import needs_workload
    from secretkit.rules.sk3_consumers import sk330_needs_inject

    if request.output is None or request.only == "control-plane" or request.form == "helm":
        return
    for one in outcome.written:
        for workload in _unserved(one):
            for entry, reason in needs_workload(one.app, workload):
                yield sk330_needs_inject.RULE.at(entry.at.key, entry=entry.key, reason=reason)


def _base_note(outcome: Outcome, options: Options) -> Iterator[str]:
    if outcome.environments and options.environment is None:
        names = ", ".join(outcome.environments)
        yield f"this is the base; environments are there too: {names} (--env NAME)"
