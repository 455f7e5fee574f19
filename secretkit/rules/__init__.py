"""Rules: a file each, in a folder per family; the folders are the registry.

A file `skNNN_slug.py` holds `RULE`. A family's `__init__.py` says `applies(app)`, so that an app
without its subject never loads its rules. Rules are pure: no files, no clock, no environment.
"""

import json
import marshal
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from struct import unpack
from typing import NamedTuple, TypeAlias
from zlib import crc32

from secretkit.finding import Code, Finding
from secretkit.model.app import App
from secretkit.objects import Object
from secretkit.sorting import Numbers
from secretkit.spool import Spool
from secretkit.text import Mark


class Fact(NamedTuple):
    """What one app says that another may contradict: facts of one key are judged together."""

    key: tuple[str, ...]
    mark: Mark
    app: str
    namespace: str


Group: TypeAlias = Sequence[Fact]


class Facts(NamedTuple):
    """The facts of one app as text: many of them are held, and few looked into."""

    sums: bytes  # of each fact a checksum of its rule's code and its key, four bytes long
    text: str  # JSON

    @classmethod
    def of(cls, facts: Iterable[tuple[str, Fact]]) -> "Facts":
        """The facts, each with the code of its rule."""
        sums, rows = b"", []
        for code, (key, mark, *app) in facts:
            sums += crc32("\0".join((code, *key)).encode(errors="surrogatepass")).to_bytes(4, "big")
            rows.append([code, key, mark, *app])
        return cls(sums, json.dumps(rows, separators=(",", ":")))

    @property
    def numbers(self) -> tuple[int, ...]:
        """The checksums."""
        return unpack(f">{len(self.sums) // 4}I", self.sums)

    @property
    def by_rule(self) -> Iterator[tuple[str, Fact]]:
        """The facts, each with the code of its rule."""
        for code, key, (source, path, on), app, namespace in json.loads(self.text):
            yield code, Fact(tuple(key), Mark(source, tuple(path), on), app, namespace)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Code):
    """A code and what finds it: `find` in one app, or `gather` and `judge` among all apps.

    `gather` gives the small facts of one app and its objects; they stay while the app goes.
    `judge` gets the groups of facts that share a key, each of two or more, in the order of files.
    """

    find: Callable[[App], Iterator[Finding]] | None = None
    gather: Callable[[App, Sequence[Object]], Iterator[Fact]] | None = None
    judge: Callable[[Iterable[Group]], Iterator[Finding]] | None = None


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
    """The facts of all apps of a run, and what they contradict; hardly any of them are in memory."""

    def __init__(self) -> None:
        self._rules = {
            rule.code: rule
            for family in families()
            if family.endswith(FLEET)
            for rule in (load(family, module) for module in modules(family))
            if rule.gather
        }
        self._facts = Spool()
        self._numbers = Numbers()

    def gather(self, app: App, objects: Sequence[Object]) -> Facts:
        """The facts of one app."""
        return Facts.of(
            (code, fact)
            for code, rule in self._rules.items()
            if rule.gather
            for fact in rule.gather(app, objects)
        )

    def add(self, facts: Facts) -> None:
        self._numbers.add(facts.numbers)
        self._facts.put(marshal.dumps(tuple(facts)))

    def findings(self) -> Iterator[Finding]:
        """All that the apps contradict each other in."""
        groups = self._groups()
        for code, rule in self._rules.items():
            found = [group for group in groups.get(code, {}).values() if len(group) > 1]
            if found and rule.judge:
                yield from rule.judge(found)

    def _groups(self) -> dict[str, dict[tuple[str, ...], list[Fact]]]:
        """The facts whose checksum is another's too, by code and key, in the order of files."""
        groups: dict[str, dict[tuple[str, ...], list[Fact]]] = {}
        repeated = self._numbers.repeated()
        if not repeated:
            return groups
        for record in self._facts:
            facts = Facts(*marshal.loads(record))
            if repeated.isdisjoint(facts.numbers):
                continue
            for number, (code, fact) in zip(facts.numbers, facts.by_rule, strict=True):
                if number in repeated:
                    groups.setdefault(code, {}).setdefault(fact.key, []).append(fact)
        return groups
