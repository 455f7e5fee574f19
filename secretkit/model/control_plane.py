"""What an app says of the API server."""

from typing import NamedTuple

from secretkit.lazy import lazily
from secretkit.names import is_subdomain
from secretkit.text import Place, has

_PLURAL = lazily(r"[a-z][-a-z0-9]*")
_NO_REST = ("apiserveripinfo", "serviceipallocations", "servicenodeportallocations")
_GONE = {
    "events.k8s.io": ("its events are stored in the core group", "write `events`"),
    "extensions": ("the group is gone", "name the group that took its place"),
}


class Kind(NamedTuple):
    """Resources of one API group: `secrets`, `pods/exec`, or with a wildcard `pods/*`, `*`."""

    group: str
    resource: str

    @classmethod
    def of(cls, text: str) -> "Kind":
        """`resource`, `resource/subresource`, either with `.group`; the core group has none."""
        resource, _, group = text.partition(".")
        return cls(group, resource)

    def __str__(self) -> str:
        return f"{self.resource}.{self.group}" if self.group else self.resource

    def covers(self, other: "Kind") -> bool:
        """Whether a rule of an audit Policy for this matches all that one for `other` matches."""
        if self.group != other.group:
            return False
        if self.resource in ("*", other.resource):
            return True
        resource, _, part = other.resource.partition("/")
        if self.resource.endswith("/*"):  # upstream, `pods/*` matches `pods` as well
            return self.resource.removesuffix("/*") == resource != "*"
        return self.resource == f"*/{part}" and bool(part)

    def meets(self, other: "Kind") -> bool:
        """Whether some request is matched by rules for both."""
        if self.is_void or other.is_void or self.group != other.group:
            return False
        if self.covers(other) or other.covers(self):
            return True
        halves = (self.resource.partition("/"), other.resource.partition("/"))
        return any(one[0] == "*" and two[2] == "*" for one, two in (halves, halves[::-1]))

    @property
    def above(self) -> "tuple[Kind, ...]":
        """Where the API server looks for a kind's encryption: itself, its group, everything."""
        found = (self, Kind(self.group, "*"), EVERYTHING)
        return tuple(kind for at, kind in enumerate(found) if kind not in found[:at])

    def overlaps(self, other: "Kind") -> bool:
        """Whether one list of an EncryptionConfiguration may not hold both."""
        if EVERYTHING in (self, other):
            return True
        return self.group == other.group and (
            "*" in (self.resource, other.resource) or self.resource == other.resource
        )

    @property
    def is_void(self) -> bool:
        """`*/*` is no wildcard to the API server: it matches nothing."""
        return self.resource == "*/*"


EVERYTHING = Kind("*", "*")


class Unencryptable(NamedTuple):
    """Why a resource cannot be encrypted; `is_refused` by the API server, or only never found by it."""

    problem: str
    mend: str
    is_refused: bool = True


def unencryptable(text: str) -> Unencryptable | None:
    """What is wrong with a resource of an EncryptionConfiguration, or None."""
    kind = Kind.of(text)
    if text != text.lower():
        return Unencryptable(
            "a resource has no capital letters", f"write `{text.lower()}`, in the plural"
        )
    if text == "*":
        return Unencryptable(
            "a lone `*` is refused", 'write `"*."` for the core group, `"*.*"` for everything'
        )
    if kind.group == "*" and kind.resource != "*":
        return Unencryptable("one resource across all groups is refused", "name its group")
    if kind.group in _GONE:
        return Unencryptable(*_GONE[kind.group])
    if kind.resource in _NO_REST and not kind.group:
        return Unencryptable("it has no REST API", "drop it", is_refused=text == kind.resource)
    if "/" in text:
        return Unencryptable(
            "a subresource is stored with its resource", "name the resource alone", is_refused=False
        )
    known_group = kind.group in ("", "*") or is_subdomain(kind.group)
    if not known_group or not (kind.resource == "*" or _PLURAL.fullmatch(kind.resource)):
        return Unencryptable(
            "it is no `resource` or `resource.group`", "write it like `secrets`", is_refused=False
        )
    return None


class AuditRule(NamedTuple):
    level: str
    resources: tuple[str, ...]  # resource[/subresource][.group]
    verbs: tuple[str, ...]
    names: tuple[str, ...]
    at: Place

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(Kind.of(text) for text in self.resources)


class Key(NamedTuple):
    """A local key: its name, its turn, and where its bytes lie on the host."""

    name: str
    state: str  # next, active or previous
    source: tuple[str, str] | None  # (file or env, argument)
    at: Place


class Kms(NamedTuple):
    name: str
    endpoint: str | None
    timeout: str
    at: Place


class Block(NamedTuple):
    """One provider with its keys or plugin."""

    provider: str
    kms: Kms | None
    keys: tuple[Key, ...]
    at: Place

    @property
    def is_kms(self) -> bool:
        return self.provider == "kms"


class Encryption(NamedTuple):
    resources: tuple[str, ...]
    block: Block | None  # None where an app only demands `resources`
    read_unencrypted: bool
    write_unencrypted: bool
    move_to: Block | None
    move_from: Block | None
    at: Place
    excepted: tuple[str, ...] = ()  # covered by a wildcard of `resources`, and not encrypted

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The provider that writes, then the one that is to come or to go."""
        return tuple(block for block in (self.block, self.move_to, self.move_from) if block)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(Kind.of(text) for text in self.resources)

    @property
    def excepted_kinds(self) -> tuple[Kind, ...]:
        return tuple(Kind.of(text) for text in self.excepted)

    def covers(self, kind: Kind) -> bool:
        """Whether a kind is encrypted: the nearest of itself, its group and everything decides."""
        for found in kind.above:
            if found in self.excepted_kinds:
                return False
            if found in self.kinds:
                return True
        return False

    def says(self, field: str) -> bool:
        """Whether the file sets a field, whatever to."""
        return has(self.at.tree.value, (*self.at.path, field))
