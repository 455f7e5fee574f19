"""EKS: CloudWatch Logs Insights over the log type `audit`."""

import json
from collections.abc import Iterator

from secretkit.audit.queries import LOGINS, READS, REFUSED, Language, Query, Wanted

_LOG = 'filter @logStream like "kube-apiserver-audit"'
_SECRETS = 'filter objectRef.resource = "secrets" and not ispresent(objectRef.apiGroup)'
_ONCE = 'filter (verb = "watch" and stage = "ResponseStarted") or (verb != "watch" and stage = "ResponseComplete")'
# The first address is what the caller says of itself (X-Forwarded-For); the last one is who was seen.
_ROW = (
    "fields @timestamp, user.username, impersonatedUser.username, verb, objectRef.namespace, "
    "objectRef.name, responseStatus.code, sourceIPs.0, sourceIPs.1, sourceIPs.2"
)
_LOGIN = 'filter stage = "ResponseStarted" and responseStatus.code = 401'
_LOGIN_ROW = "fields @timestamp, verb, requestURI, sourceIPs.0, sourceIPs.1, sourceIPs.2, responseStatus.message"
_END = ("sort @timestamp desc", "limit 1000")


def _about(wanted: Wanted) -> str:  # noqa: ARG001
    return (
        "CloudWatch Logs Insights over the log group /aws/eks/CLUSTER/cluster. The log type `audit` has to "
        "be enabled on the cluster; nothing is there from before."
    )


def _queries(wanted: Wanted) -> tuple[Query, ...]:
    limits = tuple(_limits(wanted))
    read = 'filter verb in ["get", "list", "watch"] and responseStatus.code < 400'
    return (
        Query(READS, _query(_ROW, _LOG, _SECRETS, _ONCE, read, *limits, *_END)),
        Query(
            REFUSED,
            _query(_ROW, _LOG, _SECRETS, _ONCE, "filter responseStatus.code = 403", *limits, *_END),
        ),
        Query(LOGINS, _query(_LOGIN_ROW, _LOG, _LOGIN, *_END)),
    )


def _limits(wanted: Wanted) -> Iterator[str]:
    """A list over all namespaces has no namespace, and a list no name."""
    for field, value in (("namespace", wanted.namespace), ("name", wanted.name)):
        if value is not None:
            at = f"objectRef.{field}"
            yield f"filter not ispresent({at}) or {at} = {json.dumps(value)}"


def _query(*steps: str) -> str:
    return "\n| ".join(steps)


LANGUAGE = Language("#", _about, _queries)
