"""`file`: a regular file inside the root, symlinks resolved."""

import os
import stat
from pathlib import Path

from secretkit.values import MOST_BYTES, Unreadable, Where, faults

_MEND = "put the file there before `render --allow-plaintext`; its path is relative to the file that names it"


def inside(argument: str, where: Where) -> Path:
    """Where the path leads, symlinks resolved; raises Unreadable where that is outside the root."""
    if "\0" in argument:
        raise Unreadable(faults.OUTSIDE, what="has a NUL in its path")
    try:
        path = (where.folder / argument).resolve()
    except (OSError, RuntimeError):
        raise Unreadable(faults.OUTSIDE, what="lies behind symlinks in a circle") from None
    if not path.is_relative_to(where.root.resolve()):
        raise Unreadable(faults.OUTSIDE, what="lies outside the root")
    return path


def read(argument: str, where: Where) -> bytes:
    """The bytes of the file as they are."""
    path = inside(argument, where)
    try:
        # Resolved already: a link that appears now is somebody's race. A pipe must not block.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Unreadable(faults.MISSING, what="there is no such file", mend=_MEND) from None
    except OSError as error:
        what = (error.strerror or "the system refuses").lower()
        raise Unreadable(faults.MISSING, what=what, mend=_MEND) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Unreadable(faults.OUTSIDE, what="is not a regular file")
    with os.fdopen(handle, "rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Unreadable(faults.LARGE)
    return content
