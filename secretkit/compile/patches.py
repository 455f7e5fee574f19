"""The way out: merge patches on generated objects, judged like what we generate ourselves."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from secretkit.check import Checker
from secretkit.compile import faults
from secretkit.compile.metadata import MANAGED_LABEL, NAME_LABEL
from secretkit.finding import Finding, closest
from secretkit.merge import merged
from secretkit.model.app import App, Patch
from secretkit.objects import Object
from secretkit.target import Target
from secretkit.text import Place, Tree, get, has

_FIXED = (
    ("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"),
    ("metadata", "labels", NAME_LABEL), ("metadata", "labels", MANAGED_LABEL),
    ("roleRef",), ("subjects",), ("rules",), ("data",), ("type",),
    ("spec", "target", "name"), ("spec", "target", "manifest"), ("spec", "selector"),
    ("spec", "template", "metadata", "name"), ("spec", "template", "metadata", "namespace"),
)  # fmt: skip


class Patched(NamedTuple):
    """Objects with an app's patches applied, what does not fit, and what changed from what to what."""

    objects: list[Object]
    findings: list[Finding]
    changes: list[tuple[Patch, Object, Object]]


def patched(app: App, objects: Iterable[Object]) -> Patched:
    """The objects with the app's patches applied; one that does not fit stays as it was."""
    found = list(objects)
    findings: list[Finding] = []
    changes: list[tuple[Patch, Object, Object]] = []
    for patch in app.patches:
        meets = [at for at, one in enumerate(found) if not one.patch and _meets(patch, one)]
        if len(meets) != 1:
            findings.append(_no_object(patch, found, len(meets)))
            continue
        one = found[meets[0]]
        changed = Object(merged(one.body, patch.patch), one.place, one.holds_values)
        wrong = list(_identity(patch, one, changed)) or list(_form(patch, changed, app.target))
        findings += wrong
        if not wrong:
            found[meets[0]] = changed
            changes.append((patch, one, changed))
    return Patched(found, findings, changes)


def _meets(patch: Patch, found: Object) -> bool:
    return (patch.kind, patch.name) == (found.kind, found.name)


def _no_object(patch: Patch, objects: Iterable[Object], count: int) -> Finding:
    known = sorted({f"{one.kind}/{one.name}" for one in objects if not one.patch})
    name = f"{patch.kind}/{patch.name}"
    shown = ", ".join(f"`{one}`" for one in known) or "none"
    return faults.NO_OBJECT.at(
        patch.at.key, patch=name, count="several objects" if count else "no object",
        near="" if count else closest(name, known), mend=f"objects of this app: {shown}",
    )  # fmt: skip


def _identity(patch: Patch, before: Object, after: Object) -> Iterator[Finding]:
    for path in _FIXED:
        if get(before.body, path) != get(after.body, path):
            place = patch.at
            for step in path:
                if has(patch.patch, (*place.path[len(patch.at.path) :], step)):
                    place = place / step
            yield faults.IDENTITY.at(
                place.key, field=".".join(path), kind=before.kind, name=before.name
            )
            return  # one that replaces all of `metadata` is told once


def _form(patch: Patch, after: Object, target: Target) -> Iterator[Finding]:
    from secretkit.schema import objects
    from secretkit.schema.publish import published

    fragment = objects.of(after.kind)
    for finding in Checker(published(fragment)).check(Tree(after.body, ()), target):
        assert isinstance(finding.place, Place)
        inside = finding.place.path
        while inside and not has(patch.patch, inside):
            inside = inside[:-1]
        place = Place(patch.at.tree, (*patch.at.path, *inside), "key")
        yield faults.FORM.at(
            place, kind=after.kind, name=after.name, problem=finding.message, mend=finding.fix
        )
