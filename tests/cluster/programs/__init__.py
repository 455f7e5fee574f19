"""The real programs that the tests run: found, or made once into the user's cache folder.

One file per program; the folder is the registry, and a file whose name begins with `_` is what several
share. The folder named by KUBEBUILDER_ASSETS wins where it holds the program. A build takes minutes and
a download needs the network, so both happen only with SECRETKIT_BUILD_PROGRAMS=1.
"""

import os
import pkgutil
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple


class Missing(Exception):
    """A test cannot run here: the message is the reason for the skip and says what would help."""


class BuildFailed(Exception):
    """A build or download that was asked for went wrong: a failure, never a skip."""


class Program(NamedTuple):
    """A real program. `find` makes it first where that is allowed, and gives None where it is not there."""

    name: str  # like `kube-apiserver-1.34`; the file's is `kube_apiserver_1_34.py`
    advice: str  # how a machine gets it: "install it (Debian: openssl)"
    find: Callable[[], Path | None]


@cache
def names() -> tuple[str, ...]:
    """The names of all programs, sorted."""
    modules = (found.name for found in pkgutil.iter_modules(__path__))
    return tuple(sorted(_in(module).name for module in modules if not module.startswith("_")))


def get(name: str) -> Program:
    """The program of a name; raises ModuleNotFoundError where there is none."""
    return _in(re.sub(r"[-.]", "_", name))


def find(name: str) -> Path:
    """The program's path; raises Missing with a reason, BuildFailed where a build goes wrong."""
    program = get(name)
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if assets and (given := Path(assets) / name).is_file():
        return given.absolute()
    found = program.find()
    if found is None:
        advice = f"{program.advice}, or name its folder in KUBEBUILDER_ASSETS"
        raise Missing(f"no {name} here: {advice}")
    return found


def _in(module: str) -> Program:
    program: Program = import_module(f"{__name__}.{module}").PROGRAM
    return program
