"""Inputs that pass every schema and meet the world: long names, odd paths, control characters."""

from collections.abc import Callable
from pathlib import Path

import pytest

from secretkit import pipeline
from secretkit.pipeline import Options
from secretkit.text import Source

HEAD = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: shop}
"""
Ran = tuple[int, str, str]


def codes(spec: str) -> list[str]:
    found = pipeline.judge(Source("secrets.yaml", HEAD + spec), Options())
    return sorted(one.code for one in found)


def test_a_name_as_long_as_may_be_has_a_file(tmp_path: Path, ran: Callable[..., Ran]) -> None:
    name = "a" * 253
    (tmp_path / "secrets.yaml").write_text(
        f"{HEAD}spec: {{secrets: {{{name}: {{generate: {{length: 20}}}}}}}}\n"
    )
    out = tmp_path / "out"

    assert ran("render", str(tmp_path), "-o", str(out), "--only", "api")[0] == 0
    assert len(list((out / "shop").glob("*.yaml"))) == 3
    assert ran("render", str(tmp_path), "-o", str(out), "--only", "api", "--check")[0] == 0


def test_a_path_may_end_above(
    tmp_path: Path, ran: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "secrets.yaml").write_text(HEAD)
    monkeypatch.chdir(tmp_path / "a")

    assert ran("validate", "..")[0] == 0
    assert ran("validate", "../a/..")[0] == 0


@pytest.mark.parametrize("escape", ["\\x7f", "\\x85", "\\x9f", "\\uffff", "\\ufffe"])
def test_what_no_server_stores_is_found_save_in_values(escape: str) -> None:
    secret = "spec: {secrets: {it: {values: {a: {literal: %s}}, annotations: {b: %s}}}}\n"
    odd = f'"a{escape}b"'

    assert codes(secret % ("fine", odd)) == ["SK007"]
    assert codes(secret % (odd, "fine")) == []


@pytest.mark.parametrize(
    "spec",
    [
        "spec:\n  storess: {}\n  secrets: {a: {from: vault, keys: {b: c#d}}}\n",
        "spec:\n  secretss: {a: {existing: true}}\n  access: {r: {serviceAccount: x, secrets: [a]}}\n",
        "spec:\n  stores: {v: {ref: {kind: SecretStore, name: v}}}\n  secrets: {a: {frm: v}}\n",
    ],
)
def test_a_misspelt_name_is_one_finding(spec: str) -> None:
    assert codes(spec) == ["SK010"]


def test_a_misspelt_namespace_is_one_finding() -> None:
    text = HEAD.replace("namespace:", "namespce:") + (
        "spec: {secrets: {s: {generate: {length: 20}, labels: {ns: '${namespace}'}}}}\n"
    )

    found = pipeline.judge(Source("secrets.yaml", text), Options())

    assert [one.code for one in found] == ["SK010"]


def test_a_patch_of_an_app_without_a_store_is_no_crash() -> None:
    spec = "  secrets: {db: {dynamic: database/creds/x, refresh: 30m}}\n  patches: {ServiceAccount/db: {}}\n"

    assert "SK202" in codes(f"spec:\n{spec}")


def test_an_environment_that_nobody_declares_is_wrong_usage_whatever_else_is_wrong(
    tmp_path: Path, ran: Callable[..., Ran]
) -> None:
    more = "  secrets: {a: {from: nobody, keys: {b: c#d}}}\n  environments: {staging: {}}\n"
    (tmp_path / "secrets.yaml").write_text(f"{HEAD}spec:\n{more}")
    code, _, err = ran("render", str(tmp_path), "--env", "stagin")

    assert code == 2
    assert "did you mean `staging`?" in err


@pytest.mark.parametrize("field", ["server: ''", "path: ''", "role: ''"])
def test_an_empty_setting_of_a_store_is_none(field: str) -> None:
    store = (
        f"{{server: 'https://vault.example.com', path: kv, role: r, serviceAccount: s, {field}}}"
    )
    name = field.partition(":")[0]
    fields = {
        "server": "server: 'https://vault.example.com', ",
        "path": "path: kv, ",
        "role": "role: r, ",
    }
    spec = f"spec: {{stores: {{v: {{vault: {store.replace(fields[name], '')}}}}}}}\n"

    assert set(codes(spec)) & {"SK014", "SK016"}
