"""What rules of an audit Policy match, and what an app's rules can still reach.

The first rule that matches a request decides, so what apps and platforms ask for stands after the
rules that all share.
Source: k8s.io/apiserver, pkg/audit/policy/checker.go.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from secretkit.model.control_plane import AuditRule, Kind

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
WRITES = ("create", "update", "patch", "delete", "deletecollection")
NAMELESS = frozenset({"create", "deletecollection"})  # their URL holds no name

# A rule at Metadata pins its kinds there, so it stands before those that raise others.
LEVELS = ("Metadata", "RequestResponse", "Request")


class Slot(NamedTuple):
    """A rule that all apps share; it speaks of every namespace and user."""

    level: str
    kinds: tuple[Kind, ...]
    verbs: tuple[str, ...] = ()
    about: str = ""

    def covers(self, kind: Kind, verb: str) -> bool:
        return (not self.verbs or verb in self.verbs) and any(
            mine.covers(kind) for mine in self.kinds
        )


FLOOR = Slot(
    "Metadata",
    (
        Kind("", "configmaps"),
        Kind("", "secrets"),
        Kind("", "serviceaccounts/token"),
        Kind("authentication.k8s.io", "tokenreviews"),
    ),
    about="the floor that keeps secrets out of the log",
)
CONNECTIONS = Slot(
    "Metadata",
    (
        Kind("", "nodes/proxy"),
        Kind("", "pods/attach"),
        Kind("", "pods/ephemeralcontainers"),
        Kind("", "pods/exec"),
        Kind("", "pods/portforward"),
        Kind("", "pods/proxy"),
        Kind("", "services/proxy"),
    ),
    about="the rule for exec and proxies",
)
RBAC = Slot(
    "RequestResponse",
    (Kind("rbac.authorization.k8s.io", "*"),),
    WRITES,
    about="the rule for changes of RBAC",
)
SHARED = (FLOOR, CONNECTIONS, RBAC)


class Noise(NamedTuple):
    """What a part of the cluster does all day, and what is not logged of it.

    It names who does it, since a refused login has no user; and it is no wider than what the API
    server's own roles and its Node authorizer let them do, so that what these refuse is logged.
    """

    about: str
    verbs: tuple[str, ...]
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    names: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


_MANAGER = "system:kube-controller-manager"
_SCHEDULER = "system:kube-scheduler"
_PROXY = "system:kube-proxy"
_LEASES = (Kind("coordination.k8s.io", "leases"),)
# Each rests on a role that the API server makes at its start (`system:` before the names below) and
# binds to that user. Discovery by other users stays: an impersonation that is refused shows there
# first. So does /version without a login, which no probe asks and every search for clusters does.
# Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy.
NOISE = (
    Noise(
        "probes of the API server's health",  # public-info-viewer
        verbs=("get",), users=("system:anonymous",), urls=("/healthz", "/livez", "/readyz"),
    ),
    Noise(
        "discovery by the cluster's own parts",  # discovery
        verbs=("get",), users=(_MANAGER, _PROXY, _SCHEDULER),
        urls=("/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", "/version"),
    ),
    Noise(
        "kube-proxy's watches of what it serves",  # node-proxier
        verbs=("watch",), users=(_PROXY,),
        kinds=(
            Kind("", "endpoints"), Kind("", "nodes"), Kind("", "services"),
            Kind("discovery.k8s.io", "endpointslices"),
        ),
    ),
    Noise(
        "the controller manager's hold of its lease",  # :leader-locking-kube-controller-manager
        verbs=("get", "update"), users=(_MANAGER,), namespaces=("kube-system",), kinds=_LEASES,
        names=("kube-controller-manager",),
    ),
    Noise(
        "the scheduler's hold of its lease",  # :leader-locking-kube-scheduler
        verbs=("get", "update"), users=(_SCHEDULER,), namespaces=("kube-system",), kinds=_LEASES,
        names=("kube-scheduler",),
    ),
    Noise(
        "events of the cluster's own parts",  # each of their roles
        verbs=("create", "update", "patch"), users=(_MANAGER, _PROXY, _SCHEDULER),
        kinds=(Kind("", "events"), Kind("events.k8s.io", "events")),
    ),
    Noise(
        "the API server's own lease",  # all rights, by the group
        verbs=("get", "update"), users=("system:apiserver",), groups=("system:masters",),
        namespaces=("kube-system",), kinds=_LEASES,
    ),
    Noise(
        "the API server's look at its own addresses",
        verbs=("get",), users=("system:apiserver",), groups=("system:masters",),
        namespaces=("default",), names=("kubernetes",),
        kinds=(Kind("", "endpoints"), Kind("discovery.k8s.io", "endpointslices")),
    ),
)  # fmt: skip
# A node may do so with its own Node and lease alone, and a rule cannot say `its own`: that a node
# was refused another's is lost with the heartbeat, so a platform has to ask for it.
# Source: plugin/pkg/auth/authorizer/node, plugin/pkg/admission/noderestriction.
HEARTBEAT = (
    Noise(
        "the nodes' reads of their Node", verbs=("get",), groups=("system:nodes",),
        kinds=(Kind("", "nodes"),),
    ),
    Noise(
        "the status that nodes report", verbs=("update", "patch"), groups=("system:nodes",),
        kinds=(Kind("", "nodes/status"),),
    ),
    Noise(
        "the nodes' leases", verbs=("get", "update"), groups=("system:nodes",),
        namespaces=("kube-node-lease",), kinds=_LEASES,
    ),
)  # fmt: skip
# What a platform may say of it, the one that keeps more first.
NOISES: Mapping[str, tuple[Noise, ...]] = {
    "keep": (),
    "drop": NOISE,
    "dropNodes": (*NOISE, *HEARTBEAT),
}

# Their bodies, and those of their status, hold env as it was written.
_WORKLOADS = (
    *(Kind("", name) for name in ("pods", "podtemplates", "replicationcontrollers")),
    *(
        Kind("apps", name)
        for name in (
            "controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets",
        )
    ),
    *(Kind("batch", name) for name in ("cronjobs", "jobs")),
    Kind("argoproj.io", "rollouts"),
)  # fmt: skip
WITH_ENV = tuple(
    kind._replace(resource=resource)
    for kind in _WORKLOADS
    for resource in (kind.resource, f"{kind.resource}/status")
)


_CORE = (
    "bindings componentstatuses configmaps endpoints events limitranges namespaces nodes "
    "persistentvolumeclaims persistentvolumes pods podtemplates replicationcontrollers "
    "resourcequotas secrets serviceaccounts services"
)
CORE = tuple(_CORE.split())
# Kubernetes' own groups and the kinds in them that people name.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "": CORE,
    "apps": ("controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"),
    "autoscaling": ("horizontalpodautoscalers",),
    "batch": ("cronjobs", "jobs"),
    "coordination.k8s.io": ("leases",),
    "discovery.k8s.io": ("endpointslices",),
    "events.k8s.io": ("events",),
    "networking.k8s.io": ("ingressclasses", "ingresses", "networkpolicies"),
    "policy": ("poddisruptionbudgets",),
    "rbac.authorization.k8s.io": ("clusterrolebindings", "clusterroles", "rolebindings", "roles"),
    "storage.k8s.io": ("csistoragecapacities", "storageclasses", "volumeattachments"),
}

# Kinds without a namespace, `*` for a whole group: no rule of an app can meet them.
_CLUSTER_SCOPED = frozenset(
    Kind(group, resource)
    for group, resources in (
        ("", "componentstatuses nodes persistentvolumes"),
        ("admissionregistration.k8s.io", "*"),
        ("apiextensions.k8s.io", "*"),
        ("apiregistration.k8s.io", "*"),
        ("authentication.k8s.io", "*"),
        ("authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
        ("authorization.k8s.io", "subjectaccessreviews"),
        ("certificates.k8s.io", "certificatesigningrequests clustertrustbundles"),
        ("external-secrets.io", "clusterexternalsecrets clusterpushsecrets clustersecretstores"),
        ("flowcontrol.apiserver.k8s.io", "*"),
        ("generators.external-secrets.io", "clustergenerators"),
        ("networking.k8s.io", "ingressclasses ipaddresses servicecidrs"),
        ("node.k8s.io", "*"),
        ("rbac.authorization.k8s.io", "clusterrolebindings clusterroles"),
        ("scheduling.k8s.io", "priorityclasses"),
        ("storage.k8s.io", "csidrivers csinodes storageclasses volumeattachments"),
    )
    for resource in resources.split()
)


def has_no_namespace(kind: Kind) -> bool:
    """Whether a kind is known to live in no namespace."""
    resource = kind.resource.partition("/")[0]
    return {Kind(kind.group, resource), Kind(kind.group, "*")} & _CLUSTER_SCOPED != set()


class Ask(NamedTuple):
    """The smallest part of a rule: one kind, one verb and one name; None is every one.

    An app's speaks of its namespace, the platform's of all.
    """

    level: str
    namespace: str | None
    kind: Kind
    verb: str | None
    name: str | None

    @property
    def verbs(self) -> tuple[str, ...]:
        """The verbs with which it can match at all."""
        all_verbs = VERBS if self.verb is None else (self.verb,)
        return tuple(verb for verb in all_verbs if self.name is None or verb not in NAMELESS)

    @property
    def breadth(self) -> int:
        """How much it matches, so that what covers another comes before it."""
        every = (self.namespace, self.verb, self.name).count(None)
        return self.kind.resource.count("*") + every

    def covers(self, other: "Ask", verb: str) -> bool:
        return (
            self.namespace in (None, other.namespace)
            and self.verb in (None, verb)
            and self.name in (None, other.name)
            and self.kind.covers(other.kind)
        )


def asks(rule: AuditRule, namespace: str | None) -> Iterator[Ask]:
    """What a rule asks for, part by part; all verbs listed are no list."""
    verbs: tuple[str | None, ...] = rule.verbs
    if set(VERBS) <= set(verbs):
        verbs = ()
    for kind in rule.kinds:
        for verb in verbs or (None,):
            for name in rule.names or (None,):
                yield Ask(rule.level, namespace, kind, verb, name)


def reaches_floor(rule: AuditRule, kind: Kind) -> bool:
    """Whether a rule wants the bodies of a kind that the floor keeps out of the log."""
    return rule.level != "Metadata" and any(kind.meets(other) for other in FLOOR.kinds)


def rank(ask: Ask) -> tuple[object, ...]:
    """The order in which asks stand: by level, then those that match more."""
    return (
        LEVELS.index(ask.level), -ask.breadth, ask.namespace or "", ask.kind, ask.verb or "",
        ask.name or "",
    )  # fmt: skip


def shared_cover(ask: Ask) -> tuple[Slot, ...] | None:
    """The shared rules that answer all of its requests, if they do."""
    found = []
    for verb in ask.verbs:
        slot = next((slot for slot in SHARED if slot.covers(ask.kind, verb)), None)
        if slot is None:
            return None
        found.append(slot)
    return tuple(dict.fromkeys(found))


def cover(ask: Ask, earlier: Iterable[Ask]) -> tuple[Ask, ...] | None:
    """The earlier asks that answer all of its requests which no shared rule answers, if they do."""
    before, found = tuple(earlier), []
    for verb in ask.verbs:
        if any(slot.covers(ask.kind, verb) for slot in SHARED):
            continue
        other = next((other for other in before if other.covers(ask, verb)), None)
        if other is None:
            return None
        found.append(other)
    return tuple(dict.fromkeys(found))


def reachable(wanted: Iterable[Ask]) -> tuple[Ask, ...]:
    """Those that some request can still meet, in the order in which they stand."""
    kept: list[Ask] = []
    by_namespace: dict[str | None, list[Ask]] = {None: []}
    for ask in sorted(set(wanted), key=rank):
        own = by_namespace.setdefault(ask.namespace, [])
        earlier = own if ask.namespace is None else (*by_namespace[None], *own)
        is_dead = ask.kind.is_void or shared_cover(ask) is not None
        if not is_dead and cover(ask, earlier) is None:
            own.append(ask)
            kept.append(ask)
    return tuple(kept)
