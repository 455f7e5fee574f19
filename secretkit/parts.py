"""What stays of an input once it has been through the stations: small, and good for any process."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from secretkit.finding import Finding, Where
from secretkit.load.inputs import Input
from secretkit.model.app import App
from secretkit.objects import Object
from secretkit.rules import Facts
from secretkit.sorting import Sorted
from secretkit.spool import Spool
from secretkit.target import Target


class Kept(NamedTuple):
    """What stays of an app that is right."""

    name: str
    namespace: str
    file: str
    value: Any  # what the entrance keeps; None outside the run's shard


class Shelf:
    """What stays of all apps, outside of memory: names, and the number of what the entrance keeps.

    What it keeps in another form stays in memory, since it may be anything.
    """

    def __init__(self, apps: Iterable[Kept] = ()) -> None:
        self._spool = Spool()
        self._values: list[Any] = []
        for one in apps:
            self.add(one)

    def add(self, one: Kept) -> None:
        value = one.value
        if value is None:
            shown = ""
        elif type(value) is int:
            shown = str(value)
        else:
            shown = f"{_HELD}{len(self._values)}"
            self._values.append(value)
        # No name holds a NUL.
        text = f"{one.namespace}\0{one.name}\0{one.file}\0{shown}"
        self._spool.put(text.encode(errors="surrogatepass"))

    def __iter__(self) -> Iterator[Kept]:
        """The apps in the order in which they came."""
        return map(self._kept, self._spool)

    @property
    def ordered(self) -> Iterator[Kept]:
        """The apps by namespace and name."""
        return map(self._kept, Sorted(self._spool))

    def _kept(self, text: bytes) -> Kept:
        namespace, name, file, shown = text.decode(errors="surrogatepass").split("\0")
        if shown.startswith(_HELD):
            return Kept(name, namespace, file, self._values[int(shown.removeprefix(_HELD))])
        return Kept(name, namespace, file, int(shown) if shown else None)


_HELD = "at "  # before the place of what stays in memory


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
    facts: Facts | None = None
    plane: App | None = None  # what it says of the control plane, if anything
    shared: tuple[Shared, ...] = ()
    has_values: bool = False  # in the clear, read or not


class Record(NamedTuple):
    """How an entrance's kept value becomes JSON and bytes, and comes back; all depends on `tag`."""

    tag: str
    dump: Callable[[Any], tuple[Any, bytes]]
    load: Callable[[Any, bytes], Any]
