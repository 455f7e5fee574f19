"""Asks API servers for their metrics through kubectl, each by itself."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from secretkit.encryption import metrics, running
from secretkit.encryption.verdict import Server
from secretkit.finding import Usage
from secretkit.hidden import Hidden
from secretkit.load import MOST_BYTES
from secretkit.load.inputs import reason

SECONDS = 60.0
_LEASES = "apiserver.kubernetes.io/identity=kube-apiserver"
_FIELDS = (
    '{range .items[*]}{.metadata.name} {.spec.renewTime} {.spec.leaseDurationSeconds}{"\\n"}{end}'
)

# What is left of kubectl's question for a user's name, where it has no credentials and no stdin.
_ASKS = ("error: EOF", "EOF")
_NOBODY = (
    "kubectl has no credentials for it: name a kubeconfig that has some (--kubeconfig FILE, --context NAME; "
    "on a control-plane host of kubeadm --kubeconfig /etc/kubernetes/admin.conf)"
)


class Access(NamedTuple):
    """How API servers are reached; without `servers` the kubeconfig's own is asked."""

    kubeconfig: str | None = None
    context: str | None = None
    servers: tuple[str, ...] = ()


def look(access: Access) -> tuple[Server, ...]:
    """What each API server has loaded. Raises Usage where there is no kubectl."""
    return tuple(_server(access, name) for name in access.servers or ("",))


def _server(access: Access, name: str) -> Server:
    shown = name or "the kubeconfig's API server"
    words = [*_kubectl(access, name), "get", "--raw", "/metrics"]
    try:
        return Server(shown, metrics.loaded(_lines(_output(words))))
    except running.Failed as failed:
        return Server(shown, None, _NOBODY if str(failed) in _ASKS else str(failed))


def identities(access: Access) -> tuple[str, ...] | None:
    """The hashes of the identities of all API servers that live; None where that cannot be told."""
    words = [
        *_kubectl(access, access.servers[0] if access.servers else ""),
        "get", "leases.v1.coordination.k8s.io", "--namespace=kube-system", f"--selector={_LEASES}",
        f"--output=jsonpath={_FIELDS}",
    ]  # fmt: skip
    try:
        rows = [line.split() for line in _lines(_output(words))]
    except running.Failed:
        return None
    return alive(
        (name, at, int(seconds)) for name, at, seconds in (row for row in rows if len(row) == 3)
    )


def alive(leases: Iterable[tuple[str, str, int]]) -> tuple[str, ...] | None:
    """The identities whose lease is not long out of date, against the newest: no clock of ours counts."""
    from datetime import datetime, timedelta

    found = [(name, datetime.fromisoformat(at), seconds) for name, at, seconds in leases]
    if not found:
        return None  # releases before 1.26 keep none
    newest = max(at for _, at, _ in found)
    living = (name for name, at, seconds in found if newest - at <= timedelta(seconds=seconds))
    return tuple(f"sha256:{hashlib.sha256(name.encode()).hexdigest()}" for name in sorted(living))


class Live(NamedTuple):
    """A configuration file that API servers should have loaded."""

    file: Path
    content: Hidden  # with its keys; of a file that is far too long the beginning
    digest: str  # as API servers tell it


def live(file: Path) -> Live:
    """The file at a path; raises Usage where it cannot be read."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise Usage(f"{file}: {reason(error)}") from None
    return Live(file, Hidden(content), f"sha256:{hashlib.sha256(content).hexdigest()}")


def _kubectl(access: Access, server: str) -> list[str]:
    given = {"kubeconfig": access.kubeconfig, "context": access.context, "server": server}
    options = [f"--{name}={value}" for name, value in given.items() if value]
    return [*running.command("KUBECTL", "kubectl"), *options, "--request-timeout=30s"]


def _output(words: list[str]) -> Iterator[bytes]:
    return running.output(words, os.environ, SECONDS, "KUBECTL")


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines out of chunks; the metrics of a busy server are many megabytes."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")
