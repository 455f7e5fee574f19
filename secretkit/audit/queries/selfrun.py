"""Clusters whose API server writes a file of its own."""

import shlex
from collections.abc import Mapping

from secretkit.audit import jq
from secretkit.audit.queries import LOGINS, READS, REFUSED, Language, Query, Wanted

# Where what wires our Policy in puts the log.
_FILES: Mapping[str, str] = {
    "kubeadm": "/var/log/kubernetes/audit/audit.log",
    "k3s": "/var/lib/rancher/k3s/server/logs/audit.log",
    "rke2": "/var/lib/rancher/rke2/server/logs/audit.log",
    "talos": "/var/log/audit/kube/kube-apiserver.log",
    "kops": "/var/log/kube-apiserver-audit.log",
}


def _about(wanted: Wanted) -> str:
    read = (
        ", read with `talosctl read` from each control-plane node" if wanted.provider == "talos" else ""
    )  # fmt: skip
    return (
        f"jq over the log of one API server{read}; each control-plane node has its own, and older files lie "
        "beside it. Columns: time, user, impersonated user, verb, namespace, name, code, address."
    )


def _queries(wanted: Wanted) -> tuple[Query, ...]:
    where = wanted.namespace, wanted.name
    file = _FILES[wanted.provider]
    return (
        Query(READS, _command(wanted.provider, jq.reads(*where), file)),
        Query(REFUSED, _command(wanted.provider, jq.refused(*where), file)),
        Query(LOGINS, _command(wanted.provider, jq.logins(), file)),
    )


def _command(provider: str, program: str, file: str) -> str:
    """The program as one word of the shell, whatever it holds."""
    if provider == "talos":
        return f"talosctl read {file} |\n  jq -r {shlex.quote(program)}"
    return f"jq -r {shlex.quote(program)} \\\n  {file}"


LANGUAGE = Language("#", _about, _queries)
