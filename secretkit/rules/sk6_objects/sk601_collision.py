"""SK601: no two objects are one."""

from collections.abc import Iterable, Iterator

from secretkit.finding import Finding
from secretkit.objects import Object
from secretkit.rules import Rule


def find_among(objects: Iterable[Object]) -> Iterator[Finding]:
    first: dict[tuple[object, ...], Object] = {}
    told = set()  # two secrets of one name collide in several kinds: one cause, one finding
    for found in objects:
        identity = (found.patch, *found.id)
        other = first.setdefault(identity, found)
        pair = (other.place.path, found.place.path)
        if other is not found and pair not in told:
            told.add(pair)
            yield RULE.at(found.place.key, also=[other.place.key], kind=found.kind, name=found.name)


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
