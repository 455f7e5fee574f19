"""What a folder cannot hold of an app, though no single object is wrong."""

from collections.abc import Iterator

from secretkit.emit.form import path
from secretkit.finding import Finding
from secretkit.model.workload import Workload
from secretkit.objects import Object
from secretkit.single import Compiled


def findings(one: Compiled) -> Iterator[Finding]:
    yield from of_patches(one)
    yield from of_files(one)


def of_patches(one: Compiled) -> Iterator[Finding]:
    """Patches that cannot be written (SK330)."""
    for workload in unserved(one):
        from secretkit.compile.injection import needs_workload
        from secretkit.rules.sk3_consumers import sk330_needs_inject

        for entry, reason, mend in needs_workload(one.app, workload):
            yield sk330_needs_inject.RULE.at(
                entry.at.key, entry=entry.key, reason=reason, mend=mend
            )


def of_files(one: Compiled) -> Iterator[Finding]:
    """Objects that share a file (SK603)."""
    first: dict[str, Object] = {}
    for found in one.objects:
        other = first.setdefault(path(found), found)
        if other is not found:
            from secretkit.rules.sk6_objects import sk603_one_file

            yield sk603_one_file.RULE.at(
                found.place.key, also=[other.place.key],
                path=f"{one.app.name}/{path(found)}", one=_name(other), other=_name(found),
            )  # fmt: skip


def unserved(one: Compiled) -> Iterator[Workload]:
    """The app's workloads that do not come out whole."""
    whole = {(found.kind, found.name) for found in one.objects if not found.patch}
    for workload in one.app.workloads:
        if (workload.kind, workload.name) not in whole:
            yield workload


def _name(found: Object) -> str:
    where = f" in namespace `{found.namespace}`" if found.namespace else ""
    return f"{found.kind} `{found.name}`{where}"
