"""`secretkit encryption rewrite`."""

import sys
from pathlib import Path

import click

from secretkit.cli.options import ENVIRONMENT, FILE, PLATFORM, note, refused
from secretkit.finding import Rejected, Usage
from secretkit.names import is_label


@click.command()
@FILE
@click.option(
    "--as", "way", type=click.Choice(["migration", "script"]),
    help="StorageVersionMigration objects, or a shell script around kubectl. Without it migrations "
    "where the target serves them as it comes (Kubernetes 1.37), else the script.",
)  # fmt: skip
@ENVIRONMENT
@PLATFORM
@click.option(
    "--namespace", "namespaces", multiple=True, metavar="NAME",
    help="Only the objects of this namespace; may be given several times. Script only.",
)  # fmt: skip
def command(
    file: Path, way: str | None, environment: str | None, platform: Path | None, namespaces: tuple[str, ...]
) -> int:  # fmt: skip
    """Print what makes every stored object of the declared resources be written again.

    Only then is an object under the key that writes today. It changes nothing until every API server
    writes so: `secretkit encryption verify` tells.

    \b
    secretkit encryption rewrite FILE --as script | sh
    secretkit encryption rewrite FILE --as migration | kubectl create -f -
    """
    from secretkit.encryption.declared import declared
    from secretkit.encryption.rewriting import rewriting, usual

    for name in namespaces:
        if not is_label(name):
            raise Usage(f"--namespace: {name!r} is no name of a namespace")
    try:
        found = declared(file, platform, environment)
        chosen = way or usual(found.needed, found.target)
        if namespaces and chosen != "script":
            raise Usage("a migration is for all namespaces: --namespace goes with --as script")
        made = rewriting(found, "script" if chosen == "script" else "migration", namespaces)
    except Rejected as rejected:
        return refused(rejected, file)
    for text in made.notes:
        note(text)
    sys.stdout.write(made.text)
    return 0
