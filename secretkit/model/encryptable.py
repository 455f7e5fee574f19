"""Which resources an EncryptionConfiguration can name: what the API server refuses, or never finds."""

from collections.abc import Iterator
from typing import NamedTuple

from secretkit.lazy import lazily
from secretkit.model.builtin import BUILTIN
from secretkit.model.control_plane import Kind
from secretkit.names import is_subdomain

_PLURAL = lazily(r"[a-z][-a-z0-9]*")
_VERSION = lazily(r"v[0-9]+(?:(?:alpha|beta)[0-9]+)?")
_NO_REST = ("apiserveripinfo", "serviceipallocations", "servicenodeportallocations")
_GONE = {
    "events.k8s.io": ("its events are stored in the core group", "write `events`"),
    "extensions": ("the group is gone", "name the group that took its place"),
}
_GROUPS = frozenset(kind.group for kind in BUILTIN)


class Unencryptable(NamedTuple):
    """Why a resource cannot be encrypted; `is_refused` by the API server, or only never found by it."""

    problem: str
    mend: str
    is_refused: bool = True


def unencryptable(text: str) -> Unencryptable | None:
    """What is wrong with a resource of an EncryptionConfiguration, or None."""
    kind = Kind.of(text)
    if text != text.lower():
        meant = _meant(Kind.of(text.lower()))
        mend = f"write `{meant}`" if meant else f"write `{text.lower()}`, in the plural"
        return Unencryptable("a resource has no capital letters", mend)
    if text == "*":
        return Unencryptable(
            "a lone `*` is refused", 'write `"*."` for the core group, `"*.*"` for everything'
        )
    if kind.group == "*" and kind.resource != "*":
        return Unencryptable("one resource across all groups is refused", "name its group")
    if kind.group in _GONE:
        return Unencryptable(*_GONE[kind.group])
    if kind.resource in _NO_REST and not kind.group:
        return Unencryptable("it has no REST API", "drop it", is_refused=text == kind.resource)
    if "/" in text:
        return Unencryptable(
            "a subresource is stored with its resource", "name the resource alone", is_refused=False
        )
    known_group = kind.group in ("", "*") or is_subdomain(kind.group)
    if not known_group or not (kind.resource == "*" or _PLURAL.fullmatch(kind.resource)):
        return Unencryptable(
            "it is no `resource` or `resource.group`", "write it like `secrets`", is_refused=False
        )
    return _unknown(kind)


def _unknown(kind: Kind) -> Unencryptable | None:
    """What is wrong with a well-formed name by which the API server finds nothing.

    What a group of others holds is known to the cluster alone.
    """
    if kind in BUILTIN or kind.group == "*" or (kind.resource == "*" and kind.group in _GROUPS):
        return None
    if _is_of_version(kind.group):
        problem = "a version is no part of it"
    elif kind.group in _GROUPS:
        group = f"group `{kind.group}`" if kind.group else "core group"
        problem = f"the {group} stores no such resource"
    elif "." not in kind.group:  # that of a CustomResourceDefinition has one
        problem = "Kubernetes has no such group"
    else:
        return None
    return Unencryptable(problem, _mend(kind), is_refused=False)


def _is_of_version(group: str) -> bool:
    """Whether a version stands before a built-in group, as in `v1.apps`."""
    version, _, rest = group.partition(".")
    return rest in _GROUPS and _VERSION.fullmatch(version) is not None


def _mend(kind: Kind) -> str:
    group = kind.group.partition(".")[2] if _is_of_version(kind.group) else kind.group
    if kind.resource == "*":
        return f'write `"*.{group}"`' if group in _GROUPS else 'write `"*."` for the core group'
    meant = _meant(Kind(group, kind.resource))
    return f"write `{meant}`" if meant else "write it as `kubectl api-resources -o name` does"


def _meant(kind: Kind) -> Kind | None:
    """The built-in resource that a singular, another group or a slip of the pen is meant for."""
    if "." in kind.group and kind.group not in _GROUPS:
        return None
    near = [one for one in sorted(BUILTIN) if one.group == kind.group]
    names = tuple(_plurals(kind.resource))
    for known in (near, sorted(BUILTIN)):
        found = next((one for name in names for one in known if one.resource == name), None)
        if found:
            return found
    return _alike(kind.resource, near)


def _plurals(name: str) -> Iterator[str]:
    yield from (name, f"{name}s", f"{name}es")
    if name.endswith("y"):
        yield f"{name[:-1]}ies"


def _alike(name: str, known: list[Kind]) -> Kind | None:
    from difflib import get_close_matches

    by_name = {one.resource: one for one in known}
    near = get_close_matches(name, by_name, n=1, cutoff=0.8)
    return by_name[near[0]] if near else None
