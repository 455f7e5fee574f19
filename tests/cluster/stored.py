"""Secrets under keys of our own in a real etcd, and what our commands say of them."""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from . import programs
from .server import ApiServer, Etcd

CANARY = "Kanarienvogel"
ENCODED = base64.b64encode(CANARY.encode()).decode()


CRD = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          {type: object, properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
"""


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class ReadableEtcd(Etcd):
    """An etcd that our commands look into. Raises programs.Missing where they cannot."""

    def _start(self) -> None:
        programs.find("etcdctl")
        super()._start()


def writing(
    etcd: Etcd, *keys: str, resources: Sequence[str] = ("secrets",), **more: Any
) -> ApiServer:
    """An API server that knows some keys, the first of which writes; without keys it encrypts nothing."""
    file = configuration(keys, resources) if keys else None
    return ApiServer(etcd=etcd, encryption=file, **more)


def configuration(keys: Sequence[str], resources: Sequence[str]) -> str:
    """`key-1` and the like under secretbox, `plain` is the identity provider; one that lacks comes last."""
    providers: list[dict[str, Any]] = []
    for name in (*keys, *(["plain"] if "plain" not in keys else [])):
        if name == "plain":
            providers.append({"identity": {}})
            continue
        secret = base64.b64encode(name.encode().ljust(32, b".")).decode()
        providers.append({"secretbox": {"keys": [{"name": name, "secret": secret}]}})
    body = {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": [{"resources": list(resources), "providers": providers}],
    }
    return yaml.safe_dump(body)


def platform_file(
    folder: Path, resources: Sequence[str] = ("secrets",), release: str = "1.34", **more: Any
) -> Path:
    """A platform file in which `key-2` writes and `key-1` can be read."""
    encryption = {
        "resources": list(resources),
        "provider": "secretbox",
        "readUnencrypted": True,
        "keys": [
            {"name": "key-2", "state": "active"},
            {"name": "key-1", "state": "previous"},
        ],
        **more,
    }
    body = {
        "apiVersion": "secretkit.dev/v1alpha1",
        "kind": "Platform",
        "metadata": {"name": "acme"},
        "spec": {"targets": {"kubernetes": release}, "encryption": encryption},
    }
    file = folder / "platform.yaml"
    file.write_text(yaml.safe_dump(body))
    return file


def environment(home: Path, more: Mapping[str, str] = {}) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {
        **kept, "HOME": str(home), "KUBECTL": str(programs.find("kubectl")),
        "ETCDCTL": str(programs.find("etcdctl")), **more,
    }  # fmt: skip


def secretkit(file: Path, verb: str, *options: str, **more: str) -> Ran:
    """`secretkit encryption VERB FILE`; no value is ever in what it says."""
    ran = subprocess.run(
        [sys.executable, "-m", "secretkit", "encryption", verb, str(file), *options],
        capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=120,
        env=environment(file.parent, more),
    )  # fmt: skip
    assert_untold(ran.stdout + ran.stderr)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def assert_untold(text: str) -> None:
    assert CANARY not in text
    assert ENCODED not in text


def seen(file: Path, etcd: Etcd, *options: str) -> Any:
    ran = secretkit(file, "verify", "--etcd-endpoints", etcd.url, "--format", "json", *options)
    body = json.loads(ran.out)
    assert (ran.code, ran.err) == (0 if body["holds"] else 1, "")
    return body


def counts(body: Any) -> dict[str, dict[str, int]]:
    """Resource, then key or `plain`, then objects."""
    return {
        one["resource"]: {
            form.get("key", form["provider"]): form["objects"] for form in one["forms"]
        }
        for one in body["stored"]
    }


def make_secrets(on: ApiServer, namespace: str, *names: str, immutable: bool = False) -> None:
    bodies = [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace},
            "immutable": immutable,
            "data": {"password": ENCODED},
        }
        for name in names
    ]
    body = {"apiVersion": "v1", "kind": "List", "items": bodies}
    on.kubectl("create", "-f", "-", input=json.dumps(body))


def make_widget(on: ApiServer, name: str) -> None:
    body = {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"password": CANARY},
    }
    on.kubectl("create", "-f", "-", input=json.dumps(body))


def install_widgets(on: ApiServer) -> None:
    on.kubectl("apply", "-f", "-", input=CRD)
    on.kubectl("wait", "--for=condition=Established", "crd/widgets.example.com")
    on.process.wait_until(lambda: on.kubectl("get", "widgets", check=False).returncode == 0)


class Printed(NamedTuple):
    """Migrations as `rewrite` prints them, and the flags that it says a control plane needs for them."""

    objects: str
    server: tuple[str, ...]
    manager: tuple[str, ...]


_NEEDS = re.compile(r"kube-apiserver needs (--\S+) (--\S+), kube-controller-manager (--\S+)\n")


def printed(file: Path) -> Printed:
    """What `rewrite --as migration` says for a platform file."""
    ran = secretkit(file, "rewrite", "--as", "migration")
    assert ran.code == 0, ran.err
    needs = _NEEDS.search(ran.err)
    flags = needs.groups() if needs else ()
    return Printed(ran.out, flags[:2], flags[2:])


def migrations(on: ApiServer) -> list[dict[str, Any]]:
    """Those that the server holds."""
    listed = on.kubectl("get", "storageversionmigrations", "-ojson").stdout
    items: list[dict[str, Any]] = json.loads(listed)["items"]
    return items


def have_succeeded(on: ApiServer) -> bool:
    """Whether every migration that the server holds has; none may fail."""
    ends = [_end(one) for one in migrations(on)]
    assert "Failed" not in ends
    return bool(ends) and set(ends) == {"Succeeded"}


def _end(migration: Mapping[str, Any]) -> str:
    """`Succeeded`, `Failed`, or nothing while it goes on."""
    said = migration.get("status", {}).get("conditions", [])
    met = {one["type"] for one in said if one["status"] == "True"}
    return next((end for end in ("Failed", "Succeeded") if end in met), "")
