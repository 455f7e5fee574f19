"""The whole objects that an overlay's files come to on its base, as far as they can be read."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from secretkit.emit import json_patch
from secretkit.emit.overlay import CHANGES
from secretkit.merge import merged
from secretkit.ownership.content import Content, parsed

Read: TypeAlias = Callable[
    [str], bytes | None
]  # of a path below the folder; None: nothing is there

_NOTHING = Content("", ())


def object_of(path: str) -> tuple[str, str]:
    """The app, and the name of the object's file in the base, of a path in an overlay."""
    app, _, rest = path.partition("/")
    return app, rest.removeprefix(f"{CHANGES}/")


def whole(app: str, name: str, overlay: Read, base: Read) -> Content | None:
    """The object; empty where the overlay has none, None where that cannot be told."""
    own = overlay(f"{app}/{name}")
    if own is not None:
        return parsed(own, name)
    under, change = base(f"{app}/{name}"), overlay(f"{app}/{CHANGES}/{name}")
    if under is None or overlay(f"{app}/kustomization.yaml") is None:
        return _NOTHING
    found = parsed(under, name)
    if change is None or found is None:
        return found
    patch = parsed(change, name)
    if patch is None or len(patch.documents) != 1 or len(found.documents) != 1:
        return None
    try:
        made = tuple(_changed(found.documents[0], patch.documents[0]))
    except (AttributeError, KeyError, TypeError, ValueError):  # somebody edited it
        return None
    return Content(found.text, made) if made else _NOTHING


def _changed(body: dict[str, Any], patch: Any) -> Iterator[dict[str, Any]]:
    if isinstance(patch, list):
        yield json_patch.applied(patch, body)
    elif patch.get("$patch") != "delete":
        yield merged(body, patch)
