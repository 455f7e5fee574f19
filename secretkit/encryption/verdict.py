"""Whether all objects are rewritten, and whether all API servers have a configuration: pure judgement.

What could not be seen is never taken for well: a verdict holds only where all was seen.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from secretkit.encryption.metrics import Loaded
from secretkit.encryption.storage import PLAIN, Form, Stored, forms, printable
from secretkit.model.control_plane import Encryption, Kind
from secretkit.target import Target


class Verdict(NamedTuple):
    """What is not as declared, and what nobody could see; both in lines for a reader."""

    wrong: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.wrong and not self.unseen

    def __and__(self, other: "Verdict") -> "Verdict":
        return Verdict(self.wrong + other.wrong, self.unseen + other.unseen)


class Storage(NamedTuple):
    """What was seen in etcd, and what of it could not be."""

    stored: tuple[Stored, ...] = ()
    never: tuple[tuple[str, int], ...] = ()  # what no configuration encrypts
    unseen: tuple[str, ...] = ()


class Server(NamedTuple):
    """One API server by its address: what it has loaded, or why it did not tell."""

    name: str
    loaded: Loaded | None
    unseen: str = ""


def writer(encryption: Encryption, target: Target) -> Form:
    """The form in which a declared encryption writes every object."""
    return forms(encryption, target)[0]


def rewritten(encryption: Encryption, target: Target, storage: Storage) -> Verdict:
    """Whether every stored object of the declared resources is in the form that is written today.

    What is excepted from a wildcard is written in the clear, and may be left from before.
    `storage` is what `etcd.look` saw.
    """
    wrong: list[str] = []
    for found in storage.stored:
        wanted, *readable = forms(encryption, target, Kind.of(found.resource))
        stray = [(form, count) for form, count in found.counts if form != wanted]
        if stray:
            wrong.append(_strays(found, wanted, stray))
        lost = [(form, count) for form, count in stray if form not in readable]
        if lost:
            by_none = ", ".join(f"{count} {form}" for form, count in lost)
            wrong.append(f"{found.resource}: no declared provider reads {by_none}")
    return Verdict(tuple(wrong), storage.unseen)


def _strays(found: Stored, wanted: Form, stray: Sequence[tuple[Form, int]]) -> str:
    count = sum(number for _, number in stray)
    by = ", ".join(f"{number} {form}" for form, number in stray)
    more = ", …" if count > len(found.strays) else ""
    what = "unencrypted" if wanted == PLAIN else f"under {wanted}"
    are = "is" if count == 1 else "are"
    names = ", ".join(found.strays)
    return f"{found.resource}: {count} of {found.total} {are} not {what} ({by}): {names}{more}"


def rolled(
    servers: Sequence[Server], config: str | None, identities: Iterable[str] | None
) -> Verdict:
    """Whether every API server has loaded the configuration file of a hash, `sha256:…` of its bytes.

    `identities` are the hashes of all servers that the cluster knows, None where it does not tell.
    """
    wrong: list[str] = []
    unseen = [f"{one.name}: {one.unseen}" for one in servers if one.loaded is None]
    known = [(one.name, one.loaded) for one in servers if one.loaded is not None]
    if config is None:
        unseen.append("which file the API servers should have loaded: --config FILE names it")
    for name, loaded in known:
        if not loaded.config:
            unseen.append(
                f"{name}: tells no hash of its configuration (Kubernetes 1.34 and newer do)"
            )
        elif config and loaded.config != config:
            wrong.append(f"{name}: has loaded another file, {printable(loaded.config)[:19]}…")
        if loaded.is_last_failed:
            wrong.append(f"{name}: its last reload failed; it would not start again with that file")
    unseen += _missing({loaded.identity for _, loaded in known}, identities)
    return Verdict((*wrong, *_plugins(known)), tuple(unseen))


def _missing(seen: set[str], identities: Iterable[str] | None) -> list[str]:
    if identities is None:
        return ["how many API servers there are: their leases in kube-system were not read"]
    count = len(set(identities) - seen)
    if not count:
        return []
    were = "server was" if count == 1 else "servers were"
    return [f"{count} API {were} not asked: name each with --server"]


def _plugins(known: Sequence[tuple[str, Loaded]]) -> list[str]:
    """KMS plugins that name another key to one server than to another."""
    keys: dict[str, set[str]] = {}
    for _, loaded in known:
        for plugin in loaded.plugins:
            keys.setdefault(plugin.provider, set()).add(plugin.key_hash)
    return [
        f"kms {printable(name)}: the plugin names {len(hashes)} keys, not the same to every API server"
        for name, hashes in sorted(keys.items())
        if len(hashes) > 1
    ]
