"""SK433: an audit rule that another rule of the same namespace answers already."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.audit import Ask, asks, cover, rank, reaches_floor, shared_cover
from secretkit.rules import Rule
from secretkit.text import Place


class _Part(NamedTuple):
    """What one rule asks for one kind."""

    app: str
    asks: tuple[Ask, ...]
    place: Place

    def answered_by(self, parts: "Sequence[_Part]") -> "tuple[_Part, ...]":
        """The parts that together answer all of its requests; none where some request is left."""
        number, found = parts.index(self), []
        for ask in self.asks:
            if shared_cover(ask) is not None:
                continue
            earlier = {
                other: part
                for at, part in enumerate(parts)
                for other in part.asks
                if at != number and (rank(other), at) < (rank(ask), number)
            }
            by = cover(ask, earlier)
            if by is None:
                return ()
            found += [earlier[other] for other in by]
        return tuple(part for at, part in enumerate(found) if part not in found[:at])


def find(app: App) -> Iterator[Finding]:
    parts = tuple(_parts(app))
    for part in parts:
        yield from _finding(part, part.answered_by(parts))


def judge_apps(apps: Sequence[App]) -> Iterator[Finding]:
    """The same among apps that share a namespace; what one app says twice is found there."""
    namespaces: dict[str, list[_Part]] = {}
    for app in apps:
        if app.audit:
            namespaces.setdefault(app.namespace, []).extend(_parts(app))
    for parts in namespaces.values():
        for part in parts:
            by = part.answered_by(parts)
            if any(other.app != part.app for other in by):
                yield from _finding(part, by)


def _parts(app: App) -> Iterator[_Part]:
    for rule in app.audit:
        for number, kind in enumerate(rule.kinds):
            wanted = tuple(asks(rule._replace(resources=(str(kind),)), app.namespace))
            is_dead = kind.is_void or all(shared_cover(ask) is not None for ask in wanted)
            if not is_dead and not reaches_floor(rule, kind):
                yield _Part(app.name, wanted, rule.at / "resources" / number)


def _finding(part: _Part, by: tuple[_Part, ...]) -> Iterator[Finding]:
    if by:
        levels = sorted({other.asks[0].level for other in by})
        yield RULE.at(
            part.place, also=[other.place for other in by],
            kind=part.asks[0].kind, levels=" and ".join(levels),
        )  # fmt: skip


RULE = Rule(
    code="SK433",
    severity="warning",
    title="another audit rule answers for `{kind}` at {levels} already",
    why="what is asked for at Metadata is never logged above it, and of two higher levels the highest "
    "wins, whatever their order",
    fix="drop one of the two",
    find=find,
    wrong="""
        spec:
          audit:
            rules:
              - level: RequestResponse
                resources: [services]
              - level: Request
                resources: [services]  # <- SK433
                verbs: [create]
    """,
    right="""
        spec:
          audit:
            rules:
              - level: RequestResponse
                resources: [services]
                verbs: [create]
              - level: Request
                resources: [services]
    """,
)
