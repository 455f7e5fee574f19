"""An app to its objects: one file per emitted kind, each with `objects(app)`; the folder is the registry.

Total: an app that passed the rules compiles.
"""

import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module

from secretkit.model.app import App
from secretkit.objects import Object


def compile_app(app: App) -> Iterator[Object]:
    """Every object of the app, workload patches included, in no particular order."""
    for objects in _makers():
        yield from objects(app)


@cache
def _makers() -> tuple[Callable[[App], Iterator[Object]], ...]:
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    found = (getattr(import_module(f"{__name__}.{name}"), "objects", None) for name in names)
    return tuple(objects for objects in found if objects)
