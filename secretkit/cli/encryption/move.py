"""`secretkit encryption move`."""

from pathlib import Path
from typing import Any

import click

from secretkit.cli.encryption import blocks
from secretkit.cli.encryption.calls import DRY_RUN, carry_out
from secretkit.cli.options import ENVIRONMENT, FILE, PLATFORM


@click.command()
@FILE
@ENVIRONMENT
@PLATFORM
@blocks.options
@DRY_RUN
def command(
    file: Path, environment: str | None, platform: Path | None, dry_run: bool, **given: Any
) -> int:  # fmt: skip
    """Begin to move to another provider: it stands beside the one that writes, and can be read.

    \b
    secretkit encryption move platform.yaml --provider kms --kms-name aws-kms \\
        --endpoint unix:///var/run/kmsplugin/socket.sock
    secretkit encryption next platform.yaml --rolled       it writes
    secretkit encryption next platform.yaml --rewritten    the old provider goes
    """
    from secretkit.encryption import changing, states
    from secretkit.encryption.declared import declared

    def make() -> changing.Change:
        found = declared(file, platform, environment)
        found.needed  # noqa: B018 (it raises)
        block = blocks.block(found, given)
        begun = changing.begun(
            lambda section: states.moved(section, block), f"{states.shown(block)} can be read"
        )
        return changing.change(found, begun, "nothing")

    return carry_out(file, dry_run=dry_run, make=make)
