"""Every example on the real API server: accepted strictly, without drift, and no right too many."""

import base64
import json
import secrets
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import overlays
import pytest
from mounts import found_in, said

from examples import EXAMPLES, OVERLAID, Body, Example, bodies, control_plane, raw, stream

from .server import ApiServer, KubectlFailed, Start, StartFailed, service_account

every_example = pytest.mark.parametrize(
    "example", [found for found in EXAMPLES if stream(found)], ids=lambda found: found.id
)
every_overlay = pytest.mark.parametrize("example", OVERLAID, ids=lambda found: found.id)

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")


def make_namespaces(server: ApiServer, names: set[str]) -> None:
    """Makes the namespaces that examples name; those that are there stay."""
    items = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        for name in sorted(names)
    ]
    server.apply(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))


def namespaces_of(found: list[Body]) -> set[str]:
    return {body["metadata"]["namespace"] for body in found if "namespace" in body["metadata"]}


@every_example
def test_the_server_takes_every_object_and_changes_none(
    api_server: ApiServer, example: Example
) -> None:
    make_namespaces(api_server, namespaces_of(bodies(example)))

    api_server.apply(stream(example))

    assert api_server.diff(stream(example)) == (0, "")


@every_overlay
def test_a_patched_workload_is_taken_and_mounts_what_the_file_says(
    api_server: ApiServer, example: Example
) -> None:
    workloads = overlays.workloads(example)
    make_namespaces(api_server, namespaces_of(workloads))
    manifests = json.dumps({"apiVersion": "v1", "kind": "List", "items": workloads})

    api_server.apply(manifests)
    stored = [
        api_server.get(body["kind"], body["metadata"]["name"], body["metadata"]["namespace"])
        for body in workloads
    ]

    assert set().union(*map(found_in, stored)) == said(example, workloads)
    assert api_server.diff(manifests) == (0, "")


class Subject(NamedTuple):
    """Who asks: a user name, and the groups that come with it."""

    user: str
    groups: tuple[str, ...] = ()

    @classmethod
    def account(cls, namespace: str, name: str) -> "Subject":
        groups = "system:serviceaccounts", f"system:serviceaccounts:{namespace}"
        return cls(service_account(namespace, name), (*groups, "system:authenticated"))


class Question(NamedTuple):
    """May the subject do this to the Secret in the namespace? Without a name: to all of them."""

    subject: Subject
    verb: str
    namespace: str
    name: str | None


def grants(example: Example) -> Iterator[Question]:
    """What the example's `access` gives, read from the input by nothing of ours."""
    for path in example.inputs:
        document = raw(path)
        namespace, spec = document["metadata"]["namespace"], document["spec"]
        for entry in spec.get("access", {}).values():
            keys = spec["secrets"] if entry["secrets"] == "*" else entry["secrets"]
            names = [spec["secrets"][key].get("name", key) for key in keys]
            for verb, name in product(entry.get("verbs", ["get"]), names):
                yield Question(_subject(entry, namespace), verb, namespace, name)


def _subject(entry: Body, namespace: str) -> Subject:
    if "serviceAccount" in entry:
        return Subject.account(entry.get("namespace", namespace), entry["serviceAccount"])
    if "user" in entry:
        return Subject(entry["user"], ("system:authenticated",))
    return Subject("someone", (entry["group"], "system:authenticated"))


def questions(example: Example) -> list[Question]:
    """Every subject, verb and Secret, with subjects, names and a namespace that have no right."""
    granted = list(grants(example))
    subjects = {question.subject for question in granted}
    namespaces = {question.namespace for question in granted}
    # The same accounts elsewhere, and the same person without the group.
    names = [subject.user.rpartition(":")[2] for subject in subjects]
    subjects |= {Subject.account("elsewhere", name) for name in names} | {Subject("someone")}
    subjects |= {Subject.account(namespace, "default") for namespace in namespaces}
    secrets_of = {question.name for question in granted} | {"another", None}
    everything = product(sorted(subjects), VERBS, sorted({*namespaces, "elsewhere"}), secrets_of)
    return [Question(*question) for question in everything]


def allowed(server: ApiServer, asked: list[Question]) -> set[Question]:
    """Those of the questions that the server's authorizer says yes to: what `can-i` asks, at once."""
    reviews = [
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {
                "user": question.subject.user,
                "groups": list(question.subject.groups),
                "resourceAttributes": {
                    "resource": "secrets",
                    "verb": question.verb,
                    "namespace": question.namespace,
                    **({"name": question.name} if question.name else {}),
                },
            },
        }
        for question in asked
    ]
    body = json.dumps({"apiVersion": "v1", "kind": "List", "items": reviews})
    options = ["--validate=strict", '-o=jsonpath={.status.allowed}{"\\n"}']
    ran = server.kubectl("create", "-f", "-", *options, input=body)
    answers = zip(asked, ran.stdout.splitlines(), strict=True)
    return {question for question, answer in answers if answer == "true"}


WITH_ACCESS = [
    found for found in EXAMPLES if not found.environment and any(True for _ in grants(found))
]
every_access = pytest.mark.parametrize("example", WITH_ACCESS, ids=lambda found: found.id)


@every_access
def test_subjects_may_do_what_they_were_given_and_nothing_else(
    api_server: ApiServer, example: Example
) -> None:
    make_namespaces(api_server, namespaces_of(bodies(example)))
    api_server.apply(stream(example))

    assert allowed(api_server, questions(example)) == set(grants(example))


@every_access
def test_kubectl_can_i_says_the_same_of_each_secret(
    api_server: ApiServer, example: Example
) -> None:
    make_namespaces(api_server, namespaces_of(bodies(example)))
    api_server.apply(stream(example))
    given = set(grants(example))
    subjects = {question.subject for question in given}
    names = {(question.namespace, question.name) for question in given}
    asked = [Question(subject, "get", *name) for subject, name in product(subjects, names)]

    assert {question for question in asked if can_i(api_server, question)} == {
        question for question in given if question.verb == "get"
    }


def can_i(server: ApiServer, question: Question) -> bool:
    ran = server.kubectl(
        "auth", "can-i", question.verb, f"secret/{question.name}",
        f"--namespace={question.namespace}",
        user=question.subject.user, groups=question.subject.groups, check=False,
    )  # fmt: skip
    assert ran.stdout.strip() in ("yes", "no"), ran.stderr
    return ran.stdout.strip() == "yes"


def test_a_subject_reads_its_secret_and_no_list_of_them(api_server: ApiServer) -> None:
    example = Example("access-by-name")
    make_namespaces(api_server, {"reports"})
    api_server.apply(stream(example))
    for name in ("report-database", "report-archive"):
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": {}}
        api_server.apply(json.dumps(secret), namespace="reports")
    app, get = service_account("reports", "reports"), ["get", "secret", "--namespace=reports"]

    api_server.kubectl(*get, "report-database", user=app)
    for refused in (["report-archive"], []):
        with pytest.raises(KubectlFailed, match="Forbidden"):
            api_server.kubectl(*get, *refused, user=app)


def files_of(example: Example) -> dict[str, str]:
    """Kind -> text of the example's control-plane files."""
    texts = control_plane(example).split("---\n")
    return {text.partition("\nkind: ")[2].partition("\n")[0]: text for text in texts}


@pytest.mark.parametrize(
    ("release", "program"),
    [
        *((release, "kube-apiserver") for release in ("1.34", "1.35", "1.36", "1.37")),
        *((release, "kube-apiserver-1.34") for release in ("1.31", "1.34")),
    ],
)
def test_a_server_boots_with_the_local_key_and_writes_with_it(
    start: Start, release: str, program: str
) -> None:
    files = files_of(Example("encryption-local-key"))
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    encryption = files["EncryptionConfiguration"].replace("<base64-encoded-32-byte-key>", key)

    server = start(
        ApiServer(
            encryption=encryption,
            audit=files["Policy"],
            emulated_version=release,
            program=program,
        )
    )
    server.apply(SECRET, namespace="default")

    stored = server.etcd.read("/registry/secrets/default/canary")
    assert stored.startswith(b"k8s:enc:secretbox:v1:key-20261101-1:")
    assert b"canary" not in stored.partition(b":key-20261101-1:")[2]


SECRET = "{apiVersion: v1, kind: Secret, metadata: {name: canary}, data: {key: Y2FuYXJ5}}"


class WithoutPlugin(ApiServer):
    """A server whose KMS plugin is not there: it counts as started once it asks for it."""

    def _is_ready(self) -> bool:
        return "dial unix /var/run/kmsplugin/socket.sock" in self.log()


def test_a_server_takes_the_kms_file_and_asks_for_its_plugin(start: Start) -> None:
    encryption = files_of(Example("encryption-kms"))["EncryptionConfiguration"]

    server = start(WithoutPlugin(encryption=encryption))

    assert '"failed to create connection to unix socket"' in server.log()


def test_a_kms_file_without_its_version_stops_the_server(start: Start) -> None:
    encryption = files_of(Example("encryption-kms"))["EncryptionConfiguration"]
    guides = encryption.replace("      apiVersion: v2\n", "")

    with pytest.raises(StartFailed, match="KMSv1 is deprecated"):
        start(WithoutPlugin(encryption=guides))


def test_the_audit_policy_logs_what_the_file_says(start: Start) -> None:
    server = start(ApiServer(audit=files_of(Example("audit"))["Policy"]))
    make_namespaces(server, {"gateway", "other"})
    for namespace in ("gateway", "other"):
        server.apply(SECRET, namespace=namespace)
        for kind, body in OBJECTS.items():
            server.apply(json.dumps({"kind": kind, **body}), namespace=namespace)

    assert levels(server) == {
        ("gateway", "secrets"): {"Metadata"},
        ("gateway", "services"): {"Request"},
        ("gateway", "networkpolicies"): {"RequestResponse"},
        ("gateway", "roles"): {"RequestResponse"},
        ("other", "secrets"): {"Metadata"},
        ("other", "services"): {"Metadata"},
        ("other", "networkpolicies"): {"Metadata"},
        ("other", "roles"): {"RequestResponse"},
    }
    assert "Y2FuYXJ5" not in server.audit_log.read_text()


OBJECTS: dict[str, Body] = {
    "Service": {
        "apiVersion": "v1",
        "metadata": {"name": "gateway"},
        "spec": {"ports": [{"port": 80}]},
    },
    "NetworkPolicy": {
        "apiVersion": "networking.k8s.io/v1",
        "metadata": {"name": "gateway"},
        "spec": {"podSelector": {}},
    },
    "Role": {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "metadata": {"name": "gateway"},
        "rules": [],
    },
}


def levels(server: ApiServer) -> dict[tuple[str, str], set[str]]:
    """(namespace, resource) -> the levels at which its writes were logged."""
    found: dict[tuple[str, str], set[str]] = {}
    for line in server.audit_log.read_text().splitlines():
        event: dict[str, Any] = json.loads(line)
        place = event.get("objectRef", {})
        is_ours = place.get("namespace") in ("gateway", "other")
        if event["verb"] == "patch" and is_ours and place["resource"] != "namespaces":
            found.setdefault((place["namespace"], place["resource"]), set()).add(event["level"])
    return found
