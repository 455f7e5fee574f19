"""Inputs that were judged before are not judged again: their parts come out of the cache."""

import json
import marshal
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple
from zlib import crc32

from secretkit import caching
from secretkit.finding import Finding, Where
from secretkit.load import MOST_BYTES
from secretkit.load.inputs import Input, Inputs
from secretkit.model.platform import Platform
from secretkit.parts import Kept, Record, Reduced
from secretkit.platforms import Broken, Platforms
from secretkit.rules import Facts
from secretkit.single import Options
from secretkit.spool import Spool
from secretkit.text import Mark

_ABOUT = 48  # inputs in a block, more or less
_MOST = 4 * _ABOUT


class _Block(NamedTuple):
    """Neighbouring inputs, whose records lie in one row of the cache."""

    row: bytes
    keys: tuple[bytes, ...]  # of each; empty where nothing of it may be kept
    known: tuple[bool, ...]  # whether there is a record of it


class Memory:
    """The cache of one run."""

    def __init__(
        self, cache: caching.Cache, options: Options, platforms: Platforms, record: Record
    ) -> None:
        self._cache = cache
        self._platforms = platforms
        self._record = record
        self._target = options.target
        self._state = caching.state(
            caching.code(), sys.version.encode(), record.tag.encode(),
            repr((options.environment, options.target, options.allow_plaintext)).encode(),
        )  # fmt: skip
        self._states: dict[int, Any] = {}  # by platform

    def parts(
        self, inputs: Inputs, make: Callable[[Iterable[Input], int], Iterable[Reduced]]
    ) -> Iterator[Reduced]:
        """The parts in the order of the inputs: remembered ones, and what `make` gives for others."""
        blocks, count = Spool(), 0
        for neighbours in _blocks(inputs):
            block = self._looked_up(neighbours)
            blocks.put(marshal.dumps(tuple(block)))
            count += block.known.count(False)
        made = iter(make(_missed(inputs, blocks), count))
        for neighbours, block in _paired(inputs, blocks):
            yield from self._block(neighbours, block, made, make)
        self._cache.close()

    def _looked_up(self, neighbours: Sequence[Input]) -> _Block:
        keys = tuple(map(self._key, neighbours))
        state = self._state.copy()
        caching.update(state, *(_encoded(found.name) for found in neighbours))
        row: bytes = state.digest()
        there = frozenset(self._cache.keys(row))
        return _Block(row, keys, tuple(key in there for key in keys))

    def _block(
        self, neighbours: Sequence[Input], block: _Block, made: Iterator[Reduced],
        make: Callable[[Iterable[Input], int], Iterable[Reduced]],
    ) -> Iterator[Reduced]:  # fmt: skip
        """The parts of a block; what is new in it goes into the cache beside what was there."""
        records = _records(self._cache.get(block.row)) if any(block.known) else {}
        kept: dict[bytes, _Kept] = {}
        is_new = False
        for found, key, is_known in zip(neighbours, block.keys, block.known, strict=True):
            record = records.get(key) if is_known else None
            if record is not None:
                yield self._loaded(found, record)
            else:
                one = next(iter(make([found], 1)) if is_known else made)
                # A file that changed under our hands is no record of what was read first.
                record = self._dumped(one) if key and key == self._key(found) else None
                is_new |= record is not None
                yield one
            if record is not None:
                kept[key] = record
        if is_new:
            self._cache.put(block.row, _row(kept))

    def _key(self, found: Input) -> bytes:
        """The key of an input; empty where nothing of it may be kept."""
        content = _content(found)
        if content is None or b"values" in content:
            return b""
        try:
            platform = self._platforms.of_input(found)
        except Broken:
            return b""
        state = self._state_of(platform).copy()
        caching.update(state, _encoded(found.name), bytes([found.direct]), content)
        digest: bytes = state.digest()
        return digest

    def _state_of(self, platform: Platform | None) -> Any:
        state = self._states.get(id(platform))
        if state is None:
            source = platform.tree.source if platform else None
            text = f"{source.name}\0{source.text}".encode() if source else b""
            state = self._states[id(platform)] = self._state.copy()
            caching.update(state, text)
        return state

    def _dumped(self, one: Reduced) -> "_Kept | None":
        """A part as data; None where it holds more than that, or its findings have no lasting place."""
        findings = [_finding(found) for found in one.findings]
        if one.plane or one.shared or one.has_values or None in findings:
            return None
        about: list[Any] = [one.is_app, findings, one.environments]
        if one.kept is None or one.facts is None:
            return _Kept(about, ())
        if one.kept.value is None:
            return None
        data, content = self._record.dump(one.kept.value)
        about += [one.kept[:3], data]
        return _Kept(about, (one.facts.sums, one.facts.text.encode(), content))

    def _loaded(self, found: Input, record: "_Kept") -> Reduced:
        is_app, findings, environments, *rest = record.about
        reduced = Reduced(found, is_app, findings_of(findings), tuple(environments))
        if not rest:
            return reduced
        (name, namespace, file), data = rest
        sums, facts, content = record.contents
        platform = self._platforms.of_input(found)
        return reduced._replace(
            kept=Kept(name, namespace, file, self._record.load(data, content)),
            target=platform.target if platform else self._target,
            facts=Facts(sums, facts.decode()),
        )


class _Kept(NamedTuple):
    """A record: JSON, and bytes that need not be read to be kept or passed on."""

    about: Any
    contents: tuple[bytes, ...]


def _row(kept: Mapping[bytes, _Kept]) -> caching.Row:
    """Records as a row: a line that says all about them, then what they hold."""
    about = [(one.about, [len(text) for text in one.contents]) for one in kept.values()]
    line = json.dumps(about, separators=(",", ":")).encode()
    contents = (text for one in kept.values() for text in one.contents)
    return caching.Row(tuple(kept), b"\n".join((line, b"".join(contents))))


def _records(row: caching.Row) -> dict[bytes, _Kept]:
    """The records of a row, by their keys."""
    if not row.keys:
        return {}
    line, _, contents = row.records.partition(b"\n")
    records, begin = {}, 0
    for key, (about, sizes) in zip(row.keys, json.loads(line), strict=True):
        ends = list(accumulate(sizes, initial=begin))
        records[key] = _Kept(about, tuple(contents[at:end] for at, end in pairwise(ends)))
        begin = ends[-1]
    return records


def _blocks(inputs: Iterable[Input]) -> Iterator[list[Input]]:
    """The inputs in blocks whose bounds go by names: one more or less moves no other block."""
    block: list[Input] = []
    for found in inputs:
        is_first = crc32(_encoded(found.name)) % _ABOUT == 0
        if block and (is_first or len(block) == _MOST):
            yield block
            block = []
        block.append(found)
    if block:
        yield block


def _paired(inputs: Iterable[Input], blocks: Spool) -> Iterator[tuple[list[Input], _Block]]:
    """Each block with its inputs again."""
    for neighbours, record in zip(_blocks(inputs), blocks, strict=True):
        yield neighbours, _Block(*marshal.loads(record))


def _missed(inputs: Iterable[Input], blocks: Spool) -> Iterator[Input]:
    """The inputs of which nothing is known."""
    for neighbours, block in _paired(inputs, blocks):
        for found, is_known in zip(neighbours, block.known, strict=True):
            if not is_known:
                yield found


def _encoded(name: str) -> bytes:
    return name.encode(errors="surrogateescape")


def _content(found: Input) -> bytes | None:
    """The bytes of an input; None where reading it is to say what is wrong."""
    try:
        # A pipe would wait for its writer.
        descriptor = os.open(found.where, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    try:
        content = os.read(descriptor, _USUAL)  # for more, room is made that most do not need
        if len(content) == _USUAL:
            content += os.read(descriptor, MOST_BYTES + 1 - _USUAL)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return content if len(content) <= MOST_BYTES else None


_USUAL = 16 * 1024  # bytes


def _finding(found: Finding) -> list[Any] | None:
    places = [_place(place) for place in (found.place, *found.also)]
    if None in places:
        return None
    return [found.code, found.severity, found.message, found.why, found.fix, places]


def _place(place: Where) -> list[Any] | None:
    return [place.source, place.path, place.on] if isinstance(place, Mark) else None


def findings_data(findings: Iterable[Finding]) -> list[list[Any] | None]:
    """Findings as JSON."""
    return [_finding(found) for found in findings]


def findings_of(data: Iterable[Any]) -> tuple[Finding, ...]:
    """Findings from JSON."""
    return tuple(
        Finding(code, severity, message, why, fix, place, tuple(also))
        for code, severity, message, why, fix, places in data
        for place, *also in [[Mark(source, tuple(path), on) for source, path, on in places]]
    )
