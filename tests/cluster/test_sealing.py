"""The real sealed-secrets controller and the real kubeseal against what we seal."""

import base64
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from secretkit.cli import run

from . import programs
from .conftest import entered
from .sealed_secrets import SealedSecrets
from .server import ApiServer, JsonObject, Start

SCOPES = ("strict", "namespace-wide", "cluster-wide")
SECONDS = 30
VALUES = {"line": b"hunter2", "binary": bytes(range(256)) * 4, "empty": b""}


class Cluster(NamedTuple):
    """An API server with a controller."""

    server: ApiServer
    controller: SealedSecrets

    def namespace(self) -> str:
        return self.server.create_namespace()

    def secret(self, namespace: str, name: str) -> dict[str, bytes]:
        """The data of a Secret, once the controller has made it."""

        def made() -> JsonObject | None:
            ran = self.server.kubectl("get", "secret", name, f"--namespace={namespace}", "-o=json", check=False)  # fmt: skip
            return json.loads(ran.stdout) if ran.returncode == 0 else None

        found = self._within(made, namespace, name)
        return {key: base64.b64decode(text) for key, text in found.get("data", {}).items()}

    def refusal(self, namespace: str, name: str) -> str:
        """Why the controller does not open a SealedSecret, in its own words."""

        def refused() -> str | None:
            (one,) = self._conditions(namespace, name) or ({},)
            return one["message"] if one.get("status") == "False" else None

        said: str = self._within(refused, namespace, name)
        return said

    def _conditions(self, namespace: str, name: str) -> list[JsonObject]:
        found = self.server.get("sealedsecret", name, namespace)
        conditions: list[JsonObject] = found.get("status", {}).get("conditions", [])
        return conditions

    def _within(self, ask: Callable[[], Any], namespace: str, name: str) -> Any:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            found = ask()
            if found is not None:
                return found
            time.sleep(0.2)
        raise AssertionError(f"the controller says of it: {self._conditions(namespace, name)}")


@pytest.fixture(scope="module")
def cluster(real_programs: None, crds: Path) -> Iterator[Cluster]:  # noqa: ARG001
    """A server of our own: the controller would open what other tests apply."""
    with ExitStack() as stack:
        server = entered(stack, ApiServer())
        server.install_crds(crds)
        yield Cluster(server, entered(stack, SealedSecrets(server)))


@pytest.fixture(scope="module")
def kubeseal() -> Callable[..., str]:
    try:
        program = programs.find("kubeseal")
    except programs.Missing as missing:
        pytest.skip(str(missing))

    def ran(*arguments: str, stdin: str = "") -> str:
        command: list[str | Path] = [program, *arguments]
        said = subprocess.run(command, input=stdin, capture_output=True, text=True, check=True)
        return said.stdout

    return ran


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(namespace: str, sealed: JsonObject | None = None, controller: SealedSecrets | None = None) -> None:  # fmt: skip
    body = {
        "apiVersion": "secretkit.dev/v1alpha1", "kind": "AppSecrets",
        "metadata": {"name": "shop", "namespace": namespace},
        "spec": {"secrets": {"webhook": sealed}} if sealed else {},
    }  # fmt: skip
    Path("secrets.yaml").write_text(yaml.safe_dump(body))
    if controller:
        Path("cert.pem").write_bytes(controller.certificate())


def seal(*options: str, cert: str = "cert.pem") -> int:
    for key, value in VALUES.items():
        Path(key).write_bytes(value)
    return run(
        ["seal", "secrets.yaml", "--secret", "webhook", "--cert", cert, "--allow-empty", *options]
    )


def rendered(capfd: pytest.CaptureFixture[str]) -> JsonObject:
    capfd.readouterr()
    assert run(["render", "secrets.yaml", "--format", "json"]) == 0
    (found,) = json.loads(capfd.readouterr().out)["items"]
    assert found["kind"] == "SealedSecret"
    sealed: JsonObject = found
    return sealed


ALL = [word for key in VALUES for word in ("--from-file", f"{key}={key}")]


@pytest.mark.parametrize("scope", SCOPES)
def test_the_controller_opens_what_we_seal(
    cluster: Cluster, repo: Path, capfd: pytest.CaptureFixture[str], scope: str
) -> None:
    namespace = cluster.namespace()
    write(namespace, controller=cluster.controller)
    assert seal(*ALL, "--scope", scope) == 0

    cluster.server.apply(json.dumps(rendered(capfd)))

    assert cluster.secret(namespace, "webhook") == VALUES
    assert repo


def moved(sealed: JsonObject, change: str, namespace: str) -> JsonObject:
    """The object under another name, in another namespace, or with another scope."""
    metadata = {**sealed["metadata"]}
    match change:
        case "name":
            metadata["name"] = "other"
        case "namespace":
            metadata["namespace"] = namespace
        case scope:
            kept = {} if scope == "strict" else {f"sealedsecrets.bitnami.com/{scope}": "true"}
            metadata["annotations"] = kept
    return {**sealed, "metadata": metadata}


@pytest.mark.parametrize(
    ("scope", "change"),
    [
        ("strict", "name"), ("strict", "namespace"), ("strict", "namespace-wide"),
        ("strict", "cluster-wide"), ("namespace-wide", "namespace"), ("namespace-wide", "strict"),
        ("namespace-wide", "cluster-wide"), ("cluster-wide", "strict"),
        ("cluster-wide", "namespace-wide"),
    ],
)  # fmt: skip
def test_the_controller_refuses_what_was_sealed_for_another(
    cluster: Cluster, repo: Path, capfd: pytest.CaptureFixture[str], scope: str, change: str
) -> None:
    write(cluster.namespace(), controller=cluster.controller)
    assert seal("--from-file", "line=line", "--scope", scope) == 0
    body = moved(rendered(capfd), change, cluster.namespace())

    cluster.server.apply(json.dumps(body))

    where = body["metadata"]["namespace"], body["metadata"]["name"]
    assert "no key could decrypt secret (line)" in cluster.refusal(*where)
    assert repo


@pytest.mark.parametrize(
    ("scope", "change"),
    [("namespace-wide", "name"), ("cluster-wide", "name"), ("cluster-wide", "namespace")],
)
def test_a_wider_scope_lets_it_move_as_we_say(
    cluster: Cluster, repo: Path, capfd: pytest.CaptureFixture[str], scope: str, change: str
) -> None:
    write(cluster.namespace(), controller=cluster.controller)
    assert seal("--from-file", "line=line", "--scope", scope) == 0
    body = moved(rendered(capfd), change, cluster.namespace())

    cluster.server.apply(json.dumps(body))

    where = body["metadata"]["namespace"], body["metadata"]["name"]
    assert cluster.secret(*where) == {"line": VALUES["line"]}
    assert repo


def test_kubeseal_opens_it_with_a_backup_of_the_keys(
    cluster: Cluster, repo: Path, capfd: pytest.CaptureFixture[str], kubeseal: Callable[..., str]
) -> None:
    write("prod", controller=cluster.controller)
    assert seal(*ALL) == 0
    (repo / "keys.yaml").write_text(cluster.controller.private_keys())

    said = kubeseal("--recovery-unseal", "--recovery-private-key", "keys.yaml", "-o=json",
                    stdin=json.dumps(rendered(capfd)))  # fmt: skip

    found = json.loads(said)["data"]
    assert {key: base64.b64decode(text or "") for key, text in found.items()} == VALUES


@pytest.mark.parametrize("scope", SCOPES)
def test_what_kubeseal_seals_comes_out_of_render_as_the_same_object(
    cluster: Cluster, repo: Path, capfd: pytest.CaptureFixture[str], kubeseal: Callable[..., str],
    scope: str,
) -> None:  # fmt: skip
    namespace = cluster.namespace()
    write(namespace, controller=cluster.controller)
    plain = {
        "apiVersion": "v1", "kind": "Secret", "type": "example.com/pair",
        "metadata": {"name": "webhook", "namespace": namespace, "labels": {"team": "pay"}},
        "data": {key: base64.b64encode(value).decode() for key, value in VALUES.items()},
    }  # fmt: skip
    theirs = json.loads(
        kubeseal("--cert", "cert.pem", "--scope", scope, "-o=json", stdin=json.dumps(plain))
    )
    write(
        namespace,
        {
            "type": "example.com/pair", "labels": {"team": "pay"}, "sealed": theirs["spec"]["encryptedData"],
            "sealedFor": {"scope": scope, "name": "webhook", "namespace": namespace},
        },
    )  # fmt: skip

    ours = rendered(capfd)

    assert without_labels_of_ours(ours) == without_labels_of_ours(theirs)
    cluster.server.apply(json.dumps(ours))
    assert cluster.secret(namespace, "webhook") == VALUES
    assert repo


def without_labels_of_ours(sealed: JsonObject) -> JsonObject:
    """The object less what says whose it is, and less kubeseal's empty fields."""

    def kept(metadata: JsonObject) -> JsonObject:
        found = {key: value for key, value in metadata.items() if value is not None}
        labels = found.pop("labels", {})
        mine = {k: v for k, v in labels.items() if not k.startswith("app.kubernetes.io/")}
        return {**found, "labels": mine} if mine else found

    spec = sealed["spec"]
    template = {**spec["template"], "metadata": kept(spec["template"]["metadata"])}
    return {
        **{key: sealed[key] for key in ("apiVersion", "kind")},
        "metadata": kept(sealed["metadata"]),
        "spec": {**spec, "template": template},
    }


def test_a_renewed_key_is_what_check_reports(
    start: Start, repo: Path, crds: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server = start(ApiServer())
    server.install_crds(crds)
    cluster = Cluster(server, start(SealedSecrets(server, ("--key-renew-period=8s",))))
    namespace = cluster.namespace()
    write(namespace, controller=cluster.controller)
    assert seal(*ALL) == 0
    assert run(["seal", "secrets.yaml", "--check", "--cert", "cert.pem"]) == 0
    old = Path("cert.pem").read_bytes()
    until = time.monotonic() + SECONDS
    while (new := cluster.controller.certificate()) == old and time.monotonic() < until:
        time.sleep(0.2)
    Path("new.pem").write_bytes(new)

    capfd.readouterr()
    assert run(["seal", "secrets.yaml", "--check", "--cert", "new.pem"]) == 1
    assert told(capfd) == sorted(VALUES)
    assert seal("--from-file", "line=line", cert="new.pem") == 1
    assert seal("--from-file", "line=line", "--new-cert", cert="new.pem") == 0
    capfd.readouterr()
    assert run(["seal", "secrets.yaml", "--check", "--cert", "new.pem"]) == 1
    assert told(capfd) == sorted({*VALUES} - {"line"})

    server.apply(json.dumps(rendered(capfd)))
    assert cluster.secret(namespace, "webhook") == VALUES  # of two keys, and both are there
    assert repo


def told(capfd: pytest.CaptureFixture[str]) -> list[str]:
    """The keys that `--check` names."""
    rows = capfd.readouterr().out.splitlines()
    return sorted(row.split("`")[1] for row in rows if row.startswith("warning[SK545]"))
