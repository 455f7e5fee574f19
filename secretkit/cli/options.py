"""Options that commands share, and how findings are printed."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from secretkit.finding import Rejected
    from secretkit.report import Spot

PATHS: Callable[[Any], Any] = click.argument(
    "paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]..."
)
ENVIRONMENT: Callable[[Any], Any] = click.option(
    "--env", "environment", metavar="NAME", help="The environment; without it the base."
)

FILE: Callable[[Any], Any] = click.argument("file", type=click.Path(path_type=Path), metavar="FILE")

PLATFORM: Callable[[Any], Any] = click.option(
    "--platform", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="The platform file, in place of the nearest platform.yaml up to the root.",
)  # fmt: skip

NAMESPACE: Callable[[Any], Any] = click.option(
    "-n", "--namespace", metavar="NAME", help="The namespace; without it all, or none.",
    # kubectl takes `-n=NAME` as well.
    callback=lambda _, __, value: value.removeprefix("=") if value else value,
)  # fmt: skip

JOBS: Callable[[Any], Any] = click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N",
    help="Processes to work in; by default one for each core, where there is much to do.",
)  # fmt: skip


def cache() -> Path | None:
    """The folder of the cache; None where none is to be used."""
    environment = os.environ
    if environment.get("SECRETKIT_NO_CACHE") or "ARGOCD_APP_NAME" in environment:
        return None
    if environment.get("SECRETKIT_CACHE_DIR"):
        return Path(environment["SECRETKIT_CACHE_DIR"])
    base = environment.get("XDG_CACHE_HOME")
    if not base and not environment.get("HOME"):
        return None
    return Path(base or Path(environment["HOME"], ".cache")) / "secretkit"


class Progress:
    """A count on stderr, rewritten in place: only on a terminal, and only once it takes long."""

    AFTER = 2.0  # seconds
    EVERY = 0.1

    def __init__(self) -> None:
        self._begun = self._shown = time.monotonic()
        self._is_shown = False
        self._is_wanted = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __call__(self, done: int, total: int) -> None:
        if not self._is_wanted:
            return
        now = time.monotonic()
        if done == total:
            self.clear()
        elif now - self._begun >= self.AFTER and now - self._shown >= self.EVERY:
            self._shown, self._is_shown = now, True
            sys.stderr.write(f"\r{done:,} of {total:,} files")
            sys.stderr.flush()

    def clear(self) -> None:
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._is_shown = False


def colour(stream: Any) -> bool:
    """Whether a stream takes colour: a terminal, unless NO_COLOR; FORCE_COLOR overrides."""
    if os.environ.get("FORCE_COLOR"):
        return True
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(stream.isatty())


def show(spots: "Iterable[Spot]", *, notes: bool) -> None:
    """Findings on stderr as text; `notes` says whether infos are shown."""
    shown = [spot for spot in spots if notes or spot.severity != "info"]
    if not shown:
        return
    from secretkit import report

    report.get("text").write(shown, sys.stderr, colour(sys.stderr))


def write(form: str, spots: "Sequence[Spot]", out: TextIO) -> None:
    """Findings in a format."""
    from secretkit import report

    found = report.get(form)
    if found.titles:
        from secretkit import codes

        codes_of = {name: codes.find(name) for name in {spot.finding.code for spot in spots}}
        titles = {name: code.title for name, code in codes_of.items() if code}
        spots = [spot._replace(title=titles.get(spot.finding.code, "")) for spot in spots]
    found.write(spots, out, colour(out))


def refused(rejected: "Rejected", file: Path) -> int:
    """Shows why a command on a file does nothing; gives the exit code."""
    from secretkit import pipeline
    from secretkit.load.inputs import find_root

    show(pipeline.spots(rejected.findings, find_root([file])), notes=False)
    return 1


def difference(name: str, before: str, after: str) -> "Iterable[str]":
    """Two texts of a file as lines of a diff, those alone that differ: beside them may stand a value."""
    from difflib import unified_diff

    return unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), name, name, n=0
    )


def note(text: str) -> None:
    """A line on stderr."""
    click.echo(f"note: {text}", err=True)
