"""Much that is put in order, or looked through for what comes twice, with little of it in memory."""

import marshal
from array import array
from collections.abc import Iterable, Iterator
from itertools import chain
from struct import pack, unpack

from secretkit.spool import Spool

_RUN = 4096  # texts that are sorted in memory
_BLOCK = 128  # of them that are read at once
_PARTS = 256  # of all numbers, looked through one after the other
_CHUNK = 512  # numbers of a part in memory


class Sorted:
    """Texts, as bytes, in their order: sorted a run at a time, and merged as they are read."""

    def __init__(self, texts: Iterable[bytes] = ()) -> None:
        self._texts: list[bytes] = []  # of the last run
        self._runs: list[list[int]] = []  # of the others, each as the numbers of its blocks
        self._spool = Spool()
        self._last = b""  # of the runs
        self._is_in_order = True  # whether the runs follow one another
        for text in texts:
            self.add(text)

    def add(self, text: bytes) -> None:
        self._texts.append(text)
        if len(self._texts) >= _RUN:
            self._put()

    def __iter__(self) -> Iterator[bytes]:
        texts = sorted(self._texts)
        runs = [*map(self._run, self._runs), texts]
        if self._is_in_order and (not texts or texts[0] >= self._last):
            return chain.from_iterable(runs)
        from heapq import merge

        return merge(*runs)

    def _put(self) -> None:
        self._texts.sort()
        self._is_in_order &= self._texts[0] >= self._last
        self._last = self._texts[-1]
        blocks = (self._texts[at : at + _BLOCK] for at in range(0, len(self._texts), _BLOCK))
        self._runs.append([self._spool.put(marshal.dumps(block)) for block in blocks])
        self._texts.clear()

    def _run(self, blocks: list[int]) -> Iterator[bytes]:
        for block in blocks:
            yield from marshal.loads(self._spool.get(block))


class Numbers:
    """Numbers of 32 bits, of which it tells those that came more than once."""

    def __init__(self) -> None:
        self._parts = [array("I") for _ in range(_PARTS)]
        self._spooled: list[list[int]] = [[] for _ in range(_PARTS)]
        self._spool = Spool()

    def add(self, numbers: Iterable[int]) -> None:
        for one in numbers:
            part = self._parts[one % _PARTS]
            part.append(one)
            if len(part) >= _CHUNK:
                self._put(one % _PARTS)

    def repeated(self) -> set[int]:
        repeated: set[int] = set()
        for at in range(_PARTS):
            seen: set[int] = set()
            for one in self._part(at):
                (repeated if one in seen else seen).add(one)
        return repeated

    def _put(self, at: int) -> None:
        part = self._parts[at]
        self._spooled[at].append(self._spool.put(pack(f">{len(part)}I", *part)))
        del part[:]

    def _part(self, at: int) -> Iterator[int]:
        yield from self._parts[at]
        for number in self._spooled[at]:
            record = self._spool.get(number)
            yield from unpack(f">{len(record) // 4}I", record)
