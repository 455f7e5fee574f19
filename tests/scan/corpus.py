"""A labelled tree: values in the clear at every place where they hide, and what only looks like one.

It is written when it is asked for: values come from seeds, none is committed, and none opens anything.
"""

import base64
import json
import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import forms
import yaml
from sealing import ciphertext

LETTERS = string.ascii_letters + string.digits


class Label(NamedTuple):
    """A value or a look-alike: where it stands, lines from 1."""

    place: str
    file: str
    first: int
    last: int
    is_secret: bool
    what: str


class Corpus:
    """Files with what is labelled in them; `needle` is the text to find it by, once in its file."""

    def __init__(self, seed: int = 20261124) -> None:
        self.random = random.Random(seed)
        self.files: dict[str, str] = {}
        self.labels: list[Label] = []
        self._count = 0

    def add(self, name: str, text: str, place: str, marks: Iterator[tuple[str, bool, str]]) -> None:
        assert name not in self.files, name
        self.files[name] = text
        for needle, is_secret, what in marks:
            at = text.find(needle)
            assert at >= 0, (name, what)
            first = text.count("\n", 0, at) + 1
            last = first + needle.rstrip("\n").count("\n")
            self.labels.append(Label(place, name, first, last, is_secret, what))

    def write(self, root: Path) -> None:
        for name, text in self.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def token(self, length: int, letters: str = LETTERS) -> str:
        """Random text in which no class of characters is missing."""
        while True:
            text = "".join(self.random.choices(letters, k=length))
            kinds = [str.islower, str.isupper, str.isdigit] if letters == LETTERS else [str.isdigit]
            if all(any(kind(c) for c in text) for kind in kinds):
                return text

    def word(self) -> str:
        """A password that a person would think of."""
        names = ("hunter", "winter", "dragon", "summer", "monkey", "falcon", "granite", "Tr0ub4dor")
        self._count += 1
        return f"{self.random.choice(names)}{self._count}{self.random.choice('!?#%+=_')}x"

    def values(self) -> Iterator[tuple[str, str, str]]:
        """Key, value, kind; for ever, each value once."""
        kinds: tuple[tuple[str, str, Callable[[], str]], ...] = (
            ("DB_PASSWORD", "a password", self.word),
            ("API_TOKEN", "random text", lambda: self.token(32)),
            (
                "DATABASE_URL",
                "a URL",
                lambda: f"postgres://shop:{self.word()}@db.shop.svc:5432/shop",
            ),
            (
                "AWS_ACCESS_KEY_ID",
                "AWS",
                lambda: "AK" + "IA" + self.token(16, string.ascii_uppercase + "234567"),
            ),
            ("GITHUB_TOKEN", "GitHub", lambda: "gh" + "p_" + self.token(36)),
            ("adminPassword", "a password", self.word),
            ("STRIPE_KEY", "Stripe", lambda: "sk" + "_live_" + self.token(24)),
            (
                "SLACK_TOKEN",
                "Slack",
                lambda: "xo" + "xb-" + self.token(12, string.digits) + "-" + self.token(24),
            ),
            ("CLIENT_SECRET", "random text", lambda: self.token(40)),
            ("smtp-password", "a password", self.word),
            ("SESSION_SECRET", "hex", lambda: self.token(32, "0123456789abcdef")),
        )
        while True:
            for key, what, make in kinds:
                yield key, make(), what

    def safe(self) -> Iterator[tuple[str, str, str]]:
        """Key, look-alike, kind; for ever."""
        hexes = "0123456789abcdef"
        kinds: tuple[tuple[str, str, Callable[[], str]], ...] = (
            (
                "DB_PASSWORD_FILE",
                "a path",
                lambda: f"/run/secrets/{self.token(6, string.ascii_lowercase + '0')}/password",
            ),
            (
                "IMAGE",
                "a digest",
                lambda: f"registry.example.com/shop@sha256:{self.token(64, hexes)}",
            ),
            (
                "TENANT_ID",
                "a UUID",
                lambda: "-".join(self.token(n, hexes) for n in (8, 4, 4, 4, 12)),
            ),
            (
                "ROLE_ARN",
                "an ARN",
                lambda: f"arn:aws:iam::{self.token(12, string.digits)}:role/payments-eso",
            ),
            ("TOKEN_TTL", "a duration", lambda: f"{self.random.randint(1, 99999)}h"),
            ("DB_PASSWORD", "a placeholder", lambda: f"<password-{self.token(5, string.digits)}>"),
            (
                "API_TOKEN",
                "a reference",
                lambda: f"ref+vault://secret/shop#/token{self.token(5, string.digits)}",
            ),
            (
                "SECRET_NAME",
                "a name",
                lambda: f"shop-db-credentials-{self.token(4, string.digits)}",
            ),
            ("REVISION", "a commit", lambda: self.token(40, hexes)),
            (
                "TOKEN_URL",
                "a URL",
                lambda: f"https://login{self.token(5, string.digits)}.example.com/oauth/token",
            ),
            ("PASSWORD", "a variable", lambda: f"$(DB_PASSWORD_{self.token(5, string.digits)})"),
            ("AUTH_METHOD", "a method", lambda: f"kubernetes-{self.token(4, string.digits)}"),
        )
        while True:
            for key, what, make in kinds:
                yield key, make(), what


def corpus() -> Corpus:
    """The whole tree."""
    made = Corpus()
    for build in PLACES:
        build(made)
    return made


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def dumped(tree: Any, form: str) -> str:
    if form == "json":
        return json.dumps(tree, indent=2) + "\n"
    return yaml.safe_dump(tree, sort_keys=False, width=100_000)


def named(kind: str, name: str, api: str = "v1", **fields: Any) -> dict[str, Any]:
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": name, "namespace": "shop"},
        **fields,
    }


def pairs(made: Corpus, secrets: int, safe: int) -> list[tuple[str, str, bool, str]]:
    """Keys and texts with what they are, in a mixed order; equal keys get a number."""
    bad, good = made.values(), made.safe()
    start = made.random.randint(0, 11)
    for _ in range(start):
        next(bad), next(good)
    rows = [(*next(bad)[:2], True) for _ in range(secrets)] + [
        (*next(good)[:2], False) for _ in range(safe)
    ]
    made.random.shuffle(rows)
    found = []
    keys: dict[str, int] = {}
    for key, text, is_secret in rows:
        keys[key] = keys.get(key, 0) + 1
        name = key if keys[key] == 1 else f"S{keys[key]}_{key}"
        found.append((name, text, is_secret, key))
    return found


def marks(
    rows: list[tuple[str, str, bool, str]], shape: Callable[[str], str] = str
) -> Iterator[tuple[str, bool, str]]:
    return ((shape(text), is_secret, key) for _, text, is_secret, key in rows)


def secret_objects(made: Corpus) -> None:
    for number in range(6):
        for form in ("yaml", "json"):
            for field in ("data", "stringData"):
                rows = pairs(made, 2, 0)
                shape = encoded if field == "data" else str
                body = named(
                    "Secret",
                    f"s{number}",
                    type="Opaque",
                )
                body[field] = {k: shape(v) for k, v, *_ in rows}
                name = f"secrets/{field}-{number}.{form}"
                made.add(name, dumped(body, form), f"Secret, {form}", marks(rows, shape))


def list_and_many(made: Corpus) -> None:
    for number in range(4):
        rows = pairs(made, 3, 0)
        items = [named("Secret", f"l{at}", stringData={k: v}) for at, (k, v, *_) in enumerate(rows)]
        made.add(
            f"lists/{number}.yaml",
            dumped({"apiVersion": "v1", "kind": "List", "items": items}, "yaml"),
            "List",
            marks(rows),
        )


def config_maps(made: Corpus) -> None:
    for number in range(6):
        for form in ("yaml", "json"):
            rows = pairs(made, 3, 4)
            body = named("ConfigMap", f"c{number}", data={k: v for k, v, *_ in rows})
            made.add(
                f"configmaps/{number}.{form}", dumped(body, form), f"ConfigMap, {form}", marks(rows)
            )


def config_files(made: Corpus) -> None:
    for number in range(3):
        rows = pairs(made, 3, 3)
        inner = {
            "application.properties": "".join(
                f"{k.lower().replace('_', '.')}={v}\n" for k, v, *_ in rows
            )
        }
        body = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: p{number}}}\ndata:\n"
        for key, text in inner.items():
            body += f"  {key}: |\n" + "".join(f"    {row}\n" for row in text.splitlines())
        made.add(
            f"configmaps/properties-{number}.yaml", body, "ConfigMap, a file in it", marks(rows)
        )
        rows = pairs(made, 3, 3)
        text = yaml.safe_dump({"shop": {k: v for k, v, *_ in rows}}, width=100_000)
        body = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: y{number}}}\ndata:\n  application.yml: |\n"
        body += "".join(f"    {row}\n" for row in text.splitlines())
        made.add(f"configmaps/yml-{number}.yaml", body, "ConfigMap, a file in it", marks(rows))
        rows = pairs(made, 2, 2)
        text = json.dumps({"shop": {k: v for k, v, *_ in rows}}, indent=2)
        body = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: j{number}}}\ndata:\n  config.json: |\n"
        body += "".join(f"    {row}\n" for row in text.splitlines())
        made.add(f"configmaps/json-{number}.yaml", body, "ConfigMap, a file in it", marks(rows))
        rows = pairs(made, 2, 2)
        body = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: w{number}}}\ndata:\n  wp-config.php: |\n    <?php\n"
        body += "".join(
            f"    define('{k.upper().replace('-', '_')}', '{v}');\n" for k, v, *_ in rows
        )
        made.add(f"configmaps/php-{number}.yaml", body, "ConfigMap, a file in it", marks(rows))


def pod(container: dict[str, Any], kind: str) -> dict[str, Any]:
    spec = {"containers": [{"name": "shop", "image": "shop:1.0", **container}]}
    if kind == "Pod":
        return named("Pod", "shop", spec=spec)
    if kind == "CronJob":
        job = {"spec": {"template": {"spec": spec}}}
        return named("CronJob", "shop", "batch/v1", spec={"schedule": "@daily", "jobTemplate": job})
    inner = (
        {"initContainers": spec["containers"], "containers": [{"name": "x", "image": "x"}]}
        if kind == "DaemonSet"
        else spec
    )
    return named(
        kind,
        "shop",
        "apps/v1",
        spec={"template": {"metadata": {"labels": {"a": "b"}}, "spec": inner}},
    )


def variables(made: Corpus) -> None:
    for kind in ("Deployment", "CronJob", "DaemonSet", "Pod", "StatefulSet"):
        for form in ("yaml", "json"):
            rows = pairs(made, 4, 4)
            env: list[dict[str, Any]] = [{"name": k, "value": v} for k, v, *_ in rows]
            env.append(
                {
                    "name": "P",
                    "valueFrom": {"secretKeyRef": {"name": "db-password", "key": "password"}},
                }
            )
            made.add(
                f"workloads/env-{kind}.{form}",
                dumped(pod({"env": env}, kind), form),
                f"env, {form}",
                marks(rows),
            )


def arguments(made: Corpus) -> None:
    for number in range(10):
        rows = pairs(made, 2, 2)
        args = [f"--{k.lower().replace('_', '-')}={v}" for k, v, *_ in rows]
        made.add(
            f"workloads/args-{number}.yaml",
            dumped(pod({"args": args}, "Deployment"), "yaml"),
            "args",
            marks(rows),
        )
        one, other = made.word(), made.word()
        args = ["serve", "--db-password", one, "--config", "/etc/shop/config.yaml"]
        command = ["sh", "-c", f"mysql -u root -p{other} -e 'select 1' shop"]
        made.add(
            f"workloads/words-{number}.yaml", dumped(pod({"args": args, "command": command}, "Deployment"), "yaml"),
            "args", iter([(one, True, "a word behind an option"), (other, True, "mysql -p"), ("/etc/shop/config.yaml", False, "a path")]),
        )  # fmt: skip
        token = made.token(24)
        headers = [
            {"name": "Authorization", "value": f"Bearer {token}"},
            {"name": "X-Probe", "value": f"kubelet-{number}"},
        ]
        probe = {"livenessProbe": {"httpGet": {"path": "/", "port": 80, "httpHeaders": headers}}}
        made.add(
            f"workloads/probe-{number}.yaml", dumped(pod(probe, "Deployment"), "yaml"), "probe headers",
            iter([(token, True, "a header"), (f"kubelet-{number}", False, "a header")]),
        )  # fmt: skip


def annotations(made: Corpus) -> None:
    for number in range(12):
        value = made.word() if number % 2 else made.token(32)
        inner = json.dumps(named("Secret", "db", data={"password": encoded(value)}))
        digest = made.token(64, "0123456789abcdef")
        body = named("ConfigMap", f"a{number}")
        body["metadata"]["annotations"] = {
            "kubectl.kubernetes.io/last-applied-configuration": inner + "\n",
            "checksum/secret": digest,
            "vault.hashicorp.com/agent-inject-secret-db": f"secret/data/production/db{number}",
            "nginx.ingress.kubernetes.io/auth-secret": f"basic-auth-{number}",
        }
        made.add(
            f"annotations/{number}.yaml", dumped(body, "yaml"), "annotations",
            iter([(encoded(value), True, "last-applied"), (digest, False, "a checksum"),
                  (f"production/db{number}", False, "a path"), (f"basic-auth-{number}", False, "a name")]),
        )  # fmt: skip


def generators(made: Corpus) -> None:
    for number in range(6):
        rows, others = pairs(made, 3, 0), pairs(made, 1, 3)
        body = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization",
            "secretGenerator": [{"name": "db", "literals": [f"{k}={v}" for k, v, *_ in rows], "files": ["token.txt"]}],
            "configMapGenerator": [{"name": "c", "literals": [f"{k}={v}" for k, v, *_ in others]}],
        }  # fmt: skip
        folder = f"kustomize/{number}"
        made.add(
            f"{folder}/kustomization.yaml",
            dumped(body, "yaml"),
            "kustomize literals",
            marks(rows + others),
        )
        token = made.word()
        made.add(
            f"{folder}/token.txt",
            token + "\n",
            "files of kustomize",
            iter([(token, True, "a file")]),
        )


def helm_values(made: Corpus) -> None:
    for number in range(6):
        rows = pairs(made, 3, 4)
        tree = {
            "postgresql": {
                "auth": {k: v for k, v, *_ in rows},
                "existingSecret": f"shop-db-{number}",
            }
        }
        labels = [*marks(rows), (f"shop-db-{number}", False, "existingSecret")]
        made.add(f"charts/{number}/values.yaml", dumped(tree, "yaml"), "Helm values", iter(labels))
        rows = pairs(made, 2, 2)
        body = named(
            "HelmRelease",
            "shop",
            "helm.toolkit.fluxcd.io/v2",
            spec={"values": {"auth": {k: v for k, v, *_ in rows}}},
        )
        made.add(f"flux/{number}.yaml", dumped(body, "yaml"), "HelmRelease", marks(rows))
        rows = pairs(made, 2, 2)
        parameters = [{"name": f"auth.{k}", "value": v} for k, v, *_ in rows]
        source = {"repoURL": "https://charts.example.com", "helm": {"parameters": parameters}}
        body = named("Application", "shop", "argoproj.io/v1alpha1", spec={"source": source})
        made.add(f"argocd/{number}.yaml", dumped(body, "yaml"), "Argo CD Application", marks(rows))
        rows = pairs(made, 2, 2)
        inner = yaml.safe_dump({"auth": {k: v for k, v, *_ in rows}}, width=100_000)
        text = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: v}\nspec:\n  source:\n    helm:\n      values: |\n"
        text += "".join(f"        {row}\n" for row in inner.splitlines())
        made.add(f"argocd/values-{number}.yaml", text, "Argo CD Application", marks(rows))


def clusters(made: Corpus) -> None:
    for number in range(6):
        token, key = made.token(40), encoded(made.token(60))
        ca = encoded(f"-----BEGIN CERTIFICATE-----\n{made.token(64)}\n-----END CERTIFICATE-----\n")
        body = {
            "apiVersion": "v1", "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": f"https://c{number}.example.com", "certificate-authority-data": ca}}],
            "users": [{"name": "u", "user": {"token": token}}, {"name": "k", "user": {"client-key-data": key}}],
        }  # fmt: skip
        labels = [
            (token, True, "token"),
            (key, True, "client-key-data"),
            (ca, False, "a certificate"),
        ]
        made.add(
            f"clusters/kubeconfig-{number}.yaml", dumped(body, "yaml"), "kubeconfig", iter(labels)
        )
        flow, block = (base64.b64encode(made.random.randbytes(32)).decode() for _ in range(2))
        text = (
            "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n"
            f"  providers:\n  - secretbox:\n      keys:\n      - {{name: k1, secret: {flow}}}\n"
            f"  - aescbc:\n      keys:\n      - name: k2\n        secret: {block}\n  - aesgcm:\n      keys:\n"
            "      - name: k3\n        secret: <base64-encoded-32-byte-key>\n"
        )
        labels = [
            (flow, True, "flow style"),
            (block, True, "block style"),
            ("<base64-encoded", False, "a placeholder"),
        ]
        made.add(
            f"clusters/encryption-{number}.yaml", text, "EncryptionConfiguration", iter(labels)
        )
        low = string.ascii_lowercase + string.digits
        token = f"{made.token(6, low)}.{made.token(16, low)}"
        body = {
            "apiVersion": "kubeadm.k8s.io/v1beta4",
            "kind": "InitConfiguration",
            "bootstrapTokens": [{"token": token, "ttl": "24h"}],
        }
        made.add(
            f"clusters/kubeadm-{number}.yaml",
            dumped(body, "yaml"),
            "kubeadm",
            iter([(token, True, "a token")]),
        )


def fields(made: Corpus) -> None:
    for number in range(6):
        word, hook = (
            made.word(),
            f"https://hooks.slack.com/services/T{made.token(8)}/B{made.token(8)}/{made.token(24)}",
        )
        secure, ref = made.token(32), f"shop-admin-{number}"
        receivers = [{"name": "s", "slack_configs": [{"api_url": hook, "channel": "#a"}]}]
        spec = {
            "admin": {"password": word, "passwordSecretRef": {"name": ref, "key": "password"}},
            "receivers": receivers, "datasource": {"secureJsonData": {"apiKey": secure}},
        }  # fmt: skip
        labels = [
            (word, True, "password"),
            (hook, True, "Slack"),
            (secure, True, "secureJsonData"),
            (ref, False, "a reference"),
        ]
        made.add(
            f"crds/{number}.yaml",
            dumped(named("Thing", "t", "example.com/v1", spec=spec), "yaml"),
            "custom resources",
            iter(labels),
        )


def login_files(made: Corpus) -> None:
    for number in range(5):
        rows = pairs(made, 3, 3)
        made.add(
            f"files/{number}/.env",
            "".join(f"{k.upper().replace('-', '_')}={v}\n" for k, v, *_ in rows),
            ".env",
            marks(rows),
        )
        auth, password = encoded(f"shop:{made.word()}"), made.word()
        body = {
            "auths": {
                "registry.example.com": {"auth": auth},
                "r2.example.com": {"username": "shop", "password": password},
            }
        }
        made.add(
            f"files/{number}/config.json",
            dumped(body, "json"),
            "docker config",
            iter([(auth, True, "auth"), (password, True, "password")]),
        )
        packed = encoded(json.dumps(body))
        secret = named(
            "Secret",
            "pull",
            type="kubernetes.io/dockerconfigjson",
            data={".dockerconfigjson": packed},
        )
        made.add(
            f"files/{number}/pull.yaml",
            dumped(secret, "yaml"),
            "Secret, yaml",
            iter([(packed, True, "pull secret")]),
        )
        token, word, other = made.token(36), made.word(), made.word()
        made.add(
            f"files/{number}/.npmrc",
            f"registry=https://registry.example.com/\n//registry.example.com/:_authToken={token}\n",
            "logins",
            iter([(token, True, ".npmrc")]),
        )
        made.add(
            f"files/{number}/.netrc",
            f"machine example.com login shop password {word}\n",
            "logins",
            iter([(word, True, ".netrc")]),
        )
        made.add(
            f"files/{number}/.git-credentials",
            f"https://shop:{other}@git.example.com\n",
            "logins",
            iter([(other, True, ".git-credentials")]),
        )
        word, path = made.word(), f"/run/secrets/db{number}"
        made.add(
            f"files/{number}/prod.tfvars",
            f'db_password = "{word}"\npassword_file = "{path}"\n',
            "Terraform",
            iter([(word, True, "tfvars"), (path, False, "a path")]),
        )
        word = made.word()
        state = {
            "version": 4,
            "outputs": {"dsn": {"value": word, "type": "string", "sensitive": True}},
        }
        made.add(
            f"files/{number}/terraform.tfstate",
            dumped(state, "json"),
            "Terraform",
            iter([(word, True, "an output")]),
        )
        key = pem(made)
        made.add(f"files/{number}/tls.key", key, "keys", iter([(key, True, "a private key")]))
        cert = pem(made, "CERTIFICATE")
        made.add(f"files/{number}/tls.crt", cert, "keys", iter([(cert, False, "a certificate")]))
        url = f"https://shop:{made.word()}@git.shop.svc/repo"
        made.add(
            f"files/{number}/NOTES.md",
            f"Clone with `git clone {url}`, then see https://user:password@example.com.\n",
            "URLs in texts",
            iter([(url, True, "a URL")]),
        )


def pem(made: Corpus, what: str = "RSA PRIVATE " + "KEY") -> str:
    body = encoded(made.token(192))
    rows = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN {what}-----\n{rows}\n-----END {what}-----\n"


def keys_in_secrets(made: Corpus) -> None:
    for number in range(5):
        key = pem(made)
        text = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: k{number}}}\nstringData:\n  tls.key: |\n"
        block = "".join(f"    {row}\n" for row in key.splitlines())
        made.add(
            f"secrets/pem-{number}.yaml",
            text + block,
            "Secret, yaml",
            iter([("  tls.key: |\n" + block, True, "PEM")]),
        )
        packed, cert = encoded(pem(made)), encoded(pem(made, "CERTIFICATE"))
        body = named(
            "Secret", "tls", type="kubernetes.io/tls", data={"tls.crt": cert, "tls.key": packed}
        )
        made.add(
            f"secrets/tls-{number}.yaml",
            dumped(body, "yaml"),
            "Secret, yaml",
            iter([(packed, True, "tls.key"), (cert, False, "tls.crt")]),
        )


def ours(made: Corpus) -> None:
    for number in range(5):
        word, bad, good = made.word(), made.word(), ciphertext(seed=f"c{number}")
        secrets = {
            "db": {"values": {"password": {"literal": word}, "region": {"literal": f"eu-west-{number}"}}},
            "web": {"sealed": {"api-key": good, "token": bad}},
            "app": {"from": "aws", "keys": {"password": f"production/db{number}#password"}},
        }  # fmt: skip
        body = named("AppSecrets", "shop", "secretkit.dev/v1alpha1", spec={"secrets": secrets})
        labels = [(word, True, "a literal"), (bad, True, "no ciphertext"), (good, False, "ciphertext"),
                  (f"eu-west-{number}", False, "a literal"), (f"production/db{number}", False, "a reference")]  # fmt: skip
        made.add(
            f"apps/{number}/secrets.yaml", dumped(body, "yaml"), "our secrets.yaml", iter(labels)
        )


def safe_objects(made: Corpus) -> None:
    for number in range(8):
        sealed = {
            key: ciphertext(seed=f"s{number}{key}") for key in ("password", "api-key", "SECRET_KEY")
        }
        body = named("SealedSecret", "s", "bitnami.com/v1alpha1", spec={"encryptedData": sealed})
        made.add(
            f"safe/sealed-{number}.yaml",
            dumped(body, "yaml"),
            "SealedSecret",
            ((v, False, k) for k, v in sealed.items()),
        )
        remote = [
            {
                "secretKey": "password",
                "remoteRef": {"key": f"production/database{number}", "property": "password"},
            },
            {
                "secretKey": "api-token",
                "remoteRef": {"key": f"shared/api-token-{number}", "property": "token"},
            },
        ]
        body = named(
            "ExternalSecret",
            "e",
            "external-secrets.io/v1",
            spec={"secretStoreRef": {"name": "vault"}, "data": remote},
        )
        labels = [
            (f"production/database{number}", False, "a key"),
            (f"shared/api-token-{number}", False, "a key"),
        ]
        made.add(
            f"safe/external-{number}.yaml", dumped(body, "yaml"), "ExternalSecret", iter(labels)
        )
        enc = [
            f"ENC[AES256_GCM,data:{encoded(made.token(9))},iv:{encoded(made.token(24))},tag:{encoded(made.token(12))},type:str]"
            for _ in range(3)
        ]
        body = named("Secret", "db", stringData={"password": enc[0], "token": enc[1]})
        body["sops"] = {"age": [{"recipient": "age1" + made.token(58, string.ascii_lowercase + "023456789"), "enc": f"-----BEGIN AGE ENCRYPTED FILE-----\n{encoded(made.token(40))}\n-----END AGE ENCRYPTED FILE-----\n"}],
                        "mac": enc[2], "lastmodified": "2026-01-01T00:00:00Z", "version": "3.11.0"}  # fmt: skip
        made.add(
            f"safe/sops-{number}.yaml",
            dumped(body, "yaml"),
            "sops",
            ((one, False, "sops") for one in enc),
        )
        template = (
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}-db\n"
            "{{- if .Values.x }}\ndata:\n  password: {{ .Values.password | b64enc | quote }}\n"
            f'  token: {{{{ include "shop.token{number}" . | b64enc }}}}\n{{{{- end }}}}\n'
        )
        labels = [("{{ .Values.password", False, "an action"), ("{{ include", False, "an action")]
        made.add(
            f"safe/chart-{number}/templates/secret.yaml", template, "Helm templates", iter(labels)
        )
        role = named(
            "Role",
            "r",
            "rbac.authorization.k8s.io/v1",
            rules=[
                {
                    "resources": ["secrets"],
                    "resourceNames": [f"db-password-{number}"],
                    "verbs": ["get"],
                }
            ],
        )
        made.add(
            f"safe/role-{number}.yaml",
            dumped(role, "yaml"),
            "RBAC",
            iter([(f"db-password-{number}", False, "a name")]),
        )
        aws = "AKIA" + "IOSFODNN7" + "EXAMPLE"
        made.add(
            f"safe/aws-{number}.yaml",
            dumped(named("ConfigMap", "d", data={"AWS_ACCESS_KEY_ID": aws, "OTHER": "x"}), "yaml"),
            "documentation's keys",
            iter([(aws, False, "AWS")]),
        )


def told_forms(made: Corpus) -> None:
    """The rows of forms.py: a value a row, or a file of look-alikes."""
    hexes = "0123456789abcdef"
    for number, (place, name, text) in enumerate(forms.LEAKS):
        word = made.word()
        body = text.replace("{w}", word).replace("{b}", encoded(word))
        needle = next(row for row in text.split("\n") if "{w}" in row or "{b}" in row).strip()
        needle = needle.replace("{w}", word).replace("{b}", encoded(word))
        made.add(f"told/{number}/{name}", body, place, iter([(needle, True, name)]))
    for number, (place, name, text) in enumerate(forms.SAFE):
        body = text.replace("{s}", ciphertext(seed=f"f{number}"))
        while "{h}" in body or "{r}" in body:
            body = body.replace("{h}", made.token(40, hexes), 1)
            body = body.replace("{r}", made.token(43), 1)
        rows = [row for row in dict.fromkeys(body.split("\n")) if len(row.strip()) > 8]
        made.add(f"told/safe-{number}/{name}", body, place, ((row, False, name) for row in rows))


PLACES = (
    secret_objects, list_and_many, config_maps, config_files, variables, arguments, annotations, generators,
    helm_values, clusters, fields, login_files, keys_in_secrets, ours, safe_objects,
    told_forms,
)  # fmt: skip
