"""Inputs that were judged before are not judged again: their parts come out of the cache."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast

from secretkit import caching
from secretkit.finding import Finding, Where
from secretkit.load import MOST_BYTES
from secretkit.load.inputs import Input
from secretkit.model.platform import Platform
from secretkit.parts import Kept, Record, Reduced
from secretkit.platforms import Broken, Platforms
from secretkit.rules import Packed
from secretkit.single import Options
from secretkit.text import Mark


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
        self._texts: dict[int, bytes] = {}

    def parts(
        self, inputs: Sequence[Input], make: Callable[[Sequence[Input]], Iterable[Reduced]]
    ) -> Iterator[Reduced]:
        """The parts in the order of the inputs: remembered ones, and what `make` gives for others."""
        keys = [self._key(found) for found in inputs]
        known = [key is not None and key in self._cache for key in keys]
        missed = [found for found, is_known in zip(inputs, known, strict=True) if not is_known]
        made = iter(make(missed))
        for found, key, is_known in zip(inputs, keys, known, strict=True):
            if key is None or not is_known:
                one = next(made)
                # A file that changed under our hands is no record of what was read first.
                if key is not None and key == self._key(found):
                    data = self._dumped(one)
                    if data is not None:
                        self._cache.put(key, data)
            else:
                one = self._loaded(found, self._cache.get(key)) or next(iter(make([found])))
            yield one
        self._cache.close()

    def _key(self, found: Input) -> bytes | None:
        """The key of an input; None where nothing of it may be kept."""
        content = _content(found)
        if content is None:
            return None
        if b"values" in content:
            return None
        try:
            platform = self._platforms.of_input(found)
        except Broken:
            return None
        name = found.name.encode(errors="surrogateescape")
        state = self._state.copy()
        caching.update(state, name, bytes([found.direct]), self._text(platform), content)
        digest: bytes = state.digest()
        return digest

    def _text(self, platform: Platform | None) -> bytes:
        if platform is None:
            return b""
        text = self._texts.get(id(platform))
        if text is None:
            source = platform.tree.source
            text = self._texts[id(platform)] = f"{source.name}\0{source.text}".encode()
        return text

    def _dumped(self, one: Reduced) -> Any:
        """A part as JSON; None where it holds more than that, or its findings have no lasting place."""
        findings = [_finding(found) for found in one.findings]
        if one.plane or one.shared or one.has_values or None in findings:
            return None
        kept = None
        if one.kept:
            if one.kept.value is None:
                return None
            kept = [*one.kept[:3], self._record.dump(one.kept.value)]
        return [one.is_app, findings, one.environments, kept, one.facts]

    def _loaded(self, found: Input, data: Any) -> Reduced | None:
        if data is None:
            return None
        is_app, findings, environments, kept, facts = data
        platform = self._platforms.of_input(found)
        target = platform.target if platform else self._target
        reduced = Reduced(found, is_app, findings_of(findings), tuple(environments))
        if kept is None:
            return reduced
        name, namespace, file, value = kept
        return reduced._replace(
            kept=Kept(name, namespace, file, self._record.load(value)),
            target=target,
            facts=cast(tuple[Packed, ...], facts),  # lists of three texts serve as well
        )


def _content(found: Input) -> bytes | None:
    """The bytes of an input; None where reading it is to say what is wrong."""
    try:
        # A pipe would wait for its writer.
        descriptor = os.open(found.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    try:
        content = os.read(descriptor, MOST_BYTES + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return content if len(content) <= MOST_BYTES else None


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
