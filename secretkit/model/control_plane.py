"""What an app says of the API server."""

from dataclasses import dataclass

from secretkit.text import Place


@dataclass(frozen=True, slots=True)
class AuditRule:
    level: str
    resources: tuple[str, ...]  # resource[/subresource][.group]
    verbs: tuple[str, ...]
    names: tuple[str, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Key:
    """A local key: its name, its turn, and where `materialize` finds its bytes."""

    name: str
    state: str  # next, active or previous
    source: tuple[str, str] | None  # (file or env, argument)
    at: Place


@dataclass(frozen=True, slots=True)
class Kms:
    name: str
    endpoint: str | None
    timeout: str
    at: Place


@dataclass(frozen=True, slots=True)
class Block:
    """One provider with its keys or plugin."""

    provider: str
    kms: Kms | None
    keys: tuple[Key, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Encryption:
    resources: tuple[str, ...]
    block: Block | None  # None where an app only demands `resources`
    read_unencrypted: bool
    write_unencrypted: bool
    move_to: Block | None
    move_from: Block | None
    at: Place
