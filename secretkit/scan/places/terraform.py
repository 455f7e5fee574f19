"""Terraform: data of Secrets, values of charts, defaults of variables; a text without quotes refers."""

import re
from collections.abc import Iterator

from secretkit.lazy import lazily
from secretkit.looks import names_secret
from secretkit.scan.codes.sk811_file_of_logins import CODE
from secretkit.scan.nodes import Node, Stretch
from secretkit.scan.places import Place
from secretkit.scan.reading import File
from secretkit.scan.seen import SAFE, Seen, Verdict, decoded, of_a_field, of_a_secret, seen
from secretkit.scan.texts import assignments

_OPENS = lazily(
    r"[ \t]*([A-Za-z_][\w-]*)((?:[ \t]+\"[^\"\n]*\")*)[ \t]*(=?)[ \t]*(?:\w+\()?\{[ \t]*(?:#.*)?$"
)
_SETS = lazily(r"[ \t]*[\"']?([\w.-]{1,120})[\"']?[ \t]*=[ \t]*\"((?:[^\"\\\n]|\\.)*)\"")
_INLINE = lazily(r"[{,][ \t]*[\"']?([\w.-]{1,120})[\"']?[ \t]*[=:][ \t]*\"((?:[^\"\\\n]|\\.)*)\"")
_HEREDOC = lazily(r"<<-?[ \t]*\"?([A-Za-z_]\w*)\"?[ \t]*$")
_HOLE = re.compile(r"[$%]\{")


def read(file: File) -> Iterator[Seen]:
    if not file.base.endswith(".tf"):
        return
    blocks: list[tuple[str, tuple[str, ...]]] = []
    name, until = "", ""
    for number, row in enumerate(file.rows, 1):
        if until:
            until = "" if row.strip() == until else until
            for one in assignments(row):
                verdict = of_a_field(one.key, one.value)
                if verdict is not SAFE and not _HOLE.search(one.value):
                    at = Stretch(number, one.at.column, number, one.at.end_column)
                    yield _seen(file, (one.key,), at, one.value, verdict)
            continue
        heredoc = _HEREDOC.search(row)
        opened = _OPENS.match(row)
        if heredoc:
            until = heredoc[1]
        elif opened:
            blocks.append((opened[1], tuple(re.findall(r'"([^"]*)"', opened[2]))))
            name = ""
        elif row.strip().startswith("}") and blocks:
            blocks.pop()
        if opened or row.lstrip().startswith(("#", "//")):
            continue
        whole = _SETS.match(row)
        for found in (whole,) if whole else _INLINE.finditer(row):
            key, value = found[1], found[2]
            if key == "name":
                name = value
            verdict = _verdict(blocks, key, value, name)
            if verdict is not SAFE:
                at = Stretch(number, found.start(2) + 1, number, found.end(2) + 1)
                yield _seen(file, (*(block for block, _ in blocks), key), at, value, verdict)


def _verdict(blocks: list[tuple[str, tuple[str, ...]]], key: str, value: str, name: str) -> Verdict:
    """What a text in quotes is, by the blocks around it."""
    if _HOLE.search(value):
        return SAFE
    inner = blocks[-1][0] if blocks else ""
    labels = blocks[0][1] if blocks else ()
    is_secret = bool(labels) and labels[0].startswith("kubernetes_secret")
    if (is_secret and inner in ("data", "binary_data")) or (is_secret and key == "data"):
        text = decoded(value) or value if inner == "binary_data" else value
        return _certain(of_a_secret(key, text))
    if inner == "set_sensitive" and key == "value":
        return _certain(of_a_secret(name, value))
    if inner == "set" and key == "value":
        return of_a_field(name, value)
    if inner == "variable" and key == "default" and labels:
        return of_a_field(labels[0], value)
    if inner == "variable" and not names_secret(key):
        return SAFE
    return of_a_field(key, value)


def _certain(verdict: Verdict) -> Verdict:
    return SAFE if verdict.sureness == "placeholder" else verdict


def _seen(file: File, steps: tuple[str, ...], at: Stretch, value: str, verdict: Verdict) -> Seen:
    return seen(CODE, steps, Node(at, value), verdict, subject=f"`{file.base}`")


PLACE = Place(read=read)
