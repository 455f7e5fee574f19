"""Policies in numbers: what we say of a file and of a request, beside what upstream's own code says."""

import json
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
import yaml
from auditing import app, platform

from secretkit.audit import explaining
from secretkit.check.audit_policy import load_policy
from secretkit.compile.audit_policy import policy
from secretkit.finding import Rejected
from secretkit.model.app import App
from secretkit.model.audit_policy import STAGES, Request
from secretkit.model.platform import Platform
from secretkit.text import Source

from . import programs
from .loading import Loader, Refused

SEED = 20261124
POLICIES = 1500
# What upstream only warns of, passes over, or takes for something else than it says.
ADDITIONAL = {"SK002", "SK440", "SK450", "SK452", "SK453"}


@pytest.fixture(scope="module")
def loader() -> Iterator[Loader]:
    try:
        found = Loader()
    except programs.Missing as missing:
        pytest.skip(str(missing))
    with found:
        yield found


USERS = ["jane", "system:anonymous", "system:kube-proxy", "system:apiserver", "Jane", ""]
GROUPS = ["system:authenticated", "system:masters", "system:nodes", "ops", ""]
VERBS = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "post",
    "*",
    "GET",
]
NAMESPACES = ["", "prod", "dev", "kube-system"]
API_GROUPS = [
    "",
    "apps",
    "*",
    "authentication.k8s.io",
    "rbac.authorization.k8s.io",
    "a.example.com",
]
RESOURCES = [
    "secrets", "pods", "pods/*", "pods/exec", "*/scale", "*/status", "*", "*/*", "deployments",
    "deployments/scale", "secrets/*", "/exec", "pods/", "*/", "Pods", "",
]  # fmt: skip
NAMES = ["", "db", "api", "DB"]
URLS = ["/healthz", "/healthz*", "/healthz/*", "*", "/", "/*", "/api", "/apis/*", "/version"]
PATHS = ["/healthz", "/healthz/etcd", "/", "/api", "/apis/apps", "/version", "/healthzz", "healthz"]


def some(random: Random, values: list[str], most: int = 3) -> list[str]:
    return random.choices(values, k=random.randint(1, most))


def rule(random: Random) -> dict[str, Any]:
    """A rule that upstream takes, with fields left out, null and empty."""
    body: dict[str, Any] = {
        "level": random.choice(["None", "Metadata", "Request", "RequestResponse"])
    }
    for field, values in (("users", USERS), ("userGroups", GROUPS), ("verbs", VERBS)):
        if random.random() < 0.3:
            body[field] = random.choice([some(random, values), some(random, values), [], None])
    if random.random() < 0.25:
        body["nonResourceURLs"] = some(random, URLS)
    else:
        if random.random() < 0.3:
            body["namespaces"] = random.choice([some(random, NAMESPACES), []])
        if random.random() < 0.7:
            body["resources"] = [entry(random) for _ in range(random.randint(0, 2))]
    if random.random() < 0.3:
        body["omitStages"] = random.choice([some(random, list(STAGES)), []])
    if random.random() < 0.1:
        body["omitManagedFields"] = random.choice([True, False, None])
    return body


def entry(random: Random) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if random.random() < 0.8:
        body["group"] = random.choice([*API_GROUPS, None])
    if random.random() < 0.85:
        body["resources"] = some(random, RESOURCES)
        if random.random() < 0.3:
            body["resourceNames"] = random.choice([some(random, NAMES), []])
    elif random.random() < 0.5:
        body["resources"] = random.choice([[], None])
    return body


def valid(random: Random) -> dict[str, Any]:
    body: dict[str, Any] = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy"}
    if random.random() < 0.2:
        body["metadata"] = random.choice(
            [None, {}, {"name": "a", "labels": {"a": "b"}, "creationTimestamp": None}]
        )
    if random.random() < 0.4:
        body["omitStages"] = random.choice([some(random, list(STAGES)), [], None])
    if random.random() < 0.1:
        body["omitManagedFields"] = random.choice([True, False])
    body["rules"] = [rule(random) for _ in range(random.randint(1, 8))]
    return body


ANYTHING: list[Any] = [
    None, "", "x", 1, 1.5, True, [], {}, [None], [1], ["x"], [[]], {"a": 1}, [{"level": "Metadata"}],
    "None", "metadata", "audit.k8s.io/v1beta1", "Policy", "PolicyList", "*", "/a*b", "healthz", "apps/v1", "Apps", "a..b",
    "a" * 254, ["RequestReceived"], ["requestreceived"], ["Panic", None], "/", "/x*", [""], "-a", "a-", "a\n",
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a value."""
    if path:
        yield path
    below = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for step, item in below:
        yield from places(item, (*path, step))


def changed(random: Random, body: dict[str, Any]) -> dict[str, Any]:
    """The body with one thing gone, replaced, renamed or added, at any depth."""
    body = json.loads(json.dumps(body))
    path = random.choice(list(places(body)))
    parent = body
    for step in path[:-1]:
        parent = parent[step]
    match random.choice(["drop", "replace", "replace", "replace", "rename", "add"]):
        case "drop":
            parent.pop(path[-1])
        case "replace":
            parent[path[-1]] = random.choice(ANYTHING)
        case "rename" if isinstance(path[-1], str):
            name = path[-1]
            new = random.choice([name.capitalize(), name.rstrip("s"), f"{name}s", name.lower()])
            parent[new] = parent.pop(name)
        case _ if isinstance(parent[path[-1]], dict):
            parent[path[-1]][
                random.choice(["name", "resource", "resourceNames", "namespaces", "uid"])
            ] = random.choice(ANYTHING)
        case _ if isinstance(parent[path[-1]], list):
            parent[path[-1]].append(random.choice(ANYTHING))
    return body


def spelled(random: Random, body: dict[str, Any]) -> str:
    """The same as YAML in block or flow style, or as JSON; sometimes as several documents."""
    text = random.choice(
        [
            yaml.safe_dump(body, sort_keys=False),
            yaml.safe_dump(body, default_flow_style=True, width=10**6),
            json.dumps(body),
            json.dumps(body, indent=2),
        ]
    )
    extra = ["---\n" + text, text.rstrip("\n") + "\n---\n", text.rstrip("\n") + "\n---\nkind: Policy\n",
             "# a comment\n" + text, "---\n---\n" + text, text + "\nrules: []\n", "\n" + text]  # fmt: skip
    return random.choice(extra) if random.random() < 0.15 else text


def ours(text: str) -> set[str]:
    """The codes of what we find in a Policy file."""
    try:
        load_policy(Source("policy.yaml", text))
    except Rejected as rejected:
        return {found.code for found in rejected.findings}
    return set()


def theirs(loader: Loader, text: str) -> str | None:
    try:
        loader.policy(text)
    except Refused as refused:
        return str(refused)
    return None


def test_we_refuse_what_upstream_refuses_and_beside_it_what_it_only_passes_over(
    loader: Loader,
) -> None:
    random = Random(SEED)
    wrong = list[tuple[str, set[str], str | None]]()
    seen, verdicts = set[str](), Counter[str]()
    for number in range(POLICIES):
        body = valid(random)
        for _ in range(number % 3):
            body = changed(random, body)
        text = spelled(random, body)
        codes, error = ours(text), theirs(loader, text)
        seen |= codes
        if error is None:
            verdicts["taken by both" if not codes else "refused by us alone"] += 1
            if not codes <= ADDITIONAL:
                wrong.append((text, codes, error))
        else:
            verdicts["refused by both"] += 1
            if not codes:
                wrong.append((text, codes, error))

    assert wrong == []
    assert min(verdicts.values()) > 50
    assert len(verdicts) == 3
    # Every code stands for something that was met.
    assert {f"SK{number}" for number in range(440, 454)} - seen == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("rules: [{level: Metadata}]\nrules: [{level: None}]\n", "SK002", id="a key twice"),
        pytest.param("rules: [{level: Metadata, omitStage: [Panic]}]\n", "SK440", id="an unknown field"),
        pytest.param("rules: [{level: None}]\n---\nrules: [{level: Metadata}]\n", "SK450", id="a second document"),
        pytest.param("rules: [{level: None, resources: [null]}]\n", "SK452", id="an empty item"),
        pytest.param("rules: [{level: None}]\n", "SK453", id="no kind"),
    ],
)  # fmt: skip
def test_upstream_takes_what_we_refuse_in_addition(loader: Loader, text: str, code: str) -> None:
    kind = "" if code == "SK453" else "kind: Policy\n"
    whole = f"apiVersion: audit.k8s.io/v1\n{kind}{text}"

    assert (ours(whole), theirs(loader, whole)) == ({code}, None)


def requests(random: Random, count: int) -> list[Request]:
    found = []
    for _ in range(count):
        user = random.choice([None, *USERS[:-1]])
        groups = () if user is None else tuple(some(random, GROUPS))
        if random.random() < 0.25:
            found.append(Request(random.choice(VERBS), user, groups, path=random.choice(PATHS)))
            continue
        found.append(
            Request(
                random.choice(VERBS), user, groups,
                group=random.choice([one for one in API_GROUPS if one != "*"]),
                resource=random.choice(["secrets", "pods", "deployments", "widgets"]),
                subresource=random.choice(["", "", "exec", "scale", "status"]),
                namespace=random.choice(NAMESPACES), name=random.choice(NAMES),
            )
        )  # fmt: skip
    return found


def as_upstream(one: Request) -> dict[str, Any]:
    return {
        **one._asdict(),
        "user": one.user or "",
        "path": one.path or "",
        "groups": list(one.groups),
    }


def disagreements(
    loader: Loader, body: dict[str, Any], asked: list[Request]
) -> list[tuple[Request, Any, Any]]:
    text = json.dumps(body)
    written = explaining.of_file(Source("policy.yaml", text))
    said = loader.hits(text, map(as_upstream, asked))
    wrong = []
    for one, hit in zip(asked, said, strict=True):
        mine = written.policy.hit(one)
        number = -1 if mine.number is None else mine.number
        if (number, mine.level, set(mine.omit_stages)) != (
            hit.rule,
            hit.level,
            set(hit.omit_stages),
        ):
            wrong.append((one, mine, hit))
    return wrong


def test_every_request_meets_the_rule_that_upstream_says(loader: Loader) -> None:
    random = Random(SEED + 1)

    for _ in range(600):
        assert disagreements(loader, valid(random), requests(random, 200)) == []


KINDS = [
    "pods", "pods/exec", "pods/log", "deployments.apps", "services", "networkpolicies.networking.k8s.io",
    "*", "*.apps", "*/status", "*/scale.apps", "serviceaccounts", "serviceaccounts/*", "secrets", "configmaps",
    "leases.coordination.k8s.io", "events", "events.events.k8s.io", "nodes", "nodes/status", "endpoints",
    "roles.rbac.authorization.k8s.io", "*.authentication.k8s.io",
]  # fmt: skip


def audit(random: Random) -> list[dict[str, Any]]:
    """What a file asks for, right or wrong."""
    rules = []
    for _ in range(random.randint(0, 4)):
        one: dict[str, Any] = {
            "level": random.choice(["Metadata", "Request", "RequestResponse"]),
            "resources": random.sample(KINDS, random.randint(1, 3)),
        }
        if random.random() < 0.5:
            one["verbs"] = random.sample(VERBS[:8], random.randint(1, 8))
        if random.random() < 0.3:
            one["names"] = random.sample(["a", "b", "kube-scheduler", "x:y"], random.randint(1, 2))
        rules.append(one)
    return rules


def test_every_policy_that_is_made_loads_and_both_say_the_same_of_it(loader: Loader) -> None:
    random = Random(SEED + 2)
    for _ in range(500):
        apps: list[App] = [
            app(f"app-{number}", random.choice(["prod", "dev", "kube-system"]), audit(random))
            for number in range(random.randint(0, 3))
        ]
        platforms: list[Platform] = [
            platform(audit(random), random.choice(["keep", "drop", "dropNodes"]))
            for _ in range(random.randint(0, 1))
        ]
        body = policy(apps, platforms)

        assert ours(json.dumps(body)) == set()
        assert disagreements(loader, body, requests(random, 60)) == []
