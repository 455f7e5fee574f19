"""The audit Policy, judged by our matcher, which tests on a cluster hold to upstream's."""

import json
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from auditing import app, as_platform, platform, source
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from secretkit.compile.audit_policy import policy, rules
from secretkit.finding import Rejected
from secretkit.model.app import App
from secretkit.model.audit import FLOOR, NOISE, NOISES, SHARED
from secretkit.model.audit_policy import Policy, Request, matches_resource
from secretkit.pipeline import Options, judge
from secretkit.rules.sk4_control_plane import (
    sk431_audit_rule_never_reached,
    sk433_audit_rule_covered,
)
from secretkit.text import Place

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "schemas" / "audit-policy.schema.json").read_text("utf-8")
)
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
SENSITIVE = [
    ("", "secrets"),
    ("", "configmaps"),
    ("", "serviceaccounts/token"),
    ("authentication.k8s.io", "tokenreviews"),
]


# Somebody whom no rule names: what apps and platforms ask for is answered for all such.
JANE = Request("get", user="jane", groups=("system:authenticated",))


def asking(verb: str, group: str, resource: str, namespace: str, name: str) -> Request:
    """A request of Jane; `resource` with its subresource."""
    plain, _, part = resource.partition("/")
    return JANE._replace(
        verb=verb, group=group, resource=plain, subresource=part, namespace=namespace, name=name
    )


def level(body: dict[str, Any], request: Request) -> str:
    return Policy.of(body).hit(request).level


def number(policy: Policy, request: Request) -> int:
    """The rule that a request meets; one always does."""
    found = policy.hit(request).number
    assert found is not None
    return found


def met(request: Request) -> tuple[str, str]:
    """A request's group and resource with its subresource."""
    part = f"/{request.subresource}" if request.subresource else ""
    return request.group, f"{request.resource}{part}"


def apps(rules: list[dict[str, Any]], namespaces: tuple[str, ...] = ("prod",)) -> list[App]:
    found = []
    for number, namespace in enumerate(namespaces):
        asked = source(f"app-{number}", namespace, rules)
        errors = [one for one in judge(asked, Options()) if one.severity == "error"]
        if errors:
            raise Rejected(errors)
        found.append(app(f"app-{number}", namespace, rules))
    return found


KINDS = st.sampled_from(
    ["pods", "pods/exec", "pods/log", "deployments.apps", "services", "secrets", "configmaps",
     "networkpolicies.networking.k8s.io", "*", "*.apps", "*/status", "serviceaccounts",
     "serviceaccounts/*", "serviceaccounts/token", "ingresses.networking.k8s.io", "secrets/*",
     "tokenreviews.authentication.k8s.io", "*.authentication.k8s.io"]
)  # fmt: skip
RULES = st.lists(
    st.fixed_dictionaries(
        {
            "level": st.sampled_from(["Metadata", "Request", "RequestResponse"]),
            "resources": st.lists(KINDS, min_size=1, max_size=3, unique=True),
        },
        optional={
            "verbs": st.lists(st.sampled_from(VERBS), min_size=1, max_size=4, unique=True),
            "names": st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2, unique=True),
        },
    ),
    max_size=4,
)


# Wildcards of every form, beside kinds that nothing names, so that only a wildcard meets them.
WILD = st.sampled_from(
    ["*", "*/*", "*/token", "*/scale", "*/status", "pods/*", "services/*", "serviceaccounts/*", "*.apps",
     "deployments/*.apps", "*/scale.apps", "roles.rbac.authorization.k8s.io",
     "*.rbac.authorization.k8s.io", "*.authentication.k8s.io", "nodes/proxy"]
)  # fmt: skip
UNJUDGED = st.lists(
    st.fixed_dictionaries(
        {
            "level": st.sampled_from(["Metadata", "Request", "RequestResponse"]),
            "resources": st.lists(KINDS | WILD, min_size=1, max_size=3, unique=True),
        },
        optional={
            "verbs": st.lists(st.sampled_from(VERBS), min_size=1, max_size=8, unique=True),
            "names": st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2, unique=True),
        },
    ),
    max_size=4,
)
# Apps by their namespace; None is a platform, which speaks of all.
FLEET = st.lists(st.tuples(st.sampled_from(["prod", "dev", None]), UNJUDGED), max_size=3)
Fleet: TypeAlias = list[tuple[str | None, list[dict[str, Any]]]]
# The first rule is answered by the second for reads, and by the rule that all share for writes.
ANSWERED_TOGETHER: Fleet = [
    ("prod", [
        {"level": "Request", "resources": ["roles.rbac.authorization.k8s.io"]},
        {"level": "Metadata", "resources": ["roles.rbac.authorization.k8s.io"],
         "verbs": ["get", "list", "watch"]},
    ])
]  # fmt: skip
KNOWN = (
    ("", ("pods",), ("/attach", "/ephemeralcontainers", "/portforward")),
    ("", ("configmaps", "nodes", "other", "pods", "secrets", "serviceaccounts", "services"),
     ("", "/exec", "/log", "/other", "/proxy", "/scale", "/status", "/token")),
    ("apps", ("deployments", "other"), ("", "/other", "/scale", "/status")),
    ("authentication.k8s.io", ("other", "tokenreviews"), ("",)),
    ("networking.k8s.io", ("ingresses", "networkpolicies"), ("",)),
    ("rbac.authorization.k8s.io", ("other", "roles"), ("",)),
)  # fmt: skip
REQUESTS = [
    asking(verb, group, resource + part, namespace, name)
    for group, resources, parts in KNOWN
    for resource in resources
    for part in parts
    for verb in VERBS
    for namespace in ("prod", "dev", "")
    for name in (("",) if verb in ("create", "deletecollection") else ("a", "b", "other"))
]
BARE = policy([])
NOISY = len(NOISE)
COMMON = Policy.of({**BARE, "rules": BARE["rules"][NOISY:-1]})


def asks_for(rule: dict[str, Any], request: Request) -> bool:
    """Whether a rule of an app, as its file has it, speaks of a request in its namespace."""
    kinds = (text.partition(".") for text in rule["resources"])
    return (
        request.verb in rule.get("verbs", VERBS)
        and request.name in rule.get("names", [request.name])
        and any(
            group == request.group
            and matches_resource(resource, request.resource, request.subresource)
            for resource, _, group in kinds
        )
    )


def promised(fleet: Fleet, request: Request) -> str:
    """The level that DESIGN promises: shared rules first, Metadata pins, then the highest asked for."""
    shared = COMMON.hit(request)
    if shared.number is not None:
        return shared.level
    asked = {
        rule["level"]
        for namespace, rules in fleet
        if namespace in (None, request.namespace)
        for rule in rules
        if asks_for(rule, request)
    }
    order = ("Metadata", "RequestResponse", "Request")
    return next((level for level in order if level in asked), "Metadata")


def compiled(fleet: Fleet, noise: str = "drop") -> dict[str, Any]:
    """The Policy of apps and platforms that nobody has looked at."""
    found = [
        (namespace, app(f"app-{number}", namespace or "prod", rules))
        for number, (namespace, rules) in enumerate(fleet)
    ]
    return policy(
        [one for namespace, one in found if namespace],
        [as_platform(one, noise) for namespace, one in found if not namespace],
    )


def parts(body: dict[str, Any]) -> set[tuple[int, str, str]]:
    """Each resource of each rule that names some, by the rule's number."""
    return {
        (number, entry["group"], resource)
        for number, rule in enumerate(body["rules"])
        if number >= NOISY  # which none of REQUESTS meets
        for entry in rule.get("resources", ())
        for resource in entry["resources"]
    }


def reached(body: dict[str, Any], hit: list[int]) -> set[tuple[int, str, str]]:
    """Those that a request meets; `hit` is the rule of each of REQUESTS."""
    return {
        (number, entry["group"], resource)
        for number, request in zip(hit, REQUESTS, strict=True)
        for entry in body["rules"][number].get("resources", ())
        if entry["group"] == request.group
        and request.name in entry.get("resourceNames", [request.name])
        for resource in entry["resources"]
        if matches_resource(resource, request.resource, request.subresource)
    }


@given(FLEET)
@example(ANSWERED_TOGETHER)
@settings(max_examples=100, deadline=None)
def test_every_request_gets_its_promised_level_even_if_no_rule_judged_the_apps(
    fleet: Fleet,
) -> None:
    body = compiled(fleet)

    Draft202012Validator(SCHEMA).validate(body)
    quiet = Policy.of({**body, "rules": body["rules"][NOISY:]})  # no request here is noise
    hit = [NOISY + number(quiet, one) for one in REQUESTS]
    levels = [body["rules"][at]["level"] for at in hit]
    wrong = [
        (one, level, wanted)
        for one, level in zip(REQUESTS, levels, strict=True)
        if level != (wanted := promised(fleet, one))
        or (level != "Metadata" and met(one) in SENSITIVE)
    ]
    assert wrong == []
    assert parts(body) - reached(body, hit) == set(), "what no request reaches"


@given(FLEET)
@settings(max_examples=50, deadline=None)
def test_the_order_of_apps_and_of_their_rules_changes_nothing(
    fleet: Fleet,
) -> None:
    back = [(namespace, rules[::-1]) for namespace, rules in fleet[::-1]]

    assert compiled(back) == compiled(fleet)


@given(
    RULES, st.sampled_from(VERBS), st.sampled_from(SENSITIVE), st.sampled_from(["prod", "", "x"])
)
@settings(max_examples=300, deadline=None)
def test_no_rule_of_an_app_reaches_a_sensitive_body(
    rules: list[dict[str, Any]], verb: str, kind: tuple[str, str], namespace: str
) -> None:
    try:
        body = policy(apps(rules, ("prod", "other")))
    except Rejected:
        return

    for name in ("", "a", "b"):
        assert level(body, asking(verb, *kind, namespace, name)) == "Metadata"


@given(RULES)
@settings(max_examples=200, deadline=None)
def test_what_an_app_gets_stays_in_its_namespace_and_every_rule_can_be_reached(
    rules: list[dict[str, Any]],
) -> None:
    try:
        body = policy(apps(rules))
    except Rejected:
        return

    Draft202012Validator(SCHEMA).validate(body)
    requests = [
        asking(verb, group, resource, namespace, name)
        for verb in VERBS
        for group, resource in (
            *SENSITIVE,
            ("", "pods"), ("", "pods/exec"), ("", "pods/log"), ("", "pods/status"), ("", "services"),
            ("", "services/status"), ("", "serviceaccounts"), ("apps", "deployments"),
            ("apps", "deployments/status"), ("apps", "others"), ("", "others"), ("", "others/status"),
            ("networking.k8s.io", "networkpolicies"), ("networking.k8s.io", "ingresses"),
            ("rbac.authorization.k8s.io", "roles"), ("authentication.k8s.io", "others"),
            ("", "serviceaccounts/other"), ("", "secrets/other"), ("apps", "others/status"),
        )
        for namespace in ("prod", "elsewhere", "")
        for name in (("",) if verb in ("create", "deletecollection") else ("", "a", "b"))
    ]  # fmt: skip
    found = Policy.of({**body, "rules": body["rules"][NOISY:]})
    hit = {number(found, request) for request in requests}
    assert hit == set(range(len(found.rules)))
    bare = policy(apps([]))
    outside = [request for request in requests if request.namespace != "prod"]
    assert [level(body, one) for one in outside] == [level(bare, one) for one in outside]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(asking("get", "", "secrets", "prod", "db"), "Metadata", id="a secret read"),
        pytest.param(asking("list", "", "secrets", "", ""), "Metadata", id="all secrets listed"),
        pytest.param(asking("create", "", "pods/exec", "prod", "x"), "Metadata", id="exec"),
        pytest.param(
            asking("patch", "rbac.authorization.k8s.io", "roles", "prod", "x"),
            "RequestResponse", id="a role patched",
        ),
        pytest.param(
            asking("get", "rbac.authorization.k8s.io", "roles", "prod", "x"), "Metadata",
            id="a role read",
        ),
        pytest.param(asking("get", "apps", "deployments", "prod", "x"), "Metadata", id="the rest"),
    ],
)  # fmt: skip
def test_without_rules_of_apps_the_floor_and_rbac_stand(request_: Request, expected: str) -> None:
    assert level(policy(apps([])), request_) == expected


def test_refused_requests_stay_in_the_log() -> None:
    body = policy(apps([{"level": "Request", "resources": ["services"]}]))
    login = Request("get", user=None)

    assert body["omitStages"] == ["RequestReceived"]
    assert all("omitStages" not in rule for rule in body["rules"])
    assert body["rules"][-1] == {"level": "Metadata"}
    for path in ("/healthz", "/livez", "/readyz", "/version", "/api", "/"):
        assert level(body, login._replace(path=path)) == "Metadata"
    for request in REQUESTS:
        assert level(body, request._replace(user=None, groups=())) != "None"


# Everybody whom a rule of noise names, with all groups that one names.
NOBODIES = [
    JANE._replace(user=user, groups=("system:authenticated", "system:masters", "system:nodes"))
    for user in sorted({user for noise in NOISES["dropNodes"] for user in noise.users} | {"jane"})
]


def test_no_noise_is_in_the_floor_or_in_the_other_rules_that_all_share() -> None:
    noisy, quiet = (policy([], [platform([], noise)]) for noise in ("dropNodes", "keep"))
    kinds = [kind for slot in SHARED for kind in slot.kinds]
    assert not any(
        one.meets(other) for noise in NOISES["dropNodes"] for one in noise.kinds for other in kinds
    )

    before, after = Policy.of(quiet), Policy.of(noisy)
    wrong = [
        (one, who.user)
        for one in REQUESTS
        if before.hit(one).number != len(before.rules) - 1
        for who in NOBODIES
        if after.hit(one._replace(user=who.user, groups=who.groups)).level != before.hit(one).level
    ]
    assert wrong == []


def test_every_noise_names_who_makes_it_and_what() -> None:
    for noise in NOISES["dropNodes"]:
        assert noise.users or noise.groups
        assert noise.verbs
        assert bool(noise.kinds) != bool(noise.urls)
    # A group of everybody would take refused impersonations along.
    assert {group for noise in NOISES["drop"] for group in noise.groups} == {"system:masters"}


@pytest.mark.parametrize(
    ("said", "first"),
    [
        pytest.param([], "noise: probes of the API server's health", id="nothing"),
        pytest.param(["drop"], "noise: probes of the API server's health", id="drop"),
        pytest.param(["keep"], FLOOR.about, id="keep"),
        pytest.param(["dropNodes", "keep"], FLOOR.about, id="of two the one that keeps more"),
    ],
)
def test_a_platform_says_whether_noise_is_kept(said: list[str], first: str) -> None:
    made = list(rules([], [platform([], noise) for noise in said]))

    assert made[0].about == first


def test_only_a_platform_that_says_so_drops_the_heartbeat_of_nodes() -> None:
    node = Request("update", "system:node:a", ("system:nodes",), namespace="kube-node-lease", name="a",
                   group="coordination.k8s.io", resource="leases")  # fmt: skip

    found = {word: level(policy([], [platform([], word)]), node) for word in NOISES}

    assert found == {"keep": "Metadata", "drop": "Metadata", "dropNodes": "None"}


@given(FLEET)
@settings(max_examples=50)
def test_what_is_asked_for_changes_no_noise_and_noise_nothing_of_it_for_others(
    fleet: Fleet,
) -> None:
    noisy, quiet = compiled(fleet), compiled([*fleet, (None, [])], noise="keep")

    assert noisy["rules"][:NOISY] == BARE["rules"][:NOISY]
    assert noisy["rules"][NOISY:] == quiet["rules"]


@pytest.mark.parametrize(
    "kind", ["leases.coordination.k8s.io", "events", "events.events.k8s.io", "nodes", "endpoints"]
)
def test_what_is_asked_of_a_kind_with_noise_is_still_reached(kind: str) -> None:
    acme = platform([{"level": "Request", "resources": [kind]}])
    resource, _, group = kind.partition(".")

    for word in NOISES:
        body = policy([], [acme._replace(noise=word)])
        assert level(body, asking("update", group, resource, "kube-system", "x")) == "Request"
    as_app = app("acme", "", [{"level": "Request", "resources": [kind]}])
    assert list(sk431_audit_rule_never_reached.find(as_app)) == []
    assert list(sk433_audit_rule_covered.judge_apps([], [acme])) == []


def test_an_asked_kind_is_raised_in_its_namespace_alone() -> None:
    rules = [{"level": "Request", "resources": ["services"], "verbs": ["update", "patch"]}]
    body = policy(apps(rules))

    assert level(body, asking("patch", "", "services", "prod", "x")) == "Request"
    assert level(body, asking("get", "", "services", "prod", "x")) == "Metadata"
    assert level(body, asking("patch", "", "services", "other", "x")) == "Metadata"


def test_the_order_of_apps_changes_no_byte() -> None:
    found = apps([{"level": "Request", "resources": ["services", "endpoints"]}], ("b", "a", "c"))

    assert policy(found) == policy(found[::-1])


SERVICES = {"level": "Request", "resources": ["services"]}


@pytest.mark.parametrize(
    ("said", "asked", "expected"),
    [
        pytest.param(SERVICES, SERVICES, [("1/secrets.yaml", ["0/secrets.yaml"])], id="an app repeats the platform"),
        pytest.param(
            {**SERVICES, "level": "RequestResponse"}, {**SERVICES, "verbs": ["create"]},
            [("1/secrets.yaml", ["0/secrets.yaml"])], id="the platform asks for more",
        ),
        pytest.param(
            SERVICES, {**SERVICES, "level": "RequestResponse"}, [], id="the app asks for more"
        ),
        pytest.param(
            SERVICES, {**SERVICES, "level": "Metadata"}, [], id="the app pins it in its namespace"
        ),
    ],
)  # fmt: skip
def test_what_a_platform_answers_already_is_said_of_the_app(
    said: dict[str, Any], asked: dict[str, Any], expected: list[tuple[str, list[str]]]
) -> None:
    shop = app("1", "prod", [asked])
    findings = list(sk433_audit_rule_covered.judge_apps([shop], [platform([said], name="0")]))

    assert [
        (owner(one.place), [owner(other) for other in one.also]) for one in findings
    ] == expected


def owner(place: object) -> str:
    """The file's number where a place stands, as `source` names it."""
    assert isinstance(place, Place)
    return place.tree.layers[0].source.name
