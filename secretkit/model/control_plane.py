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


class Reader(NamedTuple):
    """One that can read what it wrote: identity, a KMS plugin, or a key of a local provider."""

    provider: str
    name: str = ""  # of the plugin or the key

    def __str__(self) -> str:
        return f"{self.provider} {self.name}".rstrip()


_TURNS = ("active", "next", "previous")


class Block(NamedTuple):
    """One provider with its keys or plugin."""

    provider: str
    kms: Kms | None
    keys: tuple[Key, ...]
    at: Place

    @property
    def is_kms(self) -> bool:
        return self.provider == "kms"

    @property
    def in_turn(self) -> tuple[Key, ...]:
        """The keys as the rendered file has them: the first one writes where the block does."""
        return tuple(sorted(self.keys, key=lambda key: _TURNS.index(key.state)))

    @property
    def readers(self) -> tuple[Reader, ...]:
        if self.kms:
            return (Reader(self.provider, self.kms.name),)
        return tuple(Reader(self.provider, key.name) for key in self.in_turn)


IDENTITY = Reader("identity")


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
    def order(self) -> tuple[Block | None, ...]:
        """The providers as the rendered file has them, None for identity: the first one writes."""
        if self.write_unencrypted:
            return (None, *self.blocks)
        return (*self.blocks, None) if self.read_unencrypted else self.blocks

    @property
    def order_of_excepted(self) -> tuple[Block | None, ...]:
        """The same for exceptions of a wildcard: written in the clear, and readable from before.

        A plugin of KMS cannot stand in two entries.
        """
        return (None, *(block for block in self.blocks if not block.is_kms))

    def readers(self, kind: Kind | None = None) -> tuple[Reader, ...]:
        """Who reads a kind, the first of whom writes it; without a kind, what is encrypted."""
        is_excepted = kind and self.excepted and not self.covers(kind)
        order = self.order_of_excepted if is_excepted else self.order
        return tuple(
            reader for block in order for reader in (block.readers if block else (IDENTITY,))
        )

    def is_going(self, key: Key) -> bool:
        """Whether a key only reads what it once wrote, or writes until one beside it has its turn."""
        block = next(one for one in self.blocks if any(key is own for own in one.keys))
        if block is self.move_from or key.state == "previous":
            return True
        has_successor = bool(self.move_to) or any(one.state == "next" for one in block.keys)
        return key.state == "active" and (has_successor or self.write_unencrypted)

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
