"""The cache folder: a program is made into it once, and found there by its version and its inputs."""

import fcntl
import hashlib
import os
import platform
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import BuildFailed


def cached(name: str, version: str, inputs: bytes, make: Callable[[Path], None]) -> Path | None:
    """The program in the cache folder, made there by `make(folder)` first if that is allowed."""
    machine = f"{platform.system()} {platform.machine()}".encode()
    digest = hashlib.sha256(machine + b"\0" + inputs).hexdigest()[:12]
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "secretkit-tests"
    program = home / f"{name}-{version}-{digest}" / name
    if program.is_file():
        return program
    if os.environ.get("SECRETKIT_BUILD_PROGRAMS") != "1":
        return None
    home.mkdir(parents=True, exist_ok=True)
    with _locked(home / f"{name}.lock"):
        if not program.is_file():  # else another worker made it while we waited
            with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=home) as temporary:
                made = Path(temporary) / program.parent.name
                made.mkdir()
                make(made)
                made.rename(program.parent)
    return program


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Holds the lock file; the kernel lets go of it however the process ends."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(command: Sequence[str | Path], what: str, env: Mapping[str, str] | None = None) -> str:
    """What the command printed; raises BuildFailed where it fails."""
    ran = subprocess.run(command, capture_output=True, text=True, env=env)
    if ran.returncode:
        raise BuildFailed(f"{what} failed:\n{(ran.stdout + ran.stderr)[-4000:]}")
    return ran.stdout
