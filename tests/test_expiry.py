"""Certificates that stand in the file are judged by a clock; nothing else of values is."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import chains
import pytest
from chains import DAY, NOW

from secretkit import certificates, pipeline
from secretkit.pipeline import Options
from secretkit.validating import validate

HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\nmetadata: {name: shop, namespace: prod}\n"
MINUTE = timedelta(minutes=1)


def written(folder: Path, secrets: object, more: str = "") -> None:
    (folder / "secrets.yaml").write_text(f"{HEAD}spec:\n  secrets: {json.dumps(secrets)}\n{more}")


def told(folder: Path, now: datetime | None) -> list[str]:
    found = validate([folder], Options(), now)
    spots = pipeline.spots(found.findings, folder)
    return [f"{one.severity} {one.finding.message}" for one in spots if one.finding.code == "SK562"]


def literal(text: str) -> dict[str, object]:
    return {"it": {"values": {"ca.crt": {"literal": text}}}}


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        pytest.param(NOW - DAY, NOW + 31 * DAY, [], id="valid for long"),
        pytest.param(NOW, NOW + 30 * DAY, [], id="from now, for 30 days"),
        pytest.param(NOW - DAY, NOW + 30 * DAY - MINUTE,
                     ["warning certificate number 1 in `ca.crt` ends on 2026-07-01"], id="nearly 30 days"),
        pytest.param(NOW - 2 * DAY, NOW, ["error certificate number 1 in `ca.crt` ended on 2026-06-01"], id="over"),
        pytest.param(NOW + MINUTE, NOW + 90 * DAY, ["warning certificate number 1 in `ca.crt` begins on 2026-06-01"],
                     id="not yet"),
    ],
)  # fmt: skip
def test_a_literal_certificate_is_judged_by_its_time(
    tmp_path: Path, begins: datetime, ends: datetime, expected: list[str]
) -> None:
    written(tmp_path, literal(chains.issue("a", begins=begins, ends=ends).certificate))

    assert told(tmp_path, NOW) == expected
    assert told(tmp_path, None) == []


def test_each_certificate_of_a_chain_counts(tmp_path: Path) -> None:
    over = chains.issue("b", begins=NOW - 9 * DAY, ends=NOW - DAY)
    written(tmp_path, literal(chains.issue("a").certificate + over.certificate))

    assert told(tmp_path, NOW) == ["error certificate number 2 in `ca.crt` ended on 2026-05-31"]


def test_a_policy_speaks_of_time_too(tmp_path: Path) -> None:
    written(tmp_path, literal(chains.issue("a", ends=NOW).certificate))
    (tmp_path / "platform.yaml").write_text(
        "apiVersion: secretkit.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\n"
        'spec: {policy: {SK562: "off"}}\n'
    )

    assert told(tmp_path, NOW) == []


def test_a_file_is_not_opened_to_see_its_time(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text(chains.issue("a", ends=NOW).certificate)
    written(tmp_path, {"it": {"values": {"ca.crt": {"file": "ca.crt"}}}})

    assert told(tmp_path, NOW) == []


def test_render_knows_no_time(tmp_path: Path) -> None:
    written(tmp_path, literal(chains.issue("a", ends=NOW - DAY).certificate))

    assert pipeline.run([tmp_path], Options(allow_plaintext=True)).findings == ()


@pytest.mark.parametrize(
    "text", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "x"]
)
def test_what_is_no_certificate_has_no_time(text: str) -> None:
    assert certificates.lives(text.encode()) == ()


def test_only_what_holds_certificates_pays_for_reading_them(tmp_path: Path) -> None:
    """The library's import costs more than a small render."""
    program = (
        "import sys; from secretkit.cli import run; code = run(sys.argv[1:]); "
        "sys.exit(f'{code} {\"cryptography\" in sys.modules}')"
    )
    written(tmp_path, {"it": {"values": {"mode": {"literal": "plain"}}}})
    for command in ("render", "validate"):
        ran = subprocess.run(
            [sys.executable, "-c", program, command, str(tmp_path)], capture_output=True, text=True
        )
        assert ran.stderr.splitlines()[-1] == "0 False"
