"""A text whose keys are taken out before a finding can show a line of it."""

import re
from typing import Any, NamedTuple

from secretkit.load.positions import DOTS
from secretkit.names import is_subdomain
from secretkit.text import Source

# All else may hold a key's bytes, since a field's name may be misspelled.
_SHOWN = frozenset({"apiVersion", "kind", "timeout", "cachesize"})
_NAMES = frozenset({"name", "resources[]"})
_BEFORE = re.compile(
    r"(?:[&!]\S*\s+)*"
)  # an anchor or a tag, without which the rest would not parse
_COMMENT = re.compile(r"(^|\s)#.*")
_SHORT = 20  # characters; a key of 16 bytes has 22 in base64, without its padding


class _Piece(NamedTuple):
    """Columns of one row, to its end where `last` is None; `is_more` where its scalar began above."""

    first: int
    last: int | None
    hidden: bool
    is_more: bool = False


def masked(source: Source) -> Source:
    """The same rows and fields with dots for what may be a key's bytes, and without comments.

    A text that does not parse becomes an empty one: what is a key in it cannot be told.
    """
    import yaml

    try:
        root = yaml.compose(source.text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return Source(source.name, "")
    pieces = _pieces(root)
    rows = source.text.split("\n")
    return Source(
        source.name, "\n".join(_row(row, pieces.get(at, [])) for at, row in enumerate(rows))
    )


def outline(value: Any) -> Any:
    """The value without its scalars: enough to find a place in it."""
    if isinstance(value, dict):
        return {
            name: outline(below) for name, below in value.items() if called(name) == f"`{name}`"
        }
    return [outline(item) for item in value] if isinstance(value, list) else None


def called(name: str) -> str:
    """A name as findings show it: one that may be a key's bytes in the wrong field is dotted out."""
    if not name:
        return "without a name"
    is_short = len(name) < _SHORT and name.isprintable()
    is_known = is_short or is_subdomain(name.removeprefix("*."))
    return f"`{name}`" if is_known else f"`{DOTS}`"


def _row(row: str, pieces: list[_Piece]) -> str:
    end = max((len(row) if piece.last is None else piece.last for piece in pieces), default=0)
    row = row[:end] + _COMMENT.sub("", row[end:]).rstrip()
    for piece in sorted((one for one in pieces if one.hidden), key=lambda one: -one.first):
        last = len(row) if piece.last is None else piece.last
        before = _BEFORE.match(row[piece.first : last])
        dots = " " * (last - piece.first) if piece.is_more else (before[0] if before else "") + DOTS
        row = row[: piece.first] + dots + row[last:]
    return row


def _pieces(root: Any) -> dict[int, list[_Piece]]:
    """Row -> what stands there. A node is seen once for each way in which it is used."""
    shown: dict[int, bool] = {}
    nodes: dict[int, Any] = {}
    pending: list[tuple[Any, str, bool]] = [(root, "", False)] if root else []
    seen: set[tuple[int, str, bool]] = set()
    while pending:
        node, key, is_key = pending.pop()
        if (id(node), key, is_key) in seen:
            continue
        seen.add((id(node), key, is_key))
        if isinstance(node.value, str):
            nodes[id(node)] = node
            may = _may_show(node.value, key, is_key)
            shown[id(node)] = shown.get(id(node), True) and may
        elif node.id == "sequence":
            pending += [(item, f"{key}[]", False) for item in node.value]
        else:
            pending += [(name, "", True) for name, _ in node.value]
            pending += [(value, _named(name), False) for name, value in node.value]
    found: dict[int, list[_Piece]] = {}
    for node in nodes.values():
        for row, piece in _rows(node, hidden=not shown[id(node)]):
            found.setdefault(row, []).append(piece)
    return found


def _named(name: Any) -> str:
    return name.value if isinstance(name.value, str) else ""


def _may_show(text: str, key: str, is_key: bool) -> bool:
    if key == "endpoint":
        return "://" in text
    is_name = is_key or key in _NAMES
    return key in _SHOWN or (is_name and called(text) == f"`{text}`")


def _rows(node: Any, *, hidden: bool) -> list[tuple[int, _Piece]]:
    """A scalar's columns, row by row."""
    start, end = node.start_mark, node.end_mark
    if start.line == end.line:
        return [(start.line, _Piece(start.column, end.column, hidden))]
    found = [(start.line, _Piece(start.column, None, hidden))]
    found += [
        (row, _Piece(0, None, hidden, is_more=True)) for row in range(start.line + 1, end.line)
    ]
    return [*found, (end.line, _Piece(0, end.column, hidden, is_more=True))]
