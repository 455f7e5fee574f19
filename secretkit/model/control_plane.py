"""What an app says of the API server."""

from typing import NamedTuple

from secretkit.text import Place


class AuditRule(NamedTuple):
    level: str
    resources: tuple[str, ...]  # resource[/subresource][.group]
    verbs: tuple[str, ...]
    names: tuple[str, ...]
    at: Place


class Key(NamedTuple):
    """A local key: its name, its turn, and where `materialize` finds its bytes."""

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


class Encryption(NamedTuple):
    resources: tuple[str, ...]
    block: Block | None  # None where an app only demands `resources`
    read_unencrypted: bool
    write_unencrypted: bool
    move_to: Block | None
    move_from: Block | None
    at: Place
