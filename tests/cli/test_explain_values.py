"""`render --explain-values`: each resolved value with the line that gave it."""

import json
from pathlib import Path

import pytest

from secretkit.cli import run

PLATFORM = """\
apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  defaults:
    refresh: 30m
    labels: {team: core}
  stores:
    vault:
      vault: {server: "https://vault.example.com", path: secret, role: "${app}"}
  environments:
    staging:
      namespace: "${app}-staging"
      stores: {vault: {vault: {path: staging}}}
"""
APP = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: prod}
spec:
  secrets:
    db: {from: vault, keys: {password: "db#password"}}
    plain: {values: {word: {literal: "canary"}}}
  workloads:
    api: {kind: Deployment, containers: [api], files: {/etc/db: db}}
  environments:
    staging: {metadata: {labels: {tier: test}}, spec: {secrets: {db: {expect: [password]}}}}
"""


pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "platform.yaml").write_text(PLATFORM)
    (tmp_path / "secrets.yaml").write_text(APP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, tuple[str, str | None]]:
    assert run(["render", "--explain-values", "--format", "json", *words]) == 0
    rows = json.loads(capsys.readouterr().out)
    return {
        row["path"]: (row["value"], f"{row['file']}:{row['line']} {row['layer']}") for row in rows
    }


def test_every_layer_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    rows = found(capsys, "--env", "staging")

    expected = {
        "metadata.namespace": ("shop-staging", "platform.yaml:13 platform's environment"),
        "metadata.labels.team": ("core", "platform.yaml:7 platform"),
        "metadata.labels.tier": ("test", "secrets.yaml:11 app's environment"),
        "metadata.name": ("shop", "secrets.yaml:3 app"),
        "spec.stores.vault.vault.role": ("shop", "platform.yaml:10 platform"),
        "spec.stores.vault.vault.path": ("staging", "platform.yaml:14 platform's environment"),
        "spec.secrets.db.from": ("vault", "secrets.yaml:6 app"),
        "spec.secrets.db.expect[0]": ("password", "secrets.yaml:11 app's environment"),
        "spec.secrets.db.refresh": ("30m", "platform.yaml:6 platform"),
        'spec.workloads.api.files["/etc/db"].mode': ("0444", "None:None built-in"),
    }
    assert {path: rows[path] for path in expected} == expected


def test_without_an_environment_the_base_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert found(capsys)["metadata.namespace"] == ("prod", "secrets.yaml:3 app")


def test_no_value_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["render", "--explain-values"]) == 0
    captured = capsys.readouterr()

    assert "canary" not in captured.out + captured.err
    assert "spec.secrets.plain.values.word.literal" in captured.out


def test_the_text_is_aligned_under_the_order_of_layers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["render", "--explain-values", "--env", "staging"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert lines[0].startswith("# built-in < platform < platform's environment < app")
    assert len({line.index(" = ") for line in lines if " = " in line}) == 1


def test_an_app_that_cannot_be_merged_is_a_finding(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "secrets.yaml").write_text(APP.replace("from: vault", "from: 1"))

    assert run(["render", "--explain-values"]) == 1
    assert "SK011" in capsys.readouterr().err


def test_without_an_input_it_is_an_error_with_a_code(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "secrets.yaml").unlink()

    assert run(["render", "--explain-values"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error[SK060]: ")


LEAKY = """\
  stores:
    hook:
      provider:
        webhook:
          url: "https://user:canary-1@hook.example.com"
          headers: {Authorization: "Bearer canary-2", X-Team: core}
          result: {jsonPath: "$"}
          secrets: [{name: auth, secretRef: {name: hook, key: token}}]
  secrets:
    read: {from: hook, keys: {password: "db#password"}, template: {dsn: "postgres://u:canary-4@db"}}
  workloads:
    api: {kind: Deployment, containers: [api], env: {DB_PASSWORD: read#dsn}}
"""


def leaky(folder: Path) -> None:
    head = APP[: APP.index("  secrets:")]
    (folder / "secrets.yaml").write_text(head + LEAKY)


@pytest.mark.parametrize("form", [[], ["--format", "json"]])
def test_what_looks_like_a_secret_is_hidden_and_references_are_not(
    folder: Path, capsys: pytest.CaptureFixture[str], form: list[str]
) -> None:
    leaky(folder)
    run(["render", "--explain-values", *form])
    out = capsys.readouterr().out

    assert "canary" not in out
    assert "db#password" in out
    assert "read#dsn" in out
    assert "core" in out


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('defaults:\n    fileMode: "0440"', ("0440", "platform.yaml:6 platform")),
        ("defaults:", ("0444", "None:None built-in")),
    ],
)
def test_a_mode_that_the_platform_gives_stands_at_its_line(
    folder: Path, capsys: pytest.CaptureFixture[str], said: str, expected: tuple[str, str]
) -> None:
    (folder / "platform.yaml").write_text(PLATFORM.replace("defaults:", said, 1))

    assert found(capsys)['spec.workloads.api.files["/etc/db"].mode'] == expected


def test_targets_are_told_with_where_they_were_set(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    targets = PLATFORM.replace("spec:\n", 'spec:\n  targets: {kubernetes: "1.30"}\n')
    targets = targets.replace("staging:\n", 'staging:\n      targets: {externalSecrets: "1.3"}\n')
    (folder / "platform.yaml").write_text(targets)
    base, staging = found(capsys), found(capsys, "--env", "staging")

    assert base["targets.kubernetes"] == ("1.30", "platform.yaml:5 platform")
    assert base["targets.externalSecrets"] == ("2.9", "None:None built-in")
    assert staging["targets.kubernetes"] == ("1.30", "platform.yaml:5 platform")
    assert staging["targets.externalSecrets"] == (
        "1.3", "platform.yaml:14 platform's environment"
    )  # fmt: skip


def test_variables_are_told_with_where_they_were_set(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = PLATFORM.replace("spec:\n", 'spec:\n  variables: {account: "1", zone: a}\n')
    platform = platform.replace("staging:\n", 'staging:\n      variables: {account: "2"}\n')
    (folder / "platform.yaml").write_text(platform)
    staging = found(capsys, "--env", "staging")

    assert staging["variables.account"] == ("2", "platform.yaml:14 platform's environment")
    assert staging["variables.zone"] == ("a", "platform.yaml:5 platform")


def test_an_input_cannot_drive_the_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "secrets.yaml").write_text(APP.replace("db#password", "db\\e[31m#password"))
    run(["render", "--explain-values"])
    out = capsys.readouterr().out

    assert "db\N{REPLACEMENT CHARACTER}[31m#password" in out
