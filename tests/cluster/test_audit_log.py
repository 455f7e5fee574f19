"""The log of a real API server under our Policy, line by line beside what `audit explain` says.

Every request of ours carries an Audit-ID of its own, so that what is not logged is seen to be absent.
"""

import json
import secrets
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from secretkit import pipeline
from secretkit.audit import asking, explaining, queries
from secretkit.compile import audit_policy
from secretkit.emit import control_plane
from secretkit.model.audit import NOISE, Noise
from secretkit.pipeline import Options

from .server import ApiServer, KubectlFailed, Start

HEAD = "apiVersion: secretkit.dev/v1alpha1\n"
APP = f"""{HEAD}kind: AppSecrets
metadata: {{name: shop, namespace: shop}}
spec:
  audit:
    rules:
      - {{level: Request, resources: [deployments.apps, services, pods/eviction]}}
      - {{level: RequestResponse, resources: [deployments/scale.apps, networkpolicies.networking.k8s.io]}}
      - {{level: RequestResponse, resources: [poddisruptionbudgets.policy], names: [web]}}
      - {{level: Metadata, resources: [serviceaccounts, "*/status"]}}
"""
PLATFORM = f"""{HEAD}kind: Platform
metadata: {{name: acme}}
spec:
  audit:
    noise: %s
    rules:
      - {{level: Request, resources: [leases.coordination.k8s.io, events], verbs: [create, update, patch]}}
"""
USERS: Mapping[str, tuple[str, ...]] = {
    "jane": ("team",),
    "kim": (),
    "system:kube-controller-manager": (),
    "system:kube-scheduler": (),
    "system:kube-proxy": (),
    "system:apiserver": (),  # by its name alone, so without any right
    "system:node:a": ("system:nodes",),
}
CANARY = "c4n4ry-" + secrets.token_hex(8)
ENCODED = "YzRuNHJ5LWNhbmFyeS1pbi1iYXNlNjQ="
NOBODY = None  # no token: anonymous
WRONG = "wrong"  # a token that is none: 401


class Probe(NamedTuple):
    """A request and who sends it, described apart from its URL."""

    who: str | None
    verb: str
    resource: str = ""  # as --resource takes it
    namespace: str = ""
    name: str = ""
    url: str = ""
    body: Any = None
    patch: str = ""
    query: str = ""
    impersonate: str = ""
    head: bool = False

    @property
    def path(self) -> str:
        if self.url:
            return self.url
        whole, _, group = self.resource.partition(".")
        plain, _, part = whole.partition("/")
        version = {"authentication.k8s.io": "v1"}.get(group, "v1")
        steps = [f"/apis/{group}/{version}" if group else "/api/v1"]
        steps += [f"namespaces/{self.namespace}"] if self.namespace else []
        steps.append(plain)
        in_url = (
            self.name and self.verb not in ("list", "watch") and (part or self.verb != "create")
        )
        steps += [self.name] if in_url else []
        steps += [part] if part else []
        return "/".join(steps) + (f"?{self.query}" if self.query else "")

    @property
    def method(self) -> str:
        if self.url:
            return self.verb.upper()
        if self.head:
            return "HEAD"
        return {
            "create": "POST", "update": "PUT", "patch": "PATCH", "delete": "DELETE",
            "deletecollection": "DELETE",
        }.get(self.verb, "GET")  # fmt: skip


class Sent(NamedTuple):
    """A probe with what came of it."""

    probe: Probe
    code: int
    answer: explaining.Answer
    lines: list[dict[str, Any]]


class Log(NamedTuple):
    """A server's log, and what was sent."""

    noise: str
    file: Path
    sent: list[Sent]
    lines: list[dict[str, Any]]
    written: explaining.Written
    hidden: list[str]  # values that no line may hold


def secret(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name},
            "data": {"password": ENCODED}, "stringData": {"token": CANARY}}  # fmt: skip


def settings(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": {"password": CANARY},
    }


def deployment(name: str) -> dict[str, Any]:
    labels = {"app": name}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "a"}]}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": labels},
            "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": pod}}  # fmt: skip


def event(name: str, group: str = "v1") -> dict[str, Any]:
    meta = {"name": name, "namespace": "shop"}
    if group == "v1":
        return {"apiVersion": group, "kind": "Event", "metadata": meta,
                "involvedObject": {"kind": "Pod", "name": "web", "namespace": "shop"}, "reason": "Test"}  # fmt: skip
    return {"apiVersion": group, "kind": "Event", "metadata": meta, "eventTime": "2026-01-01T00:00:00.000000Z",
            "reportingController": "a", "reportingInstance": "b", "action": "c", "reason": "d",
            "type": "Normal", "regarding": {"kind": "Pod", "name": "web", "namespace": "shop"}}  # fmt: skip


def lease(name: str, namespace: str) -> dict[str, Any]:
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": {"name": name, "namespace": namespace}, "spec": {"holderIdentity": "x"}}  # fmt: skip


def of_secrets(who: str | None) -> Iterator[Probe]:
    """Reads and writes of Secrets, ConfigMaps and tokens, in every form of a patch."""
    own = f"own-{(who or 'anonymous').replace(':', '-').replace('/', '-')}"
    for plain, made in (("secrets", secret), ("configmaps", settings)):
        at: dict[str, Any] = {"resource": plain, "namespace": "shop"}
        field = "stringData" if plain == "secrets" else "data"
        yield Probe(who, "get", **at, name="db")
        yield Probe(who, "get", **at, name="db", head=True)
        yield Probe(who, "list", **at)
        yield Probe(who, "list", plain)
        yield Probe(who, "list", **at, name="db", query="fieldSelector=metadata.name%3Ddb")
        yield Probe(who, "watch", **at, query="watch=true&resourceVersion=0&timeoutSeconds=1")
        yield Probe(who, "create", **at, body=made(own))
        yield Probe(who, "update", **at, name="db", body=made("db"))
        values = {field: {"more": CANARY}}
        yield Probe(who, "patch", **at, name="db", body=values, patch="strategic-merge-patch+json")
        yield Probe(who, "patch", **at, name="db", body=values, patch="merge-patch+json")
        added = [{"op": "add", "path": f"/{field}", "value": {"more": CANARY}}]
        yield Probe(who, "patch", **at, name="db", body=added, patch="json-patch+json")
        yield Probe(who, "patch", **at, name=f"{own}-applied", body=made(f"{own}-applied"),
                    patch="apply-patch+yaml", query="fieldManager=a&force=true")  # fmt: skip
        yield Probe(who, "delete", **at, name=own)
        yield Probe(who, "deletecollection", **at, query="labelSelector=none%3Dthere")
        yield Probe(who, "get", f"{plain}/unknown", "shop", "db")
    token = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    yield Probe(who, "create", "serviceaccounts/token", "shop", "app", body=token)
    review = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": CANARY},
    }
    yield Probe(who, "create", "tokenreviews.authentication.k8s.io", body=review)


def of_the_rest(who: str | None) -> Iterator[Probe]:
    """Kinds with rules of an app and of the platform, connections, RBAC, and what has noise."""
    own = f"own-{(who or 'anonymous').replace(':', '-').replace('/', '-')}"
    shop: dict[str, Any] = {"namespace": "shop"}
    yield Probe(who, "create", "deployments.apps", **shop, body=deployment(own))
    yield Probe(who, "get", "deployments.apps", **shop, name="web")
    yield Probe(who, "patch", "deployments.apps", **shop, name="web", body={"metadata": {"labels": {"a": "b"}}},
                patch="merge-patch+json")  # fmt: skip
    yield Probe(who, "get", "deployments/scale.apps", **shop, name="web")
    yield Probe(who, "patch", "deployments/scale.apps", **shop, name="web", body={"spec": {"replicas": 0}},
                patch="merge-patch+json")  # fmt: skip
    yield Probe(who, "patch", "deployments/status.apps", **shop, name="web", body={"status": {}},
                patch="merge-patch+json")  # fmt: skip
    yield Probe(who, "list", "deployments.apps")
    yield Probe(who, "list", "networkpolicies.networking.k8s.io", **shop)
    yield Probe(who, "get", "poddisruptionbudgets.policy", **shop, name="web")
    yield Probe(who, "get", "poddisruptionbudgets.policy", **shop, name="other")
    yield Probe(who, "get", "services", **shop, name="web")
    yield Probe(who, "get", "services", "default", "kubernetes")
    for part, verb in (("exec", "create"), ("exec", "get"), ("attach", "create"), ("portforward", "get"),
                       ("proxy", "get")):  # fmt: skip
        query = "command=id&stdout=true" if part in ("exec", "attach") else ""
        yield Probe(who, verb, f"pods/{part}", **shop, name="web", query=query)
    yield Probe(who, "get", "services/proxy", **shop, name="web")
    yield Probe(who, "get", "nodes/proxy", name="a")
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": "web", "namespace": "shop"},
    }
    yield Probe(who, "create", "pods/eviction", **shop, name="gone", body=eviction)
    yield Probe(who, "get", "pods/log", **shop, name="web")
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": own},
        "rules": [],
    }
    yield Probe(who, "create", "roles.rbac.authorization.k8s.io", **shop, body=role)
    yield Probe(who, "get", "roles.rbac.authorization.k8s.io", **shop, name=own)
    yield Probe(who, "delete", "roles.rbac.authorization.k8s.io", **shop, name=own)
    for name in ("kube-scheduler", "kube-controller-manager"):
        yield Probe(who, "get", "leases.coordination.k8s.io", "kube-system", name)
        yield Probe(
            who,
            "update",
            "leases.coordination.k8s.io",
            "kube-system",
            name,
            body=lease(name, "kube-system"),
        )
    for name in ("a", "b"):
        yield Probe(who, "update", "leases.coordination.k8s.io", "kube-node-lease", name,
                    body=lease(name, "kube-node-lease"))  # fmt: skip
        yield Probe(who, "get", "nodes", name=name)
        yield Probe(who, "patch", "nodes/status", name=name, body={"metadata": {"labels": {"x": "y"}}},
                    patch="merge-patch+json")  # fmt: skip
    yield Probe(who, "create", "events", **shop, body=event(f"{own}-core"))
    yield Probe(
        who, "create", "events.events.k8s.io", **shop, body=event(f"{own}-new", "events.k8s.io/v1")
    )
    for resource in ("endpoints", "services", "nodes", "endpointslices.discovery.k8s.io"):
        yield Probe(who, "watch", resource, query="watch=true&resourceVersion=0&timeoutSeconds=1")
    yield Probe(who, "list", "services")
    for url in ("/healthz", "/livez", "/readyz", "/livez/ping", "/version", "/api", "/apis", "/apis/apps/v1",
                "/openapi/v3", "/metrics", "/", "/healthz/"):  # fmt: skip
        yield Probe(who, "get", url=url)
    yield Probe(who, "head", url="/livez")
    yield Probe(who, "post", url="/livez")


def impersonations() -> Iterator[Probe]:
    for who in ("kim", NOBODY, WRONG):
        yield Probe(who, "get", "secrets", "shop", "db", impersonate="admin")
        yield Probe(who, "get", url="/api", impersonate="admin")
    yield Probe("admin", "get", "secrets", "shop", "db", impersonate="kim")
    yield Probe("admin", "get", "deployments.apps", "shop", "web", impersonate="jane")


SENDERS = ("admin", "jane", "kim", "shop/app", NOBODY, WRONG, *sorted(set(USERS) - {"jane", "kim"}))
PROBES = [
    *(probe for who in SENDERS for made in (of_secrets, of_the_rest) for probe in made(who)),
    *impersonations(),
]
SETUP = f"""
apiVersion: v1
kind: List
items:
- {{apiVersion: v1, kind: Namespace, metadata: {{name: shop}}}}
- {{apiVersion: v1, kind: Namespace, metadata: {{name: kube-node-lease}}}}
- {{apiVersion: v1, kind: ServiceAccount, metadata: {{name: app, namespace: shop}}}}
- {{apiVersion: v1, kind: Secret, metadata: {{name: db, namespace: shop}}, stringData: {{token: {CANARY}}}}}
- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: db, namespace: shop}}, data: {{token: {CANARY}}}}}
- {{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: shop}}, spec: {{ports: [{{port: 80}}]}}}}
- {{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: shop}}, spec: {{containers: [{{name: a, image: a}}]}}}}
- {{apiVersion: v1, kind: Node, metadata: {{name: a}}}}
- {{apiVersion: v1, kind: Node, metadata: {{name: b}}}}
- {{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {{name: a, namespace: kube-node-lease}}}}
- {{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {{name: b, namespace: kube-node-lease}}}}
- {{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {{name: kube-scheduler, namespace: kube-system}}}}
- {{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {{name: kube-controller-manager, namespace: kube-system}}}}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: RoleBinding
  metadata: {{name: jane, namespace: shop}}
  roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}}
  subjects: [{{apiGroup: rbac.authorization.k8s.io, kind: User, name: jane}}]
- apiVersion: rbac.authorization.k8s.io/v1
  kind: Role
  metadata: {{name: app, namespace: shop}}
  rules: [{{apiGroups: [""], resources: [secrets], resourceNames: [db], verbs: [get]}}]
- apiVersion: rbac.authorization.k8s.io/v1
  kind: RoleBinding
  metadata: {{name: app, namespace: shop}}
  roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: app}}
  subjects: [{{kind: ServiceAccount, name: app}}]
"""


def said(written: explaining.Written, probe: Probe) -> explaining.Answer:
    """What the command says of a request."""
    who = probe.who
    words = asking.Words(
        verb=probe.verb,
        user=asking.ANONYMOUS if who is NOBODY else None if who == WRONG or "/" in who else who,
        account=who if who and "/" in who else None,
        refused_login=who == WRONG,
        groups=("system:masters",) if who == "admin" else USERS.get(who or "", ()),
        resource=probe.resource or None,
        namespace=probe.namespace or None,
        name=probe.name or None,
        url=probe.url or None,
    )
    return explaining.answer(written, asking.asked(words))


def commands(server: ApiServer, folder: Path) -> None:
    """What people do with kubectl, as admin and as others; refusals are part of it."""
    file = folder / "secret.json"
    file.write_text(
        json.dumps({**secret("applied"), "metadata": {"name": "applied", "namespace": "shop"}})
    )
    shop, at = "--namespace=shop", f"--filename={file}"
    patch = json.dumps({"stringData": {"more": CANARY}})
    for words in (
        ["apply", at], ["apply", at], ["apply", "--server-side", "--force-conflicts", at], ["diff", at],
        ["replace", at], ["get", "secrets", "-A", "-o=json"], ["get", "secret", "applied", shop, "-o=yaml"],
        ["get", "secrets", shop, "--watch", "--request-timeout=1s"], ["describe", "secret", "applied", shop],
        ["patch", "secret", "applied", shop, "--type=merge", f"--patch={patch}"],
        ["patch", "secret", "applied", shop, f"--patch={patch}"],
        ["label", "secret", "applied", shop, "a=b"], ["create", "secret", "generic", "made", shop, f"--from-literal=a={CANARY}"],
        ["create", "configmap", "made", shop, f"--from-literal=a={CANARY}"], ["create", "token", "app", shop],
        ["scale", "deployment", "web", shop, "--replicas=1"], ["exec", "web", shop, "--", "id"],
        ["auth", "can-i", "--list", shop], ["get", "--raw=/livez?verbose"], ["api-resources"],
        ["delete", "secret", "made", "applied", shop, "--wait=false"], ["delete", "configmap", "made", shop],
    ):  # fmt: skip
        server.kubectl(*words, check=False)
    for words in (["get", "secrets", "-A"], ["get", "secret", "db", shop], ["delete", "secrets", "--all", shop],
                  ["apply", at], ["get", "secret", "db", shop, "--as=admin"]):  # fmt: skip
        with pytest.raises(KubectlFailed):
            server.kubectl(*words, token=server.tokens["kim"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audit")


@pytest.fixture(params=["drop", "keep", "dropNodes"], scope="module")
def log(
    request: pytest.FixtureRequest,
    folder: Path,
    real_programs: None,  # noqa: ARG001
) -> Log:
    """A server for each word on noise, everything sent to it, and what it wrote."""
    noise = request.param
    root = folder / noise
    root.mkdir()
    (root / ".git").mkdir()
    (root / "secrets.yaml").write_text(APP)
    (root / "platform.yaml").write_text(PLATFORM % noise)
    outcome = pipeline.run((root,), Options())
    assert not outcome.has_errors
    policy = control_plane.stream(outcome.planes, outcome.platforms)
    written = explaining.of_outcome(outcome)
    flags = ["--enable-admission-plugins=NodeRestriction"]
    with ApiServer(
        audit=policy, users=USERS, authorization_mode="Node,RBAC", flags=flags
    ) as server:
        server.apply(SETUP)
        server.apply(
            json.dumps({**deployment("web"), "metadata": {"name": "web", "namespace": "shop"}})
        )
        account = server.kubectl("create", "token", "app", "--namespace=shop").stdout.strip()
        tokens = {**server.tokens, "shop/app": account, WRONG: "no-such-token"}
        hidden = [CANARY, ENCODED, account, *server.tokens.values(), tokens[WRONG]]
        sent = []
        for number, probe in enumerate(PROBES):
            headers = {"Audit-ID": f"probe-{number}"}
            headers |= {"Content-Type": f"application/{probe.patch}"} if probe.patch else {}
            headers |= {"Impersonate-User": probe.impersonate} if probe.impersonate else {}
            token = None if probe.who is NOBODY else tokens[probe.who]
            reply = server.request(
                probe.method, probe.path, token=token, body=probe.body, headers=headers,
                is_stream=probe.verb == "watch",
            )  # fmt: skip
            if probe.resource == "serviceaccounts/token" and reply.code == 201:
                hidden.append(json.loads(reply.body)["status"]["token"])
            sent.append((probe, reply.code))
        commands(server, root)
        server.request(
            "GET", "/api/v1/namespaces", token=server.tokens["admin"], headers={"Audit-ID": "last"}
        )
        file = root / "audit.log"
        lines = finished(server.audit_log, file)
    by_id = defaultdict(list)
    for line in lines:
        by_id[line["auditID"]].append(line)
    all_sent = [
        Sent(probe, code, said(written, probe), by_id[f"probe-{number}"])
        for number, (probe, code) in enumerate(sent)
    ]
    return Log(noise, file, all_sent, lines, written, hidden)


def finished(live: Path, file: Path) -> list[dict[str, Any]]:
    """The lines once the last request is among them and no more come; an answer may be earlier."""
    size, until = -1, time.monotonic() + 20
    while time.monotonic() < until:
        text = live.read_text()
        if '"last"' in text and len(text) == size:
            break
        size = len(text)
        time.sleep(1)
    file.write_text(text)
    return [json.loads(line) for line in text.splitlines()]


def test_enough_is_asked(log: Log) -> None:
    assert len(set(map(str, PROBES))) == len(PROBES) > 500
    codes = {one.code for one in log.sent}
    assert {200, 201, 401, 403, 404} <= codes
    assert {probe.verb for probe in PROBES if probe.resource} == {
        "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection",
    }  # fmt: skip


def test_no_line_holds_a_value(log: Log) -> None:
    text = log.file.read_text()

    assert [value for value in log.hidden if value in text] == []


def test_every_request_is_logged_as_explain_says_or_not_at_all(log: Log) -> None:
    wrong = []
    for one in log.sent:
        level = one.answer.hit.level
        found = {line["level"] for line in one.lines} or {"None"}
        stages = {line["stage"] for line in one.lines}
        if found != {level} or stages & set(one.answer.hit.omit_stages):
            wrong.append((one.probe, one.code, level, found, stages))

    assert wrong == []


def test_bodies_stand_where_explain_says_and_nowhere_else(log: Log) -> None:
    wrong = []
    for one in log.sent:
        parts = explaining.parts(one.answer)
        for line in one.lines:
            bodies = {"requestBody"} & parts_of(line) | {"responseBody"} & parts_of(line)
            if not bodies <= set(parts):
                wrong.append((one.probe, one.code, parts, bodies))

    assert wrong == []
    assert any("responseObject" in line for line in log.lines)
    assert any("requestObject" in line for line in log.lines)


def parts_of(line: dict[str, Any]) -> set[str]:
    names = {"requestObject": "requestBody", "responseObject": "responseBody"}
    return {part for field, part in names.items() if field in line}


def test_every_refused_request_is_in_the_log(log: Log) -> None:
    lost = [
        (one.probe.who, one.probe.verb, one.probe.resource or one.probe.url, one.probe.name)
        for one in log.sent
        if one.code in (401, 403)
        and one.code not in {line.get("responseStatus", {}).get("code") for line in one.lines}
    ]

    # That a node was refused what is another's: what a platform gives up with `dropNodes`.
    heartbeat = [
        ("system:node:a", "update", "leases.coordination.k8s.io", "b"),
        ("system:node:a", "get", "nodes", "b"),
        ("system:node:a", "patch", "nodes/status", "b"),
    ]
    assert lost == (heartbeat if log.noise == "dropNodes" else [])
    assert {one.probe.who for one in log.sent if one.code == 401} == {WRONG}
    assert sum(one.code == 403 for one in log.sent) > 150


def test_what_is_refused_can_be_told_from_what_was_asked(log: Log) -> None:
    """Stages of the queries: a refused login at ResponseStarted alone, the rest at ResponseComplete."""
    for one in log.sent:
        stages = {line["stage"] for line in one.lines}
        if one.code == 401:
            assert stages == {"ResponseStarted"}, one.probe
        elif one.code == 403 and one.lines:
            assert "ResponseComplete" in stages, one.probe


def test_every_line_has_the_level_that_explain_says_of_its_request(log: Log) -> None:
    """Those of kubectl and of the server itself too, read back from what the line says."""
    wrong = []
    for line in log.lines:
        answer = said_of_line(log.written, line)
        if answer.hit.level != line["level"] or line["stage"] in answer.hit.omit_stages:
            wrong.append((line, answer.hit))

    assert wrong == []
    assert {line["level"] for line in log.lines} == {"Metadata", "Request", "RequestResponse"}
    assert sum(line.get("userAgent", "").startswith("kubectl") for line in log.lines) > 50


def said_of_line(written: explaining.Written, line: dict[str, Any]) -> explaining.Answer:
    user, about = line["user"], line.get("objectRef")
    words = asking.Words(
        verb=line["verb"],
        user=user.get("username"),
        refused_login="username" not in user,
        groups=tuple(user.get("groups", ())),
        url=None if about else line["requestURI"],
    )
    if about:
        part = f"/{about['subresource']}" if "subresource" in about else ""
        group = f".{about['apiGroup']}" if "apiGroup" in about else ""
        words = words._replace(
            resource=f"{about['resource']}{part}{group}",
            namespace=about.get("namespace"), name=about.get("name"),
        )  # fmt: skip
    return explaining.answer(written, asking.asked(words))


def test_a_probe_is_in_the_log_as_it_was_described(log: Log) -> None:
    """So that what explain was asked of a probe is what the server saw."""
    wrong = list[Any]()
    for one in log.sent:
        request = one.answer.asked.request
        for line in one.lines:
            about = line.get("objectRef", {})
            seen = (line["user"].get("username"), set(line["user"].get("groups", ())), line["verb"])
            meant = (request.user, set(request.groups), request.verb)
            place = tuple(
                about.get(key, "") for key in ("apiGroup", "resource", "subresource", "namespace")
            )
            if seen != meant or place != (
                request.group,
                request.resource,
                request.subresource,
                request.namespace,
            ):
                wrong.append((one.probe, seen, meant, place))
            if request.verb != "create" and about.get("name", "") != request.name:
                wrong.append((one.probe, about, request))

    assert wrong == []


def test_a_refused_impersonation_by_an_unauthenticated_probe_is_what_noise_cannot_keep(
    start: Start,
) -> None:
    """The limit that the page on audit names: where a rule says None, no refusal at it is kept."""
    body = audit_policy.policy(())
    server = start(ApiServer(audit=json.dumps(body)))
    for number, url in enumerate(("/livez", "/version")):
        headers = {"Impersonate-User": "admin", "Audit-ID": f"probe-{number}"}
        assert server.request("GET", url, token=None, headers=headers).code == 403
    server.request("GET", "/api", token=server.tokens["admin"], headers={"Audit-ID": "last"})
    lines = finished(server.audit_log, server.folder / "copy.log")

    assert {line["auditID"] for line in lines if line["auditID"].startswith("probe")} == {"probe-1"}


def reviews(noise: Noise) -> Iterator[dict[str, Any]]:
    """Whether those whom a rule of noise names may do all that it matches, as questions to the server."""
    for user in noise.users:
        implied = "unauthenticated" if user == asking.ANONYMOUS else "authenticated"
        who = {"user": user, "groups": [f"system:{implied}", *noise.groups]}
        for verb in noise.verbs:
            for url in noise.urls:
                path = url.replace("*", "anything/below")
                yield {**who, "nonResourceAttributes": {"verb": verb, "path": path}}
            for kind in noise.kinds:
                for namespace in noise.namespaces or ("", "default", "shop"):
                    for name in noise.names or ("", "some"):
                        place = {"group": kind.group, "resource": kind.resource, "verb": verb}
                        yield {
                            **who,
                            "resourceAttributes": {**place, "namespace": namespace, "name": name},
                        }


@pytest.mark.parametrize("version", ["1.34", "1.37"])
def test_no_noise_is_wider_than_what_the_servers_own_roles_allow(
    start: Start, version: str
) -> None:
    server = start(ApiServer(emulated_version=version, authorization_mode="Node,RBAC"))
    url = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    head = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview"}
    asked = [review for noise in NOISE for review in reviews(noise)]

    def allowed(review: dict[str, Any]) -> bool:
        reply = server.request(
            "POST", url, token=server.tokens["admin"], body={**head, "spec": review}
        )
        assert reply.code == 201
        return bool(json.loads(reply.body)["status"]["allowed"])

    assert len(asked) > 100
    assert [review for review in asked if not allowed(review)] == []
    assert not allowed({**asked[0], "nonResourceAttributes": {"verb": "get", "path": "/api"}})


@cache
def jq() -> str:
    found = shutil.which("jq")
    if found is None:
        pytest.skip("no jq here: install it (Debian: jq)")
    return found


def rows(
    log: Log, which: int, namespace: str | None = None, name: str | None = None
) -> list[list[str]]:
    """What one of the printed queries gives, run by the shell as it is printed."""
    jq()
    wanted = queries.Wanted("kubeadm", namespace, name)
    text = queries.get("kubeadm").queries(wanted)[which].text
    assert text.count("/var/log/kubernetes/audit/audit.log") == 1
    command = text.replace("/var/log/kubernetes/audit/audit.log", str(log.file))
    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    return [line.split("\t") for line in ran.stdout.splitlines()]


def counted(found: list[list[str]]) -> dict[tuple[str, ...], int]:
    counts: dict[tuple[str, ...], int] = defaultdict(int)
    for row in found:
        counts[tuple(row)] += 1
    return dict(counts)


def of_probes(log: Log, want: Any) -> list[list[str]]:
    """The same from what was sent: user, verb, namespace, name and code."""
    found = []
    for one in log.sent:
        request = one.answer.asked.request
        if want(one, request):
            found.append(
                [
                    request.user or "-",
                    request.verb,
                    request.namespace or "-",
                    request.name or "-",
                    str(one.code),
                ]
            )
    return found


def ids(log: Log) -> set[str]:
    """When the probes came, since kubectl's requests are in the log as well."""
    return {line["requestReceivedTimestamp"] for one in log.sent for line in one.lines}


@pytest.mark.parametrize(
    ("namespace", "name"),
    [
        (None, None),
        ("shop", None),
        ("shop", "db"),
        (None, "db"),
        ("elsewhere", None),
        ("shop", "d.*"),
    ],
)
def test_the_query_for_readers_finds_exactly_those_who_read(
    log: Log, namespace: str | None, name: str | None
) -> None:
    found = [[row[1], *row[3:7]] for row in rows(log, 0, namespace, name) if row[0] in ids(log)]

    wanted = of_probes(log, lambda one, request: (
        request.resource == "secrets" and not request.subresource and one.code < 400
        and request.verb in ("get", "list", "watch")
        and (namespace is None or request.namespace in ("", namespace))
        and (name is None or request.name in ("", name))
    ))  # fmt: skip
    assert counted(found) == counted(wanted)
    assert wanted  # who lists all namespaces reads each


@pytest.mark.parametrize(("namespace", "name"), [(None, None), ("shop", "db"), ("other", "x")])
def test_the_query_for_the_refused_finds_exactly_those_who_were(
    log: Log, namespace: str | None, name: str | None
) -> None:
    asked = [row for row in rows(log, 1, namespace, name) if row[0] in ids(log)]
    found = [[row[1], row[3], row[4], row[6]] for row in asked if row[2] == "-"]

    wanted = of_probes(log, lambda one, request: (
        request.resource == "secrets" and one.code == 403
            and not (one.probe.impersonate and one.probe.who == "admin")
        and (namespace is None or request.namespace in ("", namespace))
        and (name is None or request.name in ("", name) or in_body(one) == name)
    ))  # fmt: skip
    assert counted(found) == counted([[row[0], row[1], row[2], row[4]] for row in wanted])
    if (namespace, name) == ("shop", "db"):
        assert [row[1] for row in asked if row[2] == "kim"] == ["admin"]  # impersonated


def in_body(one: Sent) -> str:
    return (
        one.probe.body["metadata"]["name"] if one.probe.verb == "create" and one.probe.body else ""
    )


def test_the_query_for_refused_logins_finds_them_all(log: Log) -> None:
    found = [[row[1], row[2]] for row in rows(log, 2)]

    wanted = [
        [one.probe.verb, one.probe.path.partition("?")[0]] for one in log.sent if one.code == 401
    ]
    assert counted(found) == counted(wanted)
