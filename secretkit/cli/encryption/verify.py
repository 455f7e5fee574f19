"""`secretkit encryption verify`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from secretkit.cli.options import ENVIRONMENT, FILE, PLATFORM, refused
from secretkit.finding import Rejected, Usage

if TYPE_CHECKING:
    from secretkit.encryption.declared import Declared
    from secretkit.encryption.telling import Seen

_ETCD = ("endpoints", "cacert", "cert", "key")


@click.command()
@FILE
@ENVIRONMENT
@PLATFORM
@click.option("--etcd", is_flag=True, help="Look into etcd, where ETCDCTL_* variables say it is.")
@click.option("--etcd-endpoints", "endpoints", metavar="URL,...", help="Where etcd is.")
@click.option("--etcd-cacert", "cacert", metavar="FILE", help="The CA of etcd's certificate.")
@click.option("--etcd-cert", "cert", metavar="FILE", help="A client certificate for etcd.")
@click.option("--etcd-key", "key", metavar="FILE", help="The key of that certificate.")
@click.option(
    "--etcd-prefix",
    default="/registry",
    show_default=True,
    metavar="PATH",
    help="What the API server's flag --etcd-prefix says.",
)
@click.option("--kubeconfig", metavar="FILE", help="Ask API servers for their metrics, with this.")
@click.option("--context", metavar="NAME", help="A context of the kubeconfig.")
@click.option(
    "--server",
    "servers",
    multiple=True,
    metavar="URL",
    help="An API server by its own address; once for each of them.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="LIVE_FILE",
    help="The EncryptionConfiguration that the API servers should have loaded.",
)
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
    Exit 0 only if every object of the declared resources was seen and is stored as the file says, and,
    where API servers were asked, all of them have loaded the file of --config.

    \b
    secretkit encryption verify FILE --etcd-endpoints https://127.0.0.1:2379 --etcd-cacert ca.crt ...
    secretkit encryption verify FILE --etcd --server https://10.0.0.1:6443 --server https://10.0.0.2:6443 \\
        --config /etc/kubernetes/encryption/config.yaml
    """  # fmt: skip
    from secretkit.encryption import telling
    from secretkit.encryption.declared import declared

    _check(options)
    try:
        seen = _look(declared(file, platform, environment), options)
    except Rejected as rejected:
        return refused(rejected, file)
    if form == "json":
        json.dump(telling.json_object(seen), sys.stdout, indent=2, ensure_ascii=True)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(telling.text(seen))
    return 0 if seen.verdict.holds else 1


def _asks_etcd(options: dict[str, Any]) -> bool:
    return bool(options["etcd"] or any(options[name] for name in _ETCD))


def _asks_servers(options: dict[str, Any]) -> bool:
    return bool(options["kubeconfig"] or options["context"] or options["servers"])


def _check(options: dict[str, Any]) -> None:
    if not _asks_etcd(options) and not _asks_servers(options):
        raise Usage(
            "nothing to look at: name etcd (--etcd-endpoints, or --etcd with ETCDCTL_* variables) or "
            "API servers (--kubeconfig, --context, --server)"
        )
    if options["config"] and not _asks_servers(options):
        raise Usage(
            "--config is held against what API servers have loaded: name them with --kubeconfig, "
            "--context or --server"
        )


def _look(found: "Declared", options: dict[str, Any]) -> "Seen":
    from secretkit.encryption import api_servers, etcd
    from secretkit.encryption.telling import Seen
    from secretkit.encryption.verdict import rewritten, rolled, writer

    encryption, target = found.needed, found.target
    config = api_servers.config_hash(options["config"]) if options["config"] else None
    storage = servers = None
    if _asks_etcd(options):
        given = {name: options[name] for name in _ETCD}
        access = etcd.Access(**given, prefix=options["etcd_prefix"])
        storage = etcd.look(access, encryption, target)
    verdict = rewritten(encryption, target, storage)
    if _asks_servers(options):
        asked = api_servers.Access(options["kubeconfig"], options["context"], options["servers"])
        servers = api_servers.look(asked)
        verdict &= rolled(servers, config, api_servers.identities(asked))
    return Seen(writer(encryption, target), storage, servers, config, verdict)
