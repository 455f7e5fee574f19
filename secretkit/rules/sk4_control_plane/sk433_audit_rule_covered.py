"""SK433: an audit rule that another rule, of its namespace or of all, answers already."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.audit import Ask, asks, cover, rank, reaches_floor, shared_cover
from secretkit.model.control_plane import AuditRule
from secretkit.model.platform import Platform
from secretkit.rules import Rule
from secretkit.text import Place


class _Part(NamedTuple):
    """What one rule asks for one kind."""

    app: str  # empty for the platform's
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
    parts = tuple(_parts(app.name, app.audit, app.namespace))
    for part in parts:
        yield from _finding(part, part.answered_by(parts))


def judge_apps(apps: Sequence[App], platforms: Sequence[Platform]) -> Iterator[Finding]:
    """The same among platforms and the apps of a namespace; what one app says twice is found there."""
    shared = [part for platform in platforms for part in _parts("", platform.audit, None)]
    namespaces: dict[str, list[_Part]] = {}
    for app in apps:
        if app.audit:
            parts = _parts(app.name, app.audit, app.namespace)
            namespaces.setdefault(app.namespace, []).extend(parts)
    for part in shared:
        yield from _finding(part, part.answered_by(shared))
    for own in namespaces.values():
        for part in own:
            by = part.answered_by([*shared, *own])
            if any(other.app != part.app for other in by):
                yield from _finding(part, by)


def _parts(app: str, audit: Iterable[AuditRule], namespace: str | None) -> Iterator[_Part]:
    for rule in audit:
        for number, kind in enumerate(rule.kinds):
            wanted = tuple(asks(rule._replace(resources=(str(kind),)), namespace))
            is_dead = kind.is_void or all(shared_cover(ask) is not None for ask in wanted)
            if not is_dead and not reaches_floor(rule, kind):
                yield _Part(app, wanted, rule.at / "resources" / number)


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
