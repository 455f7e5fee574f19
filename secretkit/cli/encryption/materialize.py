"""`secretkit encryption materialize`."""

import os
import sys
from pathlib import Path

import click

from secretkit.cli.options import ENVIRONMENT, FILE, PLATFORM, note, refused, show
from secretkit.finding import Finding, Rejected, Usage


@click.command()
@FILE
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="OUT", required=True,
    help="The file of --encryption-provider-config on this host.",
)  # fmt: skip
@ENVIRONMENT
@PLATFORM
@click.option(
    "--key", "keys", multiple=True, metavar="NAME=SOURCE",
    help="Read a key from file:PATH, env:VARIABLE or - (stdin), in place of its `from`; repeatable.",
)  # fmt: skip
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing: say what differs from OUT, and exit 1 if anything does.",
)
def command(
    file: Path, output: Path, environment: str | None, platform: Path | None, keys: tuple[str, ...],
    check: bool,
) -> int:  # fmt: skip
    """Write the EncryptionConfiguration with its keys, on a control-plane host.

    FILE declares the encryption: a platform file, or an app's that stands alone. Each key's bytes
    come from its `from`, a path relative to FILE's folder. OUT gets mode 0600, whole or not at all.
    A step from the OUT that stands which would make objects unreadable is refused; where it is
    known to be right, move that file away first, and keep it: it may hold the only copy of a key.

    \b
    secretkit encryption materialize platform.yaml -o /etc/kubernetes/enc/encryption.yaml
    vault kv get -field=key secret/apiserver | secretkit encryption materialize platform.yaml \\
      -o /etc/kubernetes/enc/encryption.yaml --key key-20261120-1=-
    """
    from secretkit.encryption import elsewhere, materialize
    from secretkit.encryption.declared import declared
    from secretkit.encryption.key_sources import Host, given

    asked = given(keys)
    try:
        found = declared(file, platform, environment)
        folder = found.input.path.parent
        made = materialize.made(found, asked, Host(folder, os.environ, _stdin))
        _tell(made.findings, found.root)
        if check:
            return _check(list(materialize.differences(made, output)), made.digest)
        for line in () if output.exists() else elsewhere.told(found):
            note(line)  # of a first file no step tells what it leaves out
        _tell(materialize.write(made, found, output), found.root)
    except Rejected as rejected:
        return refused(rejected, file)
    tree = materialize.work_tree(output)
    if tree:
        note(
            f"{output} holds keys and lies in the Git work tree {tree}: keep it out of every commit"
        )
    note(f"{output} is {made.digest}")
    return 0


def _tell(findings: tuple[Finding, ...], root: Path) -> None:
    if findings:
        from secretkit import pipeline

        show(pipeline.spots(findings, root), notes=False)


def _check(differences: list[str], digest: str) -> int:
    for line in differences:
        click.echo(line, err=True)
    if differences:
        return 1
    click.echo(digest)
    return 0


def _stdin() -> bytes:
    if sys.stdin.isatty():
        raise Usage("a key is not typed on a terminal: pipe it into stdin")
    return sys.stdin.buffer.read(1 << 20)
