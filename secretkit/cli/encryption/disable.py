"""`secretkit encryption disable`."""

from pathlib import Path

import click

from secretkit.cli.encryption.calls import DRY_RUN, ROLLED, carry_out
from secretkit.cli.options import ENVIRONMENT, FILE, PLATFORM


@click.command()
@FILE
@ENVIRONMENT
@PLATFORM
@ROLLED
@DRY_RUN
def command(
    file: Path, environment: str | None, platform: Path | None, rolled: bool, dry_run: bool
) -> int:  # fmt: skip
    """Begin to store in the clear again: first what is in the clear can be read, then it is written.

    The second call is the step from one to the other, and needs --rolled; `next` ends it.
    """
    from secretkit.encryption import changing, states
    from secretkit.encryption.declared import declared

    def make() -> changing.Change:
        found = declared(file, platform, environment)
        found.needed  # noqa: B018 (it raises)
        return changing.change(found, states.disabled, "rolled" if rolled else "nothing")

    return carry_out(file, dry_run=dry_run, make=make)
