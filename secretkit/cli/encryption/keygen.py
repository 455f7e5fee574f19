"""`secretkit encryption keygen`."""

import sys
from pathlib import Path

import click

from secretkit import files
from secretkit.encryption import key_bytes
from secretkit.finding import Usage


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="A new file, of mode 0600; one that is there is never written over.",
)  # fmt: skip
def command(output: Path | None) -> int:
    """Make a key: 32 random bytes as standard base64, to a file or into a pipe.

    \b
    secretkit encryption keygen -o /etc/kubernetes/keys/key-20261120-1
    secretkit encryption keygen | vault kv put secret/apiserver key=-
    """
    if output is not None:
        files.create(output, key_bytes.new().reveal(), 0o600)
        return 0
    if sys.stdout.isatty():
        raise Usage("a key is not shown on a terminal: use -o FILE, or a pipe")
    sys.stdout.buffer.write(key_bytes.new().reveal())
    return 0
