"""Chains the stations for every entrance: load, check, resolve, rules, compile."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from secretkit import rules
from secretkit.check import Checker, faults
from secretkit.compile import compile_app
from secretkit.finding import Finding, Rejected, Severity, Usage, closest
from secretkit.hidden import Hidden
from secretkit.load import load
from secretkit.load.inputs import Input, find_inputs, find_root, mentions_us, read
from secretkit.load.positions import Positions
from secretkit.model.app import App
from secretkit.model.platform import Platform
from secretkit.model.secret import Plain
from secretkit.model.store import Store
from secretkit.names import digest
from secretkit.objects import Object
from secretkit.partial import Attempt, judged
from secretkit.platforms import API_VERSION, Platforms, load_platform
from secretkit.report import Spot
from secretkit.resolve import Context
from secretkit.resolve import faults as resolve_faults
from secretkit.resolve.app import resolve
from secretkit.resolve.secrets import by_key
from secretkit.rules import Fleet, sk4_control_plane
from secretkit.target import Target
from secretkit.text import Mark, Place, Source, Span, Tree

DEFAULT_TARGET = Target()


class Shard(NamedTuple):
    """One part of a fleet, I of N. An app's part depends on its file's name alone."""

    number: int  # from 1
    parts: int

    def has(self, name: str) -> bool:
        return int(digest(name), 16) % self.parts == self.number - 1


@dataclass(frozen=True, slots=True)
class Options:
    """What an entrance asks for. `allow_plaintext` is None where values are not rendered at all."""

    environment: str | None = None
    target: Target = DEFAULT_TARGET
    allow_plaintext: bool | None = None
    skip: Path | None = None  # the output folder: not searched
    process_environment: Mapping[str, str] = field(default_factory=dict)
    argocd_path: str | None = None  # the source path, inside Argo CD
    platform: Path | None = None  # in place of the nearest platform.yaml
    shard: Shard | None = None  # of the apps, for output; all are loaded and judged


class Compiled(NamedTuple):
    """An app and its objects."""

    app: App
    source: Source
    objects: tuple[Object, ...]
    environments: tuple[str, ...] = ()  # that the app's own file declares
    platform: Platform | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of all inputs. Objects count only where no finding is an error."""

    root: Path
    apps: tuple[Compiled, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    environments: tuple[str, ...]
    platforms: tuple[Platform, ...]
    shared: tuple[Object, ...] = ()  # presets that are one object for all apps
    paths: tuple[str, ...] = ("",)  # the PATHs, relative to the root; "" is all of it
    shard: Shard | None = None

    @property
    def has_errors(self) -> bool:
        return _wrong(self.findings)

    def covers(self, name: str) -> bool:
        """Whether an input of this name lies under the run's PATHs and shard, there or gone."""
        if not name:
            return True
        below = any(not path or name == path or name.startswith(f"{path}/") for path in self.paths)
        return below and (self.shard is None or self.shard.has(name))

    @property
    def written(self) -> tuple[Compiled, ...]:
        """The apps whose output this run writes."""
        return tuple(one for one in self.apps if self.covers(one.source.name))


class _Read(NamedTuple):
    """An input of our kind, and what is wrong with its text though it can be read."""

    input: Input
    tree: Tree
    findings: tuple[Finding, ...] = ()


class Gathered(NamedTuple):
    """All inputs below some paths, read, whatever the environment they are compiled for."""

    paths: tuple[Path, ...]
    root: Path
    trees: tuple[_Read, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def run(paths: Sequence[Path], options: Options) -> Outcome:
    """All inputs below the paths, compiled; raises Usage where one cannot be read."""
    return compiled(gathered(paths, options), options)


def gathered(paths: Sequence[Path], options: Options) -> Gathered:
    """All inputs below the paths; raises Usage where there is none, or one cannot be read."""
    root = find_root(paths, argocd_path=options.argocd_path)
    inputs = find_inputs(paths, root, options.skip)
    findings: list[Finding] = []
    notes: list[str] = []
    trees: list[_Read] = []
    for found in inputs:
        it, wrong = _read(found)
        if it:
            trees.append(it)
        elif wrong:
            findings += wrong
        else:
            notes.append(f"{found.name}: passed over, it is not kind AppSecrets")
    if not trees and not findings:
        raise NoInput
    return Gathered(tuple(paths), root, tuple(trees), tuple(findings), tuple(notes))


def compiled(given: Gathered, options: Options) -> Outcome:
    """The inputs as one environment has them."""
    root, trees, findings = given.root, given.trees, list(given.findings)
    platforms = Platforms(root, options.platform, options.environment)
    found_on = [(one, platforms.of(one.input.path.parent)) for one in trees]
    environments = _all_environments(platforms.loaded, [one.tree for one in trees])
    broken = bool(findings or platforms.findings or any(one.findings for one in trees))
    _known_environment(options.environment, environments, broken)
    findings += platforms.findings
    apps = [] if platforms.findings else list(_compiled(found_on, root, options, findings))
    shared = tuple(_shared(apps, platforms, findings))
    fleet = Fleet()
    for one in apps:
        fleet.add(fleet.gather(one.app, one.objects))
    if shared:
        fleet.add(fleet.gather(_nobody(apps[0].app), shared))
    findings += _by_policies(fleet.findings(), apps)
    findings += sk4_control_plane.judge_apps([one.app for one in apps], platforms.loaded)
    return Outcome(
        root, tuple(apps), tuple(findings), given.notes, environments, platforms.loaded, shared,
        _names(given.paths, root), options.shard,
    )  # fmt: skip


def _read(found: Input) -> tuple[_Read | None, tuple[Finding, ...]]:
    """An input, or what is wrong with it where it is meant for us."""
    try:
        one = _Read(found, load(read(found)))
    except Rejected as rejected:
        if rejected.tree is None or _kind(rejected.tree):
            return None, rejected.findings if found.direct or mentions_us(found) else ()
        one = _Read(found, rejected.tree, rejected.findings)
    wrong = _kind(one.tree)
    if wrong is None:
        return one, ()
    return None, (wrong,) if found.direct or _is_ours(one.tree) else ()


def _names(paths: Sequence[Path], root: Path) -> tuple[str, ...]:
    names = (path.resolve().relative_to(root).as_posix() for path in paths)
    return tuple("" if name == "." else name for name in names)


def _shared(
    apps: Iterable[Compiled], platforms: Platforms, findings: list[Finding]
) -> Iterator[Object]:
    """Cluster-scoped presets that some app uses, once each."""
    first: dict[tuple[str, str], Store] = {}
    for one in apps:
        for key, store in one.app.stores.items():
            if not store.is_shared:
                continue
            file = store.at.tree.origin(store.at.path)[0].name
            other = first.setdefault((file, key), store)
            if _said(other) != _said(store):
                findings.append(resolve_faults.SHARED.at(store.at.key, preset=key))
            elif other is store:
                yield from _as_platforms(one.app, store, platforms)


def _nobody(app: App) -> App:
    """An app that says nothing, for the objects that belong to none; its name is reserved."""
    return app._replace(
        name="platform", stores={}, secrets={}, access=(), workloads=(), audit=(), has_audit=False,
        encryption=None, patches=(),
    )  # fmt: skip


def _said(store: Store) -> tuple[Any, ...]:
    account = store.account and (store.account.name, store.account.namespace)
    return store.name, store.provider, store.conditions, account


def _as_platforms(app: App, store: Store, platforms: Platforms) -> Iterator[Object]:
    """The store's objects with the platform's name and labels in place of the app's."""
    source = store.at.tree.origin(store.at.path)[0]
    platform = next(one for one in platforms.loaded if one.tree.source == source)
    defaults = platform.tree.value["spec"].get("defaults", {})
    yield from compile_app(
        _nobody(app)._replace(
            name=platform.name,
            labels=by_key(defaults.get("labels")),
            annotations=by_key(defaults.get("annotations")),
            stores={store.key: store._replace(is_shared=False)},
        )
    )


def _compiled(
    found_on: Iterable[tuple[_Read, Platform | None]],
    root: Path,
    options: Options,
    findings: list[Finding],
) -> Iterator[Compiled]:
    """Each app that compiles; what is wrong with the others is added to the findings."""
    for one, platform in found_on:
        mine = replace(options, target=platform.target) if platform else options
        app = _one(one, root, mine, platform, findings)
        if app is not None:
            yield app


class NoInput(Usage):
    """No input was found: an error, never an empty success."""

    exit_code = 1

    def __init__(self) -> None:
        from secretkit.pipeline_faults import NO_INPUT

        self.code = NO_INPUT.code
        super().__init__(f"{NO_INPUT.title}\nfix: {NO_INPUT.fix}")


def judge(source: Source, options: Options) -> tuple[Finding, ...]:
    """All findings on one text, as `validate` has them."""
    before: tuple[Finding, ...] = ()
    try:
        tree = load(source)
    except Rejected as rejected:
        if rejected.tree is None:
            return rejected.findings
        tree, before = rejected.tree, rejected.findings
    if isinstance(tree.value, dict) and tree.value.get("kind") == "Platform":
        return before or _judge_platform(tree, options)
    wrong = _kind(tree)
    if wrong:
        return before or (wrong,)
    app, findings = _app(tree, options, None, {}, before)
    objects = _objects(app, findings) if app else []
    if app and not _wrong(findings):
        fleet = Fleet()
        fleet.add(fleet.gather(app, objects))
        findings += fleet.findings()
        findings += sk4_control_plane.judge_apps([app], ())
    return tuple(findings)


def _judge_platform(tree: Tree, options: Options) -> tuple[Finding, ...]:
    try:
        load_platform(tree, options.environment)
    except Rejected as rejected:
        return rejected.findings
    return ()


def spots(findings: Iterable[Finding], root: Path | None = None) -> list[Spot]:
    """Findings with their lines, in the order of files and lines.

    `root` is where places whose tree is gone find their files again.
    """
    positions = Positions(_reader(root) if root else None)
    found = []
    for finding in findings:
        span = positions.span(finding.place)
        also = tuple(sorted(map(positions.span, finding.also), key=_by_line))
        found.append(Spot(finding, span, positions.excerpt(span), also))
    unique = {(one.finding.code, one.span, one.finding.message): one for one in found}
    return sorted(
        unique.values(),
        key=lambda one: (*_by_line(one.span), one.finding.code),
    )


def _by_line(span: Span) -> tuple[str, int, int]:
    return span.source.name, span.line, span.column


def _reader(root: Path) -> Callable[[str], Source]:
    @cache
    def reread(name: str) -> Source:
        try:
            return read(Input(root / name, name, direct=True))
        except (Rejected, Usage):  # changed under our hands
            return Source(name, "")

    return reread


def _one(
    one: _Read, root: Path, options: Options, platform: Platform | None, findings: list[Finding]
) -> Compiled | None:
    tree = one.tree
    app, own = _app(tree, options, platform, {}, one.findings)
    if app and options.allow_plaintext is not None:
        app = _with_values(app, one, root, options, platform, own)
    objects = _objects(app, own) if app else []
    own = _by_policy(own, platform)
    findings += own
    if app is None or _wrong(own):
        return None
    return Compiled(app, tree.source, tuple(objects), tuple(sorted(_environments(tree))), platform)


def _wrong(findings: Iterable[Finding]) -> bool:
    return any(found.severity == "error" for found in findings)


def _objects(app: App, findings: list[Finding]) -> list[Object]:
    """The app's objects with its patches; a patch that does not fit is added to the findings.

    None of an app that is wrong, whose patches are judged all the same.
    """
    wrong = _wrong(findings)
    if wrong and (not app.patches or any(found.code == "SK201" for found in findings)):
        return []  # an unknown store alone stops the compiler
    if not app.patches:
        return list(compile_app(app))
    from secretkit import absorbed
    from secretkit.compile.patches import patched

    objects, unfit, changes = patched(app, compile_app(app))
    findings += [*unfit, *absorbed.judge(app, changes)]
    return objects


def _by_policy(findings: Iterable[Finding], platform: Platform | None) -> list[Finding]:
    """The findings with the severities that the platform gives them; `off` drops one."""
    if not platform or not platform.policy:
        return list(findings)
    policy, kept = platform.policy, []
    for found in findings:
        severity = policy.get(found.code, found.severity)
        if severity != "off":
            kept.append(replace(found, severity=cast(Severity, severity)))
    return kept


# Of two objects of one name one would be lost, and apps of one name share a folder.
_NO_POLICY = frozenset({"SK601", "SK602"})


def _by_policies(findings: Iterable[Finding], apps: Iterable[Compiled]) -> Iterator[Finding]:
    """What apps share, each as the platform of the file where it stands has it."""
    platforms = {one.source.name: one.platform for one in apps}
    known = [one for one in platforms.values() if one]
    platforms |= {one.tree.source.name: one for one in known}
    for found in findings:
        where = found.place.source if isinstance(found.place, Mark) else None
        if found.code in _NO_POLICY or where is None:
            yield found
        else:
            yield from _by_policy([found], platforms.get(where))


def _app(
    tree: Tree, options: Options, platform: Platform | None,
    values: Mapping[tuple[str, str], Hidden], before: Sequence[Finding] = (),
) -> Attempt:  # fmt: skip
    """The app of a tree, judged by every rule; None where no model can be made.

    `before` is what is wrong with the tree's text.
    """
    first = _attempt(tree, options, platform, values)
    if first.app and not before:
        return first
    return judged(tree, first, lambda part: _attempt(part, options, platform, values), before)


def _attempt(
    tree: Tree, options: Options, platform: Platform | None,
    values: Mapping[tuple[str, str], Hidden],
) -> Attempt:  # fmt: skip
    checker = _checker()
    findings = list(checker.check(tree, options.target))
    if findings:
        return Attempt(None, findings)
    if platform and platform.environments:
        findings += _undeclared(tree, platform)
    context = Context(options.target, options.environment, platform, values)
    try:
        app = resolve(
            tree, context, lambda whole: checker.check(whole, options.target, resolved=True)
        )
    except Rejected as rejected:
        return Attempt(None, [*findings, *rejected.findings])
    return Attempt(app, [*findings, *rules.judge(app)])


def _with_values(
    app: App, one: _Read, root: Path, options: Options, platform: Platform | None,
    findings: list[Finding],
) -> App | None:  # fmt: skip
    """The app with its values read, or findings where that is not allowed or not possible."""
    from secretkit import values
    from secretkit.values import faults as value_faults

    plain = [
        (secret.key, secret.origin)
        for secret in app.secrets.values()
        if isinstance(secret.origin, Plain) and not secret.origin.is_literal
    ]
    if not plain or _wrong(findings):
        return app
    if not options.allow_plaintext:
        findings += [value_faults.CLOSED.at(origin.at.key, secret=key) for key, origin in plain]
        return None
    where = values.Where(one.input.path.parent, root, options.process_environment)
    read_values, missing = values.read_all(app, where)
    findings += missing
    if missing:
        return None
    found = _attempt(one.tree, options, platform, read_values)
    findings[:] = found.findings
    return found.app


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


def _all_environments(platforms: Sequence[Platform], trees: Iterable[Tree]) -> tuple[str, ...]:
    """The environments there are: the platforms', or the apps' where no platform declares any."""
    declared = {name for platform in platforms for name in platform.environments}
    return tuple(sorted(declared or {name for tree in trees for name in _environments(tree)}))


def _undeclared(tree: Tree, platform: Platform) -> Iterator[Finding]:
    for name in _environments(tree):
        if name not in platform.environments:
            known = ", ".join(f"`{one}`" for one in platform.environments)
            yield resolve_faults.UNDECLARED.at(
                (Place(tree) / "spec" / "environments" / name).key,
                name=name, near=closest(name, platform.environments), known=known,
            )  # fmt: skip


def _known_environment(name: str | None, known: Sequence[str], broken: bool) -> None:
    if name is None or name in known or broken:
        return
    names = ", ".join(known) or "none is declared"
    raise Usage(f"--env {name}: it is not declared{closest(name, known)} (known: {names})")
