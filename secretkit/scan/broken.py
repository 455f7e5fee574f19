"""Secrets in a text that no parser takes: the rows below `data` and `stringData`, as they stand."""

import re
from collections.abc import Iterator

from secretkit.lazy import lazily
from secretkit.scan.nodes import Node, Stretch, masked, unmasked
from secretkit.scan.places import secret_object
from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import Seen

_LONGEST_ROW = 20_000
_KIND = lazily(r"""[\s{,-]*["']?kind["']?\s*:\s*["']?Secret["']?\s*,?\s*(?:#.*)?""")
_SECTION = lazily(r"""[\s-]*["']?(?P<section>data|stringData)["']?\s*:\s*\{?\s*(?:#.*)?""")
_ROW = lazily(r"""\s*(?P<quote>["']?)(?P<key>[\w.-]{1,253})(?P=quote)\s*:(?:\s+(?P<value>.*))?""")
_NAME = lazily(r"""\s*["']?name["']?\s*:\s*["']?(?P<name>[\w.-]{1,253})["']?\s*,?\s*""")
_SHELL = lazily(r"\$[A-Za-z_]\w*")
_BLOCK = lazily(r"[|>][-+\d]{0,2}\s*(?:#.*)?")


def find(file: File) -> Iterator[Seen]:
    """What the values of Secrets are, document by document."""
    rows = [row if len(row) <= _LONGEST_ROW else "" for row in masked(file.text).split("\n")]
    begin = 0
    for at in range(len(rows) + 1):
        if at == len(rows) or rows[at].startswith("---"):
            document = rows[begin:at]
            if any(map(_KIND.fullmatch, document)):
                yield from _of_secret(file, document, begin)
            begin = at + 1


def _of_secret(file: File, rows: list[str], above: int) -> Iterator[Seen]:
    name = next((found["name"] for row in rows if (found := _NAME.fullmatch(row))), "")
    subject = f"the Secret `{name}`" if name else "this Secret"
    step = f"Secret/{name}" if name else "Secret"
    thing = Thing(Node(Stretch(1, 1, 1, 1), fields=()), "Secret", name, (step,), subject)
    section, outer, at = "", -1, 0
    while at < len(rows):
        row, number = rows[at], above + at + 1
        at += 1
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        indent = _indent(row)
        begins = _SECTION.fullmatch(row)
        if begins:
            section, outer = begins["section"], indent
            continue
        if section and indent <= outer:
            section = ""
        found = _ROW.match(row) if section else None
        if not found:
            continue
        value, plain = _scalar(found["value"] or "")
        column = len(row) - len((found["value"] or "").lstrip()) + 1
        if _BLOCK.fullmatch(value):
            first = at
            while at < len(rows) and (not rows[at].strip() or _indent(rows[at]) > indent):
                at += 1
            value, plain = "\n".join(one.strip() for one in rows[first:at]), False
        if _SHELL.fullmatch(value):  # of a here-document
            continue
        stretch = Stretch(number, column, number, max(len(row.rstrip()) + 1, column + 1))
        node = Node(stretch, unmasked(value), plain=plain)
        yield secret_object.of_value(thing, section, found["key"], node, file)


def _indent(row: str) -> int:
    return len(row.expandtabs(8)) - len(row.expandtabs(8).lstrip())


def _scalar(written: str) -> tuple[str, bool]:
    """A scalar of one row, and whether it is plain."""
    text = written.strip()
    quoted = re.match(r"""(["'])(.*?)\1\s*(?:,|#.*|,\s*#.*)?$""", text)
    if quoted:
        return quoted[2], False
    return re.split(r"\s+#", text, maxsplit=1)[0].rstrip().removesuffix(","), True
