"""From one EncryptionConfiguration to the next: whether every object stays readable on the way."""

from collections.abc import Iterator
from typing import NamedTuple

from secretkit.encryption import key_bytes
from secretkit.encryption import step_faults as faults
from secretkit.encryption.configuration_model import Configuration, Reader
from secretkit.encryption.masking import called
from secretkit.finding import Code, Finding, Where
from secretkit.model.control_plane import Kind

_IDENTITY = Reader("identity")


class Reason(NamedTuple):
    """Why a step is not safe; one of severity `warning` is left to whoever knows the cluster."""

    code: Code
    kinds: tuple[Kind, ...] = ()
    words: tuple[tuple[str, str], ...] = ()

    def at(self, place: Where, behind: str) -> Finding:
        """The finding; `behind` says what to do where the cluster is further than what stands."""
        return self.code.at(
            place, (), resources=listed(self.kinds), behind=behind, **dict(self.words)
        )


def unsafe(old: Configuration, new: Configuration) -> tuple[Reason, ...]:
    """Why objects may become unreadable where `new` takes the place of `old`; empty where none does.

    While it does, some API servers still have the old file: what is written must be readable to
    both, and nothing is dropped in the step in which the writer changes. Whether something is left
    of a reader that goes later no file tells: that is a warning.
    """
    found: dict[tuple[Code, tuple[tuple[str, str], ...]], list[Kind]] = {}
    for kind in dict.fromkeys((*old.kinds, *new.kinds)):
        reason = _of_kind(old.readers(kind), new.readers(kind))
        if reason:
            found.setdefault((reason.code, reason.words), []).append(kind)
    grouped = (Reason(code, tuple(kinds), words) for (code, words), kinds in found.items())
    return (*_changed(old, new), *grouped)


def _of_kind(old: tuple[Reader, ...] | None, new: tuple[Reader, ...] | None) -> Reason | None:
    if old is None and new is None:
        return None
    before, after = old or (_IDENTITY,), new or (_IDENTITY,)
    old_writer, new_writer = before[0], after[0]
    if not _has(after, old_writer):
        gone = "none encrypts them" if new is None else "it is no longer in the list"
        return _dropped(f"{old_writer} writes them, and {gone}")
    if old is None:
        return Reason(faults.ADDED) if new_writer != _IDENTITY else None
    if not _has(before, new_writer):
        return Reason(faults.UNREAD, words=(("writer", str(new_writer)),))
    lost = [reader for reader in before if not _has(after, reader)]
    if not lost:
        return None
    names = " and ".join(map(str, lost))
    if _is_same(old_writer, new_writer):
        return Reason(faults.READER, words=(("reader", names),))
    return _dropped(f"{names} would go in the step in which {new_writer} begins to write")


def _dropped(problem: str) -> Reason:
    return Reason(faults.DROPPED, words=(("problem", problem),))


def _changed(old: Configuration, new: Configuration) -> Iterator[Reason]:
    """Keys of one name with other bytes."""
    before = {reader.identity: reader for reader in _readers(old)}
    for name, reader in {reader.identity: reader for reader in _readers(new)}.items():
        other = before.get(name)
        if (
            other
            and other.secret
            and reader.secret
            and not key_bytes.is_same(other.secret, reader.secret)
        ):
            yield Reason(faults.CHANGED, words=(("reader", str(reader)),))


def _readers(found: Configuration) -> Iterator[Reader]:
    for entry in found.entries:
        for provider in entry.providers:
            yield from provider.readers


def _has(readers: tuple[Reader, ...], wanted: Reader) -> bool:
    return any(_is_same(reader, wanted) for reader in readers)


def _is_same(one: Reader, other: Reader) -> bool:
    return one.identity == other.identity


def listed(kinds: tuple[Kind, ...]) -> str:
    """Kinds in a sentence."""
    most = 3
    names = ["`*.`" if kind == Kind("", "*") else called(str(kind)) for kind in kinds]
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(names)
