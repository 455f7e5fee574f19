"""Rules: a file each, in a folder per family; the folders are the registry.

A file `skNNN_slug.py` holds `RULE`. A family's `__init__.py` says `applies(app)`, so that an app
without its subject never loads its rules. Rules are pure: no files, no clock, no environment.
"""

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
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


@cache
def families() -> tuple[str, ...]:
    """The families, sorted: `sk1_names`, …"""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@cache
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


def judge(app: App, only: str | None = None) -> Iterator[Finding]:
    """All findings of all rules that speak of one app; `only` names one family."""
    for family in (only,) if only else families():
        applies, finders = _finders(family)
        if applies(app):
            for find in finders():
                yield from find(app)


@cache
def _finders(
    family: str,
) -> tuple[Callable[[App], bool], Callable[[], tuple[Callable[[App], Iterator[Finding]], ...]]]:
    """What says whether a family applies, and what loads its rules once it does."""

    @cache
    def finders() -> tuple[Callable[[App], Iterator[Finding]], ...]:
        rules = (load(family, module) for module in modules(family))
        return tuple(rule.find for rule in rules if rule.find)

    applies: Callable[[App], bool] = import_module(f"{__name__}.{family}").applies
    return applies, finders


def judge_among(objects: Iterable[Object]) -> Iterator[Finding]:
    """All findings of rules that speak of objects, whichever app they come from."""
    known = tuple(objects)
    for module in modules("sk6_objects"):
        rule = load("sk6_objects", module)
        if rule.find_among:
            yield from rule.find_among(known)
