"""`secretkit encryption enable`."""

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
@click.option("--resource", "resources", multiple=True, metavar="KIND",
              help="What to encrypt, as secrets or widgets.example.com; repeatable. What FILE asks for, or secrets.")  # fmt: skip
@blocks.options
@DRY_RUN
def command(
    file: Path, environment: str | None, platform: Path | None, resources: tuple[str, ...], dry_run: bool,
    **given: Any,
) -> int:  # fmt: skip
    """Begin to encrypt: FILE gets an `encryption` that can be read, and nothing is written with it yet.

    \b
    secretkit encryption enable platform.yaml --provider secretbox \\
        --from-file /etc/kubernetes/keys/key-1 --key key-1
    secretkit encryption next platform.yaml --rolled       it writes
    secretkit encryption next platform.yaml --rewritten    nothing in the clear can be read
    """
    from secretkit.encryption import changing, faults, states
    from secretkit.encryption.declared import declared

    def make() -> changing.Change:
        found = declared(file, platform, environment)
        if found.encryption:
            raise found.refused(faults.DECLARED, found.encryption.at.key)
        block = blocks.block(found, given)
        begun = changing.begun(
            lambda section: states.enabled(block, list(resources) or section.get("resources")),
            f"{states.shown(block)} can be read",
        )
        return changing.change(found, begun, "nothing")

    return carry_out(file, dry_run=dry_run, make=make)
