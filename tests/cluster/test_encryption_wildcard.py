"""A real API server with a wildcard and its exceptions, by a file that `materialize` wrote."""

import base64
import subprocess
import sys
from pathlib import Path

from .server import ApiServer, Start

EXAMPLE = Path(__file__).parents[2] / "examples" / "encryption-wildcard" / "secrets.yaml"
KEY = base64.b64encode(bytes.fromhex("9d2f1c" + "5be07a413c" * 5 + "8871f0a6")).decode()
OBJECTS = """
{apiVersion: v1, kind: Secret, metadata: {name: canary}, data: {key: Y2FuYXJ5}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: canary}, data: {key: canary}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: canary}, rules: []}
---
{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: canary}, spec: {holderIdentity: canary}}
---
{apiVersion: v1, kind: Event, metadata: {name: canary}, reason: canary,
 involvedObject: {namespace: default, kind: Pod, name: canary}}
"""


def test_all_is_encrypted_but_what_is_excepted(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "encryption.yaml"
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "key").chmod(0o600)
    command = [sys.executable, "-m", "secretkit", "encryption", "materialize", str(EXAMPLE)]
    subprocess.run(
        [*command, "-o", str(file), "--key", f"key-20261101-1=file:{tmp_path}/key"], check=True
    )

    server = start(ApiServer(encryption=file.read_text()))
    server.apply(OBJECTS, namespace="default")

    stored = {
        kind: server.etcd.read(f"/registry/{kind}/default/canary")
        for kind in ("secrets", "configmaps", "roles", "leases", "events")
    }
    prefix = b"k8s:enc:secretbox:v1:key-20261101-1:"
    assert {kind: text.startswith(prefix) for kind, text in stored.items()} == {
        "secrets": True, "configmaps": True, "roles": True, "leases": False, "events": False,
    }  # fmt: skip
    assert {kind for kind, text in stored.items() if b"canary" in text} == {"leases", "events"}
