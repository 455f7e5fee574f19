"""`secretkit encryption`: one file per command."""

import click

from secretkit.cli.groups import Lazy

_COMMANDS = {
    "status": "Where the encryption stands, and what comes next.",
    "enable": "Begin to encrypt.",
    "rotate": "Begin to rotate: a new key that can be read.",
    "move": "Begin to move to another provider.",
    "disable": "Begin to store in the clear again.",
    "next": "Take the next step of what is under way.",
    "back": "Take the last step back.",
    "keygen": "Make a key.",
    "materialize": "Write the API server's file on its host, keys and all.",
    "rewrite": "Print what makes every stored object be written again.",
    "verify": "Say how objects are stored and what the API servers have loaded.",
}


@click.command(cls=Lazy, package="secretkit.cli.encryption", about=_COMMANDS)
def command() -> None:
    """Keys, states and proof of the encryption at rest that a platform file declares.

    A change goes in steps, since a key must be readable on every API server before one of them
    writes with it, and until the last object that needs it is rewritten.
    """
