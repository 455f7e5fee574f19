"""The audit Policy, judged by a matcher that follows upstream's own rules (checker.go)."""

import json
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from secretkit.compile.audit_policy import policy
from secretkit.finding import Rejected
from secretkit.load import load
from secretkit.model.app import App
from secretkit.model.platform import Platform
from secretkit.pipeline import Options, judge
from secretkit.resolve import Context
from secretkit.resolve.app import resolve
from secretkit.rules.sk4_control_plane import sk433_audit_rule_covered
from secretkit.text import Place, Source

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "schemas" / "audit-policy.schema.json").read_text("utf-8")
)
HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
SENSITIVE = [
    ("", "secrets"),
    ("", "configmaps"),
    ("", "serviceaccounts/token"),
    ("authentication.k8s.io", "tokenreviews"),
]


class Request(NamedTuple):
    verb: str
    group: str
    resource: str  # with its subresource
    namespace: str
    name: str


def matches(rule: dict[str, Any], request: Request) -> bool:
    if rule.get("verbs") and request.verb not in rule["verbs"]:
        return False
    if rule.get("namespaces") and request.namespace not in rule["namespaces"]:
        return False
    if not rule.get("resources"):
        return True
    return any(
        entry.get("group", "") == request.group
        and (not entry.get("resourceNames") or request.name in entry["resourceNames"])
        and any(resource_matches(wanted, request.resource) for wanted in entry["resources"])
        for entry in rule["resources"]
    )


def resource_matches(wanted: str, resource: str) -> bool:
    """Upstream: `*`, an equal text, `*/sub`, or `resource/*`, which takes the resource itself too."""
    plain, _, sub = resource.partition("/")
    if wanted in ("*", resource):
        return True
    if sub and wanted == f"*/{sub}":
        return True
    return wanted.endswith("/*") and wanted != "*/*" and wanted.removesuffix("/*") == plain


def level(body: dict[str, Any], request: Request) -> str:
    return next(str(rule["level"]) for rule in body["rules"] if matches(rule, request))


def source(number: int, namespace: str, rules: list[dict[str, Any]]) -> Source:
    body = {
        "metadata": {"name": f"app-{number}", "namespace": namespace},
        "spec": {"audit": {"rules": rules}},
    }
    text = HEAD + "\n".join(f"{key}: {json.dumps(value)}" for key, value in body.items())
    return Source(f"{number}/secrets.yaml", text)


def unjudged(number: int, namespace: str, rules: list[dict[str, Any]]) -> App:
    """An app whose rules nobody has looked at: what is compiled must be safe even so."""
    return resolve(load(source(number, namespace, rules)), Context(), lambda _: ())


def apps(rules: list[dict[str, Any]], namespaces: tuple[str, ...] = ("prod",)) -> list[App]:
    found = []
    for number, namespace in enumerate(namespaces):
        asked = source(number, namespace, rules)
        errors = [one for one in judge(asked, Options()) if one.severity == "error"]
        if errors:
            raise Rejected(errors)
        found.append(unjudged(number, namespace, rules))
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
    Request(verb, group, resource + part, namespace, name)
    for group, resources, parts in KNOWN
    for resource in resources
    for part in parts
    for verb in VERBS
    for namespace in ("prod", "dev", "")
    for name in (("",) if verb in ("create", "deletecollection") else ("a", "b", "other"))
]
BARE = policy([])


def asks_for(rule: dict[str, Any], request: Request) -> bool:
    """Whether a rule of an app, as its file has it, speaks of a request in its namespace."""
    kinds = (text.partition(".") for text in rule["resources"])
    return (
        request.verb in rule.get("verbs", VERBS)
        and request.name in rule.get("names", [request.name])
        and any(
            group == request.group and resource_matches(resource, request.resource)
            for resource, _, group in kinds
        )
    )


def promised(fleet: Fleet, request: Request) -> str:
    """The level that DESIGN promises: shared rules first, Metadata pins, then the highest asked for."""
    for rule in BARE["rules"][:-1]:
        if matches(rule, request):
            return str(rule["level"])
    asked = {
        rule["level"]
        for namespace, rules in fleet
        if namespace in (None, request.namespace)
        for rule in rules
        if asks_for(rule, request)
    }
    order = ("Metadata", "RequestResponse", "Request")
    return next((level for level in order if level in asked), "Metadata")


def compiled(fleet: Fleet) -> dict[str, Any]:
    """The Policy of apps and platforms that nobody has looked at."""
    found = [
        (namespace, unjudged(number, namespace or "prod", rules))
        for number, (namespace, rules) in enumerate(fleet)
    ]
    return policy(
        [app for namespace, app in found if namespace],
        [as_platform(app) for namespace, app in found if not namespace],
    )


def as_platform(app: App) -> Platform:
    """A platform that asks what the app asks."""
    return Platform(
        name="acme", tree=app.at.tree, target=app.target, variables={}, refresh=None, file_mode=None,
        presets={}, namespace=None, environments=(), policy={}, audit=app.audit, encryption=None,
    )  # fmt: skip


def parts(body: dict[str, Any]) -> set[tuple[int, str, str]]:
    """Each resource of each rule that names some, by the rule's number."""
    return {
        (number, entry["group"], resource)
        for number, rule in enumerate(body["rules"])
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
        if resource_matches(resource, request.resource)
    }


@given(FLEET)
@example(ANSWERED_TOGETHER)
@settings(max_examples=100, deadline=None)
def test_every_request_gets_its_promised_level_even_if_no_rule_judged_the_apps(
    fleet: Fleet,
) -> None:
    body = compiled(fleet)

    Draft202012Validator(SCHEMA).validate(body)
    hit = [
        next(i for i, rule in enumerate(body["rules"]) if matches(rule, one)) for one in REQUESTS
    ]
    levels = [body["rules"][number]["level"] for number in hit]
    wrong = [
        (one, level, wanted)
        for one, level in zip(REQUESTS, levels, strict=True)
        if level != (wanted := promised(fleet, one))
        or (level != "Metadata" and (one.group, one.resource) in SENSITIVE)
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
        assert level(body, Request(verb, *kind, namespace, name)) == "Metadata"


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
        Request(verb, group, resource, namespace, name)
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
    hit = {
        next(at for at, rule in enumerate(body["rules"]) if matches(rule, request))
        for request in requests
    }
    assert hit == set(range(len(body["rules"])))
    bare = policy(apps([]))
    outside = [request for request in requests if request.namespace != "prod"]
    assert [level(body, one) for one in outside] == [level(bare, one) for one in outside]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(Request("get", "", "secrets", "prod", "db"), "Metadata", id="a secret read"),
        pytest.param(Request("list", "", "secrets", "", ""), "Metadata", id="all secrets listed"),
        pytest.param(Request("create", "", "pods/exec", "prod", "x"), "Metadata", id="exec"),
        pytest.param(
            Request("patch", "rbac.authorization.k8s.io", "roles", "prod", "x"),
            "RequestResponse", id="a role patched",
        ),
        pytest.param(
            Request("get", "rbac.authorization.k8s.io", "roles", "prod", "x"), "Metadata",
            id="a role read",
        ),
        pytest.param(Request("get", "apps", "deployments", "prod", "x"), "Metadata", id="the rest"),
    ],
)  # fmt: skip
def test_without_rules_of_apps_the_floor_and_rbac_stand(request_: Request, expected: str) -> None:
    assert level(policy(apps([])), request_) == expected


def test_refused_requests_stay_in_the_log() -> None:
    body = policy(apps([{"level": "Request", "resources": ["services"]}]))

    assert body["omitStages"] == ["RequestReceived"]
    assert all(rule["level"] != "None" and "omitStages" not in rule for rule in body["rules"])
    assert body["rules"][-1] == {"level": "Metadata"}


def test_an_asked_kind_is_raised_in_its_namespace_alone() -> None:
    rules = [{"level": "Request", "resources": ["services"], "verbs": ["update", "patch"]}]
    body = policy(apps(rules))

    assert level(body, Request("patch", "", "services", "prod", "x")) == "Request"
    assert level(body, Request("get", "", "services", "prod", "x")) == "Metadata"
    assert level(body, Request("patch", "", "services", "other", "x")) == "Metadata"


def test_the_order_of_apps_changes_no_byte() -> None:
    found = apps([{"level": "Request", "resources": ["services", "endpoints"]}], ("b", "a", "c"))

    assert policy(found) == policy(found[::-1])


SERVICES = {"level": "Request", "resources": ["services"]}


@pytest.mark.parametrize(
    ("platform", "app", "expected"),
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
    platform: dict[str, Any], app: dict[str, Any], expected: list[tuple[str, list[str]]]
) -> None:
    acme, shop = (unjudged(number, "prod", [rule]) for number, rule in enumerate((platform, app)))
    findings = list(sk433_audit_rule_covered.judge_apps([shop], [as_platform(acme)]))

    assert [
        (owner(one.place), [owner(other) for other in one.also]) for one in findings
    ] == expected


def owner(place: object) -> str:
    """The file's number where a place stands, as `source` names it."""
    assert isinstance(place, Place)
    return place.tree.layers[0].source.name
