"""What an app says of the API server."""

from typing import NamedTuple

from secretkit.text import Place, has


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
    def is_void(self) -> bool:
        """`*/*` is no wildcard to the API server: it matches nothing."""
        return self.resource == "*/*"


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

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The provider that writes, then the one that is to come or to go."""
        return tuple(block for block in (self.block, self.move_to, self.move_from) if block)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(Kind.of(text) for text in self.resources)

    def says(self, field: str) -> bool:
        """Whether the file sets a field, whatever to."""
        return has(self.at.tree.value, (*self.at.path, field))
