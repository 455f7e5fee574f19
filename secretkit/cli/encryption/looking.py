"""The options that say where to look, for `verify` and for the steps that need to have been seen."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from secretkit.cli.options import note
from secretkit.finding import Usage

if TYPE_CHECKING:
    from secretkit.encryption.declared import Declared
    from secretkit.encryption.states import Needs, Section, Step
    from secretkit.encryption.telling import Seen

_ETCD = ("endpoints", "cacert", "cert", "key")
_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--etcd", is_flag=True, help="Look into etcd, where ETCDCTL_* variables say it is."),
    click.option("--etcd-endpoints", "endpoints", metavar="URL,...", help="Where etcd is."),
    click.option("--etcd-cacert", "cacert", metavar="FILE", help="The CA of etcd's certificate."),
    click.option("--etcd-cert", "cert", metavar="FILE", help="A client certificate for etcd."),
    click.option("--etcd-key", "key", metavar="FILE", help="The key of that certificate."),
    click.option("--etcd-prefix", default="/registry", show_default=True, metavar="PATH",
                 help="What the API server's flag --etcd-prefix says."),
    click.option("--kubeconfig", metavar="FILE", help="Ask API servers for their metrics, with this."),
    click.option("--context", metavar="NAME", help="A context of the kubeconfig."),
    click.option("--server", "servers", multiple=True, metavar="URL",
                 help="An API server by its own address; once for each of them."),
    click.option("--config", type=click.Path(path_type=Path), metavar="LIVE_FILE",
                 help="The EncryptionConfiguration that the API servers should have loaded."),
)  # fmt: skip


def options(command: Any) -> Any:
    """The command with all of them; it gets them as keywords."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _asks_etcd(given: dict[str, Any]) -> bool:
    return bool(given["etcd"] or any(given[name] for name in _ETCD))


def _asks_servers(given: dict[str, Any]) -> bool:
    return bool(given["kubeconfig"] or given["context"] or given["servers"])


def check(given: dict[str, Any]) -> None:
    """Raises Usage where nothing is named to look at."""
    if not _asks_etcd(given) and not _asks_servers(given):
        raise Usage(
            "nothing to look at: name etcd (--etcd-endpoints, or --etcd with ETCDCTL_* variables) or "
            "API servers (--kubeconfig, --context, --server)"
        )
    if given["config"] and not _asks_servers(given):
        raise Usage(
            "--config is held against what API servers have loaded: name them with --kubeconfig, "
            "--context or --server"
        )


def look(found: "Declared", given: dict[str, Any]) -> "Seen":
    """What is there; raises Usage where a program is missing."""
    from secretkit.encryption import api_servers, etcd, unlike
    from secretkit.encryption.telling import Seen
    from secretkit.encryption.verdict import rewritten, rolled, writer

    encryption, target = found.needed, found.target
    live = api_servers.live(given["config"]) if given["config"] else None
    config = live.digest if live else None
    storage = servers = are_rewritten = are_rolled = None
    if _asks_etcd(given):
        where = {name: given[name] for name in _ETCD}
        storage = etcd.look(etcd.Access(**where, prefix=given["etcd_prefix"]), encryption, target)
        are_rewritten = rewritten(encryption, target, storage)
    if _asks_servers(given):
        asked = api_servers.Access(given["kubeconfig"], given["context"], given["servers"])
        servers = api_servers.look(asked)
        are_rolled = rolled(servers, config, api_servers.identities(asked))
        if live:
            are_rolled &= unlike.verdict(encryption, target, live)
    return Seen(writer(encryption, target), storage, servers, config, are_rewritten, are_rolled)


def _check_alone(found: "Declared", step: "Callable[[Section], Step]", word: "Needs") -> None:
    from secretkit.encryption import changing, editing, faults
    from secretkit.finding import Rejected

    needs, others = changing.needs(found, step), changing.heirs(found)
    if others and not changing.is_enough(word, needs):
        names = " and ".join(f"`{name}`" for name in others)
        raise Rejected([faults.SHARED.at(editing.place_of(found), names=names, needs=needs)])


def said(
    found: "Declared", given: dict[str, Any], step: "Callable[[Section], Step]", *,
    is_rolled: bool, is_rewritten: bool = False,
) -> "Needs":  # fmt: skip
    """What is known of the cluster: what the caller says, or what is seen where options name it.

    That every object is rewritten counts only where every API server writes so. What is seen to be
    wrong counts more than anybody's word. Raises Rejected where one cluster is looked at, no word is
    given for the others, and the step would move them all.
    """
    if _asks_etcd(given) or _asks_servers(given):
        check(given)
        _check_alone(
            found, step, "rewritten" if is_rewritten else "rolled" if is_rolled else "nothing"
        )
        seen = look(found, given)
        for line in (*seen.verdict.wrong, *seen.verdict.unseen):
            note(line)
        is_rolled = is_rolled or (seen.rolled is not None and seen.rolled.holds)
        in_etcd = seen.rewritten is not None and seen.rewritten.holds
        is_rewritten = is_rewritten or (in_etcd and is_rolled)
        if seen.rolled is not None and seen.rolled.wrong:
            is_rolled = is_rewritten = False
        if seen.rewritten is not None and seen.rewritten.wrong:
            is_rewritten = False
    return "rewritten" if is_rewritten else "rolled" if is_rolled else "nothing"
