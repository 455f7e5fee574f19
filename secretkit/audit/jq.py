"""Questions to the API server's own log, a JSON object a line, as programs of jq."""

import json

# A watch is written when it opens, and again when it ends; the rest once, when it is answered.
_ONCE = 'select(.stage == (if .verb == "watch" then "ResponseStarted" else "ResponseComplete" end))'
_SECRETS = 'select(.objectRef.resource == "secrets" and (.objectRef.apiGroup // "") == "")'
_ROW = (
    '[.requestReceivedTimestamp, .user.username // "-", .impersonatedUser.username // "-", .verb, '
    '.objectRef.namespace // "-", .objectRef.name // "-", (.responseStatus.code // "-" | tostring), '
    '.sourceIPs[-1] // "-"] | @tsv'
)
_LOGIN = (
    '[.requestReceivedTimestamp, .verb, (.requestURI | split("?")[0]), .sourceIPs[-1] // "-", '
    '.responseStatus.message // "-"] | @tsv'
)


def reads(namespace: str | None, name: str | None) -> str:
    read = 'select(.verb == "get" or .verb == "list" or .verb == "watch")'
    fine = "select((.responseStatus.code // 0) < 400)"
    return _program(_ONCE, _SECRETS, read, fine, *_limits(namespace, name), _ROW)


def refused(namespace: str | None, name: str | None) -> str:
    forbidden = (
        "select(.responseStatus.code == 403 or "
        '.annotations["authorization.k8s.io/decision"] == "forbid")'
    )
    return _program(_ONCE, _SECRETS, forbidden, *_limits(namespace, name), _ROW)


def logins() -> str:
    """A refused login is written once, at ResponseStarted."""
    return _program('select(.stage == "ResponseStarted" and .responseStatus.code == 401)', _LOGIN)


def _limits(namespace: str | None, name: str | None) -> tuple[str, ...]:
    """A list over all namespaces has no namespace, and a list no name: both reach what is asked for."""
    return tuple(
        f"select(.objectRef.{field} == null or .objectRef.{field} == {json.dumps(value)})"
        for field, value in (("namespace", namespace), ("name", name))
        if value is not None
    )


def _program(*steps: str) -> str:
    return "\n  | ".join(steps)
