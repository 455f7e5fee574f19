"""How pods get Secrets."""

from dataclasses import dataclass

from secretkit.text import Place


@dataclass(frozen=True, slots=True)
class Item:
    key: str
    path: str
    mode: int | None
    at: Place


@dataclass(frozen=True, slots=True)
class Mount:
    """A Secret at a path: a folder, or with `sub_path` one file."""

    path: str
    secret: str  # key of a secret
    sub_path: str | None  # the one key
    mode: int  # decimal
    items: tuple[Item, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    secret: str
    key: str
    at: Place


@dataclass(frozen=True, slots=True)
class AllKeys:
    """Every key of a Secret as a variable."""

    secret: str
    prefix: str
    at: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of `workloads`: what some containers of a workload get."""

    key: str
    containers: tuple[str, ...] | None  # None: all of the pod's
    init_containers: tuple[str, ...]
    mounts: tuple[Mount, ...]
    variables: tuple[Variable, ...]
    all_keys: tuple[AllKeys, ...]
    pull_secrets: tuple[tuple[str, Place], ...]
    on_rotation: str
    at: Place

    @property
    def reaches_containers(self) -> bool:
        return bool(self.mounts or self.variables or self.all_keys)

    @property
    def uses(self) -> tuple[tuple[str, Place], ...]:
        """Every use of a secret: its key and the place that names it."""
        return (
            *((mount.secret, mount.at) for mount in self.mounts),
            *((variable.secret, variable.at) for variable in self.variables),
            *((keys.secret, keys.at) for keys in self.all_keys),
            *self.pull_secrets,
        )


@dataclass(frozen=True, slots=True)
class Workload:
    """A workload and all entries that speak of it."""

    kind: str
    name: str
    entries: tuple[Entry, ...]

    @property
    def at(self) -> Place:
        return self.entries[0].at
