"""Work in several processes: for many inputs, since one process uses one core."""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import islice
from multiprocessing import get_context
from typing import Any, TypeVar

from secretkit.finding import Usage

Item = TypeVar("Item")
Result = TypeVar("Result")

_CHUNK = 32
_AHEAD = 4  # chunks for each process that are under way, lest results pile up
_PDEATHSIG = 1  # of prctl(2)
_work: Callable[[Any], Any] | None = None


def count(asked: int | None, inputs: int) -> int:
    """How many processes: as asked, or one for each core that is ours; never more than chunks."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(asked or cores or 1, -(-inputs // _CHUNK)))


def each(work: Callable[[Item], Result], items: Iterable[Item], processes: int) -> Iterator[Result]:
    """The results in the order of the items; what a process raises is raised here.

    Items are taken as they are needed, a few ahead.

    Processes are forked, so that `work` may be anything; only items and results are sent. Raises
    Usage where one of them is ended from outside.
    """
    try:
        with ProcessPoolExecutor(
            processes, mp_context=get_context("fork"), initializer=_start,
            initargs=(work, os.getpid()),
        ) as pool:  # fmt: skip
            yield from _in_order(pool, items, processes * _AHEAD)
    except BrokenProcessPool:
        raise Usage(
            "one of our processes was ended from outside, perhaps for lack of memory: try --jobs 1"
        ) from None


def _in_order(pool: ProcessPoolExecutor, items: Iterable[Any], ahead: int) -> Iterator[Any]:
    pending: deque[Future[list[Any]]] = deque()
    rest = iter(items)
    try:
        while chunk := list(islice(rest, _CHUNK)):
            pending.append(pool.submit(_call, chunk))
            if len(pending) >= ahead:
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()
    finally:
        for one in pending:
            one.cancel()


def _start(work: Callable[[Any], Any], parent: int) -> None:
    global _work
    _work = work
    _end_with(parent)


def _end_with(parent: int) -> None:
    """Ends this process once its parent is gone, whatever ended that."""
    with suppress(OSError, AttributeError, ImportError):
        import ctypes

        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)  # Linux alone has it
    if os.getppid() != parent:  # gone before that was set
        os._exit(1)


def _call(items: Sequence[Any]) -> list[Any]:
    assert _work is not None
    return [_work(item) for item in items]
