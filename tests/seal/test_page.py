"""The page on sealing: its commands, on a folder as teams have them, opened by what is not ours."""

import base64
import json
import re
import shlex
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from certificates import Made, made
from cluster import programs
from opening import opened

Ran = Callable[..., tuple[int, str, str]]
Values = Mapping[tuple[str, str], Mapping[str, bytes]]
PAGE = Path(__file__).parents[2] / "docs" / "sealing.md"
CHAPTER = "From plain Secrets in a folder to sealed ones in Git"


class Folder(NamedTuple):
    """A repository with `k8s/`: two namespaces, subfolders, and what lies beside Secrets."""

    root: Path
    cert: Made
    values: Values  # by namespace and name


def secret(namespace: str, name: str, kind: str, **data: bytes) -> str:
    body = {
        "apiVersion": "v1", "kind": "Secret", "type": kind,
        "metadata": {"name": name, "namespace": namespace, "labels": {"team": "pay"}},
        "data": {key.replace("__", "."): base64.b64encode(one).decode() for key, one in data.items()},
    }  # fmt: skip
    return yaml.safe_dump(body)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    web = made(tmp_path / "web", "web", number=3)
    pair = {"tls__crt": web.cert.read_bytes(), "tls__key": web.key.read_bytes()}
    login = json.dumps(
        {"auths": {"r.example.com": {"auth": base64.b64encode(b"shop:pw").decode()}}}
    )
    odd = {"binary": bytes(range(256)), "text": "zwei\nZeilen ü\n".encode()}
    db = {"username": b"shop", "password": b"hunter2"}
    key = {"ssh-privatekey": ssh_key(tmp_path)}
    files = {
        "kustomization.yaml": "resources: [shop/db.yaml, shop/deep/er/tls.yaml, billing]\n",
        "values.yaml": "image: {tag: '1.2'}\n",
        "shop/db.yaml": secret("shop", "db", "Opaque", **db) + "---\n" + DEPLOYMENT,
        "shop/deep/er/tls.YAML": secret("shop", "web-tls", "kubernetes.io/tls", **pair),
        "shop/registry.json": json.dumps({"apiVersion": "v1", "kind": "List", "items": [
            yaml.safe_load(secret("shop", "registry", "kubernetes.io/dockerconfigjson", __dockerconfigjson=login.encode())),
            yaml.safe_load(secret("shop", "odd", "example.com/odd", **odd)),
        ]}),
        "shop/token.yaml": secret("shop", "bot", "kubernetes.io/service-account-token", token=b"x"),
        "shop/empty.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: later, namespace: shop}\n",
        "shop/made.yaml": OWNED,
        "shop/.old.yaml": secret("shop", "old", "Opaque", a=b"x"),
        "billing/db.yml": secret("billing", "db", "kubernetes.io/basic-auth", **db),
        "billing/key.yaml": secret("billing", "deploy", "kubernetes.io/ssh-auth", **key),
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
        "chart/values.yaml": "password: \"\"\n",
        "chart/templates/secret.yaml": TEMPLATE,
    }  # fmt: skip
    for name, text in files.items():
        file = tmp_path / "k8s" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "certs").mkdir()
    dotted = {
        ("shop", "db"): db, ("shop", "web-tls"): pair, ("shop", "odd"): odd,
        ("shop", "registry"): {"__dockerconfigjson": login.encode()},
        ("billing", "db"): db, ("billing", "deploy"): key,
    }  # fmt: skip
    values = {
        where: {name.replace("__", "."): value for name, value in data.items()}
        for where, data in dotted.items()
    }
    return Folder(tmp_path, made(tmp_path / "cluster", "controller"), values)


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
"""
OWNED = """\
apiVersion: v1
kind: Secret
metadata:
  name: fetched
  namespace: shop
  ownerReferences: [{apiVersion: external-secrets.io/v1, kind: ExternalSecret, name: fetched}]
data: {a: eA==}
"""
TEMPLATE = """\
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-db}
stringData: {password: {{ .Values.password | quote }}}
"""
NOTES = """\
note: hidden, so not read: k8s/shop/.old.yaml
note: no Secret in it, so passed over: k8s/chart/Chart.yaml, k8s/chart/values.yaml, k8s/kustomization.yaml, k8s/values.yaml
note: a template, whose Secrets `helm template CHART | secretkit seal FILE --from-secret -` takes: k8s/chart/templates/secret.yaml
note: of other namespaces, so passed over: %s
"""
OF_SHOP = """\
note: the Secret `later` is passed over: it holds no values
note: the Secret `fetched` is passed over: it is made by ExternalSecret (`ownerReferences`), which would write over it
note: the Secret `bot` is passed over: it is of type kubernetes.io/service-account-token: the cluster makes and fills it
"""


def ssh_key(folder: Path) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    assert folder
    made_now = Ed25519PrivateKey.generate()
    return made_now.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def commands() -> list[list[str]]:
    """The first block of the chapter, which is all that a team has to type."""
    chapter = PAGE.read_text().partition(f"## {CHAPTER}\n")[2]
    (block, *_) = re.findall(r"(?:^    .*\n)+", chapter, re.M)
    return [shlex.split(line, comments=True) for line in block.splitlines()]


def walked(folder: Folder, ran: Ran) -> list[str]:
    """What the three commands said, the second once for each namespace."""
    fetch, seal, render = commands()
    assert fetch[:2] == ["kubeseal", "--fetch-cert"]  # from a cluster: here its certificate is ours
    Path(fetch[-1]).write_bytes(folder.cert.cert.read_bytes())
    said = []
    for namespace in ("shop", "billing"):
        words = [word.replace("shop", namespace) for word in seal[1:]]
        code, _, err = ran(*words)
        assert code == 0, err
        said.append(err)
    code, _, err = ran(*render[1:])
    assert code == 0, err
    return said


def sealed(folder: Folder) -> list[dict[str, Any]]:
    found = [
        yaml.safe_load(one.read_text()) for one in sorted((folder.root / "out").rglob("*.yaml"))
    ]
    return [one for one in found if one["kind"] == "SealedSecret"]


def test_three_commands_seal_a_folder_as_teams_have_them(folder: Folder, ran: Ran) -> None:
    said = walked(folder, ran)

    assert said == [
        NOTES % "billing/db, billing/deploy" + OF_SHOP,
        NOTES
        % "shop/bot, shop/db, shop/fetched, shop/later, shop/odd, shop/registry, shop/web-tls",
    ]
    found = {}
    for one in sealed(folder):
        where = one["metadata"]["namespace"], one["metadata"]["name"]
        found[where] = {
            key: opened(text, folder.cert.key, "/".join(where).encode())
            for key, text in one["spec"]["encryptedData"].items()
        }
    assert found == folder.values
    assert ran("validate", "apps")[0] == 0
    assert ran("scan", "apps", "out", "--gitleaks", "never")[0] == 0


def test_the_real_kubeseal_opens_all_of_it(folder: Folder, ran: Ran) -> None:
    try:
        program = programs.find("kubeseal")
    except programs.Missing as missing:
        pytest.skip(str(missing))
    walked(folder, ran)

    found, kinds = {}, set()
    for one in sealed(folder):
        command: list[str | Path] = [
            program,
            "--recovery-unseal",
            "--recovery-private-key",
            folder.cert.key,
            "-o=json",
        ]
        done = subprocess.run(command, input=json.dumps(one), capture_output=True, text=True, check=True)  # fmt: skip
        body = json.loads(done.stdout)
        where = body["metadata"]["namespace"], body["metadata"]["name"]
        found[where] = {key: base64.b64decode(text or "") for key, text in body["data"].items()}
        kinds.add(body.get("type"))
        assert body["metadata"]["labels"]["team"] == "pay"
    assert found == folder.values
    assert kinds == {
        "Opaque", "kubernetes.io/tls", "kubernetes.io/dockerconfigjson", "example.com/odd",
        "kubernetes.io/basic-auth", "kubernetes.io/ssh-auth",
    }  # fmt: skip


def test_every_option_of_the_page_is_one() -> None:
    from click.testing import CliRunner

    from secretkit.cli import group

    text = PAGE.read_text().replace("\\\n", " ")
    calls = re.findall(r"secretkit (seal|render|scan) ([^\n`#|]*)", text)
    assert len(calls) >= 15
    for name, rest in calls:
        helped = CliRunner().invoke(group, [name, "--help"], standalone_mode=False).output
        options = set(re.findall(r"(?<!\w)(--?[a-z][-a-z]*)", helped))
        assert {word for word in rest.split() if re.match("--?[a-z]", word)} <= options, rest


@pytest.mark.parametrize("kind", ["push", "from"])
def test_the_way_to_external_ones_is_valid(ran: Ran, tmp_path: Path, kind: str) -> None:
    """The two entries of the page, in a file with its store."""
    (entry,) = re.findall(rf"^      (db: {{.*{kind}: .*}})$", PAGE.read_text(), re.M)
    store = 'vault: {vault: {server: "https://vault.example.com", path: secret, role: shop, serviceAccount: v}}'
    (tmp_path / "secrets.yaml").write_text(
        "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\nmetadata: {name: shop, namespace: shop}\n"
        f"spec:\n  stores: {{{store}}}\n  secrets:\n    {entry}\n"
    )
    code, out, _ = ran("render", str(tmp_path), "--format", "json")

    kinds = [one["kind"] for one in json.loads(out)["items"]]
    wanted = {"push": "PushSecret", "from": "ExternalSecret"}[kind]
    assert (code, kinds) == (0, ["ServiceAccount", "SecretStore", wanted])
