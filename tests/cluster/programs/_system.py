"""Programs that the machine itself has."""

import shutil
import subprocess
from pathlib import Path


def on_path(name: str) -> Path | None:
    """The first of that name on PATH."""
    found = shutil.which(name)
    return Path(found) if found else None


def working(program: Path | None) -> Path | None:
    """The program if it runs at all: a dispatcher without its target, or another CPU's, does not.

    helm has no `--client`, kubectl asks a server without it; both accept it in this form.
    """
    if program is None:
        return None
    arguments = ["version", "--client"] if program.name == "kubectl" else ["version"]
    try:
        ran = subprocess.run([program, *arguments], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return program if ran.returncode == 0 else None
