"""What scan says, a file for each code; the folder is the registry.

A file `skNNN_slug.py` holds `CODE`. Its `wrong` and `right` are texts of the file `file`; a line with
`# <- CODE` says where the finding stands.
"""

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from secretkit.finding import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCode(Code):
    """A code of scan; `file` is the name under which its examples are read."""

    file: str = "manifest.yaml"


def modules() -> tuple[str, ...]:
    """The files of all codes, sorted: `sk801_secret_object`, …"""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load(module: str) -> ScanCode:
    code: ScanCode = import_module(f"{__name__}.{module}").CODE
    return code


def all_codes() -> Iterator[ScanCode]:
    """Every code of scan, sorted."""
    yield from map(load, modules())
