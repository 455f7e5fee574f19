"""What an EncryptionConfiguration means: for each kind, who writes and who can read."""

from typing import NamedTuple

from secretkit.encryption.masking import called
from secretkit.hidden import Hidden
from secretkit.model.control_plane import Kind
from secretkit.text import Place

LOCAL = ("secretbox", "aesgcm", "aescbc")


class Key(NamedTuple):
    """A key of a local provider; `secret` is None where a placeholder stands for its bytes."""

    name: str
    secret: Hidden | None
    at: Place


class Reader(NamedTuple):
    """One that can read what it wrote: identity, a KMS plugin, or a key of a local provider."""

    provider: str  # identity, kms, secretbox, aesgcm or aescbc
    protocol: str = ""  # v1 or v2 of KMS
    name: str = ""  # of the plugin or the key
    secret: Hidden | None = None

    @property
    def identity(self) -> tuple[str, str, str]:
        """What tells it from others; its text does not, since a name may be dotted out in it."""
        return self.provider, self.protocol, self.name

    @property
    def prefix(self) -> str:
        """How all that it wrote begins in etcd; empty for identity."""
        if self.provider == "identity":
            return ""
        return f"k8s:enc:{self.provider}:{self.protocol or 'v1'}:{self.name}:"

    def __str__(self) -> str:
        match self.provider:
            case "identity":
                return "identity"
            case "kms":
                return f"the KMS {self.protocol} plugin {called(self.name)}"
            case _:
                return f"the {self.provider} key {called(self.name)}"


class Provider(NamedTuple):
    """An element of `providers`."""

    kind: str
    at: Place
    keys: tuple[Key, ...] = ()  # of a local one
    protocol: str = ""  # of KMS
    name: str = ""  # of KMS

    @property
    def readers(self) -> tuple[Reader, ...]:
        if self.kind in LOCAL:
            return tuple(Reader(self.kind, name=key.name, secret=key.secret) for key in self.keys)
        return (Reader(self.kind, self.protocol, self.name),)


class Entry(NamedTuple):
    """An element of the outer `resources`."""

    resources: tuple[str, ...]
    providers: tuple[Provider, ...]
    at: Place

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(Kind.of(text) for text in self.resources)


class Configuration(NamedTuple):
    entries: tuple[Entry, ...] = ()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind and wildcard that is named, each once."""
        found = (kind for entry in self.entries for kind in entry.kinds)
        return tuple(dict.fromkeys(found))

    @property
    def keys(self) -> tuple[tuple[Provider, Key], ...]:
        """Every key of every local provider, in the order of the file."""
        return tuple(
            (provider, key)
            for entry in self.entries
            for provider in entry.providers
            for key in provider.keys
        )

    def readers(self, kind: Kind) -> tuple[Reader, ...] | None:
        """Who reads a kind, the first of whom writes it; None where no entry speaks of it.

        The API server looks for the kind itself, for its group, and for everything; where several
        entries name the same, it joins their providers. Without any only identity is left, which
        reads nothing that is encrypted.
        """
        for asked in kind.above:
            found = [entry for entry in self.entries if asked in entry.kinds]
            if found:
                providers = (provider for entry in found for provider in entry.providers)
                return tuple(reader for provider in providers for reader in provider.readers)
        return None
