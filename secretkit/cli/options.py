"""Options that commands share, and how findings are printed."""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from secretkit import report
from secretkit.report import Spot

PATHS: Callable[[Any], Any] = click.argument(
    "paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]..."
)
ENVIRONMENT: Callable[[Any], Any] = click.option(
    "--env", "environment", metavar="NAME", help="The environment; without it the base."
)

PLATFORM: Callable[[Any], Any] = click.option(
    "--platform", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="The platform file, in place of the nearest platform.yaml up to the root.",
)  # fmt: skip


def colour(stream: Any) -> bool:
    """Whether a stream takes colour: a terminal, unless NO_COLOR; FORCE_COLOR overrides."""
    if os.environ.get("FORCE_COLOR"):
        return True
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(stream.isatty())


def show(spots: Iterable[Spot], *, notes: bool) -> None:
    """Findings on stderr as text; `notes` says whether infos are shown."""
    shown = [spot for spot in spots if notes or spot.severity != "info"]
    report.get("text").write(shown, sys.stderr, colour(sys.stderr))


def note(text: str) -> None:
    """A line on stderr."""
    click.echo(f"note: {text}", err=True)
