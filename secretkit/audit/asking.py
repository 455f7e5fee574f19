"""A request as it is asked about in words of the command line."""

from collections.abc import Iterator
from typing import NamedTuple

from secretkit.finding import Usage, closest
from secretkit.model.audit import CORE, GROUPS, NAMELESS, VERBS
from secretkit.model.audit_policy import Request
from secretkit.model.control_plane import Kind

ANONYMOUS = "system:anonymous"
# Stands for somebody whom no rule names: no user name holds a NUL.
SOMEBODY = "\0somebody"
_ACCOUNT = "system:serviceaccount:"
_METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
_SHORT = {
    "cj": "cronjobs", "cm": "configmaps", "crb": "clusterrolebindings", "deploy": "deployments",
    "ds": "daemonsets", "ep": "endpoints", "ev": "events", "hpa": "horizontalpodautoscalers",
    "ing": "ingresses", "netpol": "networkpolicies", "no": "nodes", "ns": "namespaces",
    "pdb": "poddisruptionbudgets", "po": "pods", "pv": "persistentvolumes",
    "pvc": "persistentvolumeclaims", "quota": "resourcequotas", "rc": "replicationcontrollers",
    "rs": "replicasets", "sa": "serviceaccounts", "sc": "storageclasses", "sts": "statefulsets",
    "svc": "services",
}  # fmt: skip


class Words(NamedTuple):
    """The options as they were given."""

    verb: str
    user: str | None = None
    account: str | None = None  # NAMESPACE/NAME
    refused_login: bool = False
    groups: tuple[str, ...] = ()
    resource: str | None = None
    subresource: str | None = None
    namespace: str | None = None
    name: str | None = None
    url: str | None = None


class Asked(NamedTuple):
    """The request, and what is to be known of how it was read."""

    request: Request
    notes: tuple[str, ...]


def asked(words: Words) -> Asked:
    """Raises Usage where the words make no request that an API server could see."""
    if (words.resource is None) == (words.url is None):
        raise Usage("say what is asked for: either --resource or --url")
    user, groups = _who(words)
    if words.url is not None:
        request = _of_url(words, words.url)
    else:
        request = _of_resource(words, words.resource or "")
    request = request._replace(user=user, groups=groups)
    return Asked(request, tuple(_notes(words, request)))


def _who(words: Words) -> tuple[str | None, tuple[str, ...]]:
    """The user and the groups, those too that the API server adds by itself."""
    if words.refused_login:
        if words.user is not None or words.account is not None or words.groups:
            raise Usage("--refused-login: a refused login has no user and no group")
        return None, ()
    user = words.user
    if words.account is not None:
        if user is not None:
            raise Usage("--user and --as-service-account: name one of them")
        namespace, slash, name = words.account.partition("/")
        if not (namespace and slash and name) or "/" in name:
            raise Usage(f"--as-service-account {words.account}: write NAMESPACE/NAME")
        user = f"{_ACCOUNT}{namespace}:{name}"
    if user == "":
        raise Usage("--user: empty; for a login that is refused there is --refused-login")
    return user or SOMEBODY, (*words.groups, *_implied(user or SOMEBODY, words.groups))


def _implied(user: str, groups: tuple[str, ...]) -> Iterator[str]:
    implied = []
    if user.startswith(_ACCOUNT):
        namespace, colon, name = user.removeprefix(_ACCOUNT).partition(":")
        if not (namespace and colon and name):
            raise Usage(f"--user {user}: write {_ACCOUNT}NAMESPACE:NAME")
        implied += ["system:serviceaccounts", f"system:serviceaccounts:{namespace}"]
    implied.append("system:unauthenticated" if user == ANONYMOUS else "system:authenticated")
    yield from (group for group in implied if group not in groups)


def _of_url(words: Words, url: str) -> Request:
    for option, value in (
        ("--namespace", words.namespace), ("--name", words.name), ("--subresource", words.subresource)
    ):  # fmt: skip
        if value is not None:
            raise Usage(f"{option} is of a resource, and --url of none: leave one out")
    if not url.startswith("/"):
        raise Usage(f"--url {url}: a path begins with `/`")
    path = url.partition("?")[0]
    if words.verb not in _METHODS:
        near = closest(words.verb.lower(), _METHODS)
        raise Usage(
            f"--verb {words.verb}: for a URL it is the HTTP method in lower case{near} "
            f"(known: {', '.join(_METHODS)})"
        )
    parts = [part for part in path.split("/") if part]
    if (parts[:1] == ["api"] and len(parts) > 2) or (parts[:1] == ["apis"] and len(parts) > 3):
        raise Usage(f"--url {url}: this is the URL of a resource: use --resource")
    return Request(words.verb, path=path)


def _of_resource(words: Words, text: str) -> Request:
    if words.verb not in VERBS:
        method = {"post": "create", "put": "update", "head": "get"}.get(words.verb.lower())
        near = f", did you mean `{method}`?" if method else closest(words.verb.lower(), VERBS)
        raise Usage(
            f"--verb {words.verb}: it is no verb of a resource{near} (known: {', '.join(VERBS)})"
        )
    for option, value in (("--namespace", words.namespace), ("--name", words.name)):
        if value is not None and (not value or "/" in value):
            raise Usage(f"{option}: a name in a URL is not empty and holds no `/`: leave it out")
    kind, part = _kind(text, words.subresource)
    has_name = part or words.verb not in NAMELESS
    return Request(
        words.verb, group=kind.group, resource=kind.resource, subresource=part,
        namespace=words.namespace or "", name=(words.name or "") if has_name else "",
    )  # fmt: skip


def _kind(text: str, subresource: str | None) -> tuple[Kind, str]:
    """The resource and its subresource; raises Usage with what was meant."""
    if "*" in text:
        raise Usage(f"--resource {text}: a request names one resource, and no wildcard")
    whole = Kind.of(text)
    name, _, part = whole.resource.partition("/")
    if subresource is not None and part and part != subresource:
        raise Usage(f"--subresource {subresource}: --resource {text} has another")
    part = part or subresource or ""
    meant = _meant(Kind(whole.group, name))
    if meant:
        written = str(Kind(meant.group, f"{meant.resource}/{part}" if part else meant.resource))
        raise Usage(
            f"--resource {text}: resources are plural and lower-case, with their group: {written}"
        )
    if not name or name != name.lower() or "/" in part or "/" in whole.group:
        raise Usage(f"--resource {text}: write RESOURCE[/SUBRESOURCE][.GROUP], as pods/exec")
    if not whole.group and name not in CORE:
        raise Usage(
            f"--resource {text}: the core group has no such resource{closest(name, CORE)}; others "
            "have their group, as in widgets.example.com"
        )
    return Kind(whole.group, name), part


def _meant(kind: Kind) -> Kind | None:
    """The resource that a kind, a singular, a short name or one without its group was meant for."""
    if kind.resource in GROUPS.get(kind.group, ()):
        return None
    word = kind.resource.lower()
    homes = {name: group for group in reversed(list(GROUPS)) for name in GROUPS[group]}
    plurals = (word, _SHORT.get(word, ""), f"{word}s", f"{word}es", f"{word[:-1]}ies")
    name = next((plural for plural in plurals if plural in homes), None)
    if name is None or kind.group not in ("", homes[name]):
        return None
    return Kind(homes[name], name)


def _notes(words: Words, request: Request) -> Iterator[str]:
    if request.user == SOMEBODY:
        yield "without --user this is somebody whom no rule names"
    if request.user is None:
        yield "a refused login (401) has no user, so that no rule with `users` or `userGroups` matches"
    if (request.user or "").startswith("system:node:") and "system:nodes" not in request.groups:
        yield "a kubelet is in the group system:nodes: add --group system:nodes"
    if request.path is not None:
        return
    if words.name and not request.name:
        yield (
            f"the URL of a {request.verb} holds no name, so that no rule with `resourceNames` matches"
        )
    elif request.name and request.verb in ("list", "watch"):
        yield f"a {request.verb} has a name where its field selector is metadata.name={request.name}"
    elif not request.name and request.verb not in (*NAMELESS, "list", "watch"):
        yield f"without --name no rule with `resourceNames` matches, and every {request.verb} has one"
    if not request.namespace:
        yield (
            "without --namespace this is a request for what has none, or for all namespaces (`-A`): a rule "
            "with `namespaces` matches it by an empty name alone"
        )
