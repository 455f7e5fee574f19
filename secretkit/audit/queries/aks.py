"""AKS: KQL over the category `kube-audit`, in either of the tables that it may go to."""

import json
from collections.abc import Iterator

from secretkit.audit.queries import LOGINS, READS, REFUSED, Language, Query, Wanted

# Either table brought to the same columns.
_TABLES = {
    "the table AKSAudit (resource-specific)": (
        "AKSAudit",
        "project TimeGenerated, Stage, Verb, ObjectRef, User, Impersonated = dynamic(null), "
        "ResponseStatus, RequestUri, SourceIps",
    ),
    "the table AzureDiagnostics (the older form)": (
        'AzureDiagnostics\n| where Category == "kube-audit"\n| extend Event = parse_json(log_s)',
        "project TimeGenerated, Stage = tostring(Event.stage), Verb = tostring(Event.verb), "
        "ObjectRef = Event.objectRef, User = Event.user, Impersonated = Event.impersonatedUser, "
        "ResponseStatus = Event.responseStatus, RequestUri = tostring(Event.requestURI), "
        "SourceIps = Event.sourceIPs",
    ),
}
_SECRETS = (
    'where tostring(ObjectRef.resource) == "secrets" and isempty(tostring(ObjectRef.apiGroup))'
)
_ONCE = 'where Stage == iff(Verb == "watch", "ResponseStarted", "ResponseComplete")'
_ROW = (
    "project TimeGenerated, user = tostring(User.username), impersonated = tostring(Impersonated.username), "
    "Verb, namespace = tostring(ObjectRef.namespace), name = tostring(ObjectRef.name), "
    "code = toint(ResponseStatus.code), SourceIps"
)
_END = "order by TimeGenerated desc"


def _about(wanted: Wanted) -> str:  # noqa: ARG001
    return (
        "KQL of Log Analytics. The diagnostic setting of the cluster has to send the category kube-audit: "
        "kube-audit-admin omits every get and list, so that nobody reads a Secret there. Which of the two "
        "tables has it is a choice of that setting."
    )


def _queries(wanted: Wanted) -> tuple[Query, ...]:
    limits = tuple(_limits(wanted))
    read = 'where Verb in ("get", "list", "watch") and toint(ResponseStatus.code) < 400'
    refused = "where toint(ResponseStatus.code) == 403"
    login = 'where Stage == "ResponseStarted" and toint(ResponseStatus.code) == 401'
    login_row = "project TimeGenerated, Verb, RequestUri, SourceIps, message = tostring(ResponseStatus.message)"
    found = []
    for about, table in _TABLES.items():
        found += [
            Query(f"{READS}; {about}", _query(*table, _SECRETS, _ONCE, read, *limits, _ROW, _END)),
            Query(
                f"{REFUSED}; {about}",
                _query(*table, _SECRETS, _ONCE, refused, *limits, _ROW, _END),
            ),
            Query(f"{LOGINS}; {about}", _query(*table, login, login_row, _END)),
        ]
    return tuple(found)


def _limits(wanted: Wanted) -> Iterator[str]:
    """A list over all namespaces has no namespace, and a list no name."""
    for field, value in (("namespace", wanted.namespace), ("name", wanted.name)):
        if value is not None:
            yield f'where tostring(ObjectRef.{field}) in ("", {json.dumps(value)})'


def _query(*steps: str) -> str:
    return "\n| ".join(steps)


LANGUAGE = Language("//", _about, _queries)
