"""What the commands that change a section share: options, and how a change is shown and written."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from secretkit.cli.options import difference, refused
from secretkit.finding import Rejected, Usage

DRY_RUN: Callable[[Any], Any] = click.option(
    "--dry-run", is_flag=True, help="Show what would change in FILE, and write nothing."
)
ROLLED: Callable[[Any], Any] = click.option(
    "--rolled", is_flag=True,
    help="You have seen every API server load what the file says now.",
)  # fmt: skip
KEY: Callable[[Any], Any] = click.option(
    "--key", "name", metavar="NAME", help="Name of the new key; by default of the day, as key-20261120-1."
)  # fmt: skip
FROM_FILE: Callable[[Any], Any] = click.option(
    "--from-file", metavar="PATH",
    help="Where its bytes lie on the control-plane hosts; by default beside the other keys.",
)  # fmt: skip
FROM_ENV: Callable[[Any], Any] = click.option(
    "--from-env",
    metavar="VARIABLE",
    help="The variable that holds its bytes where they are put in.",
)


def source(from_file: str | None, from_env: str | None) -> dict[str, str] | None:
    """Where a key's bytes are, as its `from` says it; raises Usage where both are given."""
    if from_file and from_env:
        raise Usage("--from-file and --from-env: a key has one source")
    if from_file:
        return {"file": from_file}
    return {"env": from_env} if from_env else None


def carry_out(file: Path, *, dry_run: bool, make: Callable[[], Any], goes_on: str = "next") -> int:
    """Makes a change, shows or writes it, and says what must happen then; gives the exit code.

    `goes_on` is the command that goes on with what was begun.
    """
    from secretkit import one_file
    from secretkit.encryption import guide

    try:
        made = make()
    except Rejected as rejected:
        return refused(rejected, file)
    if dry_run:
        before = made.before
        sys.stdout.writelines(difference(before.input.name, before.own.source.text, made.text))
        return 0
    one_file.write(made.before.input, made.text, made.before.own.source.text)
    environment = made.before.environment
    where = f" ({environment})" if environment else ""
    sys.stdout.write(f"{made.before.call}{where}: {made.does}\n\n")
    lines = (
        guide.what_next(made.after, goes_on) if made.after.encryption else guide.ended(made.before)
    )
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def today() -> Any:
    """The day in UTC, the same on every operator's machine."""
    from datetime import UTC

    return datetime.now(UTC).date()
