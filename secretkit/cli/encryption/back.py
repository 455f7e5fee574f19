"""`secretkit encryption back`."""

from pathlib import Path

import click

from secretkit.cli.encryption.calls import DRY_RUN, carry_out
from secretkit.cli.options import ENVIRONMENT, FILE, PLATFORM


@click.command()
@FILE
@ENVIRONMENT
@PLATFORM
@click.option("--rewritten", is_flag=True,
              help="You have seen that nothing is stored under the key or plugin that goes.")  # fmt: skip
@DRY_RUN
def command(
    file: Path, environment: str | None, platform: Path | None, rewritten: bool, dry_run: bool
) -> int:  # fmt: skip
    """Take the last step back, while every API server can still read both ways."""
    from secretkit.encryption import changing, states
    from secretkit.encryption.declared import declared

    def make() -> changing.Change:
        found = declared(file, platform, environment)
        said: states.Needs = "rewritten" if rewritten else "nothing"
        return changing.change(found, changing.back(found), said)

    return carry_out(file, dry_run=dry_run, make=make)
