"""Findings to text: one file per format. The folder is the registry: the file's name is the format."""

import pkgutil
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple, TextIO

from secretkit.finding import Finding, Severity
from secretkit.text import Excerpt, Span


class Spot(NamedTuple):
    """A finding with its place looked up, and the line that may be shown."""

    finding: Finding
    span: Span
    excerpt: Excerpt
    also: tuple[Span, ...]
    title: str = ""  # what its code says in general, for formats that ask

    @property
    def severity(self) -> Severity:
        return self.finding.severity


class Format(NamedTuple):
    """A format: `write(spots, out, colour)` maps fields, nothing more."""

    name: str
    write: Callable[[Sequence[Spot], TextIO, bool], None]
    titles: bool = False  # whether it wants each spot's title


def names() -> tuple[str, ...]:
    """The formats, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def get(name: str) -> Format:
    """The format of a name; raises ModuleNotFoundError where there is none."""
    found: Format = import_module(f"{__name__}.{name}").FORMAT
    return found


def fingerprint(finding: Finding, name: str) -> str:
    """Stays the same while lines move: made of code, file and what names the finding there.

    No line, and no value or anything made from one, is in it.
    """
    from hashlib import sha256  # 2 ms, and a render that went well needs none

    text = "\0".join((finding.code, name, finding.identity or finding.message))
    return sha256(text.encode(errors="replace")).hexdigest()[:16]


def summary(spots: Sequence[Spot]) -> dict[str, int]:
    """How many findings there are of each severity."""
    counts = {"errors": 0, "warnings": 0, "infos": 0}
    for spot in spots:
        counts[f"{spot.severity}s"] += 1
    return counts
