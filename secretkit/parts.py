"""What stays of an input once it has been through the stations: small, and good for any process."""

from collections.abc import Callable
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
    environments: tuple[str, ...]
    value: Any  # what the entrance keeps; None outside the run's shard


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
