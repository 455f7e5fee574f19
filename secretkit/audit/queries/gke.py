"""GKE: filters of Cloud Logging over Cloud Audit Logs."""

import json

from secretkit.audit.queries import LOGINS, READS, REFUSED, Language, Query, Wanted

_CLUSTER = 'resource.type="k8s_cluster"'
_LOG = 'logName:"cloudaudit.googleapis.com"'
_DENIED, _UNAUTHENTICATED = 7, 16  # codes of google.rpc.Status


def _about(wanted: Wanted) -> str:  # noqa: ARG001
    return (
        "Filters of Cloud Logging. Reads are in the Data Access log, which has to be enabled for the "
        "Kubernetes Engine API (data read); without it the first query finds nothing. Whether logins "
        "that are refused are written is not documented: the third query may find none."
    )


def _queries(wanted: Wanted) -> tuple[Query, ...]:
    places = _places(wanted)
    return (
        Query(READS, _filter(
            _method("(get|list|watch)"), f"NOT protoPayload.status.code={_DENIED}", *places
        )),
        Query(REFUSED, _filter(
            _method("[a-z]+"), f"protoPayload.status.code={_DENIED}", *places
        )),
        Query(LOGINS, _filter(f"protoPayload.status.code={_UNAUTHENTICATED}")),
    )  # fmt: skip


def _method(verbs: str) -> str:
    pattern = rf"^io\.k8s\.core\.v1\.secrets\.{verbs}$"
    return f"protoPayload.methodName=~{json.dumps(pattern)}"


def _places(wanted: Wanted) -> tuple[str, ...]:
    """What holds the Secrets that are meant: themselves, the list of their namespace, that of all."""
    found = ["core/v1/secrets"]
    if wanted.namespace is not None:
        base = f"core/v1/namespaces/{wanted.namespace}/secrets"
        names = [f"{base}/{wanted.name}"] if wanted.name is not None else []
        found += [base, *names]
        exact = " OR ".join(f"protoPayload.resourceName={json.dumps(name)}" for name in found)
        below = f"protoPayload.resourceName:{json.dumps(f'{base}/')}"
        return (f"({exact})" if wanted.name is not None else f"({exact} OR {below})",)
    if wanted.name is not None:
        escaped = wanted.name.replace(".", r"\.")
        pattern = rf"^core/v1/(secrets|namespaces/[^/]+/secrets(/{escaped})?)$"
        return (f"protoPayload.resourceName=~{json.dumps(pattern)}",)
    return ()


def _filter(*steps: str) -> str:
    return "\n".join((_CLUSTER, _LOG, *steps))


LANGUAGE = Language("--", _about, _queries)
