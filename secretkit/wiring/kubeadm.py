"""kubeadm: fields of a ClusterConfiguration.

Source: cmd/kubeadm/app/apis/kubeadm, `types.go` of v1beta3 and v1beta4, and
cmd/kubeadm/app/phases/controlplane/volumes.go; `extraArgs` became a list with
v1beta4. kubeadm 1.31 to 1.36 reads both, 1.37 only the newer; `v1` is still experimental there.
"""

from collections.abc import Iterator
from typing import Any

from secretkit.target import Feature
from secretkit.wiring import AUDIT_POLICY, ENCRYPTION, LOG_LIMITS, Part, Plan, Wiring

FOLDER = "/etc/kubernetes/control-plane"
LOGS = "/var/log/kubernetes/audit"
# What the pod has without us: a folder that is mounted twice keeps it from starting.
MOUNTED = (FOLDER, LOGS, "/etc/kubernetes/pki", "/etc/ssl/certs")

_HEAD = f"""\
Fields for the ClusterConfiguration of kubeadm: merge them into yours, which
`kubectl -n kube-system get configmap kubeadm-config -o yaml` shows. Then, one node after the other:

1. Copy audit-policy.yaml to {FOLDER}/, owned by root.
2. kubeadm init phase control-plane apiserver --config FILE   (the whole of it, not this part)
3. Wait until `kubectl get --raw /readyz` says ok before the next node.

At last: kubeadm init phase upload-config kubeadm --config FILE, so that an upgrade keeps it.
"""
_KEYS = f"""\

{ENCRYPTION} holds the keys once `secretkit encryption materialize` has put
them in on the node: mode 0600. The folder is mounted, not the file, since a file that is mounted by
itself never shows a new one that took its place.
"""
_RELOAD = """\
A changed file is read within a minute; watch the metric
apiserver_encryption_config_controller_automatic_reloads_total: a bad file is only seen there, and
keeps the API server from its next start.
"""


def parts(plan: Plan) -> Iterator[Part]:
    """One file of either version."""
    arguments = {"audit-policy-file": f"{FOLDER}/{AUDIT_POLICY}"}
    arguments["audit-log-path"] = f"{LOGS}/audit.log"
    arguments |= {f"audit-log-{name}": limit for name, limit in LOG_LIMITS.items()}
    head = _HEAD
    if plan.encryption:
        arguments["encryption-provider-config"] = f"{FOLDER}/{ENCRYPTION}"
        head += _KEYS
        if plan.target.has(Feature.ENCRYPTION_RELOAD):
            arguments["encryption-provider-config-automatic-reload"] = "true"
            head += _RELOAD
    is_list = plan.target.has(Feature.KUBEADM_V1BETA4)
    server = {
        "extraArgs": [{"name": name, "value": value} for name, value in arguments.items()]
        if is_list
        else arguments,
        "extraVolumes": list(_volumes(plan)),
    }
    body = {
        "apiVersion": "kubeadm.k8s.io/v1beta4" if is_list else "kubeadm.k8s.io/v1beta3",
        "kind": "ClusterConfiguration",
        "apiServer": server,
    }
    yield Part("kubeadm.yaml", head, body)


def _volumes(plan: Plan) -> Iterator[dict[str, Any]]:
    yield _volume("control-plane-files", FOLDER, read_only=True, path_type="Directory")
    yield _volume("audit-log", LOGS, read_only=False, path_type="DirectoryOrCreate")
    folders = [folder for folder in plan.socket_folders if folder not in MOUNTED]
    for number, folder in enumerate(folders, 1):
        name = "kms-plugin" if len(folders) == 1 else f"kms-plugin-{number}"
        # Whether one may connect is the socket's own mode: a mount to read is enough.
        yield _volume(name, folder, read_only=True, path_type="DirectoryOrCreate")


def _volume(name: str, folder: str, *, read_only: bool, path_type: str) -> dict[str, Any]:
    where = {"name": name, "hostPath": folder, "mountPath": folder}
    return {**where, **({"readOnly": True} if read_only else {}), "pathType": path_type}


WIRING = Wiring(parts)
