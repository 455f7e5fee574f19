"""An audit Policy as the API server holds it, and which of its rules a request meets.

Source: k8s.io/apiserver, pkg/audit/policy/checker.go.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

LEVELS = ("None", "Metadata", "Request", "RequestResponse")
STAGES = ("RequestReceived", "ResponseStarted", "ResponseComplete", "Panic")


class Request(NamedTuple):
    """What the API server knows of a request when it looks for a rule."""

    verb: str
    user: str | None = None  # None where the login was refused
    groups: tuple[str, ...] = ()
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""  # empty for what has none, and for all namespaces
    name: str = ""  # as it stands in the URL
    path: str | None = None  # of a request for no resource


class Resources(NamedTuple):
    """Resources of one API group, `*` for any; an empty tuple is no limit."""

    group: str
    resources: tuple[str, ...]
    names: tuple[str, ...]

    def match(self, request: Request) -> bool:
        if self.group not in (request.group, "*"):
            return False
        if not self.resources:
            return True
        if self.names and request.name not in self.names:
            return False
        return any(
            matches_resource(wanted, request.resource, request.subresource)
            for wanted in self.resources
        )


def matches_resource(wanted: str, resource: str, subresource: str) -> bool:
    """Whether `*`, the text itself, `*/sub`, or `resource/*`, which takes the resource itself too."""
    if wanted == "*" or (not subresource and wanted == resource):
        return True
    if subresource and wanted in (f"{resource}/{subresource}", f"*/{subresource}"):
        return True
    return wanted.endswith("/*") and wanted[:-2] == resource


class Rule(NamedTuple):
    """A rule: every field that holds something must match."""

    level: str
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    resources: tuple[Resources, ...] = ()
    urls: tuple[str, ...] = ()
    omit_stages: tuple[str, ...] = ()

    def matches(self, request: Request) -> bool:
        if self.users and request.user not in self.users:
            return False
        if self.groups and (
            request.user is None or not any(group in self.groups for group in request.groups)
        ):
            return False
        if self.verbs and request.verb not in self.verbs:
            return False
        if self.namespaces or self.resources:
            return self._matches_resource(request)
        if self.urls:
            path = request.path
            return path is not None and any(_matches_path(path, wanted) for wanted in self.urls)
        return True

    def _matches_resource(self, request: Request) -> bool:
        if request.path is not None:
            return False
        if self.namespaces and request.namespace not in self.namespaces:
            return False
        return not self.resources or any(one.match(request) for one in self.resources)


def _matches_path(path: str, wanted: str) -> bool:
    if wanted in ("*", path):
        return True
    return wanted.endswith("*") and path.startswith(wanted.rstrip("*"))


class Hit(NamedTuple):
    """What is logged of a request: the number of the rule, from 0, or None where none matches."""

    number: int | None
    level: str
    omit_stages: tuple[str, ...]  # in the order of STAGES


class Policy(NamedTuple):
    """A whole Policy; the first rule that matches a request decides."""

    rules: tuple[Rule, ...]
    omit_stages: tuple[str, ...] = ()

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Policy":
        """From the file's own fields, which have been checked; null is what is not there."""
        return cls(tuple(map(_rule, body.get("rules") or ())), tuple(body.get("omitStages") or ()))

    def hit(self, request: Request) -> Hit:
        for number, rule in enumerate(self.rules):
            if rule.matches(request):
                omitted = {*self.omit_stages, *rule.omit_stages}
                return Hit(number, rule.level, _ordered(omitted))
        return Hit(None, "None", _ordered(self.omit_stages))


def _ordered(stages: Sequence[str] | set[str]) -> tuple[str, ...]:
    return tuple(stage for stage in STAGES if stage in stages)


def _rule(body: Mapping[str, Any]) -> Rule:
    return Rule(
        level=body["level"],
        users=_texts(body, "users"),
        groups=_texts(body, "userGroups"),
        verbs=_texts(body, "verbs"),
        namespaces=_texts(body, "namespaces"),
        resources=tuple(
            Resources(
                one.get("group") or "", _texts(one, "resources"), _texts(one, "resourceNames")
            )
            for one in body.get("resources") or ()
        ),
        urls=_texts(body, "nonResourceURLs"),
        omit_stages=_texts(body, "omitStages"),
    )


def _texts(body: Mapping[str, Any], field: str) -> tuple[str, ...]:
    return tuple(body.get(field) or ())
