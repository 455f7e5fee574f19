"""A new section of encryption put into the file that declares it, which keeps the rest of its bytes."""

from collections.abc import Mapping
from typing import Any

from secretkit.encryption import faults
from secretkit.encryption.declared import Declared
from secretkit.encryption.states import Section
from secretkit.finding import Rejected
from secretkit.merge import merged
from secretkit.rewriting import Layout, assigned, exchanged, nulled
from secretkit.text import Path, Place, has

_BLOCK = ("provider", "kms", "keys")


def section(found: Declared) -> Section:
    """The section as the environment has it."""
    return dict(found.spec.tree.value["spec"].get("encryption") or {})


def edited(found: Declared, new: Section | None) -> str:
    """The text of the file with another section; raises Rejected where its layout is too odd."""
    text, at = found.own.source.text, _path(found)
    old, wanted = _own(found, at), new
    if found.environment:
        wanted = _patch(found, new)
    is_null = new is None and _inherits(found)
    try:
        if is_null:
            return nulled(text, at)
        if old and wanted:
            text = _moved(text, at, old, wanted)
        return assigned(text, at, wanted) if wanted or has(found.own.value, at) else text
    except Layout:
        place = found.spec / "encryption" if old else found.spec
        shown = "encryption: null" if is_null else _shown(wanted)
        raise Rejected([faults.LAYOUT.at(place, section=shown)]) from None


def _inherits(found: Declared) -> bool:
    """Whether it is an environment that would have the base's section if it said nothing."""
    base = (found.own.value.get("spec") or {}).get("encryption")
    return found.environment is not None and base is not None


def _path(found: Declared) -> Path:
    if not found.environment:
        return ("spec", "encryption")
    is_app = found.own.value.get("kind") == "AppSecrets"
    inside: Path = ("spec",) if is_app else ()
    return ("spec", "environments", found.environment, *inside, "encryption")


def _own(found: Declared, path: Path) -> Any:
    """What the file has there by itself."""
    value: Any = found.own.value
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _patch(found: Declared, new: Section | None) -> Any:
    """What an environment must say, so that its section is `new`; None where it need say nothing."""
    base = (found.own.value.get("spec") or {}).get("encryption")
    if new is None or base is None:
        return new
    own = _own(found, _path(found)) or {}
    patch = _difference(base, new, own)
    assert merged(base, patch) == new
    return patch or None


def _difference(base: Mapping[str, Any], new: Mapping[str, Any], own: Mapping[str, Any]) -> Section:
    """The merge patch from base to new; what the file repeats already it goes on repeating."""
    found: Section = {}
    for key, value in new.items():
        before = base.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            inner = own.get(key)
            part = _difference(before, value, inner if isinstance(inner, dict) else {})
            if part:
                found[key] = part
        elif key not in base or before != value or key in own:
            found[key] = value
    return {**found, **{key: None for key in base if key not in new}}


def _moved(text: str, path: Path, old: Any, new: Any) -> str:
    """The text with the two blocks exchanged, where the step does that: comments go with their keys."""
    for come, go in (("moveTo", "moveFrom"), ("moveFrom", "moveTo")):
        if old.get(come) and "provider" in old and new.get(go) and not new.get(come):
            return exchanged(text, path, _BLOCK, come, go)
    return text


def _shown(wanted: Any) -> str:
    from secretkit.emit.yaml import flow

    return f"encryption: {flow(wanted)}" if wanted else "no `encryption`"


def place_of(found: Declared) -> Place:
    """Where the section stands, or would."""
    return found.spec / "encryption" if found.encryption else found.spec
