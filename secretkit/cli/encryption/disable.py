"""`secretkit encryption disable`."""

from pathlib import Path
from typing import Any

import click

from secretkit.cli.encryption import looking
from secretkit.cli.encryption.calls import DRY_RUN, ROLLED, carry_out
from secretkit.cli.options import ENVIRONMENT, FILE, PLATFORM


@click.command()
@FILE
@ENVIRONMENT
@PLATFORM
@ROLLED
@looking.options
@DRY_RUN
def command(
    file: Path, environment: str | None, platform: Path | None, rolled: bool, dry_run: bool, **given: Any
) -> int:  # fmt: skip
    """Begin to store in the clear again: first what is in the clear can be read, then it is written.

    The second call is the step from one to the other, and needs --rolled; `next` ends it.
    """
    from secretkit.encryption import changing, states
    from secretkit.encryption.declared import declared

    def make() -> changing.Change:
        found = declared(file, platform, environment)
        found.needed  # noqa: B018 (it raises)
        said = looking.said(found, given, states.disabled, is_rolled=rolled)
        return changing.change(found, states.disabled, said)

    return carry_out(file, dry_run=dry_run, make=make, goes_on="disable")
