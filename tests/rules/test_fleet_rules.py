"""What apps contradict each other in: both files are named."""

from pathlib import Path

import pytest
import yaml

from secretkit import pipeline
from secretkit.pipeline import Options
from secretkit.text import Source

HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"
VAULT = '{vault: {server: "https://vault.example.com", path: secret, role: %s, serviceAccount: %s}}'
AWS = (
    "{aws: {service: SecretsManager, region: us-east-1, serviceAccount: "
    '{name: %s, identity: "arn:aws:iam::111122223333:role/%s"}}}'
)


def found(root: Path, *specs: str, namespaces: tuple[str, str] = ("prod", "prod")) -> list[str]:
    """`CODE FILE:LINE also FILE:LINE` of every finding but infos."""
    (root / ".git").mkdir()
    for name, spec, namespace in zip("ab", specs, namespaces, strict=True):
        (root / name).mkdir()
        text = f"{HEAD}metadata: {{name: {name}, namespace: {namespace}}}\nspec:\n{spec}\n"
        (root / name / "secrets.yaml").write_text(text)
    outcome = pipeline.run([root], Options())
    return [
        f"{one.finding.code} {one.span.source.name}:{one.span.line}"
        + "".join(f" also {also.source.name}:{also.line}" for also in one.also)
        for one in pipeline.spots(outcome.findings, root)
        if one.severity != "info"
    ]


USES = """\
  secrets: {tls: {existing: true}}
  workloads: {%s: {kind: Deployment, containers: [api], files: {/etc/tls: tls}}}"""
PULLS = """\
  secrets: {registry: {existing: true}}
  workloads: {%s: {kind: Deployment, imagePullSecrets: [registry]}}"""


def test_one_secret_in_the_pods_of_two_apps(tmp_path: Path) -> None:
    assert found(tmp_path, USES % "w1", USES % "w2") == [
        "SK701 b/secrets.yaml:6 also a/secrets.yaml:6"
    ]


def test_a_registrys_login_may_be_shared(tmp_path: Path) -> None:
    assert found(tmp_path, PULLS % "w1", PULLS % "w2") == []


def test_secrets_of_two_namespaces_are_two(tmp_path: Path) -> None:
    assert found(tmp_path, USES % "w1", USES % "w1", namespaces=("one", "two")) == []


MOUNTED = (
    '{vault: {server: "https://vault.example.com", path: secret, role: same, mountPath: %s, '
    "serviceAccount: %s}}"
)
JWT = (
    '{vault: {server: "https://vault.example.com", path: secret, auth: {jwt: {role: same, '
    "kubernetesServiceAccountToken: {serviceAccountRef: {name: %s}}}}}}"
)
MADE = "{aws: {service: SecretsManager, region: us-east-1, serviceAccount: {name: eso, %s}}}"
ASSUMED = (
    '{aws: {service: SecretsManager, region: us-east-1, role: "arn:aws:iam::111122223333:role/%s"}}'
)
NOTED = (
    "{aws: {service: SecretsManager, region: us-east-1, "
    "serviceAccount: {name: %s, annotations: {example.com/account-team: core, "
    'eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/${app}"}}}}'
)
READS = "  stores:\n    %s: %s\n  secrets: {%s: {from: %s, keys: {k: db#p}}}"


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        pytest.param(AWS % ("a", "same"), AWS % ("b", "same"), True, id="a cloud identity"),
        pytest.param(AWS % ("a", "x"), AWS % ("b", "y"), False, id="two cloud identities"),
        pytest.param(VAULT % ("same", "a"), VAULT % ("same", "b"), True, id="a Vault role"),
        pytest.param(VAULT % ("r1", "a"), VAULT % ("r2", "b"), False, id="two Vault roles"),
        pytest.param(MOUNTED % ("k1", "a"), MOUNTED % ("k2", "b"), False, id="two Vault mounts"),
        pytest.param(MOUNTED % ("k1", "a"), MOUNTED % ("k1", "b"), True, id="one Vault mount"),
        pytest.param(JWT % "a", JWT % "b", True, id="a Vault role by JWT"),
        pytest.param(MADE % "existing: true", MADE % "existing: true", True, id="an account"),
        pytest.param(ASSUMED % "x", ASSUMED % "x", True, id="an assumed IAM role"),
        pytest.param(ASSUMED % "x", ASSUMED % "y", False, id="two assumed IAM roles"),
        pytest.param(NOTED % "a", NOTED % "b", False, id="an annotation that is no login"),
        pytest.param(
            "{provider: {doppler: {auth: {secretRef: {dopplerToken: {name: t, key: k}}}}}}",
            "{provider: {doppler: {auth: {secretRef: {dopplerToken: {name: t, key: k}}}}}}",
            True, id="a credential in a Secret",
        ),
        pytest.param(
            "{ref: {kind: ClusterSecretStore, name: main}}",
            "{ref: {kind: ClusterSecretStore, name: main}}", False, id="a store made for many",
        ),
    ],
)  # fmt: skip
def test_one_login_of_two_apps(tmp_path: Path, one: str, two: str, expected: bool) -> None:
    specs = [READS % (name, store, name, name) for name, store in (("sa", one), ("sb", two))]

    assert found(tmp_path, *specs) == (
        ["SK702 b/secrets.yaml:6 also a/secrets.yaml:6"] if expected else []
    )


PUSHES = """\
  stores: {%s: {ref: {kind: ClusterSecretStore, name: main}}}
  secrets:
    %s:
      generate: {}
      push: {%s: {password: "%s"}}"""


@pytest.mark.parametrize(
    ("remotes", "expected"),
    [
        (("shared/x", "shared/x"), ["SK703 b/secrets.yaml:9 also a/secrets.yaml:9"]),
        (("shared/x#a", "shared/x#b"), []),
        (("shared/x", "shared/y"), []),
    ],
)
def test_one_remote_key_written_by_two_apps(
    tmp_path: Path, remotes: tuple[str, str], expected: list[str]
) -> None:
    specs = [PUSHES % (f"m{at}", f"s{at}", f"m{at}", remote) for at, remote in enumerate(remotes)]

    assert found(tmp_path, *specs) == expected


def test_one_remote_key_written_twice_by_one_app() -> None:
    secrets = {
        name: {"generate": {}, "push": {"main": {"password": "shared/x"}}} for name in ("a", "b")
    }
    spec = {"stores": {"main": {"ref": {"name": "main"}}}, "secrets": secrets}
    body = {
        "apiVersion": "secretkit.dev/v1alpha1", "kind": "AppSecrets",
        "metadata": {"name": "shop", "namespace": "prod"}, "spec": spec,
    }  # fmt: skip

    judged = pipeline.judge(Source("secrets.yaml", yaml.safe_dump(body)), pipeline.Options())
    assert [f"{one.code} {one.message}" for one in judged] == [
        "SK703 `shared/x` is written by another push of this app as well"
    ]


PLATFORM = """\
apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec: {policy: {%s: "off"}}
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [("SK701", []), ("SK702", ["SK701 b/secrets.yaml:6 also a/secrets.yaml:6"])],
)
def test_a_platforms_policy_reaches_what_apps_share(
    tmp_path: Path, code: str, expected: list[str]
) -> None:
    (tmp_path / "platform.yaml").write_text(PLATFORM % code)

    assert found(tmp_path, USES % "w1", USES % "w2") == expected


def test_no_policy_lets_two_objects_collide(tmp_path: Path) -> None:
    """So it is not even taken."""
    (tmp_path / "platform.yaml").write_text(PLATFORM % "SK601")
    made = "  secrets: {key: {generate: {}}}"

    assert found(tmp_path, made, made) == ["SK027 platform.yaml:4"]


def test_an_account_that_two_apps_make_is_a_collision_alone(tmp_path: Path) -> None:
    store = MADE % "existing: false"
    specs = [READS % (name, store, name, name) for name in ("sa", "sb")]

    assert "SK601 b/secrets.yaml:6 also a/secrets.yaml:6" in found(tmp_path, *specs)
