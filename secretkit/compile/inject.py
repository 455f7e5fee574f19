"""A whole workload that receives its secrets: what it has stays as it is, what it gets is added."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from posixpath import normpath
from typing import Any, NamedTuple, TypeAlias

from secretkit.compile.injection import RELOADER, Injection, Share, pod_path
from secretkit.text import Place, has

Body: TypeAlias = dict[str, Any]


class Clash(NamedTuple):
    """What cannot be added: a container is not there, or something else of that name is."""

    what: str  # container, init container, variable, mount or volume
    name: str
    at: Place
    known: tuple[str, ...] = ()  # for a container: those that are there
    others: tuple[str, ...] = ()  # for a container: those of the other kind


class Injected(NamedTuple):
    """The workload, and what could not be added."""

    body: Body
    clashes: tuple[Clash, ...]


class NoPods(Exception):
    """The manifest has not the form of its kind; the text says where, in the words of findings."""


def inject(manifest: Body, found: Injection) -> Injected:
    """The manifest with what it gets added, and nothing that it has changed, moved or taken away.

    Injecting twice gives the same. Raises NoPods where the manifest has not the form of its kind.
    """
    path = pod_path(str(manifest["kind"]))
    spec: Any = manifest
    for end, step in enumerate(path, 1):
        spec = _mapping(spec, step, ".".join(path[:end]))
    pods = _Pods(spec, found)
    body = _with(manifest, path, pods.injected())
    if found.annotations:
        metadata = _mapping(body, "metadata", "metadata")
        annotations = _annotated(metadata.get("annotations"), found.annotations)
        body["metadata"] = {**metadata, "annotations": annotations}
    return Injected(body, tuple(pods.clashes))


def _with(body: Body, path: tuple[str, ...], value: Body) -> Body:
    """The tree with another value at the path; nothing is changed in place."""
    return {**body, path[0]: _with(body[path[0]], path[1:], value)} if path else value


def _mapping(parent: Body, step: str, path: str) -> Body:
    value = parent.get(step)
    if isinstance(value, dict):
        return value
    raise NoPods(f"`{path}` is {'not there' if value is None else 'no mapping'}")


def _list(parent: Body, step: str) -> list[Body]:
    """A list of mappings; null is an empty one, as it is to Kubernetes."""
    value = parent.get(step)
    if value is None:
        return []
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    raise NoPods(f"`{step}` in its pods is no list of mappings")


def _annotated(had: Any, ours: Mapping[str, str]) -> Body:
    result = {} if had is None else had
    if not isinstance(result, dict) or not isinstance(result.get(RELOADER, ""), str):
        raise NoPods("`metadata.annotations` is no mapping of texts")
    return {**result, **ours, RELOADER: _joined(result.get(RELOADER, ""), ours[RELOADER])}


def _joined(had: str, ours: str) -> str:
    """Reloader's list of names, ours after those that it has."""
    names = {name.strip() for name in had.split(",")}
    missing = [name for name in ours.split(",") if name not in names]
    return ",".join([*([had] if had.strip() else []), *missing]) if missing else had


class _Pods:
    """The spec of a workload's pods under injection; clashes gather, so that one run shows all."""

    def __init__(self, spec: Body, found: Injection) -> None:
        self._spec = spec
        self._found = found
        self.clashes: list[Clash] = []

    def injected(self) -> Body:
        spec = dict(self._spec)
        for field in _CONTAINERS:
            containers = self._containers(field)
            if containers:
                spec[field] = containers
        self._add(spec, "volumes", self._found.volumes, self._volume_place)
        _append(spec, "imagePullSecrets", [{"name": name} for name in self._found.pull_secrets])
        return spec

    def _containers(self, field: str) -> list[Body]:
        """The containers of a field, each with what the entries that name it give."""
        containers = [dict(one) for one in _list(self._spec, field)]
        if field == "containers" and not containers:
            raise NoPods("it has no containers")
        by_name = {str(one.get("name")): one for one in containers}
        for share in self._found.shares:
            names = _CONTAINERS[field].named(share)
            for number, name in enumerate(by_name if names is None else names):
                if name in by_name:
                    self._give(by_name[name], share)
                else:
                    at = share.at / field / number
                    others = _list(self._spec, _CONTAINERS[field].other)
                    self.clashes.append(
                        Clash(_CONTAINERS[field].what, name, at, tuple(by_name),
                              tuple(str(one.get("name")) for one in others))
                    )  # fmt: skip
        return containers

    def _give(self, container: Body, share: Share) -> None:
        self._add(container, "env", share.env, lambda item: _variable_place(share, item))
        _append(container, "envFrom", share.env_from)
        self._add(container, "volumeMounts", share.mounts, lambda item: _mount_place(share, item))

    def _add(
        self, parent: Body, field: str, ours: Iterable[Body], place: Callable[[Body], Place]
    ) -> None:
        """Adds what is not there by its name or path; something else of that name is a clash."""
        what, key = _NAMED[field]
        known = {_identity(key, item): item for item in _list(parent, field)}
        missing = []
        for item in ours:
            had = known.setdefault(_identity(key, item), item)
            if had is item:
                missing.append(item)
            elif {**had, key: item[key]} != item:
                self.clashes.append(Clash(what, str(item[key]), place(item)))
        _append(parent, field, missing)

    def _volume_place(self, volume: Body) -> Place:
        return next(
            _mount_place(share, mount)
            for share in self._found.shares
            for mount in share.mounts
            if mount["name"] == volume["name"]
        )


class _Field(NamedTuple):
    """A list of containers: what one is called, who names them, and the other list."""

    what: str
    named: Callable[[Share], Sequence[str] | None]
    other: str


_CONTAINERS = {
    "initContainers": _Field(
        "init container", lambda share: share.init_containers, other="containers"
    ),
    "containers": _Field("container", lambda share: share.containers, other="initContainers"),
}
# What no two items of a list share.
_NAMED = {
    "env": ("variable", "name"),
    "volumeMounts": ("mount", "mountPath"),
    "volumes": ("volume", "name"),
}


def _append(parent: Body, field: str, ours: Iterable[Body]) -> None:
    """Adds what is not there yet, in a list of its own."""
    had = _list(parent, field)
    missing = [item for item in ours if item not in had]
    if missing:
        parent[field] = [*had, *missing]


def _identity(key: str, item: Body) -> str:
    """The name of an item; of a path all spellings are one."""
    name = str(item.get(key))
    return normpath(name) if key == "mountPath" else name


def _mount_place(share: Share, mount: Body) -> Place:
    path: str = mount["mountPath"]
    return (share.at / "files" / path).key


def _variable_place(share: Share, variable: Body) -> Place:
    at = share.at / "env" / variable["name"]
    return (at if has(at.tree.value, at.path) else share.at / "envFrom").key
