"""Talos: patches of the machine configuration, which holds the files themselves.

Source: talos, pkg/machinery/config/types: `cluster.apiServer` of v1alpha1 up to 1.13, the documents
KubeAuditPolicyConfig and KubeEtcdEncryptionConfig from 1.14 on; the API server's flags, the log's
limits among them, in internal/app/machined/pkg/controllers/k8s/control_plane_final.go.
"""

from collections.abc import Iterator
from typing import Any

from secretkit.wiring import Own, Part, Plan, Wiring

_LOG = """\
Talos sets the flags of the log itself: /var/log/audit/kube/kube-apiserver.log, 30 days, 10 files of
100 MB. It restarts the API server of a node whose patch is applied: one control-plane node after the
other.
"""
_LEGACY = f"""\
A patch for control-plane nodes whose configuration says `cluster.apiServer`: Talos up to 1.13, and
clusters made with it. The policy replaces the one that is there.

talosctl patch machineconfig --nodes NODE --patch @talos.yaml

{_LOG}"""
_LEGACY_KEYS = """\

Nothing here turns on encryption: such a configuration has one key of its own, most often in
cluster.secretboxEncryptionSecret, which encrypts Secrets from the start; another one would make them
unreadable. Keys that rotate, a KMS and other kinds need Talos 1.14: talos-encryption.yaml.
"""
_AUDIT = f"""\
A patch for control-plane nodes of Talos 1.14 or newer whose configuration has a document
KubeAuditPolicyConfig, or none on auditing. It is refused beside `cluster.apiServer.auditPolicy`.

talosctl patch machineconfig --nodes NODE --patch @talos-audit.yaml

{_LOG}"""
_ENCRYPTION = """\
A document for control-plane nodes of Talos 1.14 or newer. Put the keys in place of the placeholders
first, and keep the result out of Git. Set it with `talosctl edit machineconfig --nodes NODE`, in
place of the document of its kind, one node after the other; a patch would add to the old list.
Talos encrypts Secrets from the start, with the provider that stands there now, or in the old form,
which excludes this one, with secretbox and cluster.secretboxEncryptionSecret as the key `key2`. Go
from it in steps, each on every node before the next: it first and ours after it; ours first; every
Secret rewritten; the old one dropped.
"""


def parts(plan: Plan) -> Iterator[Part]:
    """The patch of the old form, and the documents of the new."""
    server: dict[str, Any] = {"auditPolicy": dict(plan.policy)}
    if plan.socket_folders:
        server["extraVolumes"] = [
            {"hostPath": folder, "mountPath": folder, "readonly": True}
            for folder in plan.socket_folders
        ]
    head = _LEGACY + (_LEGACY_KEYS if plan.encryption else "")
    yield Part("talos.yaml", head, {"cluster": {"apiServer": server}})
    yield Part(
        "talos-audit.yaml",
        _AUDIT,
        _document("KubeAuditPolicyConfig", configuration=dict(plan.policy)),
    )
    if plan.configuration:
        # "Exact contents of the file, without apiVersion and kind".
        inner = {k: v for k, v in plan.configuration.items() if k not in ("apiVersion", "kind")}
        yield Part(
            "talos-encryption.yaml",
            _ENCRYPTION,
            _document("KubeEtcdEncryptionConfig", config=inner),
        )


def _document(kind: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": "v1alpha1", "kind": kind, **fields}


WIRING = Wiring(
    parts,
    own=Own(
        "Talos",
        does=lambda _: False,
        way="",
        first="declare the key that Talos has first, as an `encryption` with its `provider` and the key `active`: what "
        "the document KubeEtcdEncryptionConfig names, or in the old form secretbox and the key `key2`, whose bytes "
        "are in cluster.secretboxEncryptionSecret; then `secretkit encryption rotate FILE`, or `move FILE`",
    ),
)
