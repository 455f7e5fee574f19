"""SK467: a plugin's socket lies in a folder that the API server's pod can mount."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.control_plane import Kms
from secretkit.names import is_socket
from secretkit.rules import Rule

_MOUNTING = ("kubeadm", "rke2", "talos")
# The image has its program below these, or the distribution mounts certificates there where it has some.
_TAKEN = (
    "/usr", "/usr/local", "/usr/local/bin", "/etc/ca-certificates", "/etc/pki", "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
    "/usr/local/share/ca-certificates", "/usr/share/ca-certificates",
)  # fmt: skip


def find(app: App) -> Iterator[Finding]:
    if app.target.provider not in _MOUNTING or not app.encryption:
        return
    for block in app.encryption.blocks:
        problem = _problem(block.kms) if block.kms else None
        if block.kms and problem:
            yield RULE.at(block.kms.at / "endpoint", problem=problem)


def _problem(kms: Kms) -> str | None:
    if kms.endpoint is None or not is_socket(kms.endpoint):
        return None  # another rule's
    folder = kms.endpoint.removeprefix("unix://").rpartition("/")[0]
    if kms.endpoint.startswith("unix:///@"):
        return None
    if not folder.strip("/"):
        return "lies in the root of the file system"
    if folder.rstrip("/") in _TAKEN:
        return "lies in a folder that the container has for itself"
    if ":" in folder:
        return "lies in a folder with a colon"
    return "lies in a folder with `..`" if ".." in folder.split("/") else None


RULE = Rule(
    code="SK467",
    title="the plugin's socket {problem}, which the API server's pod cannot mount",
    why="it runs in a container, which sees the plugin only through a mount of the socket's folder",
    fix="let the plugin listen in a folder of its own, such as `unix:///var/run/kmsplugin/socket.sock`",
    source="Kubernetes, validation of hostPath and mountPath",
    find=find,
    wrong="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: kubeadm}
          encryption:
            provider: kms
            readUnencrypted: true
            kms:
              name: aws-kms
              endpoint: unix:///kms.sock  # <- SK467
    """,
    right="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: kubeadm}
          encryption:
            provider: kms
            readUnencrypted: true
            kms: {name: aws-kms, endpoint: "unix:///var/run/kmsplugin/socket.sock"}
    """,
)
