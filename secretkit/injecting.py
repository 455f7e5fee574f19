"""`--inject`: workloads in files of others receive their secrets and come out whole."""

from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path

from secretkit.compile.inject import Clash, NoPods, inject
from secretkit.compile.injection import API_VERSIONS, injection
from secretkit.finding import Finding, Rejected, Usage, closest
from secretkit.load.inputs import Input, read
from secretkit.load.manifests import Manifest, load_manifests
from secretkit.model.app import App
from secretkit.model.workload import Workload
from secretkit.objects import Object
from secretkit.pipeline import Compiled, Outcome
from secretkit.rules.sk3_consumers import (
    sk340_workload_not_injected,
    sk341_unknown_container,
    sk342_workload_differs,
    sk343_workload_twice,
    sk344_no_pods,
)


def with_workloads(outcome: Outcome, paths: Iterable[Path]) -> Outcome:
    """The outcome with whole workloads in place of patches, where the files hold them.

    Raises Usage where a file leaves the root or cannot be read, and where nothing can be injected.
    """
    findings = list(outcome.findings)
    manifests = tuple(_read(paths, outcome.root, findings))
    if any(found.severity == "error" for found in findings):
        return outcome._replace(findings=tuple(findings))
    apps, chosen = _inject_all(outcome.apps, manifests, findings)
    notes = (*outcome.notes, *_passed_over(manifests, chosen))
    changed = iter(apps)
    done = outcome.each(lambda _: next(changed))
    return done._replace(findings=tuple(findings), notes=notes)


def _read(paths: Iterable[Path], root: Path, findings: list[Finding]) -> Iterator[Manifest]:
    for whole in dict.fromkeys(_inside(path, root) for path in paths):
        name = whole.relative_to(root).as_posix()
        try:
            found = load_manifests(read(Input(root, name, direct=True)))
        except Rejected as rejected:
            findings += rejected.findings
            continue
        if not found:
            raise Usage(f"--inject {name}: it holds no manifest")
        yield from found


def _inside(path: Path, root: Path) -> Path:
    whole = path.resolve()
    if not whole.is_relative_to(root):
        what = "the repository of the first PATH, or without one the working folder"
        raise Usage(f"--inject {path}: lies outside the root {root} ({what})")
    if not whole.exists():
        raise Usage(f"--inject {path}: no such file")
    return whole


def _inject_all(
    apps: Sequence[Compiled], manifests: Sequence[Manifest], findings: list[Finding]
) -> tuple[tuple[Compiled, ...], list[Manifest]]:
    """The apps with every workload that the files hold, and the manifests that were used.

    An app none of whose workloads is there stays as it is, unless that is so for all apps.
    """
    wanted = [(one.app, workload) for one in apps for workload in one.app.workloads]
    if not wanted:
        raise Usage("--inject: no app has `workloads`, so nothing would receive anything")
    chosen = dict(_choices(wanted, manifests, findings))
    begun = {app for app, _, _ in chosen}
    bodies: dict[str, list[Object]] = {}
    for app, workload in wanted:
        manifest = chosen.get(_id(app, workload))
        if manifest:
            bodies.setdefault(app.name, []).extend(_injected(app, workload, manifest, findings))
        elif app.name in begun or not begun:
            findings.append(_absent(app, workload, manifests))
    done = tuple(
        one._replace(objects=(*_others(one, chosen), *bodies.get(one.app.name, ()))) for one in apps
    )
    return done, list(chosen.values())


def _id(app: App, workload: Workload) -> tuple[str, str, str]:
    return app.name, workload.kind, workload.name


def _choices(
    wanted: Iterable[tuple[App, Workload]], manifests: Sequence[Manifest], findings: list[Finding]
) -> Iterator[tuple[tuple[str, str, str], Manifest]]:
    """The manifest of each workload; a finding where two fit, or where two apps claim one."""
    claims: dict[int, tuple[App, Workload]] = {}
    for app, workload in wanted:
        fitting = [manifest for manifest in manifests if _fits(manifest, app, workload)]
        if not fitting:
            continue
        yield _id(app, workload), fitting[0]
        title = f"{workload.kind} `{workload.name}`"
        for other in fitting[1:]:
            findings.append(sk343_workload_twice.RULE.at(
                other.span, also=[fitting[0].span],
                reason=f"{title} stands twice in the `--inject` files",
                mend="keep one of the two, or give each its namespace",
            ))  # fmt: skip
        first, theirs = claims.setdefault(id(fitting[0].body), (app, workload))
        if first is not app:
            findings.append(sk343_workload_twice.RULE.at(
                workload.at.key, also=[theirs.at.key, fitting[0].span],
                reason=f"{title} would receive secrets of two apps, `{first.name}` and `{app.name}`",
                mend="give the manifest its namespace, or let one app speak of the workload",
            ))  # fmt: skip


def _fits(manifest: Manifest, app: App, workload: Workload) -> bool:
    """Whether the manifest is the workload; without a namespace it lives in the app's."""
    kind, name, namespace = _names(manifest)
    group = _group(API_VERSIONS[workload.kind])
    return (
        (kind, name) == (workload.kind, workload.name)
        and namespace in (None, "", app.namespace)
        and _group(manifest.body["apiVersion"]) == group
    )


def _group(version: str) -> str:
    return version.rpartition("/")[0]


def _names(manifest: Manifest) -> tuple[str, object, object]:
    metadata = manifest.body.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return manifest.body["kind"], metadata.get("name"), metadata.get("namespace")


def _absent(app: App, workload: Workload, manifests: Iterable[Manifest]) -> Finding:
    hint, names = "", []
    for manifest in manifests:
        kind, name, namespace = _names(manifest)
        if (kind, name) == (workload.kind, workload.name):
            elsewhere = namespace not in (None, "", app.namespace)
            what = f"namespace `{namespace}`" if elsewhere else "another API group"
            hint = f", only one of {what} is there"
        elif name == workload.name and kind in API_VERSIONS:
            hint = hint or f", but a {kind} of that name is"
        elif kind == workload.kind:
            names.append(str(name))
    return sk340_workload_not_injected.RULE.at(
        workload.at.key, kind=workload.kind, name=workload.name,
        hint=hint or closest(workload.name, names),
    )  # fmt: skip


def _injected(
    app: App, workload: Workload, manifest: Manifest, findings: list[Finding]
) -> Iterator[Object]:
    """The whole workload, in the app's namespace."""
    try:
        body, clashes = inject(manifest.body, injection(app, workload))
    except NoPods as error:
        mend = "give the whole manifest, as it is applied"
        if workload.kind == "Rollout" and "workloadRef" in (manifest.body.get("spec") or {}):
            mend = "it borrows its pods by `workloadRef`: name that workload here"
        findings.append(sk344_no_pods.RULE.at(
            manifest.span, also=[workload.at.key], kind=workload.kind, name=workload.name,
            reason=str(error), mend=mend,
        ))  # fmt: skip
        return
    findings += [_clash(workload, manifest, clash) for clash in clashes]
    metadata = {**body["metadata"], "namespace": app.namespace}
    yield Object({**body, "metadata": metadata}, workload.at)


def _clash(workload: Workload, manifest: Manifest, clash: Clash) -> Finding:
    if not clash.what.endswith("container"):
        return sk342_workload_differs.RULE.at(
            clash.at, also=[manifest.span], kind=workload.kind, name=workload.name,
            what=f"{clash.what} `{clash.name}`",
        )  # fmt: skip
    known = ", ".join(f"`{name}`" for name in clash.known) or "none"
    if clash.name in clash.others:
        other = "initContainers" if clash.what == "container" else "containers"
        known = f"name it under `{other}`, where the workload has it"
    else:
        known = f"those that it has: {known}"
    return sk341_unknown_container.RULE.at(
        clash.at, also=[manifest.span], kind=workload.kind, name=workload.name, what=clash.what,
        container=clash.name, near=closest(clash.name, clash.known), known=known,
    )  # fmt: skip


def _others(one: Compiled, whole: Container[tuple[str, str, str]]) -> Iterator[Object]:
    """The app's objects without the patches of workloads that come out whole."""
    for found in one.objects:
        if not (found.patch and (one.app.name, found.kind, found.name) in whole):
            yield found


def _passed_over(manifests: Iterable[Manifest], chosen: Iterable[Manifest]) -> Iterator[str]:
    used = {id(manifest.body) for manifest in chosen}
    counts: dict[str, int] = {}
    for manifest in manifests:
        if id(manifest.body) not in used:
            name = manifest.span.source.name
            counts[name] = counts.get(name, 0) + 1
    for name, count in counts.items():
        what = "one object is" if count == 1 else f"{count} objects are"
        yield f"{name}: {what} passed over, since only workloads that receive secrets come out"
