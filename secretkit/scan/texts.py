"""Assignments in texts that are no YAML: `.env`, properties, ini, logins; each with its line."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from secretkit.lazy import lazily
from secretkit.scan import grading
from secretkit.scan.nodes import Node, Stretch, moved

_LINE = lazily(
    r"""[ \t]*(?:export[ \t]+|set[ \t]+|-[ \t]+)?["']?(?P<key>[A-Za-z_][\w.\-/\[\]]{0,120})["']?"""
    r"""[ \t]*(?:=>|:=|=|:[ \t]|:$|:(?=\S))[ \t]*(?P<value>.*)"""
)
_DEFINE = lazily(
    r"""[ \t]*define\(\s*["'](?P<key>\w{1,100})["']\s*,\s*["'](?P<value>[^"'\n]{0,1000})["']"""
)
_WORD_VALUE = lazily(
    r"[ \t]*(?P<key>requirepass|masterauth|password|auth-pass|bindpw|rootpw|secret)[ \t]+(?P<value>\S{1,400})[ \t]*$"
)
_PASSWORDS = ("requirepass", "masterauth", "auth-pass", "bindpw", "rootpw")  # by other names
_XML = lazily(
    r"""<[\w.:-]{1,60}[^<>]{0,200}?\bname=["'](?P<key>[\w.-]{1,100})["'][^<>]{0,100}?\bvalue=["'](?P<value>[^"'<>]{0,400})["']"""
)
_ELEMENT = lazily(r"<(?P<key>[\w.-]{1,60})>(?P<value>[^<>]{1,400})</(?P=key)>")
_SECTION = lazily(r"[ \t]*\[([^\[\]\n]{1,100})\][ \t]*$")
_COMMENT = ("#", ";", "//", "<!--", "*", "--", "/*")


class Assignment(NamedTuple):
    """A name and its value, without quotes and without a comment behind it."""

    steps: tuple[str, ...]
    key: str
    value: str
    at: Stretch

    @property
    def node(self) -> Node:
        return Node(self.at, self.value)


def assignments(text: str, within: Node | None = None) -> Iterator[Assignment]:
    """Every assignment of a text; those of an ini file with their section."""
    section: tuple[str, ...] = ()
    for number, row in enumerate(text.split("\n"), 1):
        head = row.lstrip()
        if not head or (head.startswith(_COMMENT) and not head.startswith("<")):
            continue
        if len(row) > 20_000:
            continue
        found = _SECTION.match(row)
        if found:
            section = (found[1].strip(),)
            continue
        for match in _found(row):
            value, start = _unquoted(match)
            if _is_code(row, match):
                continue
            key = "password" if match["key"] in _PASSWORDS else match["key"]
            at = Stretch(number, start + 1, number, start + 1 + max(len(value), 1))
            yield Assignment(
                (*section, match["key"]), key, value, moved(at, within) if within else at
            )


def _found(row: str) -> Iterator[re.Match[str]]:
    if row.lstrip().startswith("<"):
        yield from _XML.finditer(row)
        yield from _ELEMENT.finditer(row)
        return
    found = _DEFINE.match(row) or _WORD_VALUE.match(row) or _LINE.match(row)
    if found:
        yield found


def _unquoted(match: re.Match[str]) -> tuple[str, int]:
    """The value and the column where it begins, from 0."""
    raw, start = match["value"], match.start("value")
    quote = raw[:1]
    if quote in ('"', "'"):
        end = raw.find(quote, 1)
        while end > 0 and raw[end - 1] == "\\":
            end = raw.find(quote, end + 1)
        if end > 0:
            return raw[1:end], start + 1
    value = re.split(r"\s+(?:#|//|;)", raw, maxsplit=1)[0].rstrip().rstrip(",;").rstrip()
    return value, start


def _is_code(row: str, match: re.Match[str]) -> bool:
    """Whether a value without quotes, set off by spaces as in a language, refers to another."""
    raw = match["value"]
    if raw[:1] in ('"', "'", "") or row[match.end("key") :].lstrip("\"'")[:1] != " ":
        return False
    return "=" in row[match.end("key") : match.start("value")] and grading.is_code(
        raw.rstrip(" ;,")
    )


def looks_like_assignments(text: str) -> bool:
    """Whether most lines of a text assign something, or one as no prose would."""
    rows = [
        row for row in text.split("\n") if row.strip() and not row.lstrip().startswith(_COMMENT)
    ]
    if not rows:
        return False
    if any(_DEFINE.match(row) or _WORD_VALUE.match(row) for row in rows):
        return True
    kinds = (_LINE, _SECTION, _DEFINE, _WORD_VALUE, _XML, _ELEMENT)
    good = sum(1 for row in rows if any(kind.match(row) for kind in kinds))
    return good * 2 > len(rows)
