"""`secretkit schema`."""

import sys

import click

from secretkit import resources


@click.command()
@click.argument("name", type=click.Choice(["app", "platform"]), default="app")
def command(name: str) -> int:
    """Print the JSON Schema of secrets.yaml (`app`, the default) or of platform.yaml (`platform`)."""
    sys.stdout.write(resources.schema_text(name))
    return 0
