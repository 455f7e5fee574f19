"""What looks like a secret. The samples are put together here, so that no scanner takes this file."""

import base64
import json
import time

import pytest
from sealing import ciphertext

from secretkit.looks import (
    Look,
    entropy,
    is_placeholder,
    is_random,
    look,
    names_secret,
    sealed_problem,
)

LETTERS = "aB3dE5gH7jK9mN1pQ4sT6vW8yZ0cF2hL5nR7tX9bD1fG3"  # plainly nobody's
HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
A_KEY = "-----BEGIN OPENSSH PRIVATE " + f"KEY-----\n{LETTERS}\n-----END OPENSSH PRIVATE KEY-----\n"


def encoded(text: str, times: int = 1) -> str:
    for _ in range(times):
        text = base64.b64encode(text.encode()).decode()
    return text


def encoded_bytes(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        pytest.param("a", "AK" + "IA" + "ABCDEFGHIJKLMNOP", "an AWS access key ID", id="AWS"),
        pytest.param("a", "gh" + "p_" + LETTERS[:36], "a GitHub token", id="GitHub"),
        pytest.param("a", "github" + "_pat_" + LETTERS[:22], "a GitHub token", id="fine-grained"),
        pytest.param("a", "gl" + "pat-" + LETTERS[:20], "a GitLab token", id="GitLab"),
        pytest.param("a", "xo" + "xb-" + LETTERS[:24], "a Slack token", id="Slack"),
        pytest.param("a", "sk" + "_live_" + LETTERS[:24], "a Stripe key", id="Stripe"),
        pytest.param("a", "AI" + "za" + LETTERS[:35], "a Google API key", id="Google"),
        pytest.param("a", "np" + "m_" + LETTERS[:36], "an npm token", id="npm"),
        pytest.param("a", "py" + "pi-" + LETTERS + LETTERS, "a PyPI token", id="PyPI"),
        pytest.param("a", "hv" + "s." + LETTERS[:24], "a Vault token", id="Vault"),
        pytest.param("x-token", "s." + LETTERS[:24], "a Vault token", id="an old Vault token"),
        pytest.param(
            "a", ".".join((encoded('{"alg":"none"} '), encoded('{"sub":"nobody"}  '), "")),
            "a JSON Web Token", id="a JSON Web Token",
        ),
        pytest.param("a", "AGE-SECRET" + "-KEY-1" + LETTERS.upper(), "an age identity", id="age"),
        pytest.param("a", A_KEY, "a private key", id="a private key"),
        pytest.param("a", "postgres://shop:hunter2@db/shop", "a URL with a password", id="a URL"),
        pytest.param("a", "redis://:hunter2@cache", "a URL with a password", id="no user in a URL"),
        *(
            pytest.param("a", text, what, id=text)
            for text, what in {
                "postgres://{{ .user }}:hunter2@db/x": "a URL with a password",
                "postgres://u:hunter2{{ .x }}@db": "a URL with a password",
                "Authorization: Bearer hunter2": "a login in a header",
                "password: hunter2": "the value of a key that names a secret",
                "Server=x;Password=hunter2;": "the value of a key that names a secret",
                "jdbc:pg://h/d?user=u&password=hunter2": "the value of a key that names a secret",
                "u:hunter2@tcp(db:3306)/x": "a connection string with a password",
                "run --password=hunter2": "the value of a key that names a secret",
                "//registry.example.com/:_authToken=hunter2": "the value of a key that names a secret",
            }.items()
        ),
        pytest.param("Authorization", "Bearer hunter2", "a login in a header", id="a header's value"),
        pytest.param("db-password", "hunter2", "the value of a key that names a secret", id="a name"),
        pytest.param("dbPassword", "hunter2", "the value of a key that names a secret", id="camelCase"),
        pytest.param("API_KEY", "hunter2", "the value of a key that names a secret", id="an API key"),
        pytest.param("a", LETTERS[:24], "random text, as keys and tokens are", id="random text"),
        pytest.param("a", HEX, "random text, as keys and tokens are", id="hexadecimal"),
        pytest.param("a", encoded("postgres://shop:hunter2@db/s"), "a URL with a password", id="base64"),
        pytest.param("a", encoded("postgres://shop:hunter2@db/s", 3), "a URL with a password",
                     id="base64 three deep"),
        pytest.param("a", json.dumps({"auths": {"r": {"auth": "aHVudGVyMg=="}}}),
                     "the value of a key that names a secret", id="within JSON"),
        pytest.param("app.properties", "level=info\ndb.password=hunter2\n",
                     "the value of a key that names a secret", id="within properties"),
        pytest.param("config.yaml", "db:\n  password: 'hunter2'\n",
                     "the value of a key that names a secret", id="within YAML"),
        pytest.param(".env", "export DB_PASSWORD=hunter2",
                     "the value of a key that names a secret", id="within a .env file"),
    ],
)  # fmt: skip
def test_a_secret_looks_like_one(key: str, value: str, what: str) -> None:
    assert look(key, value) == Look(1.0, what)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("level", "info"),
        ("region", "us-east-1"),
        ("username", "payments"),
        ("url", "postgres://db.example.com:5432/shop"),
        ("url", "https://user@example.com/path:a@b"),
        ("url", "postgres://shop:${PASSWORD}@db/shop"),
        ("url", "postgres://shop:<password>@db/shop"),
        ("host", "payments-database-0.payments.production.svc.cluster.local"),
        ("role", "arn:aws:iam::111122223333:role/payments-eso"),
        ("image", "registry.example.com/shop/api@sha256:" + HEX * 2),
        ("id", "123e4567-e89b-12d3-a456-426614174000"),
        ("path", "/opt/Payments/Config2/application-production.yaml"),
        ("a", "Prod/PaymentsApi/Database2/ReadWrite"),
        ("a", "projects/My-Project-1/secrets/DatabasePassword/versions/12"),
        ("bucket", "payments-production-us-east-1-backups-2026"),
        ("git-commit", HEX + "01234567"),
        ("password", "changeme"),
        ("password", "<password>"),
        ("password", "{{ .password }}"),
        ("password", "ref+vault://secret/shop#/password"),
        ("password", "short"),
        ("password", ""),
        ("password-file", "/run/secrets/password"),
        ("password", "/run/secrets/password"),
        ("secretName", "database-credentials"),
        ("secretKey", "password-of-the-db"),
        ("tokenUrl", "https://login.example.com/token"),
        ("token-ttl", "15m0s30ms"),
        ("token", "15m0s30ms"),
        ("author", "Jane Doe"),
        ("existingSecret", "database"),
        ("passenger", "Jane Doe"),
        ("aws", "AKIA" + "IOSFODNN7EXAMPLE"),
        ("tls.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ("config.json", json.dumps({"level": "info", "hosts": ["a", "b"], "retries": 3})),
        ("config.json", "{ not JSON"),
        ("app.properties", "password.file=/run/secrets/db\nlevel=info\n"),
        ("text", "Nobody would take this sentence for a secret, Lorem Ipsum 2026."),
    ],
)
def test_what_is_no_secret_does_not_look_like_one(key: str, value: str) -> None:
    assert not look(key, value).is_secret


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("password", True), ("DB_PASSWD", True), ("passphrase", True), ("db-pass", True),
        ("client-secret", True), ("clientSecret", True), ("authToken", True), ("oauth", True),
        ("api-key", True), ("apikey", True), ("accessKey", True), ("AWS_SECRET_ACCESS_KEY", True),
        ("signing-key", True), ("private.key", True), ("secret_key", True), ("SECRET_KEY", True),
        ("connectionString", True), ("sentry-dsn", True), ("salt", True), ("credentials", True),
        ("authorization", True),
        ("public-key", False), ("secretKey", False), ("encryption-mode", False), ("auth-method", False),
        ("tokenVersion", False), ("secretRef", False), ("author", False), ("compass", False),
        ("basalt", False), ("key", False), ("", False),
    ],
)  # fmt: skip
def test_a_key_names_a_secret_or_not(key: str, expected: bool) -> None:
    assert names_secret(key) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("changeme", True), ("CHANGE-ME", True), ("xxxx", True), ("****", True), ("TODO", True),
        ("your-token-here", True), ("<token>", True), ("$(TOKEN)", True), ("%TOKEN%", True),
        ("op://vault/item/field", True), ("ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]", True),
        ("xx", False), ("hunter2", False), ("true", False), ("", False), ("my <token>", False),
    ],
)  # fmt: skip
def test_a_placeholder_is_known(text: str, expected: bool) -> None:
    assert is_placeholder(text) is expected


@pytest.mark.parametrize(
    ("text", "bits"), [("", 0.0), ("aaaa", 0.0), ("abab", 1.0), ("abcdefgh", 3.0)]
)
def test_entropy_counts_bits_per_character(text: str, bits: float) -> None:
    assert entropy(text) == bits


@pytest.mark.parametrize("text", ["1h" * 20, "/a" * 30, "AB/" * 10, "abc" * 20])
def test_what_repeats_is_not_random(text: str) -> None:
    assert not is_random(text)


@pytest.mark.parametrize(
    "text",
    [
        "eyJ" * 300_000, "-----BEGIN " * 90_000, "a" * 1_000_000, "a://" * 250_000, "a:" * 500_000,
        "\n" * 1_000_000, "[" * 1_000_000, "x=" * 500_000, "hvs." * 250_000, "/a" * 500_000,
        "1" * 1_000_000, "<" * 1_000_000, "{{" * 500_000, "your-" * 200_000, "a=b\n" * 250_000,
    ],
    ids=lambda text: repr(text[:4]),
)  # fmt: skip
def test_no_text_of_a_mebibyte_takes_long(text: str) -> None:
    before = time.process_time()

    look("token", text)

    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(ciphertext(), None, id="an empty value under RSA-4096"),
        pytest.param(ciphertext(100, rsa_bytes=256), None, id="RSA-2048"),
        pytest.param(ciphertext(5, rsa_bytes=384), None, id="RSA-3072"),
        pytest.param(ciphertext(5, rsa_bytes=1024), None, id="RSA-8192"),
        pytest.param(ciphertext()[:76] + "\n" + ciphertext()[76:], None, id="line ends, as Go skips them"),
        pytest.param("AgBy8hCi...", "is not base64", id="a placeholder"),
        pytest.param("hunter2!", "is not base64", id="a value in the clear"),
        pytest.param("пароль", "is not base64", id="not even ASCII"),
        pytest.param(ciphertext().rstrip("="), "is not base64", id="its padding cut off"),
        pytest.param(" " + ciphertext(), "is not base64", id="a blank, as Go refuses it"),
        pytest.param(ciphertext().replace("+", "-").replace("/", "_"), "is not base64", id="the URL alphabet"),
        pytest.param("", "is too short", id="nothing"),
        pytest.param(encoded("hunter2"), "does not begin with the length of an RSA key", id="a value in base64"),
        pytest.param(ciphertext(rsa_bytes=512)[:400], "is cut short", id="cut"),
        pytest.param(encoded_bytes(b"\x01\x00" + bytes(256 + 15)), "is cut short", id="a byte of the tag gone"),
        pytest.param(ciphertext(rsa_bytes=200), "does not begin with the length of an RSA key", id="odd RSA"),
    ],
)  # fmt: skip
def test_ciphertext_is_known_by_its_form(text: str, problem: str | None) -> None:
    assert sealed_problem(text) == problem
