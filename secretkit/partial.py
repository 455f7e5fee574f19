"""What is right of a tree that is wrong in part, so that one run shows the findings of all stations.

A station that finds something stops the ones behind it. So what it found is taken out, and the rest
is judged again; of that only findings count that would stand without the gap too.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from secretkit.finding import Finding, closest
from secretkit.model.app import App
from secretkit.text import Layer, Path, Place, Span, Tree, get, has

_MOST_ROUNDS = 8
_WORD = re.compile(r"[A-Za-z0-9_-]+")
_OF_A_NAME = ("SK201", "SK301")  # of one text alone, whatever stands beside it
_DEPTH = 3  # of `spec.secrets.db`

_NAMES = ("name", "namespace")
# Without these no name that the rest uses would be known.
_ALL_NAMES = (("spec",), ("spec", "stores"), ("spec", "secrets"))
# What is named elsewhere stays, as one of which nothing is known.
_STAND_INS: dict[Path, dict[str, Any]] = {
    ("spec", "stores"): {"ref": {"kind": "ClusterSecretStore", "name": "unknown"}},
    ("spec", "secrets"): {"existing": True},
}


class Attempt(NamedTuple):
    """What came of a tree: no app where a station stopped."""

    app: App | None
    findings: list[Finding]


def judged(
    tree: Tree, first: Attempt, attempt: Callable[[Tree], Attempt], before: Iterable[Finding]
) -> Attempt:
    """The first attempt, and where it stopped the findings on what is right besides.

    `before` is what is wrong with the text itself: no other finding on the lines of these is added.
    """
    found = [*before, *_elsewhere(first.findings, before)]
    gaps = _Gaps(tree)
    last = first
    for _ in range(_MOST_ROUNDS):
        if last.app is not None or not gaps.cut(last.findings):
            break
        last = attempt(gaps.tree)
        found += _elsewhere((one for one in last.findings if gaps.leave(one)), before)
    return Attempt(None, found)


def _elsewhere(findings: Iterable[Finding], before: Iterable[Finding]) -> list[Finding]:
    """The findings on texts of which nothing is said yet."""
    spans = [one.place for one in before if isinstance(one.place, Span)]
    if not spans:
        return list(findings)
    from secretkit.load.positions import Positions

    positions = Positions()
    return [
        one
        for one in findings
        if not any(_overlap(positions.span(one.place), span) for span in spans)
    ]


def _overlap(one: Span, other: Span) -> bool:
    return (one.line, one.column) < (other.end_line, other.end_column) and (
        other.line, other.column
    ) < (one.end_line, one.end_column)  # fmt: skip


class _Gaps:
    """A tree from which more and more is taken out."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._touched: set[Path] = set()
        self._names: set[str] = set()

    def cut(self, findings: Iterable[Finding]) -> bool:
        """Takes out where the findings stand; whether that was possible, and something was."""
        value, source = self.tree.value, self.tree.source
        for finding in findings:
            if finding.severity != "error":
                continue
            if not isinstance(finding.place, Place):
                return False
            where, path = finding.place.tree.origin(finding.place.path)
            if where.name != source.name:
                return False  # the platform's file
            while path and isinstance(path[-1], int):  # the numbers of its neighbours stay
                path = path[:-1]
            if path[:1] == ("metadata",) and (
                path[1:] in ((), ("name",), ("namespace",)) or _is_near(finding, path, _NAMES)
            ):
                value = _named(_put(value, path, None) if finding.code == "SK010" else value)
                if value is None:
                    return False
                self._names |= {value["metadata"]["name"], value["metadata"]["namespace"]}
            elif path in _ALL_NAMES or path == () or _is_misspelt(finding, path):
                return False
            elif has(value, path):
                self._remember(path)
                # A name that cannot be goes whole; no stand-in could bear it.
                goes = finding.code == "SK017"
                value = _put(value, path, None) if goes else _without(value, path)
        changed: bool = value != self.tree.value
        self.tree = Tree(value, (Layer(source, (), value),))
        return changed

    def _remember(self, path: Path) -> None:
        self._touched.add(_element(path))
        self._names |= {step for step in path[2:] if isinstance(step, str)}

    def leave(self, finding: Finding) -> bool:
        """Whether a finding speaks of what is there, and of nothing that was taken out."""
        message = finding.message.partition(", did you mean")[0]
        words = set(_WORD.findall(message))
        if not isinstance(finding.place, Place) or any(
            name in words or f"`{name}`" in message for name in self._names
        ):
            return False
        _, path = finding.place.tree.origin(finding.place.path)
        if _element(path) in self._touched:
            return finding.code in _OF_A_NAME
        return finding.severity == "error" or isinstance(get(self.tree.value, path), str)


def _is_misspelt(finding: Finding, path: Path) -> bool:
    """Whether an unknown section is one that the rest names things of."""
    return path[:1] == ("spec",) and _is_near(finding, path, ("stores", "secrets"))


def _is_near(finding: Finding, path: Path, names: Sequence[str]) -> bool:
    is_unknown = finding.code == "SK010" and len(path) == _DEPTH - 1
    return is_unknown and bool(closest(str(path[-1]), names))


def _element(path: Path) -> Path:
    """What a gap makes doubtful as a whole."""
    return path[: _DEPTH - 1] if path[1:2] in (("audit",), ("encryption",)) else path[:_DEPTH]


def _named(value: Any) -> Any:
    """The file with a name and a namespace that pass, or None where it has no metadata."""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    if not isinstance(metadata, dict):
        return None
    names = {field: _name(metadata.get(field)) for field in ("name", "namespace")}
    return {**value, "metadata": {**metadata, **names}}


def _name(text: Any) -> str:
    plain = (
        re.sub(r"[^a-z0-9-]+", "-", text.lower()).strip("-")[:40] if isinstance(text, str) else ""
    )
    return plain if plain[:1].isalpha() else f"an-app-{plain}".strip("-")


def _without(value: Any, path: Path) -> Any:
    """The value without what stands at the path, or with one that passes where others may name it."""
    if len(path) == _DEPTH and path[:2] in _STAND_INS:
        return _put(value, path, _STAND_INS[path[:2]])
    return _put(value, path, None)


def _put(value: Any, path: Path, item: Any) -> Any:
    """The value with an item at the path; None takes out what stands there."""
    if not path:
        return item
    step, rest = path[0], path[1:]
    if isinstance(value, list):
        return [_put(old, rest, item) if at == step else old for at, old in enumerate(value)]
    if not rest and item is None:
        return {key: old for key, old in value.items() if key != step}
    return {**value, step: _put(value[step], rest, item)}
