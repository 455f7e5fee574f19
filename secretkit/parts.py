"""What stays of an input once it has been through the stations: small, and good for any process."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from secretkit.finding import Finding, Where
from secretkit.load.inputs import Input
from secretkit.model.app import App
from secretkit.objects import Object
from secretkit.rules import Packed
from secretkit.target import Target


class Kept(NamedTuple):
    """What stays of an app that is right."""

    name: str
    namespace: str
    file: str
    value: Any  # what the entrance keeps; None outside the run's shard


class Shelf:
    """What stays of all apps: a text for each, and what the entrance keeps of it."""

    def __init__(self, apps: Iterable[Kept] = ()) -> None:
        self._texts: list[str] = []
        self._values: list[Any] = []
        for one in apps:
            self.add(one)

    def add(self, one: Kept) -> None:
        self._texts.append(f"{one.namespace}\0{one.name}\0{one.file}")
        self._values.append(one.value)

    def __iter__(self) -> Iterator[Kept]:
        """The apps in the order in which they came."""
        return map(self._at, range(len(self._texts)))

    @property
    def ordered(self) -> Iterator[Kept]:
        """The apps by namespace and name."""
        return map(self._at, sorted(range(len(self._texts)), key=self._texts.__getitem__))

    def _at(self, number: int) -> Kept:
        namespace, name, file = self._texts[number].split("\0")  # no name holds a NUL
        return Kept(name, namespace, file, self._values[number])


class Shared(NamedTuple):
    """A preset that is one object for all apps, as one of them has it."""

    file: str
    key: str
    said: tuple[Any, ...]
    place: Where
    objects: tuple[Object, ...]


class Reduced(NamedTuple):
    """A part without its tree: what the apps of a run need of each other."""

    input: Input
    is_app: bool
    findings: tuple[Finding, ...]
    environments: tuple[str, ...]
    kept: Kept | None = None
    target: Target | None = None
    facts: tuple[Packed, ...] = ()
    plane: App | None = None  # what it says of the control plane, if anything
    shared: tuple[Shared, ...] = ()
    has_values: bool = False  # in the clear, read or not


class Record(NamedTuple):
    """How an entrance's kept value becomes JSON and comes back; `tag` says all that it depends on."""

    tag: str
    dump: Callable[[Any], Any] = lambda value: value
    load: Callable[[Any], Any] = lambda data: data
