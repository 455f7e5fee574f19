"""SK601: no two objects are one."""

from collections.abc import Iterable, Iterator

from secretkit.finding import Finding
from secretkit.objects import Object
from secretkit.rules import Rule
from secretkit.text import Path, Place


def find_among(objects: Iterable[Object]) -> Iterator[Finding]:
    first: dict[tuple[object, ...], Object] = {}
    told = set()  # two secrets of one name collide in several kinds: one cause, one finding
    for found in objects:
        other = first.setdefault((found.patch, *found.id), found)
        pair = (*_entry(other), *_entry(found))
        if other is not found and pair not in told:
            told.add(pair)
            yield RULE.at(
                _key(found),
                also=[_key(other)],
                kind=found.kind,
                name=found.name,
            )


def _entry(found: Object) -> tuple[str, Path]:
    """The file and the entry of a section that asked for the object: `spec`, `secrets`, its key."""
    return found.place.tree.source.name, found.place.path[:3]


def _key(found: Object) -> Place:
    return found.place._replace(path=_entry(found)[1]).key


RULE = Rule(
    code="SK601",
    title="{kind} `{name}` would be made twice",
    why="they are one object to the cluster, so the one that is applied last wins",
    fix="give one of them another `name`",
    find_among=find_among,
    wrong="""
        db:
          existing: true
        first:
          name: shared
          generate: {length: 32}
        second:  # <- SK601
          name: shared
          generate: {length: 32}
    """,
    right="""
        first:
          generate: {length: 32}
        second:
          generate: {length: 32}
    """,
)
