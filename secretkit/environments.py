"""Findings of the base and of every environment together: each once, with where it holds."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from secretkit.finding import Finding, Where

# What makes two findings one: code, message and place.
_Same: TypeAlias = tuple[str, str, Where]


def told(
    base: Iterable[Finding], others: Iterable[tuple[str, Iterable[Finding]]]
) -> Iterator[Finding]:
    """The base's findings, and those of environments alone with the names of these."""
    known = {_same(one): one for one in base}
    yield from known.values()
    found: dict[_Same, tuple[Finding, list[str]]] = {}
    for name, findings in others:
        for key, one in {_same(one): one for one in findings}.items():
            if key not in known:
                found.setdefault(key, (one, []))[1].append(name)
    for one, names in found.values():
        where = ", ".join(f"`{name}`" for name in names)
        yield one._replace(message=f"{one.message} (in {where})")


def _same(finding: Finding) -> _Same:
    return finding.code, finding.message, finding.without_trees.place
