"""Rules on values: what each finds and passes over, and that no value is ever in a finding."""

import base64
import json
from pathlib import Path
from typing import Any, NamedTuple

import chains
import pytest
from sealing import ciphertext

from secretkit import pipeline
from secretkit.load.positions import Positions
from secretkit.report import get

CANARY = "Kanarienvogel"
HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"
SERVER, MIDDLE, CA = chains.tree()
CERTIFICATE, A_KEY = SERVER.certificate, SERVER.key
STRANGE = chains.issue("strange")
SSH = chains.ssh_key()
KEY_BODY = "PRIVATE KEY-----\n"  # the rest is put on at run time, so that no scanner minds


def pem(kind: str, body: str) -> str:
    return f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n"


def with_passphrase(key: str) -> str:
    """An OpenSSH key that says it is encrypted."""
    body = base64.b64decode("".join(key.splitlines()[1:-1]))
    said = body.replace(b"\x04none", b"\x0aaes256-ctr", 1)
    return pem("OPENSSH PRIVATE" + " KEY", base64.b64encode(said).decode())


def first_line_changed(text: str) -> str:
    """PEM of another content, still base64."""
    lines = text.splitlines(keepends=True)
    return "".join([lines[0], "AAAA" + lines[1][4:], *lines[2:]])


def indented(text: str) -> str:
    return "".join(f"  {line}" for line in text.splitlines(keepends=True))


def of_version_48(certificate: str) -> str:
    """A certificate of a version that nobody knows."""
    body = base64.b64decode("".join(certificate.splitlines()[1:-1]))
    return pem(
        "CERTIFICATE",
        base64.b64encode(
            body.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x2f", 1)
        ).decode(),
    )


class Told(NamedTuple):
    """A finding as the tests compare it."""

    code: str
    field: str
    message: str


def told(folder: Path, secrets: dict[str, Any], **metadata: Any) -> list[Told]:
    """Findings of the family on secrets, their files lying in the folder."""
    body = {"name": "shop", "namespace": "prod", **metadata}
    text = f"{HEAD}metadata: {json.dumps(body)}\nspec:\n  secrets: {json.dumps(secrets)}\n"
    (folder / "secrets.yaml").write_text(text)
    options = pipeline.Options(allow_plaintext=True)
    outcome = pipeline.run([folder / "secrets.yaml"], options)
    found = [one for one in outcome.findings if one.code.startswith("SK5")]
    names = (str(getattr(one.place, "path", ("",))[-1]) for one in found)
    return [Told(one.code, name, one.message) for one, name in zip(found, names, strict=True)]


def from_files(folder: Path, values: dict[str, str | bytes]) -> dict[str, Any]:
    """`values` with each value in a file of the folder."""
    fields = {}
    for number, (key, content) in enumerate(values.items()):
        file = folder / f"value-{number}"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        fields[key] = {"file": file.name}
    return fields


def docker(**entry: str) -> str:
    return json.dumps({"auths": {"registry.example.com": entry}})


def pair(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


TLS, SSH_AUTH = "kubernetes.io/tls", "kubernetes.io/ssh-auth"
DOCKER, OLD_DOCKER = "kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"
CONFIG = ".dockerconfigjson"


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        pytest.param(TLS, {"tls.crt": CERTIFICATE + MIDDLE.certificate, "tls.key": A_KEY}, [],
                     id="a chain and its key"),
        pytest.param(TLS, {"tls.crt": CERTIFICATE + MIDDLE.certificate + CA.certificate, "tls.key": A_KEY}, [],
                     id="a chain with its root"),
        pytest.param(TLS, {"tls.crt": CERTIFICATE, "tls.key": STRANGE.key},
                     [("SK560", "tls.key", "`tls.key` is not the key of the first certificate in `tls.crt`")],
                     id="the key of another"),
        pytest.param(TLS, {"tls.crt": MIDDLE.certificate + CERTIFICATE, "tls.key": A_KEY},
                     [("SK560", "tls.key", "`tls.key` is not the key of the first certificate in `tls.crt`; it is "
                       "that of number 2 there"),
                      ("SK561", "tls.crt", "certificate number 2 in `tls.crt` signed none of those before it")],
                     id="the chain before the certificate"),
        pytest.param(TLS, {"tls.crt": CERTIFICATE + CA.certificate + MIDDLE.certificate, "tls.key": A_KEY},
                     [("SK561", "tls.crt", "certificate number 2 in `tls.crt` signed none of those before it")],
                     id="a chain out of order"),
        pytest.param(TLS, {"tls.crt": first_line_changed(CERTIFICATE), "tls.key": A_KEY},
                     [("SK560", "tls.crt", "`tls.crt` holds a certificate that cannot be read")],
                     id="no certificate inside"),
        pytest.param(TLS, {"tls.crt": of_version_48(CERTIFICATE), "tls.key": A_KEY},
                     [("SK560", "tls.crt", "`tls.crt` holds a certificate that cannot be read")],
                     id="a certificate of another version"),
        pytest.param(TLS, {"tls.crt": CERTIFICATE, "tls.key": first_line_changed(A_KEY)},
                     [("SK560", "tls.key", "`tls.key` cannot be read as a private key")], id="no key inside"),
        pytest.param(TLS, {"tls.crt": CERTIFICATE.replace("\n", "\r\n"), "tls.key": A_KEY}, [], id="CRLF"),
        pytest.param(TLS, {"tls.crt": "", "tls.key": A_KEY},
                     [("SK514", "tls.crt", "`tls.crt` is empty")], id="an empty certificate"),
        pytest.param(TLS, {"tls.crt": CANARY, "tls.key": A_KEY},
                     [("SK514", "tls.crt", "`tls.crt` is not PEM")], id="no PEM"),
        pytest.param(TLS, {"tls.crt": A_KEY, "tls.key": A_KEY},
                     [("SK514", "tls.crt", "`tls.crt` holds a private key, and certificates are handed to anyone")],
                     id="a key in place of the certificate"),
        pytest.param(TLS, {"tls.crt": CERTIFICATE, "tls.key": CERTIFICATE},
                     [("SK514", "tls.key", "`tls.key` holds no private key")],
                     id="a certificate in place of the key"),
        pytest.param(TLS, {"tls.crt": CERTIFICATE, "tls.key": A_KEY * 2},
                     [("SK514", "tls.key", "`tls.key` holds more than one private key")], id="two keys"),
        pytest.param(TLS, {"tls.crt": CERTIFICATE.replace("CERTIFICATE", "PUBLIC KEY"), "tls.key": A_KEY},
                     [("SK514", "tls.crt", "`tls.crt` holds no certificate")], id="a public key"),
        pytest.param(TLS, {"tls.crt": CERTIFICATE.replace("M", "?", 1), "tls.key": A_KEY},
                     [("SK514", "tls.crt", "`tls.crt` is PEM with a damaged body")], id="a damaged body"),
        pytest.param(TLS, {"tls.crt": CERTIFICATE, "tls.key": A_KEY.replace("PRIVATE", "ENCRYPTED PRIVATE")},
                     [("SK514", "tls.key", "`tls.key` is encrypted with a passphrase, which nothing in the "
                       "cluster can ask for")], id="an encrypted key"),
        pytest.param(TLS, {"tls.crt": indented(CERTIFICATE), "tls.key": A_KEY},
                     [("SK514", "tls.crt", "`tls.crt` is indented, and PEM begins at the beginning of a line")],
                     id="an indented certificate"),
        pytest.param(TLS, {"tls.crt": CERTIFICATE, "tls.key": indented(A_KEY)},
                     [("SK514", "tls.key", "`tls.key` is indented, and PEM begins at the beginning of a line")],
                     id="an indented key"),
        pytest.param(TLS, {"tls.crt": "\ufeff" + CERTIFICATE, "tls.key": A_KEY},
                     [("SK514", "tls.crt", "`tls.crt` begins with a byte order mark, so that its first block is not "
                       "found")], id="a byte order mark"),
        pytest.param(TLS, {"tls.crt": CERTIFICATE, "tls.key": A_KEY + CERTIFICATE},
                     [("SK514", "tls.key", "`tls.key` holds a certificate beside its key, which belongs into "
                       "`tls.crt`")], id="a certificate beside the key"),
        pytest.param(TLS, {"tls.crt": "subject=CN = x\n" + CERTIFICATE, "tls.key": "Bag Attributes\n" + A_KEY}, [],
                     id="text around PEM"),
        pytest.param(TLS, {"tls.crt": CERTIFICATE},
                     [("SK511", "values", "`it` is of type kubernetes.io/tls, but lacks the key `tls.key`")],
                     id="no key"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": SSH}, [], id="an OpenSSH key"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": ""},
                     [("SK513", "ssh-privatekey", "`ssh-privatekey` is empty")], id="an empty SSH key"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": SSH.rstrip("\n")},
                     [("SK513", "ssh-privatekey", "`ssh-privatekey` lacks its final newline")],
                     id="no final newline"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": with_passphrase(SSH)},
                     [("SK513", "ssh-privatekey", "`ssh-privatekey` is encrypted with a passphrase, which nothing in "
                       "the cluster can ask for")], id="an SSH key with a passphrase"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": pem("RSA PRIVATE" + " KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: "
                                                      "AES-128-CBC,00\n\nAAAA")},
                     [("SK513", "ssh-privatekey", "`ssh-privatekey` is encrypted with a passphrase, which nothing in "
                       "the cluster can ask for")], id="an old SSH key with a passphrase"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": A_KEY}, [], id="an SSH key in PEM"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": A_KEY.rstrip()}, [], id="PEM without a final newline"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": f"Bag Attributes\n{A_KEY}ssh-ed25519 AAAA\n"}, [],
                     id="text around PEM"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": pem("RSA PRIVATE" + " KEY", "AAAA")},
                     [("SK513", "ssh-privatekey", "`ssh-privatekey` has a damaged body")], id="a damaged key in PEM"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": SSH.replace("\n", "\r\n")},
                     [("SK513", "ssh-privatekey", "`ssh-privatekey` has lines that end as on Windows (CRLF)")],
                     id="CRLF in the form of OpenSSH"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": "\n" + SSH},
                     [("SK513", "ssh-privatekey", "`ssh-privatekey` has something before its first line")],
                     id="a newline before the form of OpenSSH"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": chains.key_pem("ed25519")},
                     [("SK513", "ssh-privatekey", "`ssh-privatekey` is an Ed25519 key in PKCS#8, which OpenSSH reads "
                       "from 9.6 on")], id="Ed25519 in PKCS#8"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": chains.key_pem("k1")},
                     [("SK513", "ssh-privatekey", "`ssh-privatekey` is of a kind that OpenSSH does not know")],
                     id="a curve of others"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": "\ufeff" + A_KEY},
                     [("SK513", "ssh-privatekey", "`ssh-privatekey` begins with a byte order mark, which not every "
                       "reader passes over")], id="a byte order mark before PEM"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": first_line_changed(SSH)},
                     [("SK513", "ssh-privatekey", "`ssh-privatekey` has a damaged body")], id="a damaged SSH key"),
        pytest.param(SSH_AUTH, {"ssh-privatekey": b"\xff\xfe" + CANARY.encode()},
                     [("SK513", "ssh-privatekey", "`ssh-privatekey` is not a private key in PEM or OpenSSH form")],
                     id="no SSH key"),
        pytest.param(DOCKER, {CONFIG: docker(auth=pair("shop:pw"))}, [], id="auth"),
        pytest.param(DOCKER, {CONFIG: docker(username="shop", password="pw")}, [], id="a user"),
        pytest.param(DOCKER, {CONFIG: docker(auth=pair("shop:pw").rstrip("="))}, [], id="auth without padding"),
        pytest.param(DOCKER, {CONFIG: json.dumps({"auths": {"r": {"auth": pair("a:b")}, "q": {}},
                                                  "credHelpers": {"q": "ecr-login"}})}, [], id="a helper beside auth"),
        pytest.param(DOCKER, {CONFIG: json.dumps({"auths": {"r": {"auth": pair("a:b")}, "q": {}}})},
                     [("SK512", "a registry has neither `auth` nor `username` and `password`")],
                     id="a login for one of two"),
        pytest.param(DOCKER, {CONFIG: json.dumps({"auths": {"r": {"auth": pair("a:b")}, "q": None}, "credHelpers": 5})},
                     [("SK512", "a registry has neither `auth` nor `username` and `password`")],
                     id="helpers that are none"),
        pytest.param(DOCKER, {CONFIG: '{"auths": {"r": {"auth": "YTpi"}}, "x": NaN}'}, [("SK512", "it is not JSON")],
                     id="NaN"),
        pytest.param(DOCKER, {CONFIG: '{"auths": {"r": {"auth": "YTpi"}}, "x": 1e999999}'},
                     [("SK512", "it is not JSON")], id="more than a float holds"),
        pytest.param(DOCKER, {CONFIG: CANARY}, [("SK512", "it is not JSON")], id="no JSON"),
        pytest.param(DOCKER, {CONFIG: "[" * 100_000}, [("SK512", "it is not JSON")], id="deep JSON"),
        pytest.param(DOCKER, {CONFIG: b"\xff"}, [("SK512", "it is not JSON")], id="no text"),
        pytest.param(DOCKER, {CONFIG: "null"}, [("SK512", "it is not a JSON object")], id="null"),
        pytest.param(DOCKER, {CONFIG: "{}"}, [("SK512", "`auths` with a registry is missing")], id="no auths"),
        pytest.param(DOCKER, {CONFIG: docker()},
                     [("SK512", "a registry has neither `auth` nor `username` and `password`")], id="no login"),
        pytest.param(DOCKER, {CONFIG: docker(auth=CANARY)},
                     [("SK512", "`auth` of a registry is not base64 of USER:PASSWORD")], id="auth in the clear"),
        pytest.param(DOCKER, {CONFIG: '{"auths": {"r": "x"}}'},
                     [("SK512", "a registry's entry is not an object")], id="no object"),
        pytest.param(OLD_DOCKER, {".dockercfg": '{"r": {"auth": "YTpi"}}'}, [], id="the old form"),
        pytest.param(OLD_DOCKER, {".dockercfg": "{}"}, [("SK512", "no registry is in it")], id="an empty old one"),
        pytest.param("kubernetes.io/basic-auth", {"username": "shop", "password": "pw"}, [], id="a login"),
        pytest.param("kubernetes.io/basic-auth", {"username": "shop", "password": ""},
                     [("SK566", "password", "the value of `password` is empty")], id="a login with an empty password"),
        pytest.param("kubernetes.io/basic-auth", {"username": "shop"},
                     [("SK563", "type", "`it` is a login without `password`")], id="a user alone"),
        pytest.param("kubernetes.io/basic-auth", {"other": "x"},
                     [("SK511", "values", "`it` is of type kubernetes.io/basic-auth, but lacks the key `username` "
                       "or `password`")], id="neither user nor password"),
        pytest.param("Opaque", {"tls.crt": CANARY, "ssh-privatekey": "x", CONFIG: CANARY}, [],
                     id="an untyped Secret holds anything"),
        pytest.param("example.com/keys", {"a": CANARY}, [], id="a type of one's own"),
        pytest.param("Opaque", {"a": "x" * 600_000, "b": "x" * 448_576}, [], id="1 MiB"),
        pytest.param("Opaque", {"a": "x" * 600_000, "b": "x" * 448_577},
                     [("SK515", "values", "the values of `it` are 1,048,577 bytes together")],
                     id="a byte above 1 MiB"),
    ],
)  # fmt: skip
def test_values_that_are_read_fit_their_type(
    tmp_path: Path, kind: str, values: dict[str, str | bytes], expected: list[tuple[str, ...]]
) -> None:
    found = told(tmp_path, {"it": {"type": kind, "values": from_files(tmp_path, values)}})

    whole = [
        Told("SK512", key, f"`{key}` is no Docker config that the kubelet can use: {one[1]}")
        if one[0] == "SK512"
        else Told(*one)
        for key in list(values)[:1]
        for one in expected
    ]
    assert found == whole


def test_a_file_that_is_not_read_is_not_judged(tmp_path: Path) -> None:
    text = f"{HEAD}metadata: {{name: shop, namespace: prod}}\nspec:\n  secrets:\n    it:\n"
    text += (
        "      type: kubernetes.io/tls\n      values: {tls.crt: {file: a}, tls.key: {file: b}}\n"
    )
    (tmp_path / "secrets.yaml").write_text(text)

    outcome = pipeline.run([tmp_path], pipeline.Options())

    assert outcome.findings == ()


TOKEN = {"token-id": {"literal": "abc123"}, "token-secret": {"literal": "x"}}


def bootstrap(problem: str, field: str) -> Told:
    return Told("SK517", field, f"the bootstrap token `bootstrap-token-abc123` {problem}")


@pytest.mark.parametrize(
    ("namespace", "token_id", "token_secret", "expected"),
    [
        pytest.param("kube-system", "abc123", "0123456789abcdef", [], id="as kubeadm makes it"),
        pytest.param("prod", "abc123", "0123456789abcdef",
                     [("lies in another namespace than kube-system", "bootstrap-token-abc123")],
                     id="another namespace"),
        pytest.param("kube-system", "zzz999", "0123456789abcdef",
                     [("has a `token-id` that is not the end of its name", "token-id")], id="another ID"),
        pytest.param("kube-system", "ABC", "0123456789abcdef",
                     [("has a `token-id` that is not 6 of a-z and 0-9", "token-id")], id="a wrong ID"),
        pytest.param("kube-system", "abc123", f"{CANARY}\n",
                     [("has a `token-secret` that is not 16 of a-z and 0-9", "token-secret")],
                     id="a wrong secret"),
        pytest.param("kube-system", "abc123", None,
                     [("lacks the key `token-secret`", "bootstrap-token-abc123")], id="no secret"),
    ],
)  # fmt: skip
def test_a_bootstrap_token_has_the_form_that_its_authenticator_reads(
    tmp_path: Path, namespace: str, token_id: str, token_secret: str | None,
    expected: list[tuple[str, str]],
) -> None:  # fmt: skip
    values: dict[str, str | bytes] = {"token-id": token_id}
    if token_secret is not None:
        values["token-secret"] = token_secret
    secret = {"type": "bootstrap.kubernetes.io/token", "values": from_files(tmp_path, values)}

    found = told(tmp_path, {"bootstrap-token-abc123": secret}, namespace=namespace)

    assert found == [bootstrap(*one) for one in expected]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(None, [], id="nothing recorded"),
        pytest.param({}, [], id="an empty record"),
        pytest.param({"scope": "namespace-wide"}, [], id="a scope alone"),
        pytest.param({"name": "hook", "namespace": "prod"}, [], id="as it is"),
        pytest.param({"name": "old"},
                     [("name", "`prod/old`, but this is `prod/hook`")], id="another name"),
        pytest.param({"namespace": "staging"},
                     [("namespace", "`staging/hook`, but this is `prod/hook`")], id="another namespace"),
        pytest.param({"name": "old", "namespace": "staging"},
                     [("name", "`staging/old`, but this is `prod/hook`")], id="both"),
        pytest.param({"scope": "namespace-wide", "name": "old"}, [], id="the name is free in a namespace"),
        pytest.param({"scope": "namespace-wide", "name": "old", "namespace": "staging"},
                     [("namespace", "namespace `staging`, but this is namespace `prod`")],
                     id="the namespace is not"),
        pytest.param({"scope": "cluster-wide", "name": "old", "namespace": "staging"}, [],
                     id="everything is free in a cluster"),
    ],
)  # fmt: skip
def test_ciphertext_is_for_the_secret_that_holds_it(
    tmp_path: Path, record: dict[str, str] | None, expected: list[tuple[str, str]]
) -> None:
    secret: dict[str, Any] = {"sealed": {"token": ciphertext(9)}, "immutable": True}
    if record is not None:
        secret["sealedFor"] = record

    found = told(tmp_path, {"hook": secret})

    start = "the values of `hook` were sealed for "
    assert found == [Told("SK521", field, start + rest) for field, rest in expected]


def test_an_environment_that_moves_the_app_breaks_what_was_sealed(tmp_path: Path) -> None:
    text = f"""{HEAD}metadata: {{name: shop, namespace: prod}}
spec:
  secrets:
    hook:
      sealed: {{token: "{ciphertext(9)}"}}
      sealedFor: {{name: hook, namespace: prod}}
  environments:
    staging: {{metadata: {{namespace: staging}}}}
"""
    (tmp_path / "secrets.yaml").write_text(text)

    outcome = pipeline.run([tmp_path], pipeline.Options(environment="staging"))

    message = "the values of `hook` were sealed for `prod/hook`, but this is `staging/hook`"
    assert [one.message for one in outcome.findings] == [message]


@pytest.mark.parametrize(
    ("patch", "line"),
    [
        pytest.param({"metadata": {"namespace": "staging"}}, 9, id="another namespace"),
        pytest.param({"spec": {"secrets": {"hook": {"name": "other"}}}}, 9, id="another name"),
        pytest.param({"metadata": {"labels": {"a": "b"}}}, None, id="another label"),
        pytest.param(
            {"metadata": {"namespace": "staging"},
             "spec": {"secrets": {"hook": {"sealed": {"token": ciphertext(9)}}}}},
            None, id="ciphertext of its own",
        ),
        pytest.param(
            {"metadata": {"namespace": "staging"},
             "spec": {"secrets": {"hook": {"sealedFor": {"scope": "cluster-wide"}}}}},
            None, id="sealed for all",
        ),
    ],
)  # fmt: skip
def test_what_was_sealed_for_the_base_is_not_what_an_environment_makes(
    tmp_path: Path, patch: dict[str, Any], line: int | None
) -> None:
    text = f"""{HEAD}metadata: {{name: shop, namespace: prod}}
spec:
  secrets:
    hook:
      sealed: {{token: "{ciphertext(9)}"}}
  environments:
    staging: {json.dumps(patch)}
"""
    (tmp_path / "secrets.yaml").write_text(text)

    outcome = pipeline.run([tmp_path], pipeline.Options(environment="staging"))

    found = [(one.finding.code, one.span.line) for one in pipeline.spots(outcome.findings)]
    assert found == ([("SK521", line)] if line else [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("AgBy8hCi...", "is not base64"),
        (CANARY, "is not base64"),
        (pair(CANARY), "does not begin with the length of an RSA key"),
        (ciphertext(9)[:300], "is cut short"),
    ],
)
def test_what_is_not_ciphertext_is_an_error(tmp_path: Path, text: str, problem: str) -> None:
    found = told(tmp_path, {"hook": {"sealed": {"token": text}}})

    assert found == [Told("SK520", "token", f"the ciphertext of `token` {problem}")]


@pytest.mark.parametrize(
    ("secret", "field"),
    [
        ({"values": {"..a": {"literal": "x"}}}, "..a"),
        ({"values": {".": {"literal": "x"}}}, "."),
        ({"sealed": {"..a": ciphertext()}}, "..a"),
        ({"generate": {"keys": ["a", "..a"]}}, "1"),
        ({"generate": {"Password": {"secretKeys": ["..a"]}}}, "0"),
    ],
)
def test_a_key_of_the_kubelet_is_no_key_of_a_secret(
    tmp_path: Path, secret: dict[str, Any], field: str
) -> None:
    found = told(tmp_path, {"it": secret})

    key = "." if field == "." else "..a"
    assert found == [Told("SK518", field, f"`{key}` cannot be a key of a Secret")]


def test_a_template_key_is_judged_too(tmp_path: Path) -> None:
    secret = {"generate": {"length": 20}, "template": {"..b": "x{{ .password }}"}}

    assert told(tmp_path, {"it": secret}) == [
        Told("SK518", "..b", "`..b` cannot be a key of a Secret")
    ]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        pytest.param("tls/tls.key", None, id="below"),
        pytest.param("../shared/ca.crt", None, id="beside, inside the root"),
        pytest.param("./../../top", None, id="at the root"),
        pytest.param("../../../outside", "climbs out of the root by `..`", id="above the root"),
        pytest.param("a/../../b", None, id="what a symlink might turn is left to the reading"),
        pytest.param("/etc/shadow", "has an absolute path", id="absolute"),
        pytest.param("~/.ssh/id_ed25519", "begins with `~`, which only a shell knows", id="home"),
    ],
)
def test_the_path_of_a_file_stays_inside(tmp_path: Path, path: str, problem: str | None) -> None:
    (tmp_path / ".git").mkdir()
    app = tmp_path / "apps" / "shop"
    app.mkdir(parents=True)
    text = f"{HEAD}metadata: {{name: shop, namespace: prod}}\nspec:\n  secrets:\n"
    (app / "secrets.yaml").write_text(f'{text}    it: {{values: {{ca: {{file: "{path}"}}}}}}\n')

    outcome = pipeline.run([app], pipeline.Options())

    expected = [] if problem is None else [f"the file of `ca` {problem}"]
    assert [one.message for one in outcome.findings] == expected


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("AWS_SECRET_ACCESS_KEY", "AWS_"), ("aws_region", "AWS_"), ("KUBECONFIG", "KUBE"),
        ("SECRETKIT_CACHE_DIR", "SECRETKIT_"), ("CI_JOB_TOKEN", "CI_"), ("SOPS_AGE_KEY", "SOPS_"),
        ("CIRCLE", None), ("MY_AWS_KEY", None), ("DB_PASSWORD", None),
    ],
)  # fmt: skip
def test_a_reserved_variable_is_found_without_reading_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, prefix: str | None
) -> None:
    monkeypatch.setenv(name, CANARY)
    text = f"{HEAD}metadata: {{name: shop, namespace: prod}}\nspec:\n  secrets:\n"
    (tmp_path / "secrets.yaml").write_text(f"{text}    it: {{values: {{a: {{env: {name}}}}}}}\n")

    outcome = pipeline.run([tmp_path], pipeline.Options())

    title = f"the variable of `a` begins with {prefix}, and such variables are never read"
    assert [one.message for one in outcome.findings] == ([] if prefix is None else [title])


@pytest.mark.parametrize(
    ("literal", "key"),
    [
        pytest.param(CANARY, "password", id="a password"),
        pytest.param(f"postgres://shop:{CANARY}@db/shop", "url", id="a URL"),
        pytest.param(f"level=info\npassword={CANARY}\n", "app.properties", id="several lines"),
        pytest.param(pair(f"https://shop:{CANARY}@db"), "note", id="base64"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("style", ["flow", "block"])
def test_a_finding_on_a_literal_never_shows_it(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    literal: str,
    key: str,
    form: str,
    style: str,
) -> None:
    quoted = json.dumps(literal)
    indented = "".join(f"\n            {line}" for line in literal.splitlines())
    value = f"{{literal: {quoted}}}" if style == "flow" else f"\n          literal: |-{indented}"
    text = f"{HEAD}metadata: {{name: shop, namespace: prod}}\nspec:\n  secrets:\n"
    (tmp_path / "secrets.yaml").write_text(
        f"{text}    it:\n      values:\n        {key}: {value}\n"
    )
    outcome = pipeline.run([tmp_path], pipeline.Options())
    spots = pipeline.spots(outcome.findings, outcome.root)

    import sys

    get(form).write(spots, sys.stdout, False)
    out = capsys.readouterr().out

    assert [one.finding.code for one in spots] == ["SK510"]
    assert CANARY not in out
    assert pair(CANARY) not in out


def test_no_finding_of_the_family_shows_a_value_that_was_read(tmp_path: Path) -> None:
    values: dict[str, str | bytes] = {
        "tls.crt": CANARY, "tls.key": CANARY, "ssh-privatekey": CANARY, CONFIG: CANARY,
        "token-id": CANARY, "token-secret": CANARY,
    }  # fmt: skip
    kinds = {
        "tls": TLS, "ssh": SSH_AUTH, "docker": DOCKER,
        "bootstrap-token-abc123": "bootstrap.kubernetes.io/token",
    }  # fmt: skip
    files = from_files(tmp_path, values)
    spec = {"secrets": {name: {"type": kind, "values": files} for name, kind in kinds.items()}}
    text = f"{HEAD}metadata: {{name: shop, namespace: kube-system}}\nspec: {json.dumps(spec)}\n"
    (tmp_path / "secrets.yaml").write_text(text)

    outcome = pipeline.run([tmp_path], pipeline.Options(allow_plaintext=True))

    codes = sorted({one.code for one in outcome.findings})
    assert codes == ["SK512", "SK513", "SK514", "SK517"]
    positions = Positions()
    for one in outcome.findings:
        shown = positions.excerpt(positions.span(one.place)).text
        assert CANARY not in f"{one.message}{one.why}{one.fix}{shown}{one!r}"
