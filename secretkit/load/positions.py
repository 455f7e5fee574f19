"""Places to spans and excerpts: asked for only where a finding is shown."""

import re
from collections.abc import Callable, Container
from typing import Any, NamedTuple

from secretkit.load import HIDDEN_BELOW, MOST_DEPTH, VALUES_BELOW
from secretkit.load.shapes import ANY, Shape, shape_of
from secretkit.looks import look
from secretkit.text import Excerpt, Mark, Path, Place, Source, Span

DOTS = "........"
_WIDEST = 160


class Positions:
    """Spans of places. Holds the composed tree of each source, so that it is parsed but once."""

    def __init__(self, read: Callable[[str], Source] | None = None) -> None:
        """`read` gives the text of a file by its name, for places whose tree is gone."""
        self._read = read
        self._roots: dict[Source, Any] = {}
        self._scalars: dict[Source, dict[int, list[_Scalar]]] = {}

    def span(self, place: Place | Span | Mark) -> Span:
        """Where a place stands; a value that nobody wrote stands where its nearest parent does."""
        if isinstance(place, Span):
            return place
        if isinstance(place, Mark):
            source = self._read(place.source) if self._read else Source(place.source, "")
            return self._find(source, place.path, place.on == "key")
        source, path = place.tree.origin(place.path)
        exact = len(path) >= len(place.path)
        on_key = place.on == "key" and exact
        return self._find(source, path, on_key or not exact)

    def excerpt(self, span: Span) -> Excerpt:
        """The first line of a span as it may be shown: values in the clear dotted out, and not long."""
        rows = span.source.text.split("\n")
        row = rows[span.line - 1] if span.line <= len(rows) else ""
        start = min(span.column - 1, len(row))
        end = len(row) if span.end_line > span.line else min(span.end_column - 1, len(row))
        root = self._root(span.source)
        if root is None:  # it does not parse, so what is a value cannot be told
            key, colon, _ = row.partition(":")
            row = key + colon if colon else ""
            return _clipped(row, start, max(end, start + 1))
        if span.source not in self._scalars:
            self._scalars[span.source] = _scalars(root)
        scalars = self._scalars[span.source].get(span.line - 1, [])
        for first, last in _to_hide(row, scalars):
            row = row[:first] + DOTS + row[last:]
            start = _moved(start, first, last, first)
            end = _moved(end, first, last, first + len(DOTS))
        return _clipped(row, start, max(end, start + 1))

    def raw(self, place: Place) -> str | None:
        """The text of a scalar as it was written, without its quotes."""
        source, path = place.tree.origin(place.path)
        node, _ = _walk(self._root(source), path)
        value = getattr(node, "value", None)
        return value if isinstance(value, str) else None

    def _find(self, source: Source, path: Path, on_key: bool) -> Span:
        node, key = _walk(self._root(source), path)
        if node is None:
            return Span(source, 1, 1, 1, 1)
        if on_key and key is not None:
            node = key
        start, end = node.start_mark, node.end_mark
        line, column = start.line + 1, start.column + 1
        if end.line != start.line:  # a collection or a block text: its first line stands for it
            rows = source.text.split("\n")
            row = rows[min(start.line, len(rows) - 1)].rstrip()
            return Span(source, line, column, line, max(len(row) + 1, column + 1))
        return Span(source, line, column, end.line + 1, max(end.column + 1, column + 1))

    def _root(self, source: Source) -> Any:
        import yaml

        if source not in self._roots:
            try:
                text = source.text if _is_shallow(source.text) else ""
                self._roots[source] = yaml.compose(text, Loader=yaml.CSafeLoader)
            except yaml.YAMLError:
                self._roots[source] = None
        return self._roots[source]


def _walk(node: Any, path: Path) -> tuple[Any, Any]:
    """The node at a path and the node of its key; the nearest parent where there is none."""
    key = None
    for step in path:
        if node is None or isinstance(node.value, str):
            break
        if isinstance(step, int):
            if not isinstance(node.value, list) or step >= len(node.value):
                break
            node, key = node.value[step], None
            continue
        for name, value in reversed(node.value) if node.id == "mapping" else ():
            if name.value == step:
                node, key = value, name
                break
        else:
            break
    return node, key


def _moved(column: int, first: int, last: int, inside: int) -> int:
    """Where a column stands once the text from `first` to `last` has become dots."""
    if column >= last:
        return column + len(DOTS) - (last - first)
    return inside if column > first else column


def _clipped(row: str, start: int, end: int) -> Excerpt:
    """The part of a long row around what is meant."""
    if len(row) <= _WIDEST:
        return Excerpt(row, start, end)
    first = max(0, start - _WIDEST // 3)
    left = "…" if first else ""
    right = "…" if first + _WIDEST < len(row) else ""
    shift = len(left) - first
    text = left + row[first : first + _WIDEST] + right
    return Excerpt(text, start + shift, min(end + shift, len(text) - len(right)))


def _is_shallow(text: str) -> bool:
    """Whether composing is safe: libyaml's composer calls itself in C, until the stack ends."""
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_DEPTH:
            return False
    return True


class _Scalar(NamedTuple):
    """A scalar on one row: columns, `last` None to the line's end, and what tells whether to show it."""

    first: int
    last: int | None
    key: str
    text: str
    hidden: bool


def _to_hide(row: str, scalars: list[_Scalar]) -> list[tuple[int, int]]:
    """Columns that may hold a value in the clear, from the right; with them goes a comment behind."""
    found = {
        (one.first, len(row) if one.last is None else one.last)
        for one in scalars
        if one.hidden or may_be_value(one.key, one.text)
    }
    ends = [len(row) if one.last is None else one.last for one in scalars]
    comment = row.find("#", max(ends, default=0))
    if found and comment >= 0:
        found.add((comment + 1, len(row)))
    return sorted(found, reverse=True)


def _scalars(root: Any) -> dict[int, list[_Scalar]]:
    """Row -> the scalars on it.

    Each node is seen once for each kind of place, however many aliases lead to it; one that an alias
    takes to a hidden place is hidden where it is written.
    """
    found: dict[int, list[_Scalar]] = {}
    pending: list[tuple[Any, bool, bool, str, Shape]] = [(root, False, False, "", _shape(root))]
    seen: set[tuple[int, bool, int]] = set()
    while pending:
        node, hidden, may_be, key, shape = pending.pop()
        # In a field that nobody knows, or in place of another thing, somebody wrote the value itself.
        hidden = hidden or not (shape.allows(node.id) or _is_null(node))
        if (id(node), hidden, id(shape)) in seen:
            continue
        seen.add((id(node), hidden, id(shape)))
        if isinstance(node.value, str):
            first, last = node.start_mark, node.end_mark
            for row in range(first.line, last.line + 1):
                start = first.column if row == first.line else 0
                end = last.column if row == last.line else None
                if end is None or end > start:
                    said = key if may_be else ""
                    found.setdefault(row, []).append(_Scalar(start, end, said, node.value, hidden))
        elif node.id == "sequence":
            pending += [(item, hidden, may_be, key, shape.item()) for item in node.value]
        else:
            # A list or an object as a key is a finding, and names nothing.
            pending += [
                (name, hidden, may_be, "", ANY) for name, _ in node.value if not _is_text(name)
            ]
            fields = [(name.value if _is_text(name) else "", at) for name, at in node.value]
            names = {name for name, _ in fields}
            # Where the parts of a reference should stand, somebody wrote the thing itself.
            is_login = key.lower().endswith("secretref") and "key" not in names
            bytes_below = _bytes_below(names)
            for name, value in fields:
                may_hold = (
                    (is_login and name not in ("name", "namespace"))
                    or name in bytes_below
                    or name.lower().endswith("secretref")
                )
                of_field = shape.field(name)
                below = hidden or name in HIDDEN_BELOW or (may_hold and _is_text(value))
                pending.append(
                    (value, below or of_field is None, may_be or name in VALUES_BELOW, name,
                     of_field or ANY)
                )  # fmt: skip
    return found


def _shape(root: Any) -> Shape:
    """What is known of a file that says what it is."""
    if root.id != "mapping":
        return ANY
    kinds = [at.value for name, at in root.value if name.value == "kind" and _is_text(at)]
    return shape_of(kinds[-1]) if kinds else ANY


def _is_null(node: Any) -> bool:
    return _is_text(node) and not node.style and node.value in ("", "~", "null", "Null", "NULL")


def _is_text(node: Any) -> bool:
    return isinstance(node.value, str)


# `SECRET#KEY`, as variables say what they are set to.
_REFERENCE = re.compile(r"[a-z0-9][-a-z0-9.]*#[-._a-zA-Z0-9]+")


def may_be_value(key: str, text: str) -> bool:
    """Whether a text under a key looks like a secret; `key` is empty where it names a reference."""
    # A template's secret is what it takes in, a variable's is named.
    says_where = "{{" in text or key == "secret" or _REFERENCE.fullmatch(text)
    return look("" if says_where else key, text).is_secret


def _bytes_below(names: Container[str]) -> Container[str]:
    """Names under which a mapping with these may hold a variable's value, or an encryption key."""
    if "state" in names:  # keys of an encryption alone have one
        return ("bytes", "from", "key", "secret", "value")
    return ("secret", "value") if "name" in names else ("value",)
