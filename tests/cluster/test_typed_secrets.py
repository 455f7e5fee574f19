"""Secrets of every type, as we emit them and as we refuse them, before a real API server.

What it takes although we refuse it stands in the table as ours alone: there it is another part of the
cluster that fails, later and with fewer words.
"""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import chains
import pytest

from secretkit import pipeline

from . import programs
from .server import ApiServer

SIXTEEN = "0123456789abcdef"
TLS, SSH, BASIC = "kubernetes.io/tls", "kubernetes.io/ssh-auth", "kubernetes.io/basic-auth"
DOCKER, OLD_DOCKER = "kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"
TOKEN, BOOTSTRAP = "kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"
ACCOUNT = "kubernetes.io/service-account.name"
SERVER, MIDDLE, _ = chains.tree()
AUTH = base64.b64encode(b"shop:pw").decode()
CONFIG = json.dumps({"auths": {"registry.example.com": {"auth": AUTH}}})
LOGIN = {"registry.example.com": {"username": "shop", "password": "pw"}}


class Case(NamedTuple):
    """A Secret; `code` is what we say of it, and `ours` whether we alone refuse it (a GOOD one is warned of)."""

    kind: str | None
    values: dict[str, str | bytes]
    code: str = ""
    ours: bool = False
    annotations: dict[str, str] = {}  # noqa: RUF012
    name: str = "it"
    namespace: str = ""


GOOD = {
    "no type": Case(None, {"a": "b"}),
    "Opaque, binary values": Case("Opaque", {"b": b"\x00\xff", ".c": "d", "e_f-g.h": "\n"}),
    "Opaque, an empty value": Case("Opaque", {"a": ""}, "SK566"),
    "Opaque, 1 MiB": Case("Opaque", {"a": "x" * 600_000, "b": "x" * 448_576}),
    "a type of one's own": Case("example.com/keys", {"a": "b"}),
    "TLS": Case(TLS, {"tls.crt": SERVER.certificate, "tls.key": SERVER.key}),
    "TLS with a chain": Case(TLS, {"tls.crt": SERVER.certificate + MIDDLE.certificate, "tls.key": SERVER.key,
                                   "ca.crt": MIDDLE.certificate}),
    "Docker": Case(DOCKER, {".dockerconfigjson": CONFIG}),
    "Docker, a login": Case(DOCKER, {".dockerconfigjson": json.dumps({"auths": LOGIN})}),
    "Docker, the old form": Case(OLD_DOCKER, {".dockercfg": json.dumps(LOGIN)}),
    "Docker, auth without padding": Case(DOCKER, {".dockerconfigjson": CONFIG.replace(AUTH, AUTH.rstrip("="))}),
    "Docker, auth on two lines": Case(DOCKER, {".dockerconfigjson": CONFIG.replace(AUTH, AUTH[:4] + "\\n" + AUTH[4:])}),
    "Docker, another case": Case(DOCKER, {".dockerconfigjson": CONFIG.replace("auth", "Auth")}),
    "Docker, a byte that is no UTF-8": Case(DOCKER, {".dockerconfigjson": CONFIG[:-1].encode() + b', "x": "\xff"}'}),
    "Docker, a helper beside auth": Case(DOCKER, {
        ".dockerconfigjson": json.dumps({"auths": {"r": {"auth": AUTH}, "q": {}}, "credHelpers": {"q": "x"}})}),
    "SSH, PEM without a final newline": Case(SSH, {"ssh-privatekey": SERVER.key.rstrip()}),
    "a login": Case(BASIC, {"username": "shop", "password": "pw"}),
    "a password alone": Case(BASIC, {"password": "pw"}),
    "a user alone": Case(BASIC, {"username": "shop"}),
    "a user alone, empty": Case(BASIC, {"username": ""}, "SK566"),
    "an SSH key": Case(SSH, {"ssh-privatekey": chains.ssh_key()}),
    "a token of an account": Case(TOKEN, {"a": "b"}, annotations={ACCOUNT: "default"}),
    "a bootstrap token": Case(BOOTSTRAP, {"token-id": "abc123", "token-secret": SIXTEEN},
                              name="bootstrap-token-abc123", namespace="kube-system"),
}  # fmt: skip
BAD = {
    "TLS without its key": Case(TLS, {"tls.crt": SERVER.certificate}, "SK511"),
    "TLS without its certificate": Case(TLS, {"tls.key": SERVER.key}, "SK511"),
    "TLS, empty": Case(TLS, {"tls.crt": "", "tls.key": SERVER.key}, "SK514", ours=True),
    "TLS, no PEM": Case(TLS, {"tls.crt": "x", "tls.key": SERVER.key}, "SK514", ours=True),
    "TLS, the key of another": Case(TLS, {"tls.crt": SERVER.certificate, "tls.key": MIDDLE.key}, "SK560", ours=True),
    "TLS, indented": Case(TLS, {"tls.crt": "  " + SERVER.certificate, "tls.key": SERVER.key}, "SK514", ours=True),
    "TLS, a byte order mark": Case(TLS, {"tls.crt": "\ufeff" + SERVER.certificate, "tls.key": SERVER.key}, "SK514",
                                   ours=True),
    "Docker without its key": Case(DOCKER, {"config.json": CONFIG}, "SK511"),
    "Docker, the old key": Case(DOCKER, {".dockercfg": CONFIG}, "SK511"),
    "the old Docker without its key": Case(OLD_DOCKER, {".dockerconfigjson": CONFIG}, "SK511"),
    "Docker, no JSON": Case(DOCKER, {".dockerconfigjson": "x"}, "SK512"),
    "Docker, empty": Case(DOCKER, {".dockerconfigjson": ""}, "SK512"),
    "Docker, cut short": Case(DOCKER, {".dockerconfigjson": CONFIG[:-1]}, "SK512"),
    "Docker, bytes": Case(DOCKER, {".dockerconfigjson": b"\xff"}, "SK512"),
    "Docker, NaN": Case(DOCKER, {".dockerconfigjson": CONFIG[:-1] + ', "x": NaN}'}, "SK512"),
    "Docker, Infinity": Case(DOCKER, {".dockerconfigjson": CONFIG[:-1] + ', "x": -Infinity}'}, "SK512"),
    "Docker, more than a float holds": Case(DOCKER, {".dockerconfigjson": CONFIG[:-1] + ', "x": 1e999999}'}, "SK512"),
    "Docker, an integer above floats": Case(DOCKER, {".dockerconfigjson": f'{CONFIG[:-1]}, "x": {"1" * 400}}}'}, "SK512"),
    "Docker, a byte order mark": Case(DOCKER, {".dockerconfigjson": "\ufeff" + CONFIG}, "SK512"),
    "the old Docker, NaN": Case(OLD_DOCKER, {".dockercfg": json.dumps(LOGIN)[:-1] + ', "x": NaN}'}, "SK512"),
    "Docker, a list": Case(DOCKER, {".dockerconfigjson": "[]"}, "SK512"),
    "Docker, a text": Case(DOCKER, {".dockerconfigjson": '"x"'}, "SK512"),
    "Docker, null": Case(DOCKER, {".dockerconfigjson": "null"}, "SK512", ours=True),
    "Docker, no auths": Case(DOCKER, {".dockerconfigjson": "{}"}, "SK512", ours=True),
    "Docker, auth in the clear": Case(DOCKER, {".dockerconfigjson": '{"auths": {"r": {"auth": "u:p"}}}'}, "SK512",
                                      ours=True),
    "the old Docker, no JSON": Case(OLD_DOCKER, {".dockercfg": "x"}, "SK512"),
    "neither user nor password": Case(BASIC, {"user": "shop"}, "SK511"),
    "SSH without its key": Case(SSH, {"id_ed25519": chains.ssh_key()}, "SK511"),
    "SSH, empty": Case(SSH, {"ssh-privatekey": ""}, "SK513"),
    "SSH, no final newline": Case(SSH, {"ssh-privatekey": chains.ssh_key().rstrip()}, "SK513", ours=True),
    "SSH, CRLF": Case(SSH, {"ssh-privatekey": chains.ssh_key().replace("\n", "\r\n")}, "SK513", ours=True),
    "SSH, no key": Case(SSH, {"ssh-privatekey": "x"}, "SK513", ours=True),
    "a token of nobody": Case(TOKEN, {"a": "b"}, "SK516"),
    "a token of an empty name": Case(TOKEN, {"a": "b"}, "SK516", annotations={ACCOUNT: ""}),
    "a bootstrap token elsewhere": Case(BOOTSTRAP, {"token-id": "abc123", "token-secret": SIXTEEN},
                                        "SK517", ours=True, name="bootstrap-token-abc123"),
    "a bootstrap token too short": Case(BOOTSTRAP, {"token-id": "abc124", "token-secret": "x"}, "SK517", ours=True,
                                        name="bootstrap-token-abc124", namespace="kube-system"),
    "a byte above 1 MiB": Case("Opaque", {"a": "x" * 600_000, "b": "x" * 448_577}, "SK515"),
    "a key of the kubelet": Case("Opaque", {"..data": "x"}, "SK518"),
    "a dot": Case("Opaque", {".": "x"}, "SK518"),
    "two dots": Case("Opaque", {"..": "x"}, "SK518"),
    "a blank in a key": Case("Opaque", {"a b": "x"}, "SK017"),
    "a slash in a key": Case("Opaque", {"a/b": "x"}, "SK017"),
    "a long key": Case("Opaque", {"a" * 254: "x"}, "SK017"),
    "an empty key": Case("Opaque", {"": "x"}, "SK017"),
}  # fmt: skip


def compiled(case: Case, folder: Path, namespace: str) -> pipeline.Outcome:
    """The case as an app whose values lie in files."""
    fields = {}
    for number, (key, value) in enumerate(case.values.items()):
        content = value if isinstance(value, bytes) else value.encode()
        (folder / f"value-{number}").write_bytes(content)
        fields[key] = {"file": f"value-{number}"}
    secret: dict[str, Any] = {"values": fields}
    secret |= {"type": case.kind} if case.kind else {}
    secret |= {"annotations": case.annotations} if case.annotations else {}
    body = {
        "apiVersion": "secretkit.dev/v1alpha1", "kind": "AppSecrets",
        "metadata": {"name": "shop", "namespace": case.namespace or namespace},
        "spec": {"secrets": {case.name: secret}},
    }  # fmt: skip
    (folder / "secrets.yaml").write_text(json.dumps(body))
    return pipeline.run([folder], pipeline.Options(allow_plaintext=True))


def data(case: Case) -> dict[str, str]:
    contents = ((key, v if isinstance(v, bytes) else v.encode()) for key, v in case.values.items())
    return {key: base64.b64encode(content).decode() for key, content in contents}


def as_written(case: Case, namespace: str) -> str:
    """The Secret that somebody writes who asks nobody."""
    metadata = {
        "name": case.name,
        "namespace": case.namespace or namespace,
        "annotations": case.annotations,
    }
    return json.dumps(
        {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": case.kind, "data": data(case)}
    )  # fmt: skip


@pytest.mark.parametrize("case", GOOD.values(), ids=list(GOOD))
def test_what_we_emit_is_taken_byte_for_byte(
    api_server: ApiServer, namespace: str, tmp_path: Path, case: Case
) -> None:
    outcome = compiled(case, tmp_path, namespace)
    said = [(one.code, one.severity) for one in outcome.findings if one.severity != "info"]
    assert said == ([(case.code, "warning")] if case.code else [])
    (made,) = outcome.apps[0].objects

    api_server.apply(json.dumps(made.body))

    held = api_server.get("secret", case.name, made.namespace)
    assert (held["type"], held["data"]) == (case.kind or "Opaque", data(case))
    assert api_server.diff(json.dumps(made.body)).code == 0


@pytest.mark.parametrize("case", BAD.values(), ids=list(BAD))
def test_what_we_refuse_the_server_refuses_or_it_is_ours_alone(
    api_server: ApiServer, namespace: str, tmp_path: Path, case: Case
) -> None:
    outcome = compiled(case, tmp_path, namespace)
    assert {one.code for one in outcome.findings if one.severity == "error"} == {case.code}

    answer = api_server.apply(as_written(case, namespace), check=False)

    assert (answer.returncode == 0) == case.ours, answer.stderr


@pytest.mark.parametrize(
    "case",
    [case for case in [*GOOD.values(), *BAD.values()] if case.kind == TLS and len(case.values) > 1],
    ids=[
        name
        for name, case in [*GOOD.items(), *BAD.items()]
        if case.kind == TLS and len(case.values) > 1
    ],
)
def test_kubectl_makes_a_tls_secret_of_what_we_pass(tmp_path: Path, case: Case) -> None:
    """It reads the pair with Go's crypto/tls, as most servers in a cluster do."""
    try:
        kubectl = programs.find("kubectl")
    except programs.Missing as missing:
        pytest.skip(str(missing))
    for key in ("tls.crt", "tls.key"):
        (tmp_path / key).write_text(str(case.values[key]))
    words = ["create", "secret", "tls", "it", "--cert=tls.crt", "--key=tls.key", "--dry-run=client"]

    ran = subprocess.run([str(kubectl), *words], cwd=tmp_path, capture_output=True, check=False)

    assert (ran.returncode == 0) == (not case.code), ran.stderr
