"""One file per kind of ESO generator. The folder is the registry: a file is a kind in lower case."""

import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

from secretkit.fragment import Fragment

Settings: TypeAlias = Mapping[str, Any]


class Generator(NamedTuple):
    """A generator kind of `generators.external-secrets.io/v1alpha1`."""

    kind: str  # `Password`, `SSHKey`, …
    title: str
    schema: Fragment  # its spec
    keys: Callable[[Settings], tuple[str, ...] | None]
    # spec -> names of the keys it makes, sorted; None where they cannot be known beforehand
    makes_tokens: bool  # each value ends by itself, so a refresh is needed
    since: str | None  # Feature that the whole kind needs, by name, or None
    example: str  # its spec in YAML


@cache
def kinds() -> dict[str, str]:
    """Kind -> module name, for every generator, sorted by kind."""
    modules = [module.name for module in pkgutil.iter_modules(__path__)]
    return dict(sorted((get_module(name).kind, name) for name in modules))


def since() -> dict[str, str]:
    """Kind that a generatorRef may name -> name of the Feature it needs; others are in all releases."""
    found = {kind: get(kind).since for kind in kinds()}
    return {"ClusterGenerator": "CLUSTER_GENERATOR"} | {
        kind: feature for kind, feature in found.items() if feature
    }


def get_module(name: str) -> Generator:
    generator: Generator = import_module(f"{__name__}.{name}").GENERATOR
    return generator


def get(kind: str) -> Generator:
    """The generator of a kind; raises ModuleNotFoundError where there is none."""
    return get_module(kind.lower())
