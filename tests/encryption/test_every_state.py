"""Every state that an operator who tells the truth can reach, on two API servers: none loses an object.

The servers load what the file says one after the other, at any time; both write in between. The walk
is complete for up to four keys or plugins, so what it does not find is not there.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import pytest

from secretkit.encryption import states
from secretkit.encryption.states import Refused, Section, Step
from secretkit.resolve.control_plane import resolve_encryption
from secretkit.text import Place, Tree

BEGIN: Section = {
    "provider": "secretbox",
    "keys": [{"name": "key-1", "state": "active"}],
    "readUnencrypted": False,
}
BUSY = (
    "rotating: readable", "rotating: writing", "moving: readable", "moving: writing",
    "enabling: readable", "disabling: written in the clear",
)  # fmt: skip
PLAIN = ("identity",)
MOST_NAMES = 4


@cache
def _readers(file: str) -> tuple[str, ...]:
    """What an API server that loads the file reads with: as it is rendered."""
    spec = {"encryption": json.loads(file)} if file else {}
    found = resolve_encryption(spec, Place(Tree(spec, ())))
    return tuple(map(str, found.readers())) if found else PLAIN


class Cluster(NamedTuple):
    """What the file says, what each server has loaded, what objects are stored under, names given out."""

    file: str  # JSON; "" where there is no section
    servers: tuple[tuple[str, ...], tuple[str, ...]]
    stored: frozenset[str]
    names: int

    @property
    def section(self) -> Section | None:
        return json.loads(self.file) if self.file else None

    @property
    def readers(self) -> tuple[str, ...]:
        return _readers(self.file)

    @property
    def said(self) -> states.Needs:
        """The most that can be claimed truly."""
        if set(self.servers) != {self.readers}:
            return "nothing"
        return "rewritten" if self.stored == {self.readers[0]} else "rolled"

    @property
    def lost(self) -> list[str]:
        return [one for one in self.stored for server in self.servers if one not in server]

    def with_file(self, section: Section | None) -> "Cluster":
        return self._replace(file=json.dumps(section, sort_keys=True) if section else "")


def around(
    here: Cluster, taken: Callable[[Step, states.Needs], bool]
) -> Iterator[tuple[str, Cluster]]:
    """What can come next; `taken` says whether a step is taken on what is claimed."""
    for at in (0, 1):
        servers = (here.readers, here.servers[1]) if at == 0 else (here.servers[0], here.readers)
        yield f"server {at} loads", here._replace(servers=servers)
        yield f"server {at} writes", here._replace(stored=here.stored | {here.servers[at][0]})
    if here.said != "nothing":
        yield "all is rewritten", here._replace(stored=frozenset({here.readers[0]}))
    for does, step in steps(here):
        if taken(step, here.said):
            yield does, here.with_file(step.section)
    yield from begun(here)


def steps(here: Cluster) -> Iterator[tuple[str, Step]]:
    section = here.section
    if section is None:
        return
    stage = states.stage(section)
    for does, way in (("next", stage.forward), ("back", stage.back), ("disable", states.disabled)):
        if way:
            try:
                yield does, way(section)
            except Refused:
                continue


def begun(here: Cluster) -> Iterator[tuple[str, Cluster]]:
    if here.names == MOST_NAMES:
        return
    name = f"key-{here.names + 1}"
    more = here._replace(names=here.names + 1)
    key: Section = {"name": name, "state": "next"}
    local = {"provider": "aesgcm", "keys": [key]}
    plugin = {"provider": "kms", "kms": {"name": name}}
    section = here.section
    makers: list[tuple[str, Callable[[], Section]]] = []
    if section is None:
        if here.said == "rewritten" and here.readers == PLAIN:
            makers = [
                ("enable", lambda: states.enabled(local, None)),
                ("enable kms", lambda: states.enabled(plugin, None)),
            ]
    else:
        makers = [
            ("rotate", lambda: states.rotated(section, key)),
            ("move", lambda: states.moved(section, local)),
            ("move to kms", lambda: states.moved(section, plugin)),
        ]
    for does, make in makers:
        try:
            yield does, more.with_file(make())
        except Refused:
            continue


def enough(step: Step, said: states.Needs) -> bool:
    order = ("nothing", "rolled", "rewritten")
    return order.index(said) >= order.index(step.needs)


Moves: TypeAlias = Callable[[Cluster], Iterator[tuple[str, Cluster]]]


def by(taken: Callable[[Step, states.Needs], bool]) -> Moves:
    return lambda here: around(here, taken)


def search(begin: Cluster, moves: Moves) -> tuple[set[Cluster], list[str]]:
    """All clusters that can be reached, and the way to the first that lost an object."""
    came: dict[Cluster, tuple[str, Cluster] | None] = {begin: None}
    queue = [begin]
    for here in queue:
        for does, there in moves(here):
            if there in came:
                continue
            came[there] = (does, here)
            if there.lost:
                return set(came), way_to(there, came)
            queue.append(there)
    return set(came), []


def way_to(there: Cluster, came: dict[Cluster, tuple[str, Cluster] | None]) -> list[str]:
    way = []
    while (step := came[there]) is not None:
        does, there = step
        way.append(does)
    return way[::-1]


def cluster(section: Section | None) -> Cluster:
    empty = Cluster("", (PLAIN, PLAIN), frozenset(PLAIN), 1 if section else 0).with_file(section)
    return empty._replace(
        servers=(empty.readers, empty.readers), stored=frozenset(empty.readers[:1])
    )


@pytest.mark.parametrize("section", [BEGIN, None], ids=["encrypted", "in the clear"])
def test_no_state_that_can_be_reached_loses_an_object(section: Section | None) -> None:
    reached, lost = search(cluster(section), by(enough))

    assert lost == []
    stages = {states.stage(one.section).name for one in reached if one.section}
    assert stages == {
        "steady", "readable in the clear", "rotating: readable", "rotating: writing",
        "moving: readable", "moving: writing", "enabling: readable",
        "disabling: written in the clear",
    }  # fmt: skip


def loosened(name: str, needs: states.Needs) -> Callable[[Step, states.Needs], bool]:
    """The rules, but steps of one name are taken on a weaker claim."""

    def taken(step: Step, said: states.Needs) -> bool:
        return enough(step._replace(needs=needs) if step.does.endswith(name) else step, said)

    return taken


@pytest.mark.parametrize(
    ("section", "does", "needs"),
    [
        pytest.param(
            BEGIN, "writes from now on", "nothing", id="a new key writes before it is read"
        ),
        pytest.param(BEGIN, "can no longer be read", "rolled", id="an old key goes too early"),
        pytest.param(BEGIN, "before it wrote anything", "rolled", id="a key that wrote goes"),
        pytest.param(
            BEGIN, "in the clear from now on", "nothing", id="the clear before it is read"
        ),
        pytest.param(None, "can still be read", "nothing", id="encrypted before it is read"),
    ],
)
def test_each_claim_is_needed(section: Section | None, does: str, needs: Any) -> None:
    _, lost = search(cluster(section), by(loosened(does, needs)))

    assert lost, f"no object is lost where `{does}` asks for {needs} alone"


# What may begin while something else is under way, whatever else is done before and after. What is
# refused loses an object where it is begun anyway, or is for nothing and says so.

ALLOWED, LOSES, FOR_NOTHING = "allowed", "loses an object", "for nothing"
OUT_OF_TURN = {
    ("rotate", "rotating: readable"): {ALLOWED},
    ("rotate", "rotating: writing"): {ALLOWED},
    ("rotate", "moving: readable"): {FOR_NOTHING},  # the other provider takes over, not the new key
    ("rotate", "moving: writing"): {ALLOWED},
    ("rotate", "enabling: readable"): {FOR_NOTHING},
    ("rotate", "disabling: written in the clear"): {FOR_NOTHING},
    ("move", "rotating: readable"): {ALLOWED},
    ("move", "rotating: writing"): {ALLOWED},
    ("move", "moving: readable"): {LOSES},  # what the first one wrote before a step back
    ("move", "moving: writing"): {LOSES},  # what the one before the first wrote
    ("move", "enabling: readable"): {FOR_NOTHING},
    ("move", "disabling: written in the clear"): {LOSES, FOR_NOTHING},  # a move is in it, or none
    ("disable", "rotating: readable"): {ALLOWED},
    ("disable", "rotating: writing"): {ALLOWED},
    ("disable", "moving: readable"): {ALLOWED},
    ("disable", "moving: writing"): {ALLOWED},
    # A plugin that is coming looks like one that is going, and a key does not.
    ("disable", "enabling: readable"): {LOSES, FOR_NOTHING},
    ("disable", "disabling: written in the clear"): {FOR_NOTHING},  # it changes nothing
}
NEW_KEY: Section = {"name": "key-9", "state": "next"}
KMS: Section = {"provider": "kms", "kms": {"name": "key-9"}}


def unguarded(verb: str, section: Section, name: str) -> Section:
    """What beginning it makes of a section, whatever is under way."""
    match verb:
        case "rotate":
            return {**section, "keys": [*section["keys"], {"name": name, "state": "next"}]}
        case "move":
            return {**section, "moveTo": {"provider": "kms", "kms": {"name": name}}}
        case _:
            field = "writeUnencrypted" if section.get("readUnencrypted") else "readUnencrypted"
            return {**section, field: True}


WAYS: dict[str, Callable[[Section], object]] = {
    "rotate": lambda section: states.rotated(section, NEW_KEY),
    "move": lambda section: states.moved(section, KMS),
    "disable": states.disabled,
}


def said_of(verb: str, section: Section) -> str:
    """Whether it may begin, and if not, what the refusal says."""
    try:
        WAYS[verb](section)
    except Refused as refused:
        return FOR_NOTHING if refused.is_order else LOSES
    return ALLOWED


def is_in_turn(verb: str, section: Section) -> bool:
    """Whether nothing else is under way; a plugin has its keys to itself at any time."""
    is_for_none = verb == "rotate" and section["provider"] == "kms"
    return is_for_none or states.stage(section).name not in BUSY


def begun_anyway(told: str, *pairs: tuple[str, str]) -> Moves:
    """What can come next where refusals that say one thing are passed over."""

    def moves(here: Cluster) -> Iterator[tuple[str, Cluster]]:
        yield from around(here, enough)
        section = here.section
        if section is None or here.names == MOST_NAMES:
            return
        for verb, stage in pairs:
            if states.stage(section).name != stage or is_in_turn(verb, section):
                continue
            is_second = verb == "disable" and section.get("readUnencrypted")
            if said_of(verb, section) != told or (is_second and here.said == "nothing"):
                continue
            names = here.names + (verb != "disable")
            made = unguarded(verb, section, f"key-{names}")
            yield f"{verb} anyway", here._replace(names=names).with_file(made)

    return moves


def test_what_is_said_of_each_beginning_out_of_turn() -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for begin in (BEGIN, None):
        for file in sorted({one.file for one in search(cluster(begin), by(enough))[0] if one.file}):
            section = json.loads(file)
            for verb in WAYS:
                if not is_in_turn(verb, section):
                    stage = states.stage(section).name
                    found.setdefault((verb, stage), set()).add(said_of(verb, section))

    assert found == OUT_OF_TURN


@pytest.mark.parametrize("begin", [BEGIN, None], ids=["encrypted", "in the clear"])
def test_what_is_refused_as_for_nothing_would_lose_nothing(begin: Section | None) -> None:
    _, lost = search(cluster(begin), begun_anyway(FOR_NOTHING, *OUT_OF_TURN))

    assert lost == []


@pytest.mark.parametrize(
    ("verb", "stage"), [pair for pair, said in OUT_OF_TURN.items() if LOSES in said]
)
def test_what_is_refused_as_losing_an_object_loses_one(verb: str, stage: str) -> None:
    _, lost = search(cluster(None), begun_anyway(LOSES, (verb, stage)))

    assert f"{verb} anyway" in lost
