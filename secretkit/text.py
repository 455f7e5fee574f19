"""Where a value came from: sources, layered trees, and places whose line is looked up only if asked.

Parsing positions costs more than parsing, so a `Place` is a path; `load.positions` turns it into a
`Span` once a finding needs one.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

Path: TypeAlias = tuple[str | int, ...]


class Source(NamedTuple):
    """A text and the name that findings show: a POSIX path relative to the root."""

    name: str
    text: str


class Span(NamedTuple):
    """A stretch of a source: lines and columns from 1, the end column exclusive."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int


class Excerpt(NamedTuple):
    """A line as it may be shown, and the columns of what is meant, from 0, the end exclusive."""

    text: str
    start: int
    end: int


class Layer(NamedTuple):
    """A part of a source that was merged at `mount`: `value` stands at `prefix` in the source."""

    source: Source
    prefix: Path
    value: Any
    mount: Path = ()

    def find(self, path: Path) -> Path | None:
        """Where a path of the merged tree stands in the source, if the layer has it."""
        depth = len(self.mount)
        if path[:depth] != self.mount or not has(self.value, path[depth:]):
            return None
        return self.prefix + path[depth:]


class Tree(NamedTuple):
    """A value merged from layers, the last of which won."""

    value: Any
    layers: tuple[Layer, ...]

    def origin(self, path: Path) -> tuple[Source, Path]:
        """Source and path there of the layer that gave the value at `path`, or its nearest parent."""
        for end in range(len(path), -1, -1):
            for layer in reversed(self.layers):
                found = layer.find(path[:end])
                if found is not None:
                    return layer.source, found
        return self.source, ()

    @property
    def source(self) -> Source:
        """The file that the tree is about: others gave it layers."""
        return self.own.source

    @property
    def own(self) -> Layer:
        """The layer of that file: the first that is the whole tree."""
        return next(layer for layer in self.layers if not layer.mount)


class Mark(NamedTuple):
    """A place by its file's name and the path there: it outlives the tree, and is small."""

    source: str
    path: Path
    on: str = "value"


class Place(NamedTuple):
    """A path in a tree; `on` says whether its key or its value is meant."""

    tree: Tree
    path: Path = ()
    on: str = "value"

    def __truediv__(self, step: str | int) -> "Place":
        return Place(self.tree, (*self.path, step))

    @property
    def mark(self) -> Mark:
        """The place without its tree; a value that nobody wrote stands at its nearest parent."""
        source, path = self.tree.origin(self.path)
        # A finding on what is absent stands at the key of its parent.
        return Mark(source.name, path, self.on if len(path) >= len(self.path) else "key")

    @property
    def key(self) -> "Place":
        """The key of this value, where the value itself is not what is wrong."""
        return self._replace(on="key")


def has(value: Any, path: Path) -> bool:
    """Whether `path` leads to something in `value`."""
    for step in path:
        if isinstance(value, dict):
            if step not in value:
                return False
        elif not isinstance(value, list) or not isinstance(step, int) or step >= len(value):
            return False
        value = value[step]
    return True


def get(value: Any, path: Sequence[str | int]) -> Any:
    """What stands at a path, or None where it leads to nothing."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value
