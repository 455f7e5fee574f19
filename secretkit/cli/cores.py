"""Keeps what a process holds in memory out of core dumps."""

from contextlib import suppress

_PR_SET_DUMPABLE = 4


def forbid() -> None:
    """No core is written of this process or of what it starts, where the system can be told so."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    # A core that the kernel pipes into a program, as systemd has it, knows no limit.
    with suppress(ImportError, OSError, AttributeError, TypeError):
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
