"""`secretkit encryption status`."""

import json
import sys
from pathlib import Path

import click

from secretkit.cli.options import ENVIRONMENT, FILE, PLATFORM, note, refused
from secretkit.finding import Rejected


@click.command()
@FILE
@ENVIRONMENT
@PLATFORM
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="Lines, or one JSON object.")  # fmt: skip
def command(file: Path, environment: str | None, platform: Path | None, form: str) -> int:
    """Where the encryption that FILE declares stands, and what must happen before the next step.

    FILE is a platform.yaml, or a secrets.yaml that stands alone. Nothing but files is read: `verify`
    looks at the cluster.
    """
    from secretkit.encryption import elsewhere, guide
    from secretkit.encryption.declared import declared

    try:
        found = declared(file, platform, environment)
        found.needed  # noqa: B018 (it raises)
    except Rejected as rejected:
        return refused(rejected, file)
    for line in elsewhere.told(found):
        note(line)
    if form == "json":
        json.dump(guide.status(found), sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in guide.text(found))
    return 0
