"""Places to spans and excerpts: asked for only where a finding is shown."""

from typing import Any

from secretkit.text import Path, Place, Source, Span

DOTS = "........"
# Below these keys a scalar may be a value in the clear, so an excerpt shows dots in its place.
_HIDDEN_BELOW = frozenset({"values", "data", "stringData", "args", "command"})


class Positions:
    """Spans of places. Holds the composed tree of each source, so that it is parsed but once."""

    def __init__(self) -> None:
        self._roots: dict[Source, Any] = {}

    def span(self, place: Place | Span) -> Span:
        """Where a place stands; a value that nobody wrote stands where its nearest parent does."""
        if isinstance(place, Span):
            return place
        source, path = place.tree.origin(place.path)
        exact = len(path) >= len(place.path)
        on_key = place.on == "key" and exact
        return self._find(source, path, on_key or not exact)

    def excerpt(self, span: Span) -> str:
        """The first line of a span as it may be shown, values in the clear dotted out."""
        rows = span.source.text.split("\n")
        row = rows[span.line - 1] if span.line <= len(rows) else ""
        root = self._root(span.source)
        if root is None:  # it does not parse, so what is a value cannot be told
            key, colon, _ = row.partition(":")
            return key + colon
        for start, end in sorted(_hidden_columns(root, span.line - 1, len(row)), reverse=True):
            row = row[:start] + DOTS + row[end:]
        return row

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
            row = source.text.split("\n")[start.line].rstrip()
            return Span(source, line, column, line, max(len(row) + 1, column + 1))
        return Span(source, line, column, end.line + 1, max(end.column + 1, column + 1))

    def _root(self, source: Source) -> Any:
        import yaml

        if source not in self._roots:
            try:
                self._roots[source] = yaml.compose(source.text, Loader=yaml.CSafeLoader)
            except (yaml.YAMLError, RecursionError):
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


def _hidden_columns(root: Any, row: int, width: int) -> list[tuple[int, int]]:
    """Columns of the scalars on a row that may be values in the clear."""
    found: list[tuple[int, int]] = []
    pending: list[tuple[Any, bool, int]] = [(root, False, 0)]
    while pending:
        node, hidden, depth = pending.pop()
        if node.start_mark.line > row or node.end_mark.line < row or depth > 200:
            continue
        if isinstance(node.value, str):
            if hidden:
                start = node.start_mark.column if node.start_mark.line == row else 0
                end = node.end_mark.column if node.end_mark.line == row else width
                if end > start:
                    found.append((start, end))
        elif node.id == "sequence":
            pending += [(item, hidden, depth + 1) for item in node.value]
        else:
            in_key = any(name.value == "state" or name.value == "name" for name, _ in node.value)
            for name, value in node.value:
                below = (
                    hidden
                    or name.value in _HIDDEN_BELOW
                    or (name.value in ("value", "secret") and in_key and node_is_scalar(value))
                )
                pending.append((value, below, depth + 1))
    return found


def node_is_scalar(node: Any) -> bool:
    return isinstance(node.value, str)
