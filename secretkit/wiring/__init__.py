"""How each provider's API server gets its two files, or what stands for them on a managed cluster.

One file per provider; the folder is the registry, the file's name is the value of
`targets.provider`. A file says what is written, as trees; `emit` makes bytes of them.
"""

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

from secretkit.model.control_plane import Encryption, Kind
from secretkit.target import Target

# Behind the head of a cloud's script, where there is a key.
REWRITE = """\
Then rewrite the Secrets that are there, with a kubectl of this cluster; FILE is your platform.yaml:
  secretkit encryption rewrite FILE --as script > rewrite.sh && sh rewrite.sh
"""
AUDIT_POLICY = "audit-policy.yaml"
ENCRYPTION = "encryption-configuration.yaml"
LOG_LIMITS = {"maxage": "30", "maxbackup": "10", "maxsize": "100"}  # CIS 1.2.17 to 1.2.19


class Plan(NamedTuple):
    """What is to be wired in: the two files, as trees and as the texts that are written."""

    target: Target
    policy: Mapping[str, Any]
    policy_text: str
    configuration: Mapping[str, Any] | None
    encryption: Encryption | None  # one that names a provider

    @property
    def key(self) -> str | None:
        """On a managed cluster the cloud's key; None where none is declared."""
        block = self.encryption.block if self.encryption else None
        return block.kms.name if block and block.kms else None

    @property
    def socket_folders(self) -> tuple[str, ...]:
        """Where the KMS plugins' sockets lie on the host, sorted; an abstract socket has none."""
        blocks = self.encryption.blocks if self.encryption else ()
        paths = (
            (block.kms.endpoint or "").removeprefix("unix://")
            for block in blocks
            if block.kms and block.is_kms
        )
        return tuple(sorted({folder_of(path) for path in paths if path and path[1:2] != "@"}))


def folder_of(path: str) -> str:
    """The folder of an absolute path."""
    return path.rpartition("/")[0] or "/"


class Words(NamedTuple):
    """A command's line: its words, quoted when they are written."""

    words: "tuple[str | Variable, ...]"


class Variable(NamedTuple):
    """What the one who runs a script says: NAME, and what it is."""

    name: str
    about: str


class Script(NamedTuple):
    """Commands of a shell."""

    commands: tuple[Words, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """What the commands need, each once, in the order of its first use."""
        words = (word for command in self.commands for word in command.words)
        return tuple(dict.fromkeys(word for word in words if isinstance(word, Variable)))


class Program(NamedTuple):
    """A shell script of ours, whose gaps `@NAME@` are filled with quoted words."""

    text: str
    words: Mapping[str, str]


class Expression(NamedTuple):
    """A text of ours that Terraform evaluates, such as `var.project`; never one of the input."""

    text: str


Value: TypeAlias = "str | bool | Expression | list[str]"


class Block(NamedTuple):
    """A block of Terraform: its type, its labels, its arguments and its blocks."""

    type: str
    labels: tuple[str, ...]
    arguments: Mapping[str, Value]
    blocks: "tuple[Block, ...]" = ()


Content: TypeAlias = Mapping[str, Any] | Script | Program | tuple[Block, ...]


class Part(NamedTuple):
    """A file below `control-plane/`: a YAML document, a script, or blocks of Terraform."""

    name: str
    head: str  # lines of a comment: what it is and how it is put in place
    content: Content


class Cloud(NamedTuple):
    """What a managed cluster has in place of the two files."""

    title: str
    setting: str  # its own setting, in one line: what an error shows
    key: str  # what names a key there
    is_key: Callable[[str], bool]
    kinds: tuple[Kind, ...] | None  # what it encrypts with that key; None is everything
    logs: str  # what it logs, whatever a Policy says


class Own(NamedTuple):
    """Encryption that a distribution turns on by itself, with a key that no file of ours has."""

    title: str
    does: Callable[[Encryption], bool]  # whether it does what is declared, in place of our file
    way: str  # how it is changed where it does
    first: str  # what comes before any file of ours


class Wiring(NamedTuple):
    """One provider."""

    parts: Callable[[Plan], Iterator[Part]]
    cloud: Cloud | None = None
    own: Own | None = None
    stdout: str | None = None  # on a managed cluster the part that stands on stdout


@cache
def names() -> tuple[str, ...]:
    """The providers, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def get(provider: str) -> Wiring:
    """The wiring of a provider; raises ModuleNotFoundError where there is none."""
    wiring: Wiring = import_module(f"{__name__}.{provider}").WIRING
    return wiring


def cloud_of(target: Target) -> Cloud | None:
    """What stands for the files on the target, where it is managed."""
    return get(target.provider).cloud if target.provider and target.is_managed else None


def own_of(target: Target) -> Own | None:
    """The encryption that the target's distribution turns on by itself."""
    return get(target.provider).own if target.provider else None
