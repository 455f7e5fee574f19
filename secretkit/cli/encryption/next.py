"""`secretkit encryption next`."""

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
@click.option("--rewritten", is_flag=True,
              help="You have also seen every object rewritten, in every namespace.")  # fmt: skip
@looking.options
@DRY_RUN
def command(
    file: Path, environment: str | None, platform: Path | None, rolled: bool, rewritten: bool, dry_run: bool,
    **given: Any,
) -> int:  # fmt: skip
    """Take the next step of a rotation, a move, of enabling or disabling: rewrite FILE in place.

    A new key writes only once every API server can read it (--rolled); an old one goes only once
    nothing is stored under it (--rewritten). Without these nothing is changed, and it says what is
    missing. Where options name etcd and the API servers it looks for itself, as `verify` does.
    """
    from secretkit.encryption import changing
    from secretkit.encryption.declared import declared

    def make() -> changing.Change:
        found = declared(file, platform, environment)
        step = changing.forward(found)
        needs = changing.needs(found, step)  # --rewritten twice is no word on two steps
        is_rewritten = rewritten and needs == "rewritten"
        said = looking.said(found, given, step, is_rolled=rolled, is_rewritten=is_rewritten)
        return changing.change(found, step, said)

    return carry_out(file, dry_run=dry_run, make=make)
