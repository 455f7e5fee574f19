"""What wires the control-plane files in, taken by kubeadm's own code and by a real API server."""

import base64
import hashlib
import json
import secrets
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from examples import Example, write

from . import programs
from .server import ApiServer, Start

FOLDER, LOGS = "/etc/kubernetes/control-plane", "/var/log/kubernetes/audit"
SECRET = "{apiVersion: v1, kind: Secret, metadata: {name: canary}, data: {key: Y2FuYXJ5}}"
PLACEHOLDER = "<base64-encoded-32-byte-key>"


def control_plane(example: str, folder: Path) -> dict[str, str]:
    """The example's files below `control-plane/`, by name."""
    found = write(Example(example), folder)
    start = "control-plane/"
    return {
        path.removeprefix(start): text for path, text in found.items() if path.startswith(start)
    }


def pod(configuration: str) -> dict[str, Any]:
    """What kubeadm makes of the configuration, its release filled in: the API server's static pod."""
    try:
        program = programs.find("kubeadm-pod")
    except programs.Missing as missing:
        pytest.skip(str(missing))
    # It asks the network for a release where none is said.
    whole = f"{configuration}kubernetesVersion: v1.36.0\n"
    ran = subprocess.run([program], input=whole, capture_output=True, text=True, timeout=60)
    if ran.returncode:
        raise ValueError(ran.stderr)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


# Kubernetes 1.30 has kubeadm's v1beta3 with a local key, 1.37 has v1beta4 with a plugin.
KUBEADM = [
    pytest.param("provider-kubeadm-older", "v1beta3", id="v1beta3"),
    pytest.param("provider-kubeadm", "v1beta4", id="v1beta4"),
]


@pytest.mark.parametrize(("example", "version"), KUBEADM)
def test_kubeadm_starts_the_api_server_with_our_files(
    example: str, version: str, tmp_path: Path
) -> None:
    text = control_plane(example, tmp_path)["kubeadm.yaml"]
    assert f"apiVersion: kubeadm.k8s.io/{version}\n" in text

    spec = pod(text)["spec"]

    container = spec["containers"][0]
    ours = {word for word in container["command"] if word.startswith(("--audit", "--encryption"))}
    assert ours == {
        f"--audit-policy-file={FOLDER}/audit-policy.yaml",
        f"--audit-log-path={LOGS}/audit.log",
        "--audit-log-maxage=30",
        "--audit-log-maxbackup=10",
        "--audit-log-maxsize=100",
        f"--encryption-provider-config={FOLDER}/encryption-configuration.yaml",
        "--encryption-provider-config-automatic-reload=true",
    }
    types = {
        one["name"]: (one["hostPath"]["path"], one["hostPath"]["type"]) for one in spec["volumes"]
    }
    mounts = {
        one["mountPath"]: (*types[one["name"]], one.get("readOnly", False))
        for one in container["volumeMounts"]
    }
    wanted = {
        FOLDER: (FOLDER, "Directory", True),
        LOGS: (LOGS, "DirectoryOrCreate", False),
        **({} if version == "v1beta3" else {
            "/var/run/kmsplugin": ("/var/run/kmsplugin", "DirectoryOrCreate", True)
        }),
    }  # fmt: skip
    assert {path: mounts.get(path) for path in wanted} == wanted


def test_kubeadm_takes_no_field_that_it_does_not_know(tmp_path: Path) -> None:
    text = control_plane("provider-kubeadm", tmp_path)["kubeadm.yaml"]

    with pytest.raises(ValueError, match="readonly"):
        pod(text.replace("readOnly", "readonly"))


def flags_of_kubeadm(text: str) -> list[str]:
    found = yaml.safe_load(text)["apiServer"]["extraArgs"]
    return [f"--{name}={value}" for name, value in found.items()]


def flags_of_k3s(text: str) -> list[str]:
    return [f"--{flag}" for flag in yaml.safe_load(text)["kube-apiserver-arg+"]]


@pytest.mark.parametrize(
    ("example", "name", "flags_of", "folder", "logs"),
    [
        pytest.param(
            "provider-kubeadm-older", "kubeadm.yaml", flags_of_kubeadm, FOLDER, LOGS, id="kubeadm"
        ),
        pytest.param(
            "provider-k3s", "k3s.yaml", flags_of_k3s, "/etc/rancher/k3s/control-plane",
            "/var/lib/rancher/k3s/server/logs", id="k3s",
        ),
    ],
)  # fmt: skip
def test_an_api_server_boots_with_these_very_flags(
    start: Start, example: str, name: str, flags_of: Any, folder: str, logs: str, tmp_path: Path
) -> None:
    files = control_plane(example, tmp_path / "out")
    host, log = tmp_path / "host", tmp_path / "logs"
    host.mkdir()
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    encryption = files["encryption-configuration.yaml"].replace(PLACEHOLDER, key)
    (host / "encryption-configuration.yaml").write_text(encryption)
    (host / "audit-policy.yaml").write_text(files["audit-policy.yaml"])
    # The paths of a host, each where this test has it; nothing else of a flag changes.
    flags = [
        flag.replace(folder, str(host)).replace(logs, str(log)) for flag in flags_of(files[name])
    ]
    assert len(flags) == 7

    server = start(ApiServer(flags=flags))
    server.apply(SECRET, namespace="default")

    stored = server.etcd.read("/registry/secrets/default/canary")
    assert stored.startswith(b"k8s:enc:secretbox:v1:key-20261101-1:")
    written = (log / "audit.log").read_text()
    assert '"resource":"secrets","namespace":"default","name":"canary"' in written
    assert "Y2FuYXJ5" not in written
    # Only a server that reads the file again says which one it has.
    digest = hashlib.sha256(encryption.encode()).hexdigest()
    metrics = server.fetch("/metrics", accept="*/*").decode()
    assert 'encryption_config_controller_last_config_info{apiserver_id_hash="' in metrics
    assert f'hash="sha256:{digest}"' in metrics
