"""Work in several processes: for many inputs, since one process uses one core."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from typing import Any, TypeVar

from secretkit.finding import Usage

Item = TypeVar("Item")
Result = TypeVar("Result")

_CHUNK = 32
_PDEATHSIG = 1  # of prctl(2)
_work: Callable[[Any], Any] | None = None


def count(asked: int | None, inputs: int) -> int:
    """How many processes: as asked, or one for each core that is ours; never more than chunks."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(asked or cores or 1, -(-inputs // _CHUNK)))


def each(work: Callable[[Item], Result], items: Sequence[Item], processes: int) -> Iterator[Result]:
    """The results in the order of the items; what a process raises is raised here.

    Processes are forked, so that `work` may be anything; only items and results are sent. Raises
    Usage where one of them is ended from outside.
    """
    try:
        with ProcessPoolExecutor(
            processes, mp_context=get_context("fork"), initializer=_start,
            initargs=(work, os.getpid()),
        ) as pool:  # fmt: skip
            yield from pool.map(_call, items, chunksize=_CHUNK)
    except BrokenProcessPool:
        raise Usage(
            "one of our processes was ended from outside, perhaps for lack of memory: try --jobs 1"
        ) from None


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


def _call(item: Any) -> Any:
    assert _work is not None
    return _work(item)
