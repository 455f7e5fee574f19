"""What an API server refuses of a configuration that it can decode, and what it should refuse.

Faults of severity `warning` are those that it loads all the same.
"""

from collections.abc import Iterator
from typing import NamedTuple

from secretkit.encryption import configuration_faults as faults
from secretkit.encryption import key_bytes
from secretkit.encryption.configuration_model import Configuration, Entry, Key, Provider
from secretkit.encryption.masking import called
from secretkit.finding import Finding
from secretkit.model.control_plane import EVERYTHING, Kind
from secretkit.text import Place


def overlaps(found: Configuration) -> Iterator[Finding]:
    """Kinds that one list names twice, that an earlier entry takes, or that two entries share."""
    earlier: dict[Kind, Place] = {}
    for entry in found.entries:
        yield from _within(entry)
        yield from _masked(entry, earlier)
        for number, kind in enumerate(entry.kinds):
            earlier.setdefault(kind, entry.at / "resources" / number)


def _within(entry: Entry) -> Iterator[Finding]:
    at = entry.at / "resources"
    for number, text in enumerate(entry.resources):
        for before, other in enumerate(entry.resources[:number]):
            if Kind.of(text).overlaps(Kind.of(other)):
                yield faults.OVERLAP.at(
                    at / number, also=[at / before], resource=_bare(text), other=_bare(other),
                    why="one list may not name a resource twice", mend="keep one of them",
                )  # fmt: skip
                break


def _masked(entry: Entry, earlier: dict[Kind, Place]) -> Iterator[Finding]:
    for number, text in enumerate(entry.resources):
        kind, at = Kind.of(text), entry.at / "resources" / number
        above = next((one for one in (Kind(kind.group, "*"), EVERYTHING) if one in earlier), None)
        if above:
            yield faults.OVERLAP.at(
                at, also=[earlier[above]], resource=_bare(text), other=above if above.group else "*.",
                why="a wildcard of an earlier entry takes it, so that this one would never count",
                mend="put the entry before that of the wildcard",
            )  # fmt: skip
        elif kind in earlier:
            yield faults.TWICE.at(at, also=[earlier[kind]], resource=_bare(text))


def _bare(text: str) -> str:
    return called(text)[1:-1]


def plugins(found: Configuration) -> Iterator[Finding]:
    """KMS plugins of one name."""
    first: dict[str, Place] = {}
    for entry in found.entries:
        for provider in entry.providers:
            if provider.kind != "kms":
                continue
            at = provider.at / "kms" / "name"
            if provider.name in first:
                yield _plugin_twice(provider, also=first[provider.name])
            first.setdefault(provider.name, at)


def _plugin_twice(provider: Provider, also: Place) -> Finding:
    at, name = provider.at / "kms" / "name", called(provider.name)
    if provider.protocol != "v1":
        why = "what is stored names the plugin, and the API server does not start with two of one name"
        return faults.KMS_NAME.at(at, also=[also], name=name, why=why)
    why = "an API server that reloads the file by itself refuses two of one name, and starts without it"
    found = faults.KMS_NAME.at(at, also=[also], name=name, why=why)
    return found._replace(severity="warning")


def keys(found: Configuration) -> Iterator[Finding]:
    """Keys that are weak, or not told apart from one another."""
    seen: list[_Used] = []
    for number, entry in enumerate(found.entries):
        for provider in entry.providers:
            for key in provider.keys:
                yield from _named(key)
                yield from weak(key)
                used = _Used(number, provider.kind, key)
                confused = ((one, problem) for one in seen if (problem := _confused(one, used)))
                other, problem = next(confused, (None, None))
                if other and problem:
                    yield faults.NAMES.at(
                        key.at / "name", also=[other.key.at / "name"], problem=problem[0],
                        why=problem[1],
                    )  # fmt: skip
                else:
                    seen.append(used)


class _Used(NamedTuple):
    """A key where it stands."""

    entry: int
    provider: str
    key: Key


def _named(key: Key) -> Iterator[Finding]:
    if ":" in key.name:
        yield faults.NAMES.at(
            key.at / "name", problem=f"the name {called(key.name)} holds a `:`",
            why="a `:` ends the name in what is stored, so it can pass for that of another key",
        )  # fmt: skip


def weak(key: Key) -> Iterator[Finding]:
    """A finding where nobody can have drawn the key at random."""
    problem = key_bytes.weakness(key.secret) if key.secret else None
    if problem:
        yield faults.WEAK.at(key.at / "secret", name=called(key.name), problem=problem)


def _confused(one: _Used, other: _Used) -> tuple[str, str] | None:
    """How two keys are mistaken for one another; one key may stand in several entries."""
    left, right = one.key, other.key
    has_bytes = left.secret is not None and right.secret is not None
    is_same = bool(left.secret and right.secret and key_bytes.is_same(left.secret, right.secret))
    if left.name == right.name:
        is_one_key = one.provider == other.provider and (is_same or not has_bytes)
        if is_one_key and one.entry != other.entry:
            return None
        return (
            f"two keys are called {called(right.name)}",
            "what is stored names the key, so the wrong one is tried, and with aescbc it sometimes "
            "seems to fit",
        )
    if is_same:
        return (
            f"{called(left.name)} and {called(right.name)} have the same bytes",
            faults.SAME_BYTES,
        )
    return None
