"""Texts that templates give names themselves: `$password := "..."`, `dict "password" "..."`."""

from collections.abc import Iterator

from secretkit.lazy import lazily
from secretkit.scan.codes.sk813_field import CODE
from secretkit.scan.nodes import Node, Stretch
from secretkit.scan.places import Place
from secretkit.scan.reading import File
from secretkit.scan.seen import SAFE, Seen, of_a_field, seen

_ACTION = lazily(r"\{\{[^{}\n]{1,2000}\}\}")
_GIVEN = lazily(r"""\$(?P<name>[A-Za-z_]\w{0,60})\s*:?=\s*["`](?P<value>[^"`\n]{1,400})["`]""")
_DICT = lazily(
    r"""\b(?:dict|set\s+\S{1,100})\s+(?P<pairs>(?:"[^"\n]{0,60}"\s+(?:"[^"\n]{0,400}"|[^\s"()]{1,200})\s*){1,20})"""
)
_PAIR = lazily(r""""(?P<name>[^"\n]{0,60})"\s+(?:"(?P<value>[^"\n]{0,400})"|[^\s"()]{1,200})""")


def read(file: File) -> Iterator[Seen]:
    if "{{" not in file.text or not (file.is_yaml or file.base.endswith((".tpl", ".txt"))):
        return
    for number, row in enumerate(file.rows, 1):
        if "{{" not in row or len(row) > 20_000:
            continue
        for action in _ACTION.finditer(row):
            for name, value, start in _texts(action[0]):
                verdict = of_a_field(name, value)
                if verdict is not SAFE:
                    begin = action.start() + start + 1
                    node = Node(Stretch(number, begin, number, begin + len(value)), value)
                    yield seen(CODE, (name,), node, verdict, subject=f"`{file.base}`")


def _texts(action: str) -> Iterator[tuple[str, str, int]]:
    """Names with their texts, and where those begin."""
    for found in _GIVEN.finditer(action):
        yield found["name"], found["value"], found.start("value")
    for pairs in _DICT.finditer(action):
        for found in _PAIR.finditer(action, pairs.start("pairs"), pairs.end("pairs")):
            if found["value"]:
                yield found["name"], found["value"], found.start("value")


PLACE = Place(read=read)
