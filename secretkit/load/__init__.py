"""Text to `Document`: YAML 1.2 core in one document, strict, bounded, and nothing of what it means."""

import re
from typing import Any, NamedTuple

from secretkit.finding import Finding, Rejected
from secretkit.load import faults
from secretkit.load.scalars import disagreement, kind, old_boolean, resolve
from secretkit.text import Layer, Source, Span, Tree

MOST_BYTES = 1024 * 1024
MOST_NODES = 100_000
MOST_DEPTH = 100
_NESTING = f"{MOST_DEPTH} levels of nesting"
# Below these keys a scalar may be a value in the clear, so no message and no excerpt shows it.
HIDDEN_BELOW = frozenset({"values", "data", "stringData", "args", "command", "sealed"})
# Below these a key such as `password` stands before a text that may be a value; elsewhere before
# a reference.
VALUES_BELOW = frozenset({
    "stores", "template", "generate", "patches", "annotations", "labels", "env",
})  # fmt: skip
# Line ends of YAML 1.1 alone are in it too: editors and YAML 1.2 do not count them as such.
# JSON writes a character beyond U+FFFF as two escapes, of which YAML knows neither.
_PAIR = re.compile(
    r"(?<!\\)((?:\\\\)*)\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# Written as an escape these pass our reader, but not the API server's.
_UNSTORABLE = re.compile("[\x7f-\x9f\ufffe\uffff]")


def decode(name: str, content: bytes, most: int = MOST_BYTES) -> Source:
    """The source of a file's bytes, with LF line ends; raises Rejected where it is no UTF-8 text."""
    empty = Source(name, "")
    if len(content) > most:
        raise Rejected([faults.LIMIT.at(_start(empty), limit=f"{most // 1024**2} MiB")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        at = Span(empty, line, 1, line, 1)
        problem = f"byte {error.start + 1} is none"
        raise Rejected([faults.ENCODING.at(at, problem=problem)]) from None
    text = text.replace("\r\n", "\n")
    # In JSON alone a backslash is always an escape; in YAML it may stand in a plain text.
    source = Source(name, _joined(text) if name.endswith(".json") else text)
    control = _CONTROL.search(source.text)
    if control:
        line = source.text.count("\n", 0, control.start()) + 1
        column = control.start() - source.text.rfind("\n", 0, control.start())
        problem = f"it holds the control character U+{ord(control[0]):04X}"
        at = Span(source, line, column, line, column)
        raise Rejected([faults.ENCODING.at(at, problem=problem)])
    return source


def _joined(text: str) -> str:
    """The text with each pair of escapes as one, which YAML reads."""

    def one(pair: re.Match[str]) -> str:
        high, low = int(pair[2], 16), int(pair[3], 16)
        code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
        return f"{pair[1]}\\U{code:08x}"

    return _PAIR.sub(one, text)


def load(source: Source) -> Tree:
    """The one document of a source; raises Rejected with all that is wrong with its text."""
    reader = Reader(source)
    reader.read()
    tree = Tree(reader.value, (Layer(source, (), reader.value),))
    if reader.findings:
        raise Rejected(reader.findings, None if reader.lacks_parts else tree)
    if not reader.documents or reader.value is None:
        raise Rejected([faults.EMPTY.at(_start(source))])
    return tree


_PROBLEMS = (
    "mapping values are not allowed", "did not find expected", "could not find expected ':'",
    "found character that cannot start any token", "found unexpected end of stream",
    "found a tab character", "block sequence entries are not allowed", "found undefined alias",
    "found undefined tag handle", "found unknown escape character", "found unexpected ':'",
)  # fmt: skip
_WORDING = {
    "mapping values are not allowed": "a `:` where no mapping can begin",
    "did not find expected": "something is missing or misplaced before this",
    "could not find expected ':'": "a key without its `:`",
    "found character that cannot start any token": "a character that must be quoted",
    "found unexpected end of stream": "the file ends inside a quoted text",
    "found a tab character": "a tab, where YAML indents by spaces alone",
    "block sequence entries are not allowed": "a `-` where no list can begin",
    "found undefined alias": "an alias without its anchor",
    "found undefined tag handle": "an unknown tag",
    "found unknown escape character": "an unknown escape in a double quoted text",
    "found unexpected ':'": "a `:` in a plain text",
}


def _quoted(text: str) -> str:
    """How a plain scalar is written as text; of our fields only a mode is ever octal."""
    octal = re.fullmatch("0o([0-7]{3})", text)
    return f'"0{octal[1]}" where it is a mode, else "{text}"' if octal else f'"{text}"'


def _problem(words: str | None) -> str:
    for known in _PROBLEMS:
        if words and words.startswith(known):
            return _WORDING[known]
    return "the parser stops here"


def _tab(source: Source, at: Span) -> str:
    """What is wrong where the parser stopped at a tab, which its own words do not name."""
    row = source.text.split("\n")[at.line - 1]
    return _WORDING["found a tab character"] if row[at.column - 1 : at.column] == "\t" else ""


def _where(source: Source, mark: Any) -> Span:
    """Where the parser stopped; the end of the last line where that is the end of the text."""
    rows = source.text.rstrip("\n").split("\n")
    if mark is None or mark.line >= len(rows):
        return Span(source, len(rows), len(rows[-1]) + 1, len(rows), len(rows[-1]) + 1)
    return Span(source, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 1)


def _start(source: Source) -> Span:
    return Span(source, 1, 1, 1, 1)


class _Open(NamedTuple):
    """A collection under construction."""

    value: Any
    anchor: str | None
    before: int  # nodes counted before it


class Reader:
    """Builds the value from parser events on a stack of its own, so that depth is ours to bound."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.findings: list[Finding] = []
        self.documents = 0
        self.value: Any = None
        self.lacks_parts = False  # so that no verdict on the value would hold
        self._stack: list[_Open] = []
        self._keys: list[Any] = []  # pending key per open mapping, NO_KEY where a key comes next
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._nodes = 0

    def read(self) -> None:
        """Takes every event of the source; raises Rejected where the parser stops."""
        import yaml

        try:
            for event in yaml.parse(self.source.text, Loader=yaml.CSafeLoader):
                self.take(event)
        except yaml.YAMLError as error:
            at = _where(self.source, getattr(error, "problem_mark", None))
            if getattr(error, "problem", None) == "exceeded maximum nesting depth":
                # Newer parsers stop before we can.
                limit = faults.LIMIT.at(at, limit=_NESTING)
                raise Rejected([*self.findings, limit]) from None
            # A parser's message may quote the text, so only its fixed words are passed on.
            problem = _tab(self.source, at) or _problem(getattr(error, "problem", None))
            raise Rejected([*self.findings, faults.SYNTAX.at(at, problem=problem)]) from None

    def take(self, event: Any) -> None:
        """One event of the parser, told by its class."""
        match type(event).__name__:
            case "ScalarEvent":
                self._scalar(event)
            case "MappingStartEvent":
                self._open(event, {})
            case "SequenceStartEvent":
                self._open(event, [])
            case "MappingEndEvent" | "SequenceEndEvent":
                value, anchor, before = self._stack.pop()
                self._keys.pop()
                self._put(value, event)
                if anchor:
                    self._anchors[anchor] = (value, self._nodes - before)
            case "AliasEvent":
                self._alias(event)
            case "DocumentStartEvent":
                self.documents += 1
                if self.documents > 1:
                    raise Rejected([*self.findings, faults.DOCUMENTS.at(self._span(event))])

    def _open(self, event: Any, value: Any) -> None:
        self._tag(event)
        self._count(event)
        if len(self._stack) >= MOST_DEPTH:
            self._stop(event, _NESTING)
        self._complex_key(event)
        self._stack.append(_Open(value, event.anchor, self._nodes - 1))
        self._keys.append(NO_KEY)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            problem = _WORDING["found undefined alias"]
            found = faults.SYNTAX.at(self._span(event), problem=problem)
            raise Rejected([*self.findings, found])
        value, size = self._anchors[event.anchor]
        self._count(event, size)
        self._complex_key(event, value)
        self._put(value, event)

    def _scalar(self, event: Any) -> None:
        self._count(event)
        plain = event.implicit[0] and not event.style
        self._tag(event)
        value: Any = event.value
        if "\0" in value:
            problem = "a text holds a NUL character"
            self.lacks_parts = True
            self.findings.append(faults.ENCODING.at(self._span(event), problem=problem))
        elif _UNSTORABLE.search(value) and "values" not in self._keys:
            problem = "a text holds a control character that no API server stores"
            self.findings.append(faults.ENCODING.at(self._span(event), problem=problem))
        if plain:
            if value == "<<" and self._expects_key():
                self.lacks_parts = True
                self.findings.append(faults.TAG.at(self._span(event), what="the merge key `<<`"))
            differs = disagreement(value)
            if differs:
                old, new = differs
                if old == new:
                    old, new = "one number", "another"
                mend = self._unambiguous(value)
                self.findings.append(
                    faults.AMBIGUOUS.at(self._span(event), old=old, new=new, mend=mend)
                )
            else:
                value = resolve(value)
        if self._expects_key() and not isinstance(value, str):
            quoted = f'"{event.value}"'
            self.findings.append(faults.KEY.at(self._span(event), what=kind(value), quoted=quoted))
            value = event.value
        self._put(value, event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)

    def _unambiguous(self, text: str) -> str:
        """How to write a scalar that two releases of YAML read differently."""
        if not HIDDEN_BELOW.isdisjoint(self._keys):
            # A value in the clear is not repeated, not even in the fix.
            return "quote it: the same text between double quotes"
        meant = old_boolean(text)
        if meant is None or self._expects_key():
            return f"quote it: {_quoted(text)}"
        return f"write `{'true' if meant else 'false'}`; where a text is meant, quote it: {_quoted(text)}"

    def _put(self, value: Any, event: Any) -> None:
        if not self._stack:
            self.value = value
            return
        parent = self._stack[-1].value
        if isinstance(parent, list):
            parent.append(value)
        elif self._keys[-1] is NO_KEY:
            if not isinstance(value, str):  # a collection as a key: reported, kept apart
                value = f"\0{len(parent)}"
            if value in parent:
                self.findings.append(faults.DUPLICATE.at(self._span(event), key=value))
            self._keys[-1] = value
        else:
            parent[self._keys[-1]] = value
            self._keys[-1] = NO_KEY

    def _expects_key(self) -> bool:
        return (
            bool(self._stack)
            and isinstance(self._stack[-1].value, dict)
            and self._keys[-1] is NO_KEY
        )

    def _complex_key(self, event: Any, value: Any = None) -> None:
        if self._expects_key() and not isinstance(value, str):
            what = "a list or an object" if value is None else kind(value)
            self.findings.append(
                faults.KEY.at(self._span(event), what=what, quoted="use a plain text as key")
            )

    def _tag(self, event: Any) -> None:
        if event.tag is not None:
            self.findings.append(faults.TAG.at(self._span(event), what="a tag"))

    def _count(self, event: Any, nodes: int = 1) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            self._stop(event, f"{MOST_NODES:,} nodes after aliases")

    def _stop(self, event: Any, limit: str) -> None:
        raise Rejected([*self.findings, faults.LIMIT.at(self._span(event), limit=limit)])

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.source, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


NO_KEY = object()
