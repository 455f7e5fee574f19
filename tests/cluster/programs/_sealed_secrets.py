"""The programs of sealed-secrets, as `go install` makes them by the module's own sums."""

from functools import partial
from pathlib import Path

from . import _go
from ._cache import cached

_MODULE = "github.com/bitnami-labs/sealed-secrets"
_VERSION = "0.36.0"


def find(name: str, command: str) -> Path | None:
    """One program, whose command in the module's folder cmd/ may have another name."""
    return cached(name, _VERSION, _MODULE.encode(), partial(_install, name, command))


def _install(name: str, command: str, folder: Path) -> None:
    _go.install(f"{_MODULE}/cmd/{command}@v{_VERSION}", folder / name)
