"""One file per short form of a store. The folder is the registry: the file's name is the key."""

import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

from secretkit.fragment import Fragment

Settings: TypeAlias = Mapping[str, Any]


class Backend(NamedTuple):
    """A short form. `provider` turns its settings into ESO's provider object."""

    name: str  # the short form: `aws`
    provider_key: str  # the key under ESO's `spec.provider`: `aws`, `gcpsm`, `azurekv`
    title: str
    schema: Fragment  # ESO's own fields plus the shortcuts
    provider: Callable[[Settings, Settings | None], dict[str, Any]]
    # (settings less `serviceAccount`, reference to the account as ESO wants it) -> provider object
    shortcuts: tuple[str, ...]  # fields of ours
    excludes: tuple[str, ...]  # ESO's fields that a shortcut stands for: both is an error
    identity: str | None  # annotation on a ServiceAccount for `serviceAccount.identity`
    example: str  # a store in YAML, as under `spec.stores.NAME`


@cache
def names() -> tuple[str, ...]:
    """The short forms, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def get(name: str) -> Backend:
    """The backend of a short form; raises ModuleNotFoundError where there is none."""
    backend: Backend = import_module(f"{__name__}.{name}").BACKEND
    return backend


def of_provider(key: str | None) -> Backend | None:
    """The backend whose provider has this key under ESO's `spec.provider`, if one has."""
    return next((one for one in map(get, names()) if one.provider_key == key), None)
