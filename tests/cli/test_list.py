"""`secretkit list`: a line for each secret, and the same as JSON."""

import json
from pathlib import Path

import pytest

from secretkit.cli import run

HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    for name, spec in (
        ("b", "secrets: {db: {from: vault, keys: {password: db#p}}, key: {generate: {}}}\n"
              "  stores: {vault: {ref: {name: main}}}\n"
              "  access: {b-reader: {serviceAccount: b, secrets: [db]}}"),
        ("a", "secrets: {}\n  environments: {staging: {}}"),
    ):  # fmt: skip
        (tmp_path / name).mkdir()
        text = f"{HEAD}metadata: {{name: {name}, namespace: ns-{name}}}\nspec:\n  {spec}\n"
        (tmp_path / name / "secrets.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_table_has_a_line_for_each_secret(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["list", str(folder)]) == 0
    assert capsys.readouterr().out == (
        "NAMESPACE   APP   SECRET   SOURCE              STORES   USED BY   ENVIRONMENTS   FILE\n"
        "ns-a        a     <none>                                0         staging        "
        "a/secrets.yaml\n"
        "ns-b        b     db       from                main     1                        "
        "b/secrets.yaml\n"
        "ns-b        b     key      generate Password            0                        "
        "b/secrets.yaml\n"
    )


def test_json_has_apps_by_namespace_and_the_environments(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["list", str(folder), "--format", "json"]) == 0
    body = json.loads(capsys.readouterr().out)

    assert body["environments"] == ["staging"]
    assert [app["app"] for app in body["apps"]] == ["a", "b"]
    assert body["apps"][1] == {
        "app": "b", "namespace": "ns-b", "file": "b/secrets.yaml", "environments": [],
        "stores": [{"name": "main", "kind": "SecretStore", "backend": "ref", "preset": False}],
        "secrets": [
            {"name": "db", "source": "from", "stores": ["main"], "type": "Opaque",
             "usedBy": ["Role/b-reader"]},
            {"name": "key", "source": "generate Password", "stores": [], "type": "Opaque",
             "usedBy": []},
        ],
    }  # fmt: skip


def test_an_app_with_errors_is_left_out_and_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a" / "secrets.yaml").write_text(f"{HEAD}metadata: {{}}\n")

    assert run(["list", str(folder)]) == 1
    captured = capsys.readouterr()
    assert "ns-a" not in captured.out
    assert "ns-b" in captured.out
    assert "SK012" in captured.err


@pytest.mark.parametrize("form", ["table", "json"])
def test_no_value_in_the_clear_is_shown_or_read(
    folder: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    values = "{word: {literal: canary}, gone: {file: not-there.txt}, none: {env: NOT_SET}}"
    text = f"{HEAD}metadata: {{name: a, namespace: ns-a}}\nspec:\n  secrets: {{s: {{values: {values}}}}}\n"
    (folder / "a" / "secrets.yaml").write_text(text)

    assert run(["list", str(folder), "--format", form]) == 0  # what is not there is not opened
    captured = capsys.readouterr()
    assert "values" in captured.out
    assert "canary" not in captured.out + captured.err
