"""`secretkit encryption verify`."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from secretkit.cli.encryption import looking
from secretkit.cli.options import ENVIRONMENT, FILE, PLATFORM, refused
from secretkit.finding import Rejected


@click.command()
@FILE
@ENVIRONMENT
@PLATFORM
@looking.options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For a reader, or one JSON object.",
)
def command(
    file: Path, environment: str | None, platform: Path | None, form: str, **options: Any
) -> int:
    """Say how objects are stored, what the API servers have loaded, and what could not be seen.

    etcd is read through etcdctl (ETCDCTL names another command line), the API servers through kubectl
    (KUBECTL). Of a stored object the provider and the name of the key are looked at, nothing more.
    Exit 0 only if what was asked holds: with etcd every object of the declared resources was seen and
    is stored as FILE says; with API servers all of them have loaded the file of --config, which says the
    same as FILE.

    \b
    secretkit encryption verify FILE --etcd-endpoints https://127.0.0.1:2379 --etcd-cacert ca.crt ...
    secretkit encryption verify FILE --etcd --server https://10.0.0.1:6443 --server https://10.0.0.2:6443 \\
        --config /etc/kubernetes/control-plane/encryption-configuration.yaml
    """  # fmt: skip
    from secretkit.encryption import telling
    from secretkit.encryption.declared import declared

    looking.check(options)
    try:
        seen = looking.look(declared(file, platform, environment), options)
    except Rejected as rejected:
        return refused(rejected, file)
    if form == "json":
        json.dump(telling.json_object(seen), sys.stdout, indent=2, ensure_ascii=True)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(telling.text(seen))
    return 0 if seen.verdict.holds else 1
