"""YAML and JSON of others to trees that know their lines: of whole files, and of texts within them."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from secretkit.lazy import lazily

DEEPEST = 100
MOST_COPIES = 100_000  # nodes that aliases and merge keys add to those that are written
# libyaml's composer calls itself in C; fewer levels than this its stack bears on any machine.
_HARMLESS = 1_000
# Stands for each character of a template's action, so that columns stay.
MASK = "\ue000"
_ACTION = lazily(r"\{\{(?:[^{}\"`]|\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`|\{(?!\{)|\}(?!\}))*\}\}")
_STATEMENT = lazily(r"\{%(?:[^%{]|%(?!\})|\{(?!%)){0,2000}%\}|<%(?:[^%<]|%(?!>)|<(?!%)){0,2000}%>")
_REFERENCES = ("!env_var", "!secret", "!vault")  # tags of what another program reads in
_ALONE = lazily(rf"^[ \t{MASK}]+$", re.MULTILINE)
_MASKED = lazily(f"{MASK}+")


class Stretch(NamedTuple):
    """Lines and columns from 1, the end column exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Node(NamedTuple):
    """A scalar with `text`, a mapping with `fields`, or a list with `items`."""

    at: Stretch
    text: str | None = None
    fields: tuple[tuple[str, "Node"], ...] | None = None
    items: tuple["Node", ...] = ()
    plain: bool = False  # a scalar without quotes
    indent: int | None = None  # of a literal block: where its lines begin

    def get(self, *steps: str) -> "Node | None":
        """What stands below these keys; of a key that stands twice the last."""
        found: Node | None = self
        for step in steps:
            fields = found.fields if found else None
            found = next((node for key, node in reversed(fields or ()) if key == step), None)
        return found

    def word(self, *steps: str) -> str:
        """The scalar below these keys, or nothing."""
        found = self.get(*steps)
        return (found.text or "") if found else ""


class Unreadable(Exception):
    """A text that is no YAML, or too deep; `before` are the documents that come first."""

    def __init__(self, before: tuple[Node, ...] = ()) -> None:
        self.before = before
        super().__init__("no YAML")


class Copies:
    """How many nodes aliases and merge keys may still add to a file, the texts within it too."""

    def __init__(self, most: int = MOST_COPIES) -> None:
        self._left = most

    @property
    def is_spent(self) -> bool:
        return self._left < 0

    def take(self, count: int) -> None:
        """Raises Unreadable once there are too many."""
        self._left -= count
        if self._left < 0:
            raise Unreadable


def documents(
    text: str, within: Node | None = None, copies: Copies | None = None
) -> tuple[Node, ...]:
    """The documents of a text, or of the text of a scalar; raises Unreadable."""
    import yaml

    if not _is_shallow(text):
        raise Unreadable
    reading = _Reading(text, within, copies or Copies())
    found: list[Node] = []
    try:
        for root in yaml.compose_all(text, Loader=yaml.CBaseLoader):
            if root is not None:
                found.append(reading.root(root))
    except (yaml.YAMLError, Unreadable, ValueError):
        raise Unreadable(tuple(found)) from None
    return tuple(found)


def masked(text: str) -> str:
    """A template as YAML can read it: actions masked, lines of nothing else left empty.

    Actions are those of Helm, and statements and values of Jinja and ERB.
    """
    if "{{" in text:
        text = _ACTION.sub(_mask, text)
    if "{%" in text or "<%" in text:
        text = _STATEMENT.sub(_mask, text)
    return _ALONE.sub("", text) if MASK in text else text


def _mask(found: re.Match[str]) -> str:
    """As many characters; none but blanks for what comes on rows of its own, below a key."""
    return re.sub(r"[^\n]", " " if "nindent" in found[0] else MASK, found[0])


def unmasked(text: str) -> str:
    """The same with `{{…}}` for what was masked."""
    return _MASKED.sub("{{…}}", text) if MASK in text else text


class _Reading:
    """libyaml's nodes to ours."""

    def __init__(self, text: str, within: Node | None, copies: Copies) -> None:
        self._text = text
        self._within = within
        self._rows: list[str] | None = None
        self._copies = copies
        self._known: dict[int, Node | None] = {}
        self._sizes: dict[int, int] = {}  # by identity of ours: what is below, and itself

    def root(self, node: Any) -> Node:
        """A document; identities hold no longer than its nodes do."""
        self._known, self._sizes = {}, {}
        return self.node(node, 0)

    def node(self, node: Any, depth: int) -> Node:
        if depth > DEEPEST:
            raise Unreadable
        if id(node) in self._known:
            known = self._known[id(node)]
            self._copies.take(self._sizes[id(known)] if known else 1)
            return known or Node(self._at(node), "")  # one that holds itself
        self._known[id(node)] = None
        made = self._made(node, depth)
        self._known[id(node)] = made
        self._sizes[id(made)] = self._size(made)
        return made

    def _size(self, node: Node) -> int:
        """What it costs to look at a node once more, everything below it too."""
        if node.text is not None:
            return 1 + len(node.text) // 100
        below = (*(value for _, value in node.fields or ()), *node.items)
        return 1 + sum(self._sizes.get(id(one), 1) for one in below)

    def _made(self, node: Any, depth: int) -> Node:
        at = self._at(node)
        if node.id == "scalar":
            plain = not node.style
            indent = self._indent(node) if node.style == "|" else None
            text = "" if node.tag in _REFERENCES else unmasked(node.value)
            return Node(at, text, plain=plain, indent=indent)
        if node.id == "sequence":
            return Node(at, items=tuple(self.node(item, depth + 1) for item in node.value))
        fields: list[tuple[str, Node]] = []
        merged: dict[str, Node] = {}
        for key, value in node.value:
            name = unmasked(key.value) if isinstance(key.value, str) else ""
            made = self.node(value, depth + 1)
            if name == "<<":
                for parent in made.items or (made,):
                    self._copies.take(len(parent.fields or ()))
                    for one, inner in parent.fields or ():
                        merged.setdefault(one, inner)  # of merged ones the first counts
            else:
                fields.append((name, made))
        own = {name for name, _ in fields}
        inherited = [(name, one) for name, one in merged.items() if name not in own]
        return Node(at, fields=(*inherited, *fields))

    def _at(self, node: Any) -> Stretch:
        start, end = node.start_mark, node.end_mark
        last, column = end.line, end.column
        if column == 0 and last > start.line:  # a block text ends where the next line begins
            last, column = last - 1, 10_000
        at = Stretch(start.line + 1, start.column + 1, last + 1, column + 1)
        return moved(at, self._within) if self._within else at

    def _indent(self, node: Any) -> int | None:
        if self._rows is None:
            self._rows = self._text.split("\n")
        for row in self._rows[node.start_mark.line + 1 : node.end_mark.line + 1]:
            if row.strip():
                indent = len(row) - len(row.lstrip(" "))
                outer = self._within
                if outer is None:
                    return indent
                return None if outer.indent is None else indent + outer.indent
        return None


def moved(at: Stretch, within: Node) -> Stretch:
    """A stretch of a scalar's text as one of the file; the whole scalar where lines do not match."""
    if within.indent is None:
        return within.at
    down, right = within.at.line, within.indent
    return Stretch(at.line + down, at.column + right, at.end_line + down, at.end_column + right)


def leaves(node: Node, steps: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Every scalar with the steps to it, once however many aliases lead there, in order."""
    pending = [(steps, node)]
    seen: set[int] = set()
    while pending:
        path, one = pending.pop()
        if one.text is not None:
            yield path, one
            continue
        if id(one) in seen:
            continue
        seen.add(id(one))
        pending += reversed(list(below(one, path)))


def below(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    """What stands in a mapping or a list, one level down."""
    for key, value in node.fields or ():
        yield (*path, key), value
    for at, item in enumerate(node.items):
        yield (*path, f"[{item.word('name') or at}]"), item


def _is_shallow(text: str) -> bool:
    """Whether composing is safe, told from the text alone where it is harmless."""
    import yaml

    openers = text.count("[") + text.count("{")
    longest = max(map(len, text.split("\n")), default=0)
    if openers < _HARMLESS and longest < _HARMLESS:
        return True
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                return False
    except yaml.YAMLError:
        return True  # composing ends where parsing does
    return True
