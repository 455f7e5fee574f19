"""How sure a value is by its key's name: an obvious password is an error, what may be a name is none."""

import pytest

from secretkit.scan.seen import Verdict, of_a_field

RANDOM = "aB3dE5gH7jK9mN1pQ4sT6vW8yZ0cF2hL"
HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
# Put together here, so that scanners of others find nothing in this file.
WORDS = "-".join(("orchid", "17x", "web"))
UUID = "-".join(("7d3e1c52", "96b0", "4f2a", "8a4e", "0c6b6f2f9a31"))
ENCODER = "-".join(("bcrypt", "strength", "12"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("POSTGRES_PASSWORD", "hunter2-prod"), ("password", "&Winter(2024)!"), ("password", "$Winter!2024"), ("password", "<Winter2024"), ("adminPassword", "Tr0ub4dor"), ("db_passwd", "winter!is!here"),
        ("PGPASSWORD", "orchid-17"), ("password_shop", "orchid-17"), ("psk", "orchid-17x"),
        ("clientSecret", WORDS), ("ENCRYPTION_KEY", WORDS), ("API_TOKEN", WORDS),
        ("AZURE_CLIENT_SECRET", UUID), ("SECRET_KEY_BASE", HEX),
        ("connectionString", "Server=a;Password=Orchid!17;"), ("JAVA_OPTS", "-Dtrust.password=orchid-17"),
        ("config", '{"db": {"password": "orchid-17"}}'),
    ],
)  # fmt: skip
def test_a_strong_name_with_what_nothing_else_would_be_is_sure(key: str, value: str) -> None:
    assert of_a_field(key, value).sureness == "sure"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("password", "bullfinch"), ("password", "99887766"), ("password", "correct horse"),
        ("password", "password"), ("GITLAB_TOKEN", "sunflower-field"), ("initialClusterToken", "etcd-cluster-k8s"),
        ("clientSecret", "web-client-2"), ("SECRET", "orchid-17x"), ("APP_KEY", HEX), ("X_CONFIG", RANDOM),
    ],
)  # fmt: skip
def test_a_weak_name_and_words_are_likely(key: str, value: str) -> None:
    assert of_a_field(key, value).sureness == "likely"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("password", "var.db_password"), ("password", "process.env.DB_PASSWORD"), ("token", "get_token(user)"),
        ("password", 'os.environ["DB_PASSWORD"]'), ("password", "$POSTGRES_PASSWORD psql"),
        ("admin_password", "$__file{/etc/secrets/pw}"), ("password", "${DB_PASSWORD:#{null}}"),
        ("DB_PASS", "my-secret-password"), ("SECRET_KEY", "change-this-in-production"),
        ("password", "Enter your password"), ("login.password", "Password"), ("Password", "api/generator/password.md"),
        ("passwordSecret", "shop-db"), ("privateKeySecret", "my-secret1"), ("keystorePasswordSecretKey", "keystore-password"),
        ("passwordEncoder", ENCODER), ("passwordAuthentication", "disabled"), ("tokenHeader", "X-Auth-Token"),
        ("authNetworks", "192.168.10.0/24"), ("tokenCacheSize", "262144"), ("PASSWORD_HASHER", "argon2-cffi-id"),
        ("image", "ghcr.io/external-secrets/external-secrets:v0.9.8"), ("image", "auth-service:2024.11.3"),
        ("integrity", "sha512-" + RANDOM * 2), ("ref", HEX + "01234567"), ("node_id", "MDEwOlJlcG9zaXRvcnkxODY4NTMyNjE="),
        ("trash_id", HEX), ("alert", "ThanosRuleNoEvaluationFor10Intervals"), ("STAKATER_DB_SECRET", HEX),
        ("recaptchaSiteKey", "6Lc" + RANDOM), ("dsn", f"https://{HEX}@o1.ingest.sentry.io/67890"),
        ("@a/auth-token", "^14.10.0-beta.1"), ("Authorization", "Bearer ${token}"), ("args", "login(user, password=password)"),
    ],
)  # fmt: skip
def test_what_refers_to_a_value_or_names_a_thing_is_safe(key: str, value: str) -> None:
    assert of_a_field(key, value) == Verdict("safe")


@pytest.mark.parametrize(
    "body", ["", "<your-private-key>", "...", "REDACTED", f"{RANDOM * 2}\n...\n{RANDOM}"]
)
def test_a_private_key_that_is_cut_or_empty_is_none(body: str) -> None:
    kind = "PRIVATE " + "KEY"

    assert of_a_field(
        "key.pem", f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n"
    ) == Verdict("safe")
