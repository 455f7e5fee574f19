"""Edits of a user's YAML file in place: what is not meant keeps its bytes, comments and layout too.

Each edit is text to text. A block style entry is cut and put in whole lines, with the comments right
above it; in flow style an entry is a stretch of a line. What came out is for the caller to compare
with what was meant (`same`): anchors and odd layouts are found there, not guessed at here.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from secretkit.emit import yaml as emit
from secretkit.finding import Rejected
from secretkit.text import Path, has


class Layout(Exception):
    """The text is laid out in a way that is not edited."""


class Entry(NamedTuple):
    """An entry of a mapping: `lines` in block style, at no indent, with the comments above it."""

    key: str
    value: Any
    lines: tuple[str, ...]

    @property
    def flow(self) -> str:
        return f"{emit.key(self.key)}: {emit.flow(self.value)}"


def entry(key: str, value: Any, *, on_one_line: bool = False) -> Entry:
    """A new entry; its value below its key where it has structure, or on one line."""
    text = f"{emit.key(key)}: {emit.flow(value)}\n" if on_one_line else emit.field(key, value, 0)
    return Entry(key, value, tuple(text.splitlines()))


def below(key: str, entries: Iterable[Entry]) -> Entry:
    """An entry whose value is a mapping of entries that keep their lines."""
    found = tuple(entries)
    lines = tuple(f"  {line}" if line else line for one in found for line in one.lines)
    value = {one.key: one.value for one in found}
    return Entry(key, value, (f"{emit.key(key)}:", *lines))


class Text:
    """One version of a text and its nodes; every edit gives another."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._rows = text.split("\n")
        self._root = _composed(text)

    def value(self, path: Path = ()) -> Any:
        """The value at a path, as our own reader has it; KeyError or IndexError where there is none."""
        found = _loaded(self.text)
        for step in path:
            found = found[step]
        return found

    def replace(self, path: Path, value: Any) -> "Text":
        """Another value in place of the one at `path`, on the line where that stands if it has one."""
        node = self._find(path)
        if _is_scalar(node) and not isinstance(value, dict | list):
            start, end = self._at(node.start_mark), self._end(node)
            pad = " " if start == end and self.text[start - 1 : start] == ":" else ""
            return self._with(start, end, pad + emit.scalar(value))
        is_stretch = _is_scalar(node) or node.flow_style
        if not is_stretch or node.start_mark.line != node.end_mark.line:
            return self._replaced_below(path, node, value)
        start, end = self._at(node.start_mark), self._at(node.end_mark)
        pad = " " if start == end and self.text[start - 1 : start] == ":" else ""
        return self._with(start, end, pad + emit.flow(value))

    def _replaced_below(self, path: Path, node: Any, value: Any) -> "Text":
        """Another value in place of one of several lines, whose own comments would have no place."""
        *parent, step = path
        if _is_scalar(node) or isinstance(step, int) or self._is_flow(tuple(parent)):
            raise Layout
        key, _ = self._pair(self._find(tuple(parent)), step)
        first, last = key.start_mark.line, _last_line(node)
        pad = self._rows[first][: key.start_mark.column]
        if pad.strip() or any("#" in row for row in self._rows[first : last + 1]):
            raise Layout
        rows = (f"{pad}{line}" if line else line for line in entry(step, value).lines)
        return self._rows_replaced(first, last, rows)

    def _end(self, node: Any) -> int:
        """Where a scalar ends; the blank lines below a block text are not of it."""
        if node.style not in ("|", ">"):
            return self._at(node.end_mark)
        last = _last_line(node)
        while last > node.start_mark.line and not self._rows[last].strip():
            last -= 1
        return sum(len(row) + 1 for row in self._rows[:last]) + len(self._rows[last])

    def has_comments(self, path: Path) -> bool:
        """Whether comments stand on the lines of an entry, or right above them."""
        *parent, key = path
        first, last = self._lines(*self._pair(self._find(tuple(parent)), key))
        return any("#" in row for row in self._rows[first : last + 1])

    def cut(self, path: Path) -> Entry:
        """The entry at `path`, to be put elsewhere."""
        *parent, key = path
        key_node, node = self._pair(self._find(tuple(parent)), key)
        value = self.value(path)
        if self._is_flow(tuple(parent)):
            return entry(str(key), value, on_one_line=True)
        first, last = self._lines(key_node, node)
        indent = key_node.start_mark.column
        rows = [
            row[indent:] if row[:indent].isspace() else row for row in self._rows[first : last + 1]
        ]
        return Entry(str(key), value, tuple(row.rstrip() for row in rows))

    def delete(self, path: Path) -> "Text":
        """The text without the entry or item at `path`."""
        *parent, step = path
        whole = self._find(tuple(parent))
        if len(whole.value) == 1:
            return self._emptied(tuple(parent))
        if self._is_flow(tuple(parent)):
            return self._without(whole, step)
        if isinstance(step, int):
            first, last = self._item_lines(whole, whole.value[step])
            return self._rows_replaced(first, last, ())
        key, node = self._pair(whole, step)
        if self._rows[key.start_mark.line][: key.start_mark.column].strip():
            raise Layout  # it stands behind a dash
        first, last = self._lines(key, node)
        return self._rows_replaced(first, last, ())

    def insert(self, parent: Path, new: Entry, after: str | None = None) -> "Text":
        """The text with an entry more in the mapping at `parent`, at its end or after another."""
        whole = self._find(parent)
        if not _is_mapping(whole):
            return self._begun(parent, whole, new)
        if not whole.value:
            start, end = self._at(whole.start_mark), self._at(whole.end_mark)
            if not parent or "#" in self.text[start:end]:
                raise Layout
            below = self._below_empty(parent, whole, new)
            if below:
                return below
            # In flow style until somebody writes more.
            return self._with(start, end, "{" + new.flow + "}") if new.value != {} else self
        key, node = self._pair(whole, after) if after else whole.value[-1]
        if whole.flow_style:
            return self._with(self._at(node.end_mark), self._at(node.end_mark), f", {new.flow}")
        _, last = self._lines(key, node)
        pad = " " * whole.start_mark.column
        rows = tuple(f"{pad}{line}" if line else line for line in new.lines)
        return self._rows_replaced(last + 1, last, rows)

    def append(self, path: Path, value: Any) -> "Text":
        """The text with an item more at the end of the list at `path`, in the style of the last."""
        whole = self._find(path)
        if not whole.value:
            raise Layout
        last = whole.value[-1]
        if whole.flow_style:
            at = self._at(last.end_mark)
            return self._with(at, at, f", {emit.flow(value)}")
        pad = " " * whole.start_mark.column
        is_block = _is_mapping(last) and not last.flow_style
        lines = (
            emit.items([value], whole.start_mark.column).splitlines()
            if is_block
            else [f"{pad}- {emit.flow(value)}"]
        )
        _, end = self._item_lines(whole, last)
        return self._rows_replaced(end + 1, end, lines)

    def _begun(self, parent: Path, node: Any, new: Entry) -> "Text":
        """A key without a value gets its first entry."""
        if not parent or not _is_scalar(node) or node.value not in ("", "~", "null") or node.style:
            raise Layout
        *above, key = parent
        key_node, _ = self._pair(self._find(tuple(above)), key)
        if self._is_flow(tuple(above)):
            start, end = self._at(node.start_mark), self._at(node.end_mark)
            return self._with(start, end, " {" + new.flow + "}")
        row, indent = key_node.start_mark.line, key_node.start_mark.column
        colon = self._at(key_node.end_mark) + 1
        text = self if node.start_mark.index == node.end_mark.index else self._with(
            colon, self._at(node.end_mark), ""
        )  # fmt: skip
        pad = " " * (indent + 2)
        rows = tuple(f"{pad}{line}" if line else line for line in new.lines)
        return text._rows_replaced(row + 1, row, rows)

    def _below_empty(self, path: Path, node: Any, new: Entry) -> "Text | None":
        """An entry of several lines below a key whose `{}` ends its line; None where that cannot be."""
        *above, key = path
        key_node, _ = self._pair(self._find(tuple(above)), key)
        row, after = node.end_mark.line, node.end_mark.column
        rest = self._rows[row][after:].strip()
        is_alone = key_node.start_mark.line == row and (not rest or rest.startswith("#"))
        if len(new.lines) < 2 or self._is_flow(tuple(above)) or not is_alone:
            return None
        start, end = self._at(key_node.end_mark) + 1, self._at(node.end_mark)
        pad = " " * (key_node.start_mark.column + 2)
        rows = tuple(f"{pad}{line}" if line else line for line in new.lines)
        return self._with(start, end, "")._rows_replaced(row + 1, row, rows)

    def _emptied(self, path: Path) -> "Text":
        """The mapping at a path without its last entry."""
        node = self._find(path)
        if node.flow_style:
            return self._with(self._at(node.start_mark), self._at(node.end_mark), "{}")
        if not path:
            raise Layout
        *above, key = path
        key_node, _ = self._pair(self._find(tuple(above)), key)
        (inner_key, inner) = node.value[0]
        _, last = self._lines(inner_key, inner)
        if inner_key.start_mark.line <= key_node.end_mark.line:
            raise Layout
        row, colon = key_node.end_mark.line, key_node.end_mark.column + 1
        head = self._rows[row][:colon] + " {}" + self._rows[row][colon:]
        comments = self._rows[
            row + 1 : self._with_comments(inner_key.start_mark.line, inner_key.start_mark.column)
        ]
        return self._rows_replaced(row, last, (head, *comments))

    def _without(self, whole: Any, step: str | int) -> "Text":
        """A flow collection without one of several entries or items."""
        spans = [(self._at(start), self._at(end)) for start, end in map(_ends, whole.value)]
        at = step if isinstance(step, int) else self._number(whole, step)
        before = spans[at - 1][1] if at else self._at(whole.start_mark)
        after = spans[at + 1][0] if at + 1 < len(spans) else self._at(whole.end_mark)
        is_beside = "\n" not in self.text[before : spans[at][1]]
        if at and is_beside:
            return self._with(before, spans[at][1], "")  # a comment behind stays with its line
        if "#" in self.text[before : spans[at][0]] + self.text[spans[at][1] : after]:
            raise Layout  # nobody can tell which of two neighbours a comment speaks of
        if at:
            return self._with(before, spans[at][1], "")
        return self._with(spans[0][0], spans[1][0], "")

    def _lines(self, key: Any, node: Any) -> tuple[int, int]:
        """First and last line of a block entry, the comments right above it included."""
        return self._with_comments(key.start_mark.line, key.start_mark.column), max(
            _last_line(node), key.end_mark.line
        )

    def _item_lines(self, whole: Any, node: Any) -> tuple[int, int]:
        line, column = node.start_mark.line, whole.start_mark.column
        if self._rows[line][:column].strip() or self._rows[line][column : column + 1] != "-":
            raise Layout
        return self._with_comments(line, column), _last_line(node)

    def _with_comments(self, line: int, column: int) -> int:
        """The first of the comment lines that stand right above, at the same indent."""
        while line > 0:
            row = self._rows[line - 1]
            if row[:column].strip() or row[column : column + 1] != "#":
                return line
            line -= 1
        return line

    def _find(self, path: Path) -> Any:
        node = self._root
        for step in path:
            node = node.value[step] if isinstance(step, int) else self._pair(node, step)[1]
        return node

    def _pair(self, node: Any, key: str | int) -> Any:
        if not _is_mapping(node):
            raise Layout
        return node.value[self._number(node, key)]

    def _number(self, node: Any, key: str | int) -> int:
        for number, (name, _) in enumerate(node.value):
            if name.value == key:
                return number
        raise KeyError(key)

    def _is_flow(self, path: Path) -> bool:
        return bool(self._find(path).flow_style)

    def _at(self, mark: Any) -> int:
        return sum(len(row) + 1 for row in self._rows[: mark.line]) + int(mark.column)

    def _with(self, start: int, end: int, new: str) -> "Text":
        return Text(self.text[:start] + new + self.text[end:])

    def _rows_replaced(self, first: int, last: int, new: Iterable[str]) -> "Text":
        rows = [*self._rows[:first], *new, *self._rows[last + 1 :]]
        if rows[-1] and last + 1 >= len(self._rows):  # the last line had no end, and is another now
            rows.append("")
        return Text("\n".join(rows))


def _composed(text: str) -> Any:
    import yaml

    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:  # an edit broke it
        raise Layout from None


def _loaded(text: str) -> Any:
    from secretkit.load import load
    from secretkit.text import Source

    return load(Source("", text)).value


def _is_mapping(node: Any) -> bool:
    return bool(node.id == "mapping")


def _is_scalar(node: Any) -> bool:
    return bool(node.id == "scalar")


def _ends(one: Any) -> tuple[Any, Any]:
    """Start and end of a flow entry or item."""
    if isinstance(one, tuple):
        return one[0].start_mark, one[1].end_mark
    return one.start_mark, one.end_mark


def _last_line(node: Any) -> int:
    """The last line that holds a part of a node: a block's own mark stands on the next token."""
    if node.id == "scalar" or node.flow_style:
        end = node.end_mark
        is_block_text = node.id == "scalar" and node.style in ("|", ">")
        return int(end.line - 1 if is_block_text and end.column == 0 else end.line)
    return max(_parts(node))


def _parts(node: Any) -> Iterator[int]:
    yield node.start_mark.line
    for one in node.value:
        if isinstance(one, tuple):
            yield one[0].end_mark.line
            yield _last_line(one[1])
        else:
            yield _last_line(one)


def assigned(text: str, path: Path, new: Any) -> str:
    """The text with `new` at `path`, by as few edits as its layout allows; None takes it away.

    Items of a list are known by their `name`. Raises Layout where the text that came out would not
    say exactly that, and nothing else.
    """
    start = Text(text)
    meant = _put(start.value(), path, new)
    try:
        found = start.delete(path) if new is None else _grown(start, path, new)
        if found.value() == meant:
            return found.text
    except (KeyError, IndexError, ValueError, Rejected):
        pass
    raise Layout


def nulled(text: str, path: Path) -> str:
    """The text with `null` at `path`, where `assigned` would take the entry away; raises Layout."""
    start = Text(text)
    try:
        if not has(start.value(), path):
            found = _grown(start, path, None)
        else:
            found = start if start.value(path) is None else _anew(start, path, None)
        if found.value() == _put(start.value(), path, None, is_null=True):
            return found.text
    except (KeyError, IndexError, ValueError, Rejected):
        pass
    raise Layout


def exchanged(text: str, path: Path, names: Sequence[str], come: str, go: str) -> str:
    """The text where entries of a mapping change places with those of its entry `come`.

    That is called `go` afterwards. Their lines and comments move with them; raises Layout.
    """
    here = Text(text)
    value = here.value(path)
    ours = [name for name in value if name in names]
    theirs = [here.cut((*path, come, name)) for name in names if name in value[come]]
    here = here.insert(path, below(go, [here.cut((*path, name)) for name in ours]), come)
    for one in reversed(
        theirs
    ):  # behind the last of ours, so that ours of a name is still the first
        here = here.insert(path, one, ours[-1])
    for name in (*ours, come):
        here = here.delete((*path, name))
    return here.text


def _put(value: Any, path: Path, new: Any, *, is_null: bool = False) -> Any:
    """The tree with another value at a path, whose parents are made where they are missing.

    None takes the value away, unless it `is_null` that is wanted.
    """
    if not path:
        return new
    head, *rest = path
    whole = dict(value) if isinstance(value, dict) else {}
    if new is None and not rest and not is_null:
        whole.pop(head, None)
    else:
        whole[head] = _put(whole.get(head), tuple(rest), new, is_null=is_null)
    return whole


def _grown(text: Text, path: Path, new: Any) -> Text:
    """The text with a value at a path; what is missing on the way there is made."""
    at = text.value()
    for depth, step in enumerate(path):
        if not isinstance(at, dict) or step not in at:
            value = new
            for missing in reversed(path[depth + 1 :]):
                value = {missing: value}
            return text.insert(path[:depth], entry(str(step), value))
        at = at[step]
    return _assign(text, path, at, new)


def _assign(text: Text, path: Path, old: Any, new: Any) -> Text:
    if old == new and type(old) is type(new):
        return text
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        return _assign_mapping(text, path, old, new)
    if isinstance(old, list) and isinstance(new, list) and old and new:
        return _assign_list(text, path, old, new)
    if isinstance(new, dict | list) and new and not text.has_comments(path):
        return _anew(text, path, new)
    return text.replace(path, new)


def _anew(text: Text, path: Path, new: Any) -> Text:
    """The text with the entry at a path written anew, without the comments of the old one."""
    *above, key = path
    keys = list(text.value(tuple(above)))
    before = keys[keys.index(key) - 1] if keys.index(key) else None
    if before is None:
        return _only(text, path, keys, new)
    return text.delete(path).insert(tuple(above), entry(str(key), new), before)


def _only(text: Text, path: Path, keys: list[str], new: Any) -> Text:
    """The text with another value of the first entry, behind which it is written first."""
    *above, key = path
    stand_in = next(name for name in ("x", "y") if name not in keys)
    whole = text.insert(tuple(above), entry(stand_in, None), str(key)).delete(path)
    return whole.insert(tuple(above), entry(str(key), new), stand_in).delete((*above, stand_in))


def _assign_mapping(text: Text, path: Path, old: Any, new: Any) -> Text:
    before: str | None = None
    for key, value in new.items():  # first what is new, so that nothing is ever empty
        if key in old:
            text = _assign(text, (*path, key), old[key], value)
        else:
            text = text.insert(path, entry(key, value), before)
        before = key
    for key in old:
        if key not in new:
            text = text.delete((*path, key))
    return text


def _assign_list(text: Text, path: Path, old: Any, new: Any) -> Text:
    known, names = [_name(one) for one in old], [_name(one) for one in new]
    for name, one in zip(names, new, strict=True):
        if name in known:
            at = known.index(name)
            text = _assign(text, (*path, at), old[at], one)
        else:
            text = text.append(path, one)
    for at, name in reversed(list(enumerate(known))):
        if name not in names:
            text = text.delete((*path, at))
    return text


def _name(item: Any) -> Any:
    """What an item of a list is known by: its `name`, else itself."""
    return item.get("name", item) if isinstance(item, dict) else item
