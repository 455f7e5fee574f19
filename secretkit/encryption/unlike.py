"""How one EncryptionConfiguration differs from another, without a byte of a key."""

from collections.abc import Iterator

from secretkit.compile.encryption_configuration import configuration
from secretkit.emit.templates import Templates
from secretkit.encryption.api_servers import Live
from secretkit.encryption.configuration import read_bytes
from secretkit.encryption.configuration_model import Configuration, Reader
from secretkit.encryption.step import listed
from secretkit.encryption.storage import printable
from secretkit.encryption.verdict import Verdict
from secretkit.finding import Rejected
from secretkit.model.control_plane import Encryption, Kind
from secretkit.objects import Object
from secretkit.target import Target


def verdict(encryption: Encryption, target: Target, live: Live) -> Verdict:
    """Whether a live file is the declared one, the bytes of its keys aside.

    Where it is not, an API server that has loaded it has not loaded what is declared.
    """
    lines = _from_declared(encryption, target, live)
    return Verdict(
        tuple(f"{printable(str(live.file))} is not what is declared: {line}" for line in lines)
    )


def _from_declared(encryption: Encryption, target: Target, live: Live) -> Iterator[str]:
    body = Object(configuration(encryption, target), encryption.at)
    declared = read_bytes("", Templates().fill(body).encode(), rendered=True).configuration
    try:
        there = read_bytes(live.file.name, live.content.reveal()).configuration
    except Rejected as rejected:
        yield f"no API server loads it: {rejected.findings[0].message}"
        return
    yield from kinds(there, declared)
    yield from readers(there, declared)


def kinds(there: Configuration, declared: Configuration) -> Iterator[str]:
    """Kinds of which one alone speaks."""
    gone = tuple(kind for kind in there.kinds if kind not in declared.kinds)
    added = tuple(kind for kind in declared.kinds if kind not in there.kinds)
    if gone:
        yield f"resources: {listed(gone)} stand there, and are not declared"
    if added:
        yield f"resources: {listed(added)} are declared, and do not stand there"


def readers(there: Configuration, declared: Configuration) -> Iterator[str]:
    """Kinds with others who write and read, those alike together."""
    found: dict[tuple[str, str], list[Kind]] = {}
    for kind in there.kinds:
        old, new = there.readers(kind) or (), declared.readers(kind) or ()
        if kind in declared.kinds and _identities(old) != _identities(new):
            found.setdefault((_named(old), _named(new)), []).append(kind)
    for (before, after), those in found.items():
        yield f"providers of {listed(tuple(those))}: {before} stand there; {after} are declared"


def _identities(found: tuple[Reader, ...]) -> list[tuple[str, str, str]]:
    return [reader.identity for reader in found]


def _named(found: tuple[Reader, ...]) -> str:
    return ", ".join(map(str, found))
