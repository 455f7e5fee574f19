"""How pods get Secrets."""

from itertools import combinations
from typing import NamedTuple, TypeAlias

from secretkit.text import Place, has

# What mounts that share a volume have in common: key of a secret, mode, items.
VolumeKey: TypeAlias = tuple[str, int, tuple[tuple[str, str, int | None], ...]]


class Item(NamedTuple):
    key: str
    path: str
    mode: int | None
    at: Place


class Mount(NamedTuple):
    """A Secret at a path: a folder, or with `sub_path` one file."""

    path: str
    secret: str  # key of a secret
    sub_path: str | None  # the one key
    mode: int  # decimal
    items: tuple[Item, ...]
    at: Place

    @property
    def volume(self) -> VolumeKey:
        items = tuple((item.key, item.path, item.mode) for item in self.items)
        return self.secret, self.mode, items


class Variable(NamedTuple):
    name: str
    secret: str
    key: str
    at: Place


class AllKeys(NamedTuple):
    """Every key of a Secret as a variable."""

    secret: str
    prefix: str
    at: Place


class Entry(NamedTuple):
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
    def variable_places(self) -> tuple[Place, ...]:
        """Where `env` and `envFrom` put secrets into variables."""
        named = (variable.at for variable in self.variables)
        return (*named, *(whole.at for whole in self.all_keys))

    @property
    def container_uses(self) -> tuple[tuple[str, Place], ...]:
        """Every use of a secret inside containers: its key and the place that names it."""
        return (
            *((mount.secret, _named(mount.at)) for mount in self.mounts),
            *((variable.secret, _named(variable.at)) for variable in self.variables),
            *((keys.secret, _named(keys.at)) for keys in self.all_keys),
        )

    @property
    def uses(self) -> tuple[tuple[str, Place], ...]:
        """Every use of a secret: its key and the place that names it."""
        return (*self.container_uses, *self.pull_secrets)

    def meets(self, other: "Entry") -> bool:
        """Whether some container gets what both entries give."""
        if set(self.init_containers) & set(other.init_containers):
            return True
        if self.containers is None or other.containers is None:
            return True
        return bool(set(self.containers) & set(other.containers))


def _named(at: Place) -> Place:
    """The field `secret` of a use, or the use itself in its short form."""
    return at / "secret" if has(at.tree.value, (*at.path, "secret")) else at


class Workload(NamedTuple):
    """A workload and all entries that speak of it."""

    kind: str
    name: str
    entries: tuple[Entry, ...]

    @property
    def at(self) -> Place:
        return self.entries[0].at

    @property
    def is_restartable(self) -> bool:
        """Whether something makes its pods anew when they are told to."""
        return self.kind not in ("CronJob", "Job", "Pod")

    @property
    def volumes(self) -> dict[VolumeKey, tuple[Mount, ...]]:
        """The mounts of all entries by the volume they share, each volume's sorted by path."""
        mounts = [mount for entry in self.entries for mount in entry.mounts]
        groups: dict[VolumeKey, tuple[Mount, ...]] = {}
        for mount in sorted(mounts, key=lambda mount: mount.path):
            groups[mount.volume] = (*groups.get(mount.volume, ()), mount)
        return groups

    @property
    def meeting(self) -> tuple[tuple[Entry, Entry], ...]:
        """Pairs of entries that reach one container."""
        pairs = combinations(self.entries, 2)
        return tuple((one, other) for one, other in pairs if one.meets(other))
