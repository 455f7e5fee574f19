"""Kinds of places where values hide, a file each; the folder is the registry.

A file holds `PLACE`: what it sees in an object (`find`), and what in a file as a whole (`read`). It
claims what is its own, so that the judgement of any other field is not asked for there.
"""

import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import NamedTuple

from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import Seen


class Place(NamedTuple):
    """`find` sees in a document or an object, `read` in a file by its name."""

    find: Callable[[Thing, File], Iterator[Seen]] | None = None
    read: Callable[[File], Iterator[Seen]] | None = None


def names() -> tuple[str, ...]:
    """All places, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@cache
def all_places() -> tuple[Place, ...]:
    return tuple(import_module(f"{__name__}.{name}").PLACE for name in names())
