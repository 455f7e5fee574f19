"""kOps: fields of the cluster's spec.

Source: kops, pkg/apis/kops/v1alpha2 (`KubeAPIServerConfig`, `FileAssetSpec`, `encryptionConfig`),
nodeup/pkg/model/kube_apiserver.go, and docs/cluster_spec.md.
"""

from collections.abc import Iterator
from typing import Any

from secretkit.objects import Document
from secretkit.wiring import AUDIT_POLICY, ENCRYPTION, LOG_LIMITS, Part, Plan, Wiring

FOLDER = "/etc/kubernetes/audit"
MOUNTED = "/srv/kubernetes/kube-apiserver"

_HEAD = """\
Fields for the cluster's spec: merge them into yours with `kops edit cluster`. kOps 1.26 or newer,
which calls the role ControlPlane. It copies the policy to each node and mounts its folder. Then:

kops update cluster --yes
kops rolling-update cluster --instance-group-roles control-plane --yes
"""
_KEYS = f"""\

Before that, on a machine that may see the keys, after `secretkit encryption materialize`:

kops create secret encryptionconfig -f {ENCRYPTION}     (--force for a changed one)

kOps copies the file from its state store to each node, so every change needs the rolling update:
each phase of a rotation is one.
"""
_SOCKETS = f"""\

The plugin's socket lies in a folder that kOps does not mount into the API server's pod:
let it listen below {MOUNTED}/ and name that in `endpoint`.
"""


def parts(plan: Plan) -> Iterator[Part]:
    """One patch of the spec."""
    server: dict[str, Any] = {
        "auditPolicyFile": f"{FOLDER}/{AUDIT_POLICY}",
        "auditLogPath": "/var/log/kube-apiserver-audit.log",
        "auditLogMaxAge": int(LOG_LIMITS["maxage"]),
        "auditLogMaxBackups": int(LOG_LIMITS["maxbackup"]),
        "auditLogMaxSize": int(LOG_LIMITS["maxsize"]),
    }
    asset = {
        "name": "audit-policy",
        "path": f"{FOLDER}/{AUDIT_POLICY}",
        "roles": ["ControlPlane"],
        "content": Document(plan.policy_text),
    }
    spec: dict[str, Any] = {"kubeAPIServer": server, "fileAssets": [asset]}
    head = _HEAD
    if plan.encryption:
        spec["encryptionConfig"] = True
        head += _KEYS
        if any(f"{folder}/".find(f"{MOUNTED}/") != 0 for folder in plan.socket_folders):
            head += _SOCKETS
    yield Part("kops.yaml", head, {"spec": spec})


WIRING = Wiring(parts)
