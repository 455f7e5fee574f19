"""Every state that an operator who tells the truth can reach, on two API servers: none loses an object.

The servers load what the file says one after the other, at any time; both write in between. The walk
is complete for up to four keys or plugins, so what it does not find is not there.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

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


def search(
    begin: Cluster, taken: Callable[[Step, states.Needs], bool]
) -> tuple[set[Cluster], list[str]]:
    """All clusters that can be reached, and the way to the first that lost an object."""
    came: dict[Cluster, tuple[str, Cluster] | None] = {begin: None}
    queue = [begin]
    for here in queue:
        for does, there in around(here, taken):
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
    reached, lost = search(cluster(section), enough)

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
    _, lost = search(cluster(section), loosened(does, needs))

    assert lost, f"no object is lost where `{does}` asks for {needs} alone"
