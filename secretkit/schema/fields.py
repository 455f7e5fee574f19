"""Fields by the path a user writes: `spec.secrets.db.refresh`, or short `secrets.refresh`.

Keys that are the user's own (of stores, secrets, workloads) may be given or left out, and so may
`spec`. A path as we spell it has NAME in their place.
"""

from collections.abc import Iterator
from typing import NamedTuple

from secretkit.fragment import Fragment

KEY = "NAME"


class Field(NamedTuple):
    """A field, its path as we spell it, and whether its object needs it."""

    path: tuple[str, ...]
    fragment: Fragment
    required: bool = False

    @property
    def name(self) -> str:
        """The path without `spec`, as short as it can be read."""
        path = self.path[1:] if self.path[:1] == ("spec",) and len(self.path) > 1 else self.path
        return ".".join(path)


class Unknown(Exception):
    """No field lies at a path: how far it leads, and the word that leads nowhere."""

    def __init__(self, reached: Field, word: str) -> None:
        self.reached = reached
        self.word = word
        super().__init__(word)


def find(root: Fragment, path: str) -> Field:
    """The field of a path; raises Unknown with the deepest that was reached."""
    words = tuple(word for word in path.split(".") if word)
    whole = Field((), root)
    best = (whole, 0)
    for start, rest in ((whole, words), (_member(whole, "spec"), words)):
        for found, used in _walk(start, rest, 0):
            if used == len(words):
                return found
            if used > best[1]:
                best = (found, used)
    reached = best[0] if best[1] else _member(whole, "spec")
    raise Unknown(reached, words[best[1]] if words else "")


def below(field: Field) -> Iterator[Field]:
    """The fields of an object, or of the objects that a map or a list holds."""
    inner = _inner(field)
    for name in inner.fragment.get("properties", ()):
        yield _member(inner, name)


def everything(root: Fragment) -> Iterator[Field]:
    """Every field, save those of environments, which repeat all others."""
    pending = [Field((), root)]
    while pending:
        for field in below(pending.pop()):
            yield field
            if field.path != ("spec", "environments"):
                pending.append(field)


def _walk(field: Field, words: tuple[str, ...], used: int) -> Iterator[tuple[Field, int]]:
    """Ways to go on from a field, the nearest to its own fields first, and how many words each took."""
    if not words:
        yield field, used
        return
    yield field, used
    if words[0] in field.fragment.get("properties", ()):
        yield from _walk(_member(field, words[0]), words[1:], used + 1)
    inner = _inner(field)
    if inner is not field:
        if words[0] in inner.fragment.get("properties", ()):
            yield from _walk(inner, words, used)
        # A key of the user's own may hold dots, but then more must follow, or a slip would be one.
        most = len(words) if words[0].startswith("/") else max(1, len(words) - 1)
        for size in range(1, most + 1):
            yield from _walk(inner, words[size:], used + size)


def _member(field: Field, name: str) -> Field:
    required = name in field.fragment.get("required", ())
    return Field((*field.path, name), field.fragment["properties"][name], required)


def _inner(field: Field) -> Field:
    """What a map or a list holds; the field itself where it has fields of its own."""
    fragment = field.fragment
    if "properties" in fragment:
        return field
    for keyword, key in (("additionalProperties", (KEY,)), ("items", ())):
        if isinstance(fragment.get(keyword), dict):
            return Field((*field.path, *key), fragment[keyword])
    return field
