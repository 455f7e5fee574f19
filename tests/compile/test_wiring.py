"""What wires the control-plane files in, for each provider and release."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml as parser

from secretkit import pipeline, rendering, wiring
from secretkit.emit import control_plane
from secretkit.model.app import nobody
from secretkit.target import PROVIDERS, Target
from secretkit.text import Place, Tree

SOCKET = "unix:///var/run/kmsplugin/socket.sock"
KMS = {"provider": "kms", "readUnencrypted": True, "kms": {"name": "aws-kms", "endpoint": SOCKET}}
KEY = {"name": "key-20261101-1", "state": "active"}
SECRETBOX = {"provider": "secretbox", "readUnencrypted": True, "keys": [KEY]}
CLOUD_KEYS = {
    "eks": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "gke": "projects/acme/locations/europe-west1/keyRings/clusters/cryptoKeys/secrets",
    "aks": "https://acme.vault.azure.net/keys/secrets/0123456789abcdef0123456789abcdef",
    "openshift": "openshift",
}
FILES = ["audit-policy.yaml", "encryption-configuration.yaml"]


class Folder:
    """A repository with one app and a platform file, in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def request(self, spec: dict[str, Any], **changes: Any) -> rendering.Request:
        head = "apiVersion: secretkit.dev/v1alpha1\n"
        app = "kind: AppSecrets\nmetadata: {name: shop, namespace: shop}\nspec: {}\n"
        (self._folder / "secrets.yaml").write_text(head + app)
        platform = f"kind: Platform\nmetadata: {{name: acme}}\nspec: {json.dumps(spec)}\n"
        (self._folder / "platform.yaml").write_text(head + platform)
        asked: dict[str, Any] = {
            "paths": (self._folder,), "options": pipeline.Options(), "output": self._folder / "out",
            "form": "kustomize", "only": None, "inject": (), "templates": None, **changes,
        }  # fmt: skip
        return rendering.Request(**asked)

    def files(
        self, provider: str | None, encryption: Any, kubernetes: str = "1.34"
    ) -> dict[str, str]:
        """The text of each file below `control-plane/`, by its name."""
        spec: dict[str, Any] = {"targets": {"kubernetes": kubernetes}}
        spec["targets"] |= {"provider": provider} if provider else {}
        spec |= {"encryption": encryption} if encryption else {}
        result = rendering.render(self.request(spec))
        assert [one.code for one in result.findings if one.severity == "error"] == []
        found = sorted((self._folder / "out" / "control-plane").iterdir())
        return {path.name: path.read_text("utf-8") for path in found}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / ".git").mkdir()
    return Folder(tmp_path)


def body(text: str) -> Any:
    return parser.safe_load(text)


def encrypted(provider: str) -> dict[str, Any]:
    key = CLOUD_KEYS.get(provider)
    return {"provider": "kms", "readUnencrypted": True, "kms": {"name": key}} if key else KMS


LOG_LIMITS = [("maxage", "30"), ("maxbackup", "10"), ("maxsize", "100")]


def flags(folder: str, log: str, *, is_encrypted: bool) -> dict[str, str]:
    """What the API server is to be told, with CIS 1.2.16 to 1.2.19."""
    keys = {
        "encryption-provider-config": f"{folder}/encryption-configuration.yaml",
        "encryption-provider-config-automatic-reload": "true",
    }
    return {
        "audit-policy-file": f"{folder}/audit-policy.yaml",
        "audit-log-path": log,
        **{f"audit-log-{name}": limit for name, limit in LOG_LIMITS},
        **(keys if is_encrypted else {}),
    }


def test_every_provider_of_the_schema_has_a_file_and_every_file_a_provider() -> None:
    assert wiring.names() == tuple(sorted(PROVIDERS))


def test_a_provider_has_a_cloud_exactly_where_it_is_managed() -> None:
    assert [name for name in PROVIDERS if wiring.get(name).cloud] == [
        name for name in PROVIDERS if Target(provider=name).is_managed
    ]


KUBEADM_FOLDER = "/etc/kubernetes/control-plane"
KUBEADM_LOG = "/var/log/kubernetes/audit/audit.log"


@pytest.mark.parametrize("encryption", [None, SECRETBOX, KMS], ids=["no keys", "local", "kms"])
@pytest.mark.parametrize(
    ("kubernetes", "version"),
    [("1.28", "v1beta3"), ("1.30", "v1beta3"), ("1.31", "v1beta4"), ("1.37", "v1beta4")],
)
def test_kubeadm_gets_its_flags_in_the_form_of_its_release(
    folder: Folder, kubernetes: str, version: str, encryption: Any
) -> None:
    found = body(folder.files("kubeadm", encryption, kubernetes)["kubeadm.yaml"])

    wanted: Any = flags(KUBEADM_FOLDER, KUBEADM_LOG, is_encrypted=encryption is not None)
    if version == "v1beta4":
        wanted = [{"name": name, "value": value} for name, value in wanted.items()]
    assert found.pop("apiServer")["extraArgs"] == wanted
    assert found == {"apiVersion": f"kubeadm.k8s.io/{version}", "kind": "ClusterConfiguration"}


def test_a_release_without_reload_gets_no_flag_for_it(folder: Folder) -> None:
    found = body(folder.files("kubeadm", SECRETBOX, "1.25")["kubeadm.yaml"])

    assert list(found["apiServer"]["extraArgs"])[-1] == "encryption-provider-config"


def kms_at(*paths: str) -> dict[str, Any]:
    """Two plugins at most: the one that writes, and the one that is to come."""
    first, *more = [
        {"provider": "kms", "kms": {"name": f"kms-{number}", "endpoint": f"unix://{path}"}}
        for number, path in enumerate(paths)
    ]
    return {**first, "readUnencrypted": True, **({"moveTo": more[0]} if more else {})}


OWN = {
    "control-plane-files": (KUBEADM_FOLDER, True),
    "audit-log": ("/var/log/kubernetes/audit", False),
}


@pytest.mark.parametrize(
    ("encryption", "volumes"),
    [
        pytest.param(None, {}, id="no keys"),
        pytest.param(SECRETBOX, {}, id="local keys"),
        pytest.param(kms_at("/run/kms/a.sock"), {"kms-plugin": ("/run/kms", True)}, id="a plugin"),
        pytest.param(
            kms_at("/run/kms/a.sock", "/run/kms/b.sock"), {"kms-plugin": ("/run/kms", True)},
            id="two plugins in one folder",
        ),
        pytest.param(
            kms_at("/run/new/a.sock", "/run/kms/b.sock"),
            {"kms-plugin-1": ("/run/kms", True), "kms-plugin-2": ("/run/new", True)},
            id="two plugins in two",
        ),
        pytest.param(kms_at("/@kms"), {}, id="an abstract socket, which has no folder"),
        pytest.param(kms_at(f"{KUBEADM_FOLDER}/a.sock"), {}, id="a folder that is mounted already"),
        pytest.param(kms_at("/etc/kubernetes/pki/a.sock"), {}, id="a folder that kubeadm mounts"),
    ],
)  # fmt: skip
def test_kubeadm_mounts_folders_and_writes_to_the_logs_alone(
    folder: Folder, encryption: Any, volumes: dict[str, tuple[str, bool]]
) -> None:
    found = body(folder.files("kubeadm", encryption)["kubeadm.yaml"])

    mounted = found["apiServer"]["extraVolumes"]
    assert [one["hostPath"] for one in mounted] == [one["mountPath"] for one in mounted]
    assert {one["name"]: (one["hostPath"], one.get("readOnly", False)) for one in mounted} == (
        OWN | volumes
    )


@pytest.mark.parametrize("encryption", [None, SECRETBOX, KMS], ids=["no keys", "local", "kms"])
def test_k3s_gets_the_same_flags_beside_those_of_other_files(
    folder: Folder, encryption: Any
) -> None:
    found = body(folder.files("k3s", encryption)["k3s.yaml"])

    wanted = flags(
        "/etc/rancher/k3s/control-plane",
        "/var/lib/rancher/k3s/server/logs/audit.log",
        is_encrypted=encryption is not None,
    )
    assert found == {"kube-apiserver-arg+": [f"{name}={value}" for name, value in wanted.items()]}


RKE2 = "/etc/rancher/rke2/control-plane"
RKE2_OURS = {
    "kube-apiserver-arg+": [f"encryption-provider-config={RKE2}/encryption-configuration.yaml"]
}
RKE2_MOUNT = {"kube-apiserver-extra-mount+": ["/var/run/kmsplugin:/var/run/kmsplugin"]}


@pytest.mark.parametrize(
    ("encryption", "wanted"),
    [
        pytest.param(None, {}, id="no keys"),
        pytest.param(SECRETBOX, {"secrets-encryption-provider": "secretbox"}, id="its own provider"),
        pytest.param(
            {**SECRETBOX, "provider": "aescbc", "moveTo": {"provider": "secretbox", "keys": [
                {"name": "key-20261201-1", "state": "next"}]}},
            {"secrets-encryption-provider": "secretbox"},
            id="a move to another of its own",
        ),
        pytest.param({**SECRETBOX, "resources": ["secrets", "configmaps"]}, RKE2_OURS,
                     id="a kind that it leaves out"),
        pytest.param({**SECRETBOX, "provider": "aesgcm"}, RKE2_OURS, id="a provider it has not"),
        pytest.param(KMS, RKE2_OURS | RKE2_MOUNT, id="a plugin"),
    ],
)  # fmt: skip
def test_rke2_keeps_its_own_encryption_where_that_will_do(
    folder: Folder, encryption: Any, wanted: dict[str, Any]
) -> None:
    files = folder.files("rke2", encryption)

    assert body(files["rke2.yaml"]) == {"audit-policy-file": f"{RKE2}/audit-policy.yaml", **wanted}
    assert ("encryption-configuration.yaml" in files) == ("kube-apiserver-arg+" in wanted)


def test_a_file_that_rke2_never_loads_goes_and_one_with_another_key_does_not(
    folder: Folder,
) -> None:
    folder.files("kubeadm", SECRETBOX)

    assert "encryption-configuration.yaml" not in folder.files("rke2", SECRETBOX)

    folder.files("kubeadm", {**SECRETBOX, "keys": [{**KEY, "name": "key-20261201-1"}]})
    with pytest.raises(AssertionError, match="SK496"):
        folder.files("rke2", SECRETBOX)


@pytest.mark.parametrize("encryption", [None, SECRETBOX, KMS], ids=["no keys", "local", "kms"])
def test_talos_holds_the_files_themselves(folder: Folder, encryption: Any) -> None:
    found = {name: body(text) for name, text in folder.files("talos", encryption).items()}

    policy = found["audit-policy.yaml"]
    server = {"auditPolicy": policy}
    if encryption is KMS:
        at = "/var/run/kmsplugin"
        server["extraVolumes"] = [{"hostPath": at, "mountPath": at, "readonly": True}]
    wanted = {
        "talos.yaml": {"cluster": {"apiServer": server}},
        "talos-audit.yaml": {
            "apiVersion": "v1alpha1", "kind": "KubeAuditPolicyConfig", "configuration": policy,
        },
    }  # fmt: skip
    if encryption:
        inner = {"resources": found["encryption-configuration.yaml"]["resources"]}
        wanted["talos-encryption.yaml"] = {
            "apiVersion": "v1alpha1", "kind": "KubeEtcdEncryptionConfig", "config": inner,
        }  # fmt: skip
    assert {name: one for name, one in found.items() if name not in FILES} == wanted


@pytest.mark.parametrize("encryption", [None, SECRETBOX], ids=["no keys", "local"])
def test_kops_carries_the_very_policy_to_its_nodes(folder: Folder, encryption: Any) -> None:
    found = folder.files("kops", encryption)

    path = "/etc/kubernetes/audit/audit-policy.yaml"
    assert body(found["kops.yaml"]) == {
        "spec": {
            "kubeAPIServer": {
                "auditPolicyFile": path,
                "auditLogPath": "/var/log/kube-apiserver-audit.log",
                "auditLogMaxAge": 30,
                "auditLogMaxBackups": 10,
                "auditLogMaxSize": 100,
            },
            "fileAssets": [
                {"name": "audit-policy", "path": path, "roles": ["ControlPlane"],
                 "content": found["audit-policy.yaml"]}
            ],
            **({"encryptionConfig": True} if encryption else {}),
        }
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "is_told"),
    [("/srv/kubernetes/kube-apiserver/kms/a.sock", False), ("/srv/kubernetes/kube-apiserver-2/a.sock", True)],
)  # fmt: skip
def test_kops_is_told_of_a_socket_that_it_does_not_mount(
    folder: Folder, path: str, is_told: bool
) -> None:
    text = folder.files("kops", kms_at(path))["kops.yaml"]

    assert ("does not mount" in text) == is_told


def test_without_a_provider_the_two_files_stand_alone(folder: Folder) -> None:
    assert list(folder.files(None, KMS)) == FILES


@pytest.mark.parametrize("is_encrypted", [True, False], ids=["with a key", "without"])
@pytest.mark.parametrize(
    ("provider", "wanted"),
    [
        ("eks", ["eks.sh", "eks.tf"]),
        ("gke", ["gke.sh", "gke.tf"]),
        ("aks", ["aks.sh", "aks.tf"]),
        ("openshift", ["openshift.yaml"]),
    ],
)
def test_a_managed_cluster_gets_its_clouds_setting_and_no_file(
    folder: Folder, provider: str, wanted: list[str], is_encrypted: bool
) -> None:
    found = folder.files(provider, encrypted(provider) if is_encrypted else None)

    # Data Access logs of GKE have no command.
    has_no_script = provider == "gke" and not is_encrypted
    assert list(found) == [name for name in wanted if not (has_no_script and name == "gke.sh")]


@pytest.mark.parametrize("provider", ["eks", "gke", "aks", "openshift"])
def test_stdout_of_a_managed_cluster_is_its_setting(folder: Folder, provider: str) -> None:
    files = folder.files(provider, encrypted(provider))
    spec = {"targets": {"provider": provider}, "encryption": encrypted(provider)}

    result = rendering.render(folder.request(spec, output=None, form="yaml", only="control-plane"))

    assert result.text == files["openshift.yaml" if provider == "openshift" else f"{provider}.tf"]


def test_stdout_of_any_other_cluster_is_the_two_files(folder: Folder) -> None:
    files = folder.files("kubeadm", KMS)
    spec = {"targets": {"provider": "kubeadm"}, "encryption": KMS}

    result = rendering.render(folder.request(spec, output=None, form="yaml", only="control-plane"))

    assert result.text == "---\n".join(files[name] for name in FILES)


def test_openshift_gets_a_patch_of_its_api_server(folder: Folder) -> None:
    found = body(folder.files("openshift", encrypted("openshift"))["openshift.yaml"])

    assert found == {"spec": {"audit": {"profile": "Default"}, "encryption": {"type": "aesgcm"}}}


def test_a_managed_cluster_among_others_decides() -> None:
    """There are no files then, so that nothing is left to wire in."""
    place = Place(Tree({}, ()))
    targets = [Target(provider=name) for name in (None, "kubeadm", "gke", "k3s")]
    apps = [nobody("shop", "shop", target, place) for target in targets]

    assert [file.path for file in control_plane.files(apps)] == ["control-plane/gke.tf"]


STUB = """
call() { printf '%s\\0' "$@" >> "$CALLS"; printf '\\n' >> "$CALLS"; }
gcloud() { call gcloud "$@"; }; az() { call az "$@"; }
"""
AWS = """
aws() {
    case $2 in
    describe-*) ;;
    *) call aws "$@" ;;
    esac
    case "$2 $*" in
    wait*) return "${ABSENT:-0}" ;;
    describe-cluster*audit*) echo "$LOGS" ;;
    describe-cluster*keyArn*) echo "$USES" ;;
    describe-update*update-1*) echo "$CHANGED" ;;
    describe-update*) return 9 ;;
    *) echo update-1 ;;
    esac
}
"""
VARIABLES = {"CLUSTER": "my $cluster", "LOCATION": "eu", "PROJECT": "p", "GROUP": "g",
             "CLUSTER_ID": "/i", "WORKSPACE": "/w"}  # fmt: skip
CALLS = {
    "gke": [
        ["gcloud", "container", "clusters", "update", "my $cluster", "--location", "eu",
         "--project", "p", "--database-encryption-key", CLOUD_KEYS["gke"]],
    ],
    "aks": [
        ["az", "aks", "update", "--name", "my $cluster", "--resource-group", "g",
         "--enable-azure-keyvault-kms", "--azure-keyvault-kms-key-vault-network-access", "Public",
         "--azure-keyvault-kms-key-id", CLOUD_KEYS["aks"]],
        ["az", "monitor", "diagnostic-settings", "create", "--name", "kubernetes-audit",
         "--resource", "/i", "--workspace", "/w", "--logs",
         '[{"category":"kube-audit","enabled":true},{"category":"guard","enabled":true}]'],
    ],
}  # fmt: skip


@pytest.mark.parametrize("provider", ["gke", "aks"])
def test_a_script_calls_the_clouds_own_command(
    folder: Folder, provider: str, tmp_path: Path
) -> None:
    script = STUB + folder.files(provider, encrypted(provider))[f"{provider}.sh"]

    calls = tmp_path / "calls"
    environment = {**VARIABLES, "CALLS": str(calls)}
    subprocess.run(["sh", "-c", script], env=environment, check=True)

    assert [line.split("\0")[:-1] for line in calls.read_text().splitlines()] == CALLS[provider]


@pytest.mark.parametrize("provider", ["eks", "gke", "aks"])
def test_a_script_stops_at_a_variable_that_nobody_set(
    folder: Folder, provider: str, tmp_path: Path
) -> None:
    script = STUB + AWS + folder.files(provider, encrypted(provider))[f"{provider}.sh"]

    calls = tmp_path / "calls"
    ran = subprocess.run(["sh", "-c", script], env={"CALLS": str(calls)}, capture_output=True)

    assert (ran.returncode != 0, calls.exists()) == (True, False)


WAITED = ["wait", "cluster-active", "--name", "my $cluster"]
LOGGED = ["update-cluster-config", "--name", "my $cluster", "--logging",
          '{"clusterLogging":[{"types":["audit"],"enabled":true}]}',
          "--output", "text", "--query", "update.id"]  # fmt: skip
ENCRYPTED = ["associate-encryption-config", "--cluster-name", "my $cluster", "--encryption-config",
             f'[{{"resources":["secrets"],"provider":{{"keyArn":"{CLOUD_KEYS["eks"]}"}}}}]',
             "--output", "text", "--query", "update.id"]  # fmt: skip


@pytest.mark.parametrize(
    ("cluster", "called", "code"),
    [
        pytest.param({}, [WAITED, LOGGED, ENCRYPTED], 0, id="a new one"),
        pytest.param({"LOGS": "True"}, [WAITED, ENCRYPTED], 0, id="one that logs"),
        pytest.param({"USES": CLOUD_KEYS["eks"]}, [WAITED, LOGGED], 0, id="one that encrypts"),
        pytest.param({"LOGS": "True", "USES": CLOUD_KEYS["eks"]}, [WAITED], 0, id="run again"),
        pytest.param({"USES": "arn:other"}, [WAITED, LOGGED], 1, id="one with another key"),
        pytest.param({"CHANGED": "Failed"}, [WAITED, LOGGED], 1, id="a change that fails"),
        pytest.param({"CHANGED": ""}, [WAITED, LOGGED], 1, id="a change that nobody knows"),
        pytest.param({"ABSENT": "255"}, [WAITED], 255, id="none of that name"),
    ],
)
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_script_of_eks_changes_what_is_not_so_yet(
    folder: Folder, tmp_path: Path, shell: str, cluster: dict[str, str], called: list[list[str]], code: int
) -> None:  # fmt: skip
    script = STUB + AWS + folder.files("eks", encrypted("eks"))["eks.sh"]
    calls = tmp_path / "calls"
    environment = {
        "PATH": os.environ["PATH"], "CALLS": str(calls), "CLUSTER": "my $cluster", "WAIT": "0",
        "LOGS": "False", "USES": "None", "CHANGED": "Successful", **cluster,
    }  # fmt: skip

    ran = subprocess.run([shell, "-c", script], env=environment, capture_output=True, timeout=20)

    rows = [line.split("\0")[2:-1] for line in calls.read_text().splitlines()]
    assert (ran.returncode, rows) == (code, called), ran.stderr


def test_the_script_of_eks_without_a_key_turns_the_log_on_alone(
    folder: Folder, tmp_path: Path
) -> None:
    script = STUB + AWS + folder.files("eks", None)["eks.sh"]
    calls = tmp_path / "calls"
    environment = {
        "PATH": os.environ["PATH"], "CALLS": str(calls), "CLUSTER": "my $cluster", "WAIT": "0",
        "LOGS": "False", "CHANGED": "Successful",
    }  # fmt: skip

    subprocess.run(["sh", "-c", script], env=environment, check=True, timeout=20)

    rows = [line.split("\0")[2:-1] for line in calls.read_text().splitlines()]
    assert rows == [WAITED, LOGGED]


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("provider", ["eks", "gke", "aks"])
def test_shellcheck_has_nothing_to_say_of_a_clouds_script(folder: Folder, provider: str) -> None:
    script = folder.files(provider, encrypted(provider))[f"{provider}.sh"]

    said = subprocess.run(
        ["shellcheck", "--shell=sh", "-"], input=script, capture_output=True, text=True
    )

    assert (said.returncode, said.stdout) == (0, "")
    first = next(line for line in script.splitlines() if line and not line.startswith("#"))
    assert first == "set -eu"


@pytest.mark.parametrize("provider", ["eks", "aks"])
def test_a_script_says_how_secrets_that_are_there_are_rewritten(
    folder: Folder, provider: str
) -> None:
    said = folder.files(provider, encrypted(provider))[f"{provider}.sh"]

    assert (
        "#   secretkit encryption rewrite FILE --as script > rewrite.sh && sh rewrite.sh\n" in said
    )
    assert "kubectl replace" not in said
    assert "rewrite" not in folder.files(provider, None)[f"{provider}.sh"]
