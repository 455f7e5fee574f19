"""Work in several processes: for many inputs, since one process uses one core."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_CHUNK = 32
_work: Callable[[Any], Any] | None = None


def count(asked: int | None, inputs: int) -> int:
    """How many processes: as asked, or one for each core that is ours; never more than chunks."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(asked or cores or 1, -(-inputs // _CHUNK)))


def each(work: Callable[[Item], Result], items: Sequence[Item], processes: int) -> Iterator[Result]:
    """The results in the order of the items; what a process raises is raised here.

    Processes are forked, so that `work` may be anything; only items and results are sent.
    """
    with ProcessPoolExecutor(
        processes, mp_context=get_context("fork"), initializer=_start, initargs=(work,)
    ) as pool:
        yield from pool.map(_call, items, chunksize=_CHUNK)


def _start(work: Callable[[Any], Any]) -> None:
    global _work
    _work = work


def _call(item: Any) -> Any:
    assert _work is not None
    return _work(item)
