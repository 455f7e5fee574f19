"""What the hook of pre-commit does with a password that a person would call obvious."""

import subprocess
from pathlib import Path

import yaml

from secretkit import scan

ROOT = Path(__file__).parents[2]
POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: db\n    env: [{name: POSTGRES_PASSWORD, value: hunter2-prod}]\n"


def test_an_obvious_password_stops_a_commit(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "pod.yaml").write_text(POD)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    found = scan.scan(scan.Request(paths=[tmp_path], staged=True))

    assert [(one.finding.code, one.finding.severity) for one in found.spots] == [("SK804", "error")]


def test_the_hook_shows_warnings_of_a_commit_that_passes() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    hook = next(one for one in hooks if one["id"] == "secretkit-scan")

    assert (hook["entry"], hook["verbose"]) == ("secretkit scan --staged", True)
