"""Rules: a file each, in a folder per family; the folders are the registry.

A file `skNNN_slug.py` holds `RULE`. A family's `__init__.py` says `applies(app)`, so that an app
without its subject never loads its rules. Rules are pure: no files, no clock, no environment.
"""

import marshal
import pkgutil
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, TypeAlias

from secretkit.finding import Code, Finding
from secretkit.model.app import App
from secretkit.objects import Object
from secretkit.spool import Spool
from secretkit.text import Mark


class Fact(NamedTuple):
    """What one app says that another may contradict: facts of one key are judged together."""

    key: tuple[str, ...]
    mark: Mark
    app: str
    namespace: str


Group: TypeAlias = Sequence[Fact]


class Packed(NamedTuple):
    """A fact as texts, the code of its rule with it: many of them are held, and few looked into."""

    code: str
    key: str
    rest: str

    @classmethod
    def of(cls, code: str, fact: Fact) -> "Packed":
        steps = (step if isinstance(step, str) else f"\0{step}" for step in fact.mark.path)
        rest = (fact.app, fact.namespace, fact.mark.source, fact.mark.on, *steps)
        return cls(code, _joined(fact.key), _joined(rest))

    @property
    def fact(self) -> Fact:
        app, namespace, source, on, *steps = self.rest.split(_BETWEEN)
        path = (int(step[1:]) if step.startswith("\0") else step for step in steps)
        return Fact(tuple(self.key.split(_BETWEEN)), Mark(source, tuple(path), on), app, namespace)


_BETWEEN = "\x01"  # no name holds it, and none a NUL


def _joined(texts: Iterable[str]) -> str:
    return _BETWEEN.join(text.replace(_BETWEEN, "\N{REPLACEMENT CHARACTER}") for text in texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Code):
    """A code and what finds it: `find` in one app, or `gather` and `judge` among all apps.

    `gather` gives the small facts of one app and its objects; they stay while the app goes.
    `judge` gets the groups of facts that share a key, each of two or more, in the order of files.
    """

    find: Callable[[App], Iterator[Finding]] | None = None
    gather: Callable[[App, Sequence[Object]], Iterator[Fact]] | None = None
    judge: Callable[[Iterable[Group]], Iterator[Finding]] | None = None


_AT_ONCE = 50_000  # hashes in a set

FLEET = ("_objects", "_fleet")  # families whose rules speak of all apps together


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


class Fleet:
    """The facts of all apps of a run, and what they contradict: in memory is a hash of each alone."""

    def __init__(self) -> None:
        self._rules = {
            rule.code: rule
            for family in families()
            if family.endswith(FLEET)
            for rule in (load(family, module) for module in modules(family))
            if rule.gather
        }
        self._facts = Spool()
        self._hashes = array("q")

    def gather(self, app: App, objects: Sequence[Object]) -> Iterator[Packed]:
        """The facts of one app."""
        for code, rule in self._rules.items():
            if rule.gather:
                yield from (Packed.of(code, fact) for fact in rule.gather(app, objects))

    def add(self, facts: Iterable[Packed]) -> None:
        rows = [(code, key, rest) for code, key, rest in facts]
        self._hashes.extend(hash((code, key)) for code, key, _ in rows)
        self._facts.put(marshal.dumps(rows))

    def findings(self) -> Iterator[Finding]:
        """All that the apps contradict each other in."""
        groups = self._groups()
        for code, rule in self._rules.items():
            found = [group for group in groups.get(code, {}).values() if len(group) > 1]
            if found and rule.judge:
                yield from rule.judge(found)

    def _groups(self) -> dict[str, dict[str, list[Fact]]]:
        """The facts whose hash is another's too, by code and key, in the order of files."""
        groups: dict[str, dict[str, list[Fact]]] = {}
        repeated = self._repeated()
        if not repeated:
            return groups
        for record in self._facts:
            for code, key, rest in marshal.loads(record):
                if hash((code, key)) in repeated:
                    group = groups.setdefault(code, {}).setdefault(key, [])
                    group.append(Packed(code, key, rest).fact)
        return groups

    def _repeated(self) -> set[int]:
        """The hashes that occur twice, looked for in a part of them after the other."""
        repeated: set[int] = set()
        parts = 1 + len(self._hashes) // _AT_ONCE
        for part in range(parts):
            seen: set[int] = set()
            for one in self._hashes:
                if one % parts == part:
                    (repeated if one in seen else seen).add(one)
        return repeated
