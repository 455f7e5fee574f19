"""Chains the stations for every entrance: each input by itself, then what all say together.

Of an app only what an entrance keeps stays, and a few facts, so that memory hardly grows with them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from secretkit.compile import compile_app
from secretkit.finding import Finding, Rejected, Usage, closest
from secretkit.load import load
from secretkit.load.inputs import Input, Inputs, find_inputs, find_root, read
from secretkit.model.app import App, nobody
from secretkit.model.platform import Platform
from secretkit.model.secret import Plain
from secretkit.model.store import Store
from secretkit.objects import Object
from secretkit.parts import Kept, Record, Reduced, Shared, Shelf
from secretkit.platforms import FIXED, Broken, Platforms, load_platform
from secretkit.resolve import faults as resolve_faults
from secretkit.resolve.secrets import by_key
from secretkit.rules import Fleet, sk4_control_plane
from secretkit.single import (
    Compiled,
    Options,
    Part,
    Shard,
    by_policy,
    environments,
    is_wrong,
    judged_app,
    objects,
    part,
    salvaged,
    wrong_kind,
)
from secretkit.target import Target
from secretkit.text import Mark, Place, Source, Span, Tree

if TYPE_CHECKING:
    from secretkit.report import Spot

__all__ = [
    "Compiled", "Kept", "NoInput", "Options", "Outcome", "Shard", "judge", "run", "spots",
]  # fmt: skip

Keep: TypeAlias = Callable[[Compiled], Any]


class Outcome(NamedTuple):
    """What came of all inputs. What is kept counts only where no finding is an error."""

    root: Path
    kept: Shelf
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    environments: tuple[str, ...]
    platforms: tuple[Platform, ...]
    shared: tuple[Object, ...] = ()  # presets that are one object for all apps
    planes: tuple[
        App, ...
    ] = ()  # every app that speaks of the control plane, or one of each target
    paths: tuple[str, ...] = ("",)  # the PATHs, relative to the root; "" is all of it
    shard: Shard | None = None
    files: int = 0  # files of ours, right or wrong

    def each(self, change: Callable[[Any], Any]) -> "Outcome":
        """The outcome with another value kept of every app."""
        return self._replace(kept=Shelf(one._replace(value=change(one.value)) for one in self.kept))

    @property
    def has_errors(self) -> bool:
        return is_wrong(self.findings)

    @property
    def apps(self) -> tuple[Any, ...]:
        """What is kept of the apps, in the order of files: `Compiled`, unless an entrance reduces it."""
        return tuple(one.value for one in self.kept if one.value is not None)

    @property
    def written(self) -> Iterator[Kept]:
        """The apps whose output this run writes, by namespace and name."""
        return (one for one in self.kept.ordered if self.covers(one.file))

    def covers(self, name: str) -> bool:
        """Whether an input of this name lies under the run's PATHs and shard, there or gone."""
        if not name:
            return True
        below = any(not path or name == path or name.startswith(f"{path}/") for path in self.paths)
        return below and (self.shard is None or self.shard.has(name))


def run(
    paths: Sequence[Path], options: Options, keep: Keep | None = None,
    store: Callable[[Any], Any] | None = None, record: Record | None = None,
) -> Outcome:  # fmt: skip
    """All inputs below the paths, compiled; raises Usage where one cannot be read.

    `keep` is called once for each app that is right and that the shard covers, in any process, and
    gives what stays of it; without it all of the app stays. `store` takes that in this process, and
    what it gives stays instead. With `record` parts of many inputs may come out of the cache.
    """
    if options.decrypted is None:
        options = options._replace(decrypted={})
    root = find_root(paths, argocd_path=options.argocd_path)
    inputs = find_inputs(paths, root, options.skip)
    platforms = Platforms(root, options.platform, options.environment)
    worker = _Worker(root, options, platforms, keep)
    fold = _Fold(root, options, platforms)
    parts = _remembered(worker, inputs, platforms, record) or _parts(worker, inputs, inputs.count)
    for at, one in enumerate(parts, 1):
        if store and one.kept and one.kept.value is not None:
            one = one._replace(kept=one.kept._replace(value=store(one.kept.value)))
        fold.add(one)
        if options.progress:
            options.progress(at, inputs.count)
    return fold.outcome(_names(paths, root))


def _remembered(
    worker: "_Worker", inputs: Inputs, platforms: Platforms, record: Record | None
) -> Iterator[Reduced] | None:
    """The parts, as far as they can with the help of the cache; None where none is to be used."""
    options = worker.options
    if record is None or inputs.count < _MANY or options.cache is None or options.allow_plaintext:
        return None
    from secretkit.caching import Cache
    from secretkit.remembering import Memory

    memory = Memory(Cache(options.cache), options, platforms, record)
    return memory.parts(inputs, partial(_parts, worker))


def _parts(worker: "_Worker", inputs: Iterable[Input], many: int) -> Iterator[Reduced]:
    """The parts of so many inputs, in their order. Values in the clear never cross to a process."""
    jobs = worker.options.jobs
    closed = worker.options.allow_plaintext is not True
    if closed and worker.keep is not None and (jobs or many >= _MANY):
        from secretkit import workers

        count = workers.count(jobs, many)
        if count > 1:
            return workers.each(worker.part, inputs, count)
    return map(worker.part, inputs)


_MANY = 200  # inputs from which on a second process pays for its start


class _Worker:
    """Brings one input after another through the stations."""

    def __init__(
        self, root: Path, options: Options, platforms: Platforms, keep: Keep | None
    ) -> None:
        self.options = options
        self.keep = keep
        self._root = root
        self._platforms = platforms
        self._fleet: Fleet | None = None

    def part(self, found: Input) -> Reduced:
        one = part(found, self._root, self.options, self._platforms.of_input)
        names = () if one.tree is None else tuple(environments(one.tree))
        findings = one.findings
        if self.keep is not None:
            findings = tuple(found.without_trees for found in findings)
        if one.app is None:
            return Reduced(found, one.tree is not None, findings, names)
        return self._reduced(one, one.app, findings, names)

    def _reduced(
        self, one: Part, compiled: Compiled, findings: tuple[Finding, ...], names: tuple[str, ...]
    ) -> Reduced:
        app = compiled.app
        if self._fleet is None:
            self._fleet = Fleet()
        shard = self.options.shard
        value: Any = compiled
        if self.keep is not None:
            is_covered = shard is None or shard.has(one.input.name)
            value = self.keep(compiled) if is_covered else None
        return Reduced(
            one.input, True, findings, names,
            kept=Kept(app.name, app.namespace, compiled.source.name, value),
            target=app.target,
            facts=self._fleet.gather(app, compiled.objects),
            plane=_plane(app) if sk4_control_plane.applies(app) else None,
            shared=tuple(_shared(app, compiled.platform)),
            has_values=any(isinstance(one.origin, Plain) for one in app.secrets.values()),
        )  # fmt: skip


class _Fold:
    """Takes parts in, one after another, and says what they come to."""

    def __init__(self, root: Path, options: Options, platforms: Platforms) -> None:
        self._root = root
        self._options = options
        self._platforms = platforms
        self._findings: list[Finding] = []
        self._notes: list[str] = []
        self._kept = Shelf()
        self._environments: set[str] = set()
        self._is_met = False  # whether any input is ours
        self._count = 0
        self._is_unread = False
        self._fleet = Fleet()
        self._planes: list[App] = []
        self._targets: dict[Target, Kept] = {}
        self._shared: dict[tuple[str, str], Shared] = {}

    def add(self, one: Reduced) -> None:
        if not one.is_app and not one.findings:
            self._notes.append(f"{one.input.name}: passed over, it is not kind AppSecrets")
            return
        self._count += one.is_app
        self._is_unread |= not one.is_app  # it may declare environments
        self._is_met = True
        self._findings += one.findings
        self._environments.update(one.environments)
        if one.is_app:
            with suppress(Broken):  # which says for itself what is wrong
                self._platforms.of_input(one.input)
        if one.kept is None or one.target is None or one.facts is None:
            return
        self._kept.add(one.kept)
        self._fleet.add(one.facts)
        self._targets.setdefault(one.target, one.kept)
        if one.plane:
            self._planes.append(one.plane)
        for shared in one.shared:
            first = self._shared.setdefault((shared.file, shared.key), shared)
            if first.said != shared.said:
                self._findings.append(resolve_faults.SHARED.at(shared.place, preset=shared.key))

    def outcome(self, names: tuple[str, ...]) -> Outcome:
        if not self._is_met:
            raise NoInput
        platforms, options = self._platforms, self._options
        known = _all_environments(platforms.loaded, self._environments)
        broken = self._is_unread or bool(platforms.findings)
        known_environment(options.environment, known, broken)
        findings = [*self._findings, *platforms.findings]
        for platform, warnings in platforms.warned:
            findings += by_policy(warnings, platform)
        shared = tuple(made for one in self._shared.values() for made in one.objects)
        planes = self._all_planes()
        if shared:
            theirs = planes[0]._replace(name="platform", at=Place(shared[0].place.tree))
            self._fleet.add(self._fleet.gather(theirs, shared))
        findings += self._by_policies(self._fleet.findings())
        findings += sk4_control_plane.judge_apps(planes, platforms.loaded)
        return Outcome(
            self._root, Shelf() if platforms.findings else self._kept, tuple(findings),
            tuple(self._notes), known, platforms.loaded, shared, planes, names, options.shard,
            self._count,
        )  # fmt: skip

    def _all_planes(self) -> tuple[App, ...]:
        spoken = {app.target for app in self._planes}
        bare = (
            nobody(one.name, one.namespace, target, Place(Tree({}, ())))
            for target, one in self._targets.items()
            if target not in spoken
        )
        return (*self._planes, *bare)

    def _by_policies(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """What apps share, each as the platform of the file where it stands has it."""
        platforms = {one.tree.source.name: one for one in self._platforms.loaded}
        for found in findings:
            where = found.place.source if isinstance(found.place, Mark) else None
            if found.code in FIXED or where is None:
                yield found
            else:
                platform = platforms.get(where) or self._platforms.of_input(
                    Input(self._root, where, direct=False)
                )
                yield from by_policy([found], platform)


def _plane(app: App) -> App:
    return app._replace(stores={}, secrets={}, access=(), workloads=(), patches=())


def _names(paths: Sequence[Path], root: Path) -> tuple[str, ...]:
    names = (path.resolve().relative_to(root).as_posix() for path in paths)
    return tuple("" if name == "." else name for name in names)


def _shared(app: App, platform: Platform | None) -> Iterator[Shared]:
    """Cluster-scoped presets that the app uses."""
    for key, store in app.stores.items():
        if store.is_shared and platform:
            file = store.at.tree.origin(store.at.path)[0].name
            yield Shared(
                file, key, _said(store), store.at.key.mark,
                tuple(_as_platforms(app, store, platform)),
            )  # fmt: skip


def _said(store: Store) -> tuple[Any, ...]:
    account = store.account and (store.account.name, store.account.namespace)
    return store.name, store.provider, store.conditions, account


def _as_platforms(app: App, store: Store, platform: Platform) -> Iterator[Object]:
    """The store's objects with the platform's name and labels in place of the app's."""
    defaults = platform.tree.value["spec"].get("defaults", {})
    yield from compile_app(
        _plane(app)._replace(
            name=platform.name,
            labels=by_key(defaults.get("labels")),
            annotations=by_key(defaults.get("annotations")),
            stores={store.key: store._replace(is_shared=False)},
            audit=(), has_audit=False, encryption=None,
        )
    )  # fmt: skip


class NoInput(Usage):
    """No input was found: an error, never an empty success."""

    exit_code = 1

    def __init__(self) -> None:
        from secretkit.pipeline_faults import NO_INPUT

        self.code = NO_INPUT.code
        super().__init__(f"{NO_INPUT.title}\nfix: {NO_INPUT.fix}")


def judge(source: Source, options: Options) -> tuple[Finding, ...]:
    """All findings on one text, as `validate` has them."""
    tree, before = salvaged(lambda: load(source))
    if tree is None:
        return before
    if isinstance(tree.value, dict) and tree.value.get("kind") == "Platform":
        return before or _judge_platform(tree, options)
    wrong = wrong_kind(tree)
    if wrong:
        return before or (wrong,)
    app, findings = judged_app(tree, options, None, before)
    made: list[Object] = []
    if app:
        app, made = objects(app, findings)
    if app and not is_wrong(findings):
        fleet = Fleet()
        fleet.add(fleet.gather(app, made))
        findings += fleet.findings()
        findings += sk4_control_plane.judge_apps([app], ())
    return tuple(findings)


def _judge_platform(tree: Tree, options: Options) -> tuple[Finding, ...]:
    try:
        _, warnings = load_platform(tree, options.environment)
    except Rejected as rejected:
        return rejected.findings
    return tuple(warnings)


def spots(findings: Sequence[Finding], root: Path | None = None) -> "list[Spot]":
    """Findings with their lines, in the order of files and lines.

    `root` is where places whose tree is gone find their files again.
    """
    if not findings:  # and none of this is needed
        return []
    from secretkit.load.positions import Positions
    from secretkit.report import Spot

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
            return read(Input(root, name, direct=True))
        except (Rejected, Usage):  # changed under our hands
            return Source(name, "")

    return reread


def _all_environments(platforms: Sequence[Platform], apps: set[str]) -> tuple[str, ...]:
    """The environments there are: the platforms', or the apps' where no platform declares any."""
    declared = {name for platform in platforms for name in platform.environments}
    return tuple(sorted(declared or apps))


def known_environment(name: str | None, known: Sequence[str], broken: bool = False) -> None:
    """Raises Usage where `--env` names an environment that is none; `broken`: that cannot be told."""
    if name is None or name in known or broken:
        return
    names = ", ".join(known) or "none is declared"
    raise Usage(f"--env {name}: it is not declared{closest(name, known)} (known: {names})")
