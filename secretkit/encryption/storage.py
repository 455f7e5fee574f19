"""Where etcd keeps which resource, and what the first bytes of a value say of its encryption.

Sources: k8s.io/kubernetes, pkg/kubeapiserver/default_storage_factory_builder.go; k8s.io/apiserver,
pkg/server/options/encryptionconfig and pkg/storage/value.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from secretkit.compile.encryption_configuration import kms_version
from secretkit.lazy import lazily
from secretkit.model.builtin import BUILTIN, GROUPS, OF_OTHER_SERVERS
from secretkit.model.control_plane import IDENTITY, Encryption, Kind, Reader
from secretkit.target import Target

HEAD = 512  # bytes of a value that are looked at: the longest prefix is shorter

_PATHS: Mapping[Kind, str] = {
    Kind("", "endpoints"): "services/endpoints",
    Kind("", "nodes"): "minions",
    Kind("", "replicationcontrollers"): "controllers",
    Kind("", "services"): "services/specs",
    Kind("networking.k8s.io", "ingresses"): "ingress",
}
# What the API server keeps for itself, and never encrypts.
NEVER = ("masterleases", "peerserverleases", "ranges")
CRDS = "apiextensions.k8s.io/customresourcedefinitions"


def _path(kind: Kind) -> str:
    if kind in _PATHS:
        return _PATHS[kind]
    is_below_group = kind.group not in GROUPS
    return f"{kind.group}/{kind.resource}" if is_below_group else kind.resource


_KINDS: Mapping[str, Kind] = {_path(kind): kind for kind in BUILTIN}


class Range(NamedTuple):
    """A part of etcd, relative to the API server's prefix: `path` ends with a slash, or is empty."""

    path: str
    kind: Kind | None  # None: of several resources, each known by its own path


def ranges(kinds: Iterable[Kind]) -> tuple[Range, ...]:
    """Where the resources of an encryption lie, wildcards spelled out, each part once."""
    found: dict[str, Range] = {}
    for kind in kinds:
        for one in _ranges(kind):
            found.setdefault(one.path, one)
    return (found[""],) if "" in found else tuple(found.values())


def _ranges(kind: Kind) -> Iterator[Range]:
    if kind == Kind("*", "*"):
        yield Range("", None)
    elif kind.resource == "*":
        own = sorted(one for one in BUILTIN if one.group == kind.group)
        yield from (Range(f"{_path(one)}/", one) for one in own)
        if "." in kind.group and not any(one in OF_OTHER_SERVERS for one in own):
            yield Range(f"{kind.group}/", None)  # custom resources
    else:
        yield Range(f"{_path(kind)}/", kind)


def definition(kind: Kind) -> str | None:
    """The path of the CRD of a resource that is not Kubernetes' own; None where it can have none."""
    return f"{CRDS}/{kind}" if "." in kind.group and kind.group not in GROUPS else None


def named(path: str) -> tuple[str, str]:
    """Resource and name of what lies at a path: `secrets` and `default/a`.

    What the API server keeps for itself is known by the first step of its path.
    """
    steps = path.split("/")
    for depth in (2, 1):
        kind = _KINDS.get("/".join(steps[:depth]))
        if kind and len(steps) > depth:
            return str(kind), "/".join(steps[depth:])
    if "." in steps[0] and len(steps) > 2:
        return f"{steps[1]}.{steps[0]}", "/".join(steps[2:])
    return steps[0], "/".join(steps[1:])


class Form(NamedTuple):
    """How a value stands in etcd: under a provider's key or plugin, `plain`, or `other`."""

    provider: str
    version: str = ""
    key: str = ""

    def __str__(self) -> str:
        if not self.key:
            return self.provider
        provider = f"kms {self.version}" if self.provider == "kms" else self.provider
        return f"{provider}:{self.key}"

    @property
    def prefix(self) -> bytes:
        """What a value of this form begins with; nothing where it is not encrypted."""
        return f"k8s:enc:{self.provider}:{self.version}:{self.key}:".encode() if self.key else b""


PLAIN = Form("plain")
OTHER = Form("other")

# Without a mark of ours for key names: what follows may be ciphertext, and is never shown.
_PREFIX = lazily(r"k8s:enc:(aescbc|aesgcm|kms|secretbox):(v[0-9]):([-A-Za-z0-9._/@+=]{1,253}):")
# Protobuf, JSON (custom resources), self-described CBOR.
_PLAIN = (b"k8s\0", b"{", b"\xd9\xd9\xf7")


def form(head: bytes, known: Iterable[Form] = ()) -> Form:
    """The form of a value by its first bytes; `known` ones may have names of any characters."""
    for one in known:
        if one.key and head.startswith(one.prefix):
            return one
    found = _PREFIX.match(head.decode("latin-1"))
    if found:
        return Form(*found.groups())
    return PLAIN if head.startswith(_PLAIN) else OTHER


def forms(encryption: Encryption, target: Target, kind: Kind | None = None) -> tuple[Form, ...]:
    """The forms in which a kind can be read, in order: the first is what is written.

    Without a kind those of what is encrypted; an exception of a wildcard is written in the clear.
    """
    return tuple(_form(reader, target) for reader in encryption.readers(kind))


def _form(reader: Reader, target: Target) -> Form:
    if reader == IDENTITY:
        return PLAIN
    version = kms_version(target) if reader.provider == "kms" else "v1"
    return Form(reader.provider, version, reader.name)


class Stored(NamedTuple):
    """The objects of one resource, by their forms, and the first few that are not as written today."""

    resource: str
    counts: tuple[tuple[Form, int], ...]  # the most frequent first
    strays: tuple[str, ...] = ()  # namespace/name

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)

    def count(self, wanted: Form) -> int:
        return dict(self.counts).get(wanted, 0)


STRAYS = 5


class Tally:
    """Counts objects as they come by: of a million, it keeps no more than of ten."""

    def __init__(
        self, known: Sequence[Form], covers: Callable[[Kind], bool] = lambda _: True
    ) -> None:
        self._known = known
        self._covers = covers  # whether a kind is encrypted, and no exception of a wildcard
        self._wanted: dict[str, Form] = {}
        self._counts: dict[str, dict[Form, int]] = {}
        self._strays: dict[str, list[str]] = {}
        self.never: dict[str, int] = {}  # what no configuration encrypts, by the step of its path

    def expect(self, resource: str) -> None:
        """A resource is told of even where etcd holds none."""
        self._counts.setdefault(resource, {})

    def add(self, path: str, head: bytes) -> None:
        """An object at a path below the prefix, by the first bytes of its value."""
        resource, name = named(path)
        if resource in NEVER:
            self.never[resource] = self.never.get(resource, 0) + 1
            return
        found = form(head, self._known)
        if resource not in self._wanted:
            is_encrypted = self._covers(Kind.of(resource))
            self._wanted[resource] = self._known[0] if is_encrypted else PLAIN
        counts = self._counts.setdefault(resource, {})
        counts[found] = counts.get(found, 0) + 1
        strays = self._strays.setdefault(resource, [])
        if found != self._wanted[resource] and len(strays) < STRAYS:
            strays.append(printable(name))

    def result(self) -> tuple[Stored, ...]:
        """What was counted, by resource."""
        return tuple(
            Stored(
                resource,
                tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0]))),
                tuple(self._strays.get(resource, ())),
            )
            for resource, counts in sorted(self._counts.items())
        )


_ODD = lazily(r"[^ -~]")


def printable(text: str) -> str:
    """A text of others on one line, in ASCII."""
    return _ODD.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
