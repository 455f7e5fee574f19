"""`secretkit audit`: one file per command."""

import click

from secretkit.cli.groups import Lazy

_COMMANDS = {
    "explain": "Which rule a request meets, and what is logged of it.",
    "queries": "Who read Secrets, and who was refused: queries for the log.",
}


@click.command(cls=Lazy, package="secretkit.cli.audit", about=_COMMANDS)
def command() -> None:
    """The audit log: what the Policy writes into it, and how to ask it."""
