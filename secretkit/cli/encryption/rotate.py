"""`secretkit encryption rotate`."""

from pathlib import Path

import click

from secretkit.cli.encryption.calls import (
    DRY_RUN,
    FROM_ENV,
    FROM_FILE,
    KEY,
    carry_out,
    source,
    today,
)
from secretkit.cli.options import ENVIRONMENT, FILE, PLATFORM


@click.command()
@FILE
@ENVIRONMENT
@PLATFORM
@KEY
@FROM_FILE
@FROM_ENV
@DRY_RUN
def command(
    file: Path, environment: str | None, platform: Path | None, name: str | None,
    from_file: str | None, from_env: str | None, dry_run: bool,
) -> int:  # fmt: skip
    """Begin to rotate: a new key beside the one that writes, that can be read. Its bytes are not in FILE.

    \b
    secretkit encryption rotate platform.yaml
    secretkit encryption next platform.yaml --rolled       the new key writes
    secretkit encryption next platform.yaml --rewritten    the old key goes
    """
    from secretkit.encryption import changing, states
    from secretkit.encryption.declared import declared

    def make() -> changing.Change:
        found = declared(file, platform, environment)
        found.needed  # noqa: B018 (it raises)
        key = changing.new_key(found, name, source(from_file, from_env), today())
        begun = changing.begun(
            lambda section: states.rotated(section, key), f"{key['name']} can be read"
        )
        return changing.change(found, begun, "nothing")

    return carry_out(file, dry_run=dry_run, make=make)
