"""Rules: a file each, in a folder per family; the folders are the registry.

A file `skNNN_slug.py` holds `RULE`. A family's `__init__.py` says `applies(app)`, so that an app
without its subject never loads its rules. Rules are pure: no files, no clock, no environment.
"""

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from secretkit.finding import Code, Finding
from secretkit.model.app import App
from secretkit.objects import Object


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Code):
    """A code and the function that finds it: in one app, or among the objects of all apps."""

    find: Callable[[App], Iterator[Finding]] | None = None
    find_among: Callable[[Iterable[Object]], Iterator[Finding]] | None = None


def families() -> tuple[str, ...]:
    """The families, sorted: `sk1_names`, …"""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def modules(family: str) -> tuple[str, ...]:
    """The rule files of a family, sorted: `sk204_lease_read_twice`, …"""
    folder = str(Path(__file__).parent / family)
    return tuple(sorted(module.name for module in pkgutil.iter_modules([folder])))


def load(family: str, module: str) -> Rule:
    rule: Rule = import_module(f"{__name__}.{family}.{module}").RULE
    return rule


def all_rules() -> Iterator[Rule]:
    """Every rule, by code."""
    for family in families():
        for module in modules(family):
            yield load(family, module)


def judge(app: App) -> Iterator[Finding]:
    """All findings of all rules that speak of one app."""
    for family in families():
        if not import_module(f"{__name__}.{family}").applies(app):
            continue
        for module in modules(family):
            rule = load(family, module)
            if rule.find:
                yield from rule.find(app)


def judge_among(objects: Iterable[Object]) -> Iterator[Finding]:
    """All findings of rules that speak of objects, whichever app they come from."""
    known = tuple(objects)
    for module in modules("sk6_objects"):
        rule = load("sk6_objects", module)
        if rule.find_among:
            yield from rule.find_among(known)
