"""One input through all stations: load, check, resolve, rules, compile."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from secretkit import rules
from secretkit.check import Checker, faults
from secretkit.compile import compile_app
from secretkit.finding import Finding, Rejected, Severity, closest
from secretkit.hidden import Hidden
from secretkit.load import load
from secretkit.load.inputs import Input, mentions_us, read
from secretkit.model.app import App
from secretkit.model.platform import Platform
from secretkit.model.secret import Plain
from secretkit.names import digest
from secretkit.objects import Object
from secretkit.partial import Attempt, judged
from secretkit.platforms import API_VERSION, STORELESS, Broken
from secretkit.resolve import Context
from secretkit.resolve import faults as resolve_faults
from secretkit.resolve.app import resolve
from secretkit.resolve.merge import strangers
from secretkit.target import Target
from secretkit.text import Place, Source, Tree

if TYPE_CHECKING:
    from secretkit.values import Decrypted

DEFAULT_TARGET = Target()
_NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})
Progress: TypeAlias = Callable[[int, int], None]  # inputs that are done, and all of them
PlatformOf: TypeAlias = Callable[[Input], Platform | None]


class Shard(NamedTuple):
    """One part of a fleet, I of N. An app's part depends on its file's name alone."""

    number: int  # from 1
    parts: int

    def has(self, name: str) -> bool:
        return int(digest(name), 16) % self.parts == self.number - 1


class Options(NamedTuple):
    """What an entrance asks for. `allow_plaintext` is None where values are not rendered at all."""

    environment: str | None = None
    target: Target = DEFAULT_TARGET
    allow_plaintext: bool | None = None
    skip: Path | None = None  # the output folder: not searched
    process_environment: Mapping[str, str] = _NO_ENVIRONMENT
    argocd_path: str | None = None  # the source path, inside Argo CD
    platform: Path | None = None  # in place of the nearest platform.yaml
    shard: Shard | None = None  # of the apps, for output; all are loaded and judged
    jobs: int | None = None  # processes; None: as many as pay
    cache: Path | None = None  # the folder of what came of inputs before; None: none
    progress: Progress | None = None
    # Of one run, for all its apps; filled where `allow_plaintext` is True alone.
    decrypted: "Decrypted | None" = None


class Compiled(NamedTuple):
    """An app and its objects."""

    app: App
    source: Source
    objects: tuple[Object, ...]
    environments: tuple[str, ...] = ()  # that the app's own file declares
    platform: Platform | None = None


class Part(NamedTuple):
    """What came of one input. It is no app of ours where it has neither findings nor a tree."""

    input: Input
    tree: Tree | None
    findings: tuple[Finding, ...]
    app: Compiled | None = None


def part(found: Input, root: Path, options: Options, platform_of: PlatformOf) -> Part:
    """An input as one environment has it; raises Usage where it cannot be read."""
    tree, before = salvaged(lambda: load(read(found)))
    wrong = wrong_kind(tree) if tree else None
    if tree is None or (wrong and before):
        return Part(found, None, before if found.direct or mentions_us(found) else ())
    if wrong:
        return Part(found, None, (wrong,) if found.direct or _is_ours(tree) else ())
    try:
        platform = platform_of(found)
    except Broken:
        return Part(found, tree, before)
    return _compiled(found, tree, before, root, options, platform)


def salvaged(loaded: Callable[[], Tree]) -> tuple[Tree | None, tuple[Finding, ...]]:
    """A tree, and what is wrong with its text; None where nothing of it can be judged."""
    try:
        return loaded(), ()
    except Rejected as rejected:
        return rejected.tree, rejected.findings


def _compiled(
    found: Input, tree: Tree, before: tuple[Finding, ...], root: Path, options: Options,
    platform: Platform | None,
) -> Part:  # fmt: skip
    options = options._replace(target=platform.target) if platform else options
    app, own = judged_app(tree, options, platform, before)
    if app and options.allow_plaintext is not None:
        app = _with_values(app, found, tree, root, options, platform, own)
    own = by_policy(own, platform)
    made: list[Object] = []
    if app:
        app, made = objects(app, own, platform)
    if app is None or is_wrong(own):
        return Part(found, tree, tuple(own))
    names = tuple(sorted(environments(tree)))
    return Part(found, tree, tuple(own), Compiled(app, tree.source, tuple(made), names, platform))


def is_wrong(findings: Iterable[Finding]) -> bool:
    return any(found.severity == "error" for found in findings)


def objects(
    app: App, findings: list[Finding], platform: Platform | None = None
) -> tuple[App, list[Object]]:
    """The app's objects with its patches; a patch that does not fit is added to the findings.

    None of an app that is wrong, whose patches are judged all the same. The app comes back as its
    patches make it, since its workloads and access go by that.
    """
    wrong = is_wrong(findings)
    if wrong and (not app.patches or any(found.code in STORELESS for found in findings)):
        return app, []
    if not app.patches:
        return app, list(compile_app(app))
    from secretkit import absorbed
    from secretkit.compile.patches import patched

    made, unfit, changes = patched(app, compile_app(app))
    verdict = absorbed.judge(app, changes)
    findings[:] = [one for one in findings if (one.code, one.message) not in verdict.gone]
    findings += by_policy([*unfit, *verdict.findings], platform)
    if is_wrong(findings):
        return app, []
    whole = [one for one in made if not one.patch]
    return verdict.app, [*whole, *(one for one in compile_app(verdict.app) if one.patch)]


def by_policy(findings: Iterable[Finding], platform: Platform | None) -> list[Finding]:
    """The findings with the severities that the platform gives them; `off` drops one."""
    if not platform or not platform.policy:
        return list(findings)
    policy, kept = platform.policy, []
    for found in findings:
        severity = policy.get(found.code, found.severity)
        if severity != "off":
            kept.append(found._replace(severity=cast(Severity, severity)))
    return kept


def judged_app(
    tree: Tree, options: Options, platform: Platform | None, before: Sequence[Finding] = ()
) -> Attempt:
    """The app of a tree, judged by every rule; None where no model can be made.

    `before` is what is wrong with the tree's text.
    """
    first = _attempt(tree, options, platform, {})
    if first.app and not before:
        return first
    return judged(
        tree, first, lambda rest: _with_patches(_attempt(rest, options, platform, {})), before
    )


def _with_patches(found: Attempt) -> Attempt:
    """What is found of patches too; of an app that is whole that is done with its objects."""
    if found.app and found.app.patches:
        objects(found.app, found.findings)
    return found


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
    findings += _strangers(tree)
    context = Context(options.target, options.environment, platform, values)
    try:
        app = resolve(
            tree, context, lambda whole: checker.check(whole, options.target, resolved=True)
        )
    except Rejected as rejected:
        return Attempt(None, [*findings, *rejected.findings])
    return Attempt(app, [*findings, *rules.judge(app)])


def _with_values(
    app: App, found: Input, tree: Tree, root: Path, options: Options, platform: Platform | None,
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
    if not plain or is_wrong(findings):
        return app
    if not options.allow_plaintext:
        findings += [value_faults.CLOSED.at(origin.at.key, secret=key) for key, origin in plain]
        return None
    decrypted = {} if options.decrypted is None else options.decrypted
    where = values.Where(found.path.parent, root, options.process_environment, decrypted)
    read_values, missing = values.read_all(app, where)
    findings += missing
    if missing:
        return None
    again = _attempt(tree, options, platform, read_values)
    findings[:] = again.findings
    return again.app


@cache
def _checker() -> Checker:
    return Checker.published("app")


def wrong_kind(tree: Tree) -> Finding | None:
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


def environments(tree: Tree) -> Iterator[str]:
    spec: Any = tree.value.get("spec")
    found = spec.get("environments") if isinstance(spec, dict) else None
    yield from found if isinstance(found, dict) else ()


def _strangers(tree: Tree) -> Iterator[Finding]:
    """What an environment adds under a name that the base almost has."""
    spec = tree.value.get("spec") or {}
    for name, patch in (spec.get("environments") or {}).items():
        new = (patch or {}).get("spec") or {}
        at = Place(tree) / "spec" / "environments" / name / "spec"
        for section in ("secrets", "access", "workloads"):  # of stores SK203 speaks
            yield from strangers(name, new.get(section), spec.get(section), at / section)


def _undeclared(tree: Tree, platform: Platform) -> Iterator[Finding]:
    for name in environments(tree):
        if name not in platform.environments:
            known = ", ".join(f"`{one}`" for one in platform.environments)
            yield resolve_faults.UNDECLARED.at(
                (Place(tree) / "spec" / "environments" / name).key,
                name=name, near=closest(name, platform.environments), known=known,
            )  # fmt: skip
