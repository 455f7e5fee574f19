"""An app to its objects: one file per emitted kind, each with `objects(app)`; the folder is the registry.

Total: an app that passed the rules compiles.
"""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from secretkit.model.app import App
from secretkit.objects import Object


def compile_app(app: App) -> Iterator[Object]:
    """Every object of the app, workload patches included, in no particular order."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        objects = getattr(import_module(f"{__name__}.{module}"), "objects", None)
        if objects:
            yield from objects(app)
