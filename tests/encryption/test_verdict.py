"""Nothing that could not be seen is taken for well."""

from secretkit.encryption.metrics import Loaded, Operations, Plugin, loaded
from secretkit.encryption.storage import OTHER, PLAIN, Form, Stored
from secretkit.encryption.verdict import Server, Storage, Verdict, rewritten, rolled, writer
from secretkit.load import load
from secretkit.model.control_plane import Encryption
from secretkit.platforms import load_platform
from secretkit.target import Target
from secretkit.text import Source

TARGET = Target()
NEW, OLD = Form("secretbox", "v1", "new"), Form("secretbox", "v1", "old")


def encryption(text: str) -> Encryption:
    body = f"""apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {{name: acme}}
spec:
  encryption: {text}
"""
    platform, _ = load_platform(load(Source("platform.yaml", body)), None)
    assert platform.encryption
    return platform.encryption


ROTATING = encryption(
    "{provider: secretbox, keys: [{name: old, state: previous}, {name: new, state: active}]}"
)
DISABLING = encryption(
    "{provider: secretbox, writeUnencrypted: true, keys: [{name: old, state: active}]}"
)
PLUGIN = encryption(
    '{provider: kms, kms: {name: aws, endpoint: "unix:///s"}, '
    "moveFrom: {provider: secretbox, keys: [{name: old, state: previous}]}}"
)


def test_what_is_written_is_what_stands_first() -> None:
    found = [writer(one, TARGET) for one in (ROTATING, DISABLING, PLUGIN)]

    assert found == [NEW, PLAIN, Form("kms", "v2", "aws")]


def test_all_under_the_writing_key_is_rewritten() -> None:
    stored = Storage((Stored("secrets", ((NEW, 7),)), Stored("configmaps", ())))

    assert rewritten(ROTATING, TARGET, stored) == Verdict()
    assert rewritten(ROTATING, TARGET, stored).holds


def test_what_is_under_another_key_is_named_and_what_nobody_reads_besides() -> None:
    counts = ((NEW, 7), (OLD, 2), (PLAIN, 1), (OTHER, 1))
    verdict = rewritten(ROTATING, TARGET, Storage((Stored("secrets", counts, ("a/b", "c/d")),)))

    assert verdict.wrong == (
        "secrets: 4 of 11 are not under secretbox:new (2 secretbox:old, 1 plain, 1 other): a/b, c/d, …",
        "secrets: no declared provider reads 1 plain, 1 other",
    )
    assert not verdict.holds


def test_an_exception_of_a_wildcard_is_to_be_plain() -> None:
    exception = encryption(
        '{resources: ["*.*"], except: [events, "*.apps"], provider: secretbox, readUnencrypted: true, '
        "keys: [{name: old, state: previous}, {name: new, state: active}]}"
    )
    right = (
        Stored("secrets", ((NEW, 7),)), Stored("events", ((PLAIN, 2),)),
        Stored("deployments.apps", ((PLAIN, 1),)),
    )  # fmt: skip
    left = (
        Stored("events", ((PLAIN, 2), (OLD, 1)), ("a/b",)),
        Stored("pods", ((PLAIN, 1),), ("a/c",)),
    )

    assert writer(exception, TARGET) == NEW
    assert rewritten(exception, TARGET, Storage(right)) == Verdict()
    assert rewritten(exception, TARGET, Storage(left)).wrong == (
        "events: 1 of 3 is not unencrypted (1 secretbox:old): a/b",
        "pods: 1 of 1 is not under secretbox:new (1 plain): a/c",
    )


def test_while_disabling_everything_is_to_be_plain() -> None:
    good = rewritten(DISABLING, TARGET, Storage((Stored("secrets", ((PLAIN, 3),)),)))
    bad = rewritten(DISABLING, TARGET, Storage((Stored("secrets", ((OLD, 1),), ("a/b",)),)))

    assert good.holds
    assert bad.wrong == ("secrets: 1 of 1 is not unencrypted (1 secretbox:old): a/b",)


def test_an_etcd_that_was_not_seen_proves_nothing() -> None:
    assert rewritten(ROTATING, TARGET, Storage(unseen=("etcd: gone",))).unseen == ("etcd: gone",)


METRICS = r"""
# HELP apiserver_encryption_config_controller_last_config_info [ALPHA] ...
apiserver_encryption_config_controller_last_config_info{apiserver_id_hash="sha256:1",hash="sha256:c"} 1
apiserver_encryption_config_controller_automatic_reloads_total{apiserver_id_hash="sha256:1",status="success"} 3
apiserver_encryption_config_controller_automatic_reloads_total{apiserver_id_hash="sha256:1",status="failure"} 2
apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds{status="success"} 1.7e+09
apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds{status="failure"} 1.8e+09
apiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="to_storage",transformer_prefix="k8s:enc:kms:v2:a\"}b:"} 4 1700000000000
apiserver_envelope_encryption_key_id_hash_status_last_timestamp_seconds{key_id_hash="sha256:k1",provider_name="aws"} 10
apiserver_envelope_encryption_key_id_hash_status_last_timestamp_seconds{key_id_hash="sha256:k2",provider_name="aws"} 20
apiserver_request_total{code="200"} 12
apiserver_storage_transformation_operations_total{resource="x"} nonsense
"""


def test_metrics_tell_what_a_server_has_loaded() -> None:
    assert loaded(METRICS.splitlines()) == Loaded(
        identity="sha256:1",
        config="sha256:c",
        successes=3,
        failures=2,
        is_last_failed=True,
        operations=(Operations("secrets", "to_storage", 'k8s:enc:kms:v2:a"}b:', "OK", 4),),
        plugins=(Plugin("aws", "sha256:k2", 20.0),),
    )


def test_metrics_of_older_releases_have_counters_of_their_own() -> None:
    name = "apiserver_encryption_config_controller_automatic_reload"
    found = loaded([f"{name}_success_total 2", f"{name}_failures_total 1"])

    assert (found.successes, found.failures, found.config) == (2, 1, "")


def server(name: str, config: str = "sha256:c", **more: object) -> Server:
    known = Loaded(f"sha256:{name}", config, 0, 0, False, (), ())
    return Server(name, known._replace(**more))  # type: ignore[arg-type]


def test_all_servers_on_the_file_are_rolled() -> None:
    assert rolled([server("a"), server("b")], "sha256:c", ["sha256:a", "sha256:b"]).holds


def test_a_server_that_failed_to_reload_or_has_another_file_is_named() -> None:
    found = [server("a", "sha256:0123456789abcdef0123"), server("b", is_last_failed=True)]

    assert rolled(found, "sha256:c", ["sha256:a", "sha256:b"]).wrong == (
        "a: has loaded another file, sha256:0123456789ab…",
        "b: its last reload failed; it would not start again with that file",
    )


def test_what_could_not_be_asked_is_said() -> None:
    verdict = rolled(
        [server("a", ""), Server("b", None, "refused")], None, ["sha256:a", "sha256:z"]
    )

    assert verdict.wrong == ()
    assert verdict.unseen == (
        "b: refused",
        "which file the API servers should have loaded: --config FILE names it",
        "a: tells no hash of its configuration (Kubernetes 1.34 and newer do)",
        "1 API server was not asked: name each with --server",
    )
    assert rolled([server("a")], "sha256:c", None).unseen == (
        "how many API servers there are: their leases in kube-system were not read",
    )


def test_a_plugin_that_names_two_keys_has_not_settled() -> None:
    found = [
        server("a", plugins=(Plugin("aws", "sha256:k1", 1.0),)),
        server("b", plugins=(Plugin("aws", "sha256:k2", 1.0),)),
    ]

    assert rolled(found, "sha256:c", ["sha256:a", "sha256:b"]).wrong == (
        "kms aws: the plugin names 2 keys, not the same to every API server",
    )
