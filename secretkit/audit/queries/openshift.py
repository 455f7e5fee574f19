"""OpenShift, whose own command reads the log of each control-plane node."""

import shlex

from secretkit.audit import jq
from secretkit.audit.queries import LOGINS, READS, REFUSED, Language, Query, Wanted


def _about(wanted: Wanted) -> str:  # noqa: ARG001
    return (
        "jq over the log of the API server on every control-plane node. Columns: time, user, "
        "impersonated user, verb, namespace, name, code, address. In every profile but None of "
        "`spec.audit.profile` Secrets are logged at Metadata."
    )


def _queries(wanted: Wanted) -> tuple[Query, ...]:
    where = wanted.namespace, wanted.name
    return (
        Query(READS, _command(jq.reads(*where))),
        Query(REFUSED, _command(jq.refused(*where))),
        Query(LOGINS, _command(jq.logins())),
    )


def _command(program: str) -> str:
    """With more than one node each line begins with a node's name."""
    return (
        "oc adm node-logs --role=master --path=kube-apiserver/audit.log |\n"
        f"  sed 's/^[^{{]*//' |\n  jq -r {shlex.quote(program)}"
    )


LANGUAGE = Language("#", _about, _queries)
