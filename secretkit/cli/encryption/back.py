"""`secretkit encryption back`."""

from pathlib import Path
from typing import Any

import click

from secretkit.cli.encryption import looking
from secretkit.cli.encryption.calls import DRY_RUN, carry_out
from secretkit.cli.options import ENVIRONMENT, FILE, PLATFORM


@click.command()
@FILE
@ENVIRONMENT
@PLATFORM
@click.option("--rewritten", is_flag=True,
              help="You have seen that nothing is stored under the key or plugin that goes.")  # fmt: skip
@looking.options
@DRY_RUN
def command(
    file: Path, environment: str | None, platform: Path | None, rewritten: bool, dry_run: bool, **given: Any
) -> int:  # fmt: skip
    """Take the last step back, while every API server can still read both ways."""
    from secretkit.encryption import changing
    from secretkit.encryption.declared import declared

    def make() -> changing.Change:
        found = declared(file, platform, environment)
        step = changing.back(found)
        said = looking.said(found, given, step, is_rolled=False, is_rewritten=rewritten)
        return changing.change(found, step, said)

    return carry_out(file, dry_run=dry_run, make=make)
