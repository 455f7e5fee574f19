"""The harness itself: what it starts is real, and nothing of it is left behind."""

import base64
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from . import programs
from .server import (
    ApiServer,
    Etcd,
    KubectlFailed,
    Process,
    Start,
    StartFailed,
    free_port,
    service_account,
)

# Where a child finds this package, under whichever name pytest has imported it.
ROOT = Path(__file__).parents[len(ApiServer.__module__.split(".")) - 1]

EXTERNAL_SECRET = """
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: database
spec:
  refreshPolicy: Periodic
  refreshInterval: 1h0m0s
  secretStoreRef: {kind: SecretStore, name: vault}
  target:
    name: database
    creationPolicy: Owner
    deletionPolicy: Retain
  data:
    - secretKey: password
      remoteRef:
        key: app/database
        property: password
        conversionStrategy: Default
        decodingStrategy: None
        metadataPolicy: None
"""

SECRET = """
apiVersion: v1
kind: Secret
metadata: {name: database}
type: Opaque
data: {password: aHVudGVyMg==}
"""

ROLE = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules:
  - {apiGroups: [""], resources: [secrets], resourceNames: [database], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: app}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: app}
"""

AUDIT = """
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    resources: [{group: "", resources: [secrets]}]
  - level: None
"""

# A main program that starts a server, tells its processes and folders, and waits to be killed.
HOLDER = f"""
import json, time
from {ApiServer.__module__} import ApiServer
with ApiServer() as server:
    folders = [str(server.folder), str(server.etcd.folder)]
    print(json.dumps({{"pids": server.pids, "folders": folders}}), flush=True)
    time.sleep(600)
"""


def is_running(pid: int) -> bool:
    """Whether a process of this id runs; one that is dead and not yet collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def still_running(pids: list[int], seconds: float = 10) -> list[int]:
    """Those of the processes that are there after some patience."""
    until = time.monotonic() + seconds
    while (left := [pid for pid in pids if is_running(pid)]) and time.monotonic() < until:
        time.sleep(0.02)
    return left


def test_the_server_plays_the_release_it_was_asked_for(api_server: ApiServer) -> None:
    version = json.loads(api_server.fetch("/version"))
    assert (version["emulationMajor"], version["emulationMinor"]) == ("1", "34")


def test_a_server_of_its_own_plays_another_release(start: Start) -> None:
    server = start(ApiServer(emulated_version="1.37"))
    version = json.loads(server.fetch("/version"))
    assert (version["emulationMajor"], version["emulationMinor"]) == ("1", "37")


@pytest.mark.usefixtures("real_programs")
def test_a_release_that_cannot_be_played_is_a_reason_to_skip() -> None:
    with pytest.raises(programs.Missing, match=r"does not emulate 1\.20$"):
        ApiServer(emulated_version="1.20").__enter__()


def test_what_a_test_makes_in_its_namespace_is_in_no_other(
    api_server: ApiServer, namespace: str
) -> None:
    api_server.apply(SECRET, namespace=namespace)
    other = api_server.create_namespace()
    with pytest.raises(KubectlFailed, match="NotFound"):
        api_server.get("secret", "database", other)


def test_a_secret_comes_back_as_it_was_sent(api_server: ApiServer, namespace: str) -> None:
    api_server.apply(SECRET, namespace=namespace)
    secret = api_server.get("secret", "database", namespace)
    assert (secret["type"], secret["data"]) == ("Opaque", {"password": "aHVudGVyMg=="})


def test_a_complete_external_secret_is_accepted_and_shows_no_drift(
    api_server: ApiServer, namespace: str
) -> None:
    api_server.apply(EXTERNAL_SECRET, namespace=namespace)
    assert api_server.diff(EXTERNAL_SECRET, namespace=namespace) == (0, "")


def test_a_changed_field_shows_as_drift(api_server: ApiServer, namespace: str) -> None:
    api_server.apply(EXTERNAL_SECRET, namespace=namespace)
    changed = api_server.diff(EXTERNAL_SECRET.replace("1h0m0s", "2h0m0s"), namespace=namespace)
    assert changed.code == 1
    assert "+  refreshInterval: 2h0m0s" in changed.output.splitlines()


def test_a_diff_that_cannot_be_made_is_no_drift_but_a_failure(
    api_server: ApiServer, namespace: str
) -> None:
    with pytest.raises(KubectlFailed, match="no matches for kind"):
        api_server.diff(EXTERNAL_SECRET.replace("/v1", "/v99"), namespace=namespace)


def test_an_unknown_field_is_refused(api_server: ApiServer, namespace: str) -> None:
    wrong = EXTERNAL_SECRET.replace("refreshPolicy:", "refreshPolitics:")
    ran = api_server.apply(wrong, namespace=namespace, check=False)
    assert ran.returncode == 1
    assert ".spec.refreshPolitics: field not declared in schema" in ran.stderr


def test_a_service_account_reads_what_it_was_given_and_nothing_else(
    api_server: ApiServer, namespace: str
) -> None:
    both = f"{SECRET}---{SECRET.replace('database', 'other')}"
    api_server.apply(f"{both}---{ROLE}", namespace=namespace)
    app = service_account(namespace, "app")
    get = ["get", "secret", f"--namespace={namespace}"]
    api_server.kubectl(*get, "database", user=app)
    with pytest.raises(KubectlFailed, match="Forbidden"):
        api_server.kubectl(*get, "other", user=app)


def test_a_minted_token_speaks_for_its_service_account(
    api_server: ApiServer, namespace: str
) -> None:
    where = f"--namespace={namespace}"
    api_server.kubectl("create", "serviceaccount", "app", where)
    token = api_server.kubectl("create", "token", "app", where).stdout.strip()
    ran = api_server.kubectl("auth", "whoami", "-o=json", token=token)
    username = json.loads(ran.stdout)["status"]["userInfo"]["username"]
    assert username == service_account(namespace, "app")


def test_groups_come_with_an_impersonated_user(api_server: ApiServer) -> None:
    ran = api_server.kubectl("auth", "whoami", "-o=json", user="ann", groups=["dev", "ops"])
    info = json.loads(ran.stdout)["status"]["userInfo"]
    assert (info["username"], info["groups"]) == ("ann", ["dev", "ops", "system:authenticated"])


def test_encryption_shows_in_etcd_and_its_absence_in_a_second_server(start: Start) -> None:
    etcd = start(Etcd())
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    provider = {"secretbox": {"keys": [{"name": "key1", "secret": key}]}}
    config = {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": [{"resources": ["secrets"], "providers": [provider, {"identity": {}}]}],
    }
    encrypting = start(ApiServer(etcd=etcd, encryption=json.dumps(config)))
    plain = start(ApiServer(etcd=etcd))
    encrypting.apply(SECRET, namespace="default")
    stored = etcd.read("/registry/secrets/default/database")
    assert stored.startswith(b"k8s:enc:secretbox:v1:key1:")
    with pytest.raises(KubectlFailed, match="identity transformer tried to read encrypted data"):
        plain.get("secret", "database", "default")


def test_an_audit_policy_writes_what_it_says(start: Start) -> None:
    server = start(ApiServer(audit=AUDIT))
    server.apply(SECRET, namespace="default")
    events = [json.loads(line) for line in server.audit_log.read_text().splitlines()]
    mine = [event for event in events if event["objectRef"].get("name") == "database"]
    assert [(event["verb"], event["level"]) for event in mine] == [("patch", "Metadata")]


def test_a_second_release_of_the_crds_installs_on_a_server_of_its_own(
    start: Start, crds: Path
) -> None:
    server = start(ApiServer())
    installed = server.install_crds(crds / "external-secrets-0.15.1")
    assert "externalsecrets.external-secrets.io" in installed
    ran = server.kubectl("api-resources", "--api-group=external-secrets.io", "-o=name")
    assert "externalsecrets.external-secrets.io" in ran.stdout.split()


def test_a_crd_with_a_conversion_webhook_is_served_without_it(
    api_server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    schema = {"openAPIV3Schema": {"type": "object"}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    service = {"name": "absent", "namespace": "absent"}
    webhook = {"clientConfig": {"service": service}, "conversionReviewVersions": ["v1"]}
    names = {"kind": "Thing", "plural": "things", "singular": "thing", "listKind": "ThingList"}
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": names,
            "versions": [version, {**version, "name": "v1beta1", "storage": False}],
            "conversion": {"strategy": "Webhook", "webhook": webhook},
        },
    }
    (tmp_path / "crd.yaml").write_text(json.dumps(crd))
    assert api_server.install_crds(tmp_path) == ["things.example.com"]
    thing = "{apiVersion: example.com/v1beta1, kind: Thing, metadata: {name: one}}"
    api_server.apply(thing, namespace=namespace)
    found = api_server.get("things.v1.example.com", "one", namespace)
    assert found["apiVersion"] == "example.com/v1"


def test_a_folder_without_crds_is_a_reason_to_skip(api_server: ApiServer, tmp_path: Path) -> None:
    with pytest.raises(programs.Missing, match="no CRDs in absent"):
        api_server.install_crds(tmp_path / "absent")


def test_nothing_is_left_when_the_context_ends(start: Start) -> None:
    server = start(ApiServer())
    pids, folders = server.pids, [server.folder, server.etcd.folder]
    assert [is_running(pid) for pid in pids] == [True, True]
    server.stop()
    assert still_running(pids, seconds=0) == []
    assert [folder.exists() for folder in folders] == [False, False]


def test_a_server_that_cannot_start_shows_its_log_and_leaves_nothing(start: Start) -> None:
    etcd = start(Etcd())
    server = ApiServer(etcd=etcd, flags=["--no-such-flag"])
    with pytest.raises(StartFailed, match=r"kube-apiserver ended with 1:\n(.|\n)*--no-such-flag"):
        server.__enter__()
    assert not server.folder.exists()
    assert still_running(server.pids, seconds=0) == []
    assert is_running(etcd.process.pid)


def test_a_server_that_is_never_ready_is_ended_in_time(tmp_path: Path) -> None:
    log = tmp_path / "sleeper.log"
    process = Process(Path(sys.executable), ["-c", "import time; time.sleep(99)"], log, tmp_path)
    with pytest.raises(StartFailed, match=r"^sleeper was not ready within 0\.2 s"):
        process.wait_until(lambda: False, seconds=0.2)
    process.stop()
    assert not is_running(process.pid)


@pytest.mark.usefixtures("real_programs")
@pytest.mark.parametrize(
    ("number", "folders_left"),
    [
        pytest.param(signal.SIGINT, False, id="Ctrl-C"),
        pytest.param(signal.SIGKILL, True, id="kill -9"),
    ],
)
def test_no_process_outlives_a_killed_run(
    tmp_path: Path, number: signal.Signals, folders_left: bool
) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        start_new_session=True,
    )
    try:
        assert holder.stdout
        started = json.loads(holder.stdout.readline())
        assert [is_running(pid) for pid in started["pids"]] == [True, True]
        holder.send_signal(number)
        holder.wait(timeout=20)
        assert still_running(started["pids"]) == []
        # After kill -9 nobody is left to remove them; they lie in the temporary folder.
        assert [Path(at).exists() for at in started["folders"]] == [folders_left] * 2
    finally:
        holder.kill()
        holder.communicate()


def test_free_ports_are_loopback_ports_that_can_be_bound() -> None:
    assert 1024 < free_port() < 65536


def test_each_program_lies_in_a_file_of_its_name() -> None:
    assert "kube-apiserver" in programs.names()
    assert programs.names() == tuple(programs.get(name).name for name in programs.names())


def test_the_assets_folder_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "etcd").touch()
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    assert programs.find("etcd") == tmp_path / "etcd"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH, on a machine where nothing is cached or may be built."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.delenv("SECRETKIT_BUILD_PROGRAMS", raising=False)
    return tmp_path


def script(path: Path, *lines: str) -> None:
    """Writes an executable shell script that has nothing on its PATH."""
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("etcd", "Debian: etcd-server"),
        ("kube-apiserver", "set SECRETKIT_BUILD_PROGRAMS=1 to build it once with Go"),
        ("kubectl", "set SECRETKIT_BUILD_PROGRAMS=1 to download it once"),
        ("helm", "set SECRETKIT_BUILD_PROGRAMS=1 to download it once"),
    ],
)
def test_a_missing_program_says_how_to_get_it(name: str, advice: str) -> None:
    with pytest.raises(programs.Missing, match=f"^no {name} here: .*{advice}"):
        programs.find(name)


@pytest.mark.usefixtures("bare")
def test_without_go_nothing_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRETKIT_BUILD_PROGRAMS", "1")
    with pytest.raises(programs.Missing, match="no Go to build it with"):
        programs.find("kube-apiserver")


def test_a_build_that_fails_is_no_skip(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRETKIT_BUILD_PROGRAMS", "1")
    script(bare / "go", "echo no such module", "exit 1")
    with pytest.raises(programs.BuildFailed, match="no such module"):
        programs.find("kube-apiserver")


def test_two_workers_build_a_program_once(bare: Path) -> None:
    find = f"from {programs.__name__} import find; print(find('kube-apiserver'))"
    made = "for last; do [ $before = -o ] && echo > $last; before=$last; done"
    script(bare / "go", f"echo built >> {bare}/log; /bin/sleep 0.5; before=none", made)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "SECRETKIT_BUILD_PROGRAMS": "1"}
    command = [sys.executable, "-c", find]
    workers = [
        subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    paths = [worker.communicate(timeout=60)[0].strip() for worker in workers]
    assert paths[0] == paths[1]
    assert Path(paths[0]).is_relative_to(bare / "cache" / "secretkit-tests")
    assert (bare / "log").read_text() == "built\n"


def test_a_program_that_does_not_run_is_not_used(bare: Path) -> None:
    script(bare / "kubectl", "exit 1")
    with pytest.raises(programs.Missing, match=r"^no kubectl here"):
        programs.find("kubectl")
