"""Chains the stations for every entrance: load, check, resolve, rules, compile."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from secretkit import rules
from secretkit.check import Checker, faults
from secretkit.compile import compile_app
from secretkit.finding import Finding, Rejected, Usage, closest
from secretkit.hidden import Hidden
from secretkit.load import load
from secretkit.load.inputs import Input, find_inputs, find_root, mentions_us, read
from secretkit.load.positions import Positions
from secretkit.model.app import App
from secretkit.model.secret import Plain
from secretkit.objects import Object
from secretkit.report import Spot
from secretkit.resolve import Context
from secretkit.resolve.app import resolve
from secretkit.rules import sk4_control_plane
from secretkit.target import Target
from secretkit.text import Place, Source, Tree

API_VERSION = "secretkit.dev/v1alpha1"
DEFAULT_TARGET = Target()


@dataclass(frozen=True, slots=True)
class Options:
    """What an entrance asks for. `allow_plaintext` is None where values are not rendered at all."""

    environment: str | None = None
    target: Target = DEFAULT_TARGET
    allow_plaintext: bool | None = None
    skip: Path | None = None  # the output folder: not searched
    process_environment: Mapping[str, str] = field(default_factory=dict)
    argocd_path: str | None = None  # the source path, inside Argo CD


class Compiled(NamedTuple):
    """An app and its objects."""

    app: App
    source: Source
    objects: tuple[Object, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of all inputs. Objects count only where no finding is an error."""

    root: Path
    apps: tuple[Compiled, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    environments: tuple[str, ...]

    @property
    def has_errors(self) -> bool:
        return _wrong(self.findings)


def run(paths: Sequence[Path], options: Options) -> Outcome:
    """All inputs below the paths, compiled; raises Usage where one cannot be read."""
    root = find_root(paths, argocd_path=options.argocd_path)
    inputs = find_inputs(paths, root, options.skip)
    findings: list[Finding] = []
    notes: list[str] = []
    trees: list[tuple[Input, Tree]] = []
    for found in inputs:
        try:
            tree = load(read(found))
        except Rejected as rejected:
            if found.direct or mentions_us(found):
                findings += rejected.findings
            else:
                notes.append(f"{found.name}: passed over, it is not kind AppSecrets")
            continue
        wrong = _kind(tree)
        if wrong is None:
            trees.append((found, tree))
        elif found.direct or _is_ours(tree):
            findings.append(wrong)
        else:
            notes.append(f"{found.name}: passed over, it is not kind AppSecrets")
    if not trees and not findings:
        raise NoInput(notes)
    environments = sorted({name for _, tree in trees for name in _environments(tree)})
    _known_environment(options.environment, environments, bool(findings))
    apps = [_one(found, tree, root, options, findings) for found, tree in trees]
    compiled = tuple(app for app in apps if app is not None)
    findings += rules.judge_among(found for one in compiled for found in one.objects)
    findings += sk4_control_plane.judge_apps([one.app for one in compiled])
    findings += _same_names(compiled)
    return Outcome(root, compiled, tuple(findings), tuple(notes), tuple(environments))


class NoInput(Usage):
    """No input was found: an error, never an empty success."""

    def __init__(self, notes: Iterable[str]) -> None:
        from secretkit.pipeline_faults import NO_INPUT

        self.notes = tuple(notes)
        self.code = NO_INPUT.code
        super().__init__(f"{NO_INPUT.title}\nfix: {NO_INPUT.fix}")


def judge(source: Source, options: Options) -> tuple[Finding, ...]:
    """All findings on one text, as `validate` has them."""
    try:
        tree = load(source)
    except Rejected as rejected:
        return rejected.findings
    wrong = _kind(tree)
    if wrong:
        return (wrong,)
    findings: list[Finding] = []
    app = _app(tree, options, findings, {})
    if app and not _wrong(findings):
        findings += rules.judge_among(_objects(app, findings))
    return tuple(findings)


def spots(findings: Iterable[Finding]) -> list[Spot]:
    """Findings with their lines, in the order of files and lines."""
    positions = Positions()
    found = []
    for finding in findings:
        span = positions.span(finding.place)
        also = tuple(positions.span(place) for place in finding.also)
        found.append(Spot(finding, span, positions.excerpt(span), also))
    unique = {(one.finding.code, one.span, one.finding.message): one for one in found}
    return sorted(
        unique.values(),
        key=lambda one: (one.span.source.name, one.span.line, one.span.column, one.finding.code),
    )


def _one(
    found: Input, tree: Tree, root: Path, options: Options, findings: list[Finding]
) -> Compiled | None:
    own: list[Finding] = []
    app = _app(tree, options, own, {})
    if app and options.allow_plaintext is not None:
        app = _with_values(app, found, tree, root, options, own)
    objects: list[Object] = []
    if app and not _wrong(own):
        objects = _objects(app, own)
    findings += own
    if app is None or _wrong(own):
        return None
    return Compiled(app, tree.layers[0].source, tuple(objects))


def _wrong(findings: Iterable[Finding]) -> bool:
    return any(found.severity == "error" for found in findings)


def _objects(app: App, findings: list[Finding]) -> list[Object]:
    """The app's objects with its patches; a patch that does not fit is added to the findings."""
    if not app.patches:
        return list(compile_app(app))
    from secretkit.compile.patches import patched

    objects, wrong = patched(app, compile_app(app))
    findings += wrong
    return objects


def _app(
    tree: Tree, options: Options, findings: list[Finding],
    values: Mapping[tuple[str, str], Hidden],
) -> App | None:  # fmt: skip
    """The app of a tree, judged by every rule; None where no model can be made."""
    checker = _checker()
    wrong = checker.check(tree, options.target)
    findings += wrong
    if wrong:
        return None
    environment = options.environment
    context = Context(target=options.target, environment=environment, values=values)
    try:
        app = resolve(
            tree, context, lambda whole: checker.check(whole, options.target, resolved=True)
        )
    except Rejected as rejected:
        findings += rejected.findings
        return None
    findings += rules.judge(app)
    return app


def _with_values(
    app: App, found: Input, tree: Tree, root: Path, options: Options, findings: list[Finding]
) -> App | None:
    """The app with its values read, or findings where that is not allowed or not possible."""
    from secretkit import values
    from secretkit.values import faults as value_faults

    plain = [
        (secret.key, secret.origin)
        for secret in app.secrets.values()
        if isinstance(secret.origin, Plain) and not secret.origin.is_literal
    ]
    if not plain or any(one.severity == "error" for one in findings):
        return app
    if not options.allow_plaintext:
        findings += [value_faults.CLOSED.at(origin.at.key, secret=key) for key, origin in plain]
        return None
    where = values.Where(found.path.parent, root, options.process_environment)
    read_values, missing = values.read_all(app, where)
    findings += missing
    if missing:
        return None
    return _app(tree, options, findings, read_values)


@cache
def _checker() -> Checker:
    return Checker.published("app")


def _kind(tree: Tree) -> Finding | None:
    """A finding where the file is not of our kind."""
    value = tree.value
    place = Place(tree)
    if not isinstance(value, dict):
        return faults.KIND.at(place, got="not a mapping", near="")
    version, kind = value.get("apiVersion"), value.get("kind")
    if version == API_VERSION and kind == "AppSecrets":
        return None
    at = (
        place / "apiVersion" if version != API_VERSION and "apiVersion" in value else place / "kind"
    )
    near = closest(str(kind), ["AppSecrets"]) if kind != "AppSecrets" else ""
    shown = [f"`{part}`" for part in (version, kind) if isinstance(part, str)]
    return faults.KIND.at(at, got=" ".join(shown) or "a mapping without kind", near=near)


def _is_ours(tree: Tree) -> bool:
    value = tree.value if isinstance(tree.value, dict) else {}
    version = value.get("apiVersion")
    return value.get("kind") == "AppSecrets" or str(version).startswith("secretkit")


def _environments(tree: Tree) -> Iterator[str]:
    spec: Any = tree.value.get("spec")
    found = spec.get("environments") if isinstance(spec, dict) else None
    yield from found if isinstance(found, dict) else ()


def _known_environment(name: str | None, known: Sequence[str], broken: bool) -> None:
    if name is None or name in known or broken:
        return
    names = ", ".join(known) or "none is declared"
    raise Usage(f"--env {name}: no app declares it{closest(name, known)} (known: {names})")


def _same_names(apps: Sequence[Compiled]) -> Iterator[Finding]:
    from secretkit.rules.sk6_objects import sk602_app_twice

    first: dict[str, App] = {}
    for one in apps:
        other = first.setdefault(one.app.name, one.app)
        if other is not one.app:
            at = one.app.at / "metadata" / "name"
            yield sk602_app_twice.RULE.at(
                at, also=[other.at / "metadata" / "name"], name=one.app.name
            )
