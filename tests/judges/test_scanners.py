"""Scanners that others wrote: checkov over what the examples give, gitleaks over this repository."""

import json
import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import overlays
import pytest
import yaml

from examples import EXAMPLES, ROOT, write

pytestmark = pytest.mark.slow

EXCEPTIONS = ROOT / "docs" / "checkov.md"


def program(name: str, variable: str) -> str:
    """The scanner that the variable names, or that PATH holds; skips where there is none."""
    found = os.environ.get(variable) or shutil.which(name)
    if not found:
        pytest.skip(f"no {name} here: install it in an environment of its own and set {variable}")
    return found


def test_checkov_finds_nothing_but_what_the_docs_explain(tmp_path: Path) -> None:
    checkov = program("checkov", "SECRETKIT_CHECKOV")
    for example in EXAMPLES:
        write(example, tmp_path / example.id)
        if example.overlay and not example.environment:
            folder = tmp_path / f"{example.id}-overlay" / "built"
            folder.mkdir(parents=True)
            for body in overlays.workloads(example):
                name = f"{body['kind']}-{body['metadata']['name']}.yaml".lower()
                (folder / name).write_text(yaml.safe_dump(body), encoding="utf-8")

    assert dict(found_by(checkov, tmp_path)) == explained()


def found_by(checkov: str, folder: Path) -> dict[str, set[str]]:
    """Check -> the kinds of objects that it finds fault with. Patches are no whole workloads."""
    ran = subprocess.run(
        [
            checkov, "--directory=.", "--framework", "kubernetes", "secrets", "--skip-path=/patches/",
            "--skip-download", "--compact", "--quiet", "--output=json",
        ],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LOG_LEVEL": "CRITICAL"},
        capture_output=True,
        text=True,
        timeout=300,
    )  # fmt: skip
    said = json.loads(ran.stdout)
    found: dict[str, set[str]] = defaultdict(set)
    for report in said if isinstance(said, list) else [said]:
        assert report["summary"]["parsing_errors"] == 0
        for check in report["results"]["failed_checks"]:
            found[check["check_id"]].add(Path(check["file_path"]).name.partition("-")[0])
    return found


def explained() -> dict[str, set[str]]:
    """The table of docs/checkov.md: check -> kinds in lower case."""
    rows = re.findall(r"^\| `(CKV\w+)` \| ([^|]+) \|", EXCEPTIONS.read_text("utf-8"), re.M)
    return {check: {kind.strip().lower() for kind in kinds.split(",")} for check, kinds in rows}


def test_gitleaks_finds_nothing_in_this_repository(tmp_path: Path) -> None:
    gitleaks = program("gitleaks", "SECRETKIT_GITLEAKS")
    for path in tracked():
        copy = tmp_path / "tree" / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)

    assert leaks(gitleaks, tmp_path / "tree") == []


def test_gitleaks_would_find_a_value(tmp_path: Path) -> None:
    gitleaks = program("gitleaks", "SECRETKIT_GITLEAKS")
    tree = tmp_path / "tree"
    tree.mkdir()
    token = "ghp_" + "0123456789abcdefABCDEF0123456789WXYZ"
    (tree / "values.yaml").write_text(f"github: {token}\n")

    assert leaks(gitleaks, tree) == ["github-pat values.yaml:1"]


def leaks(gitleaks: str, tree: Path) -> list[str]:
    report = tree.parent / "report.json"
    ran = subprocess.run(
        [
            gitleaks,
            "dir",
            ".",
            "--redact",
            "--no-banner",
            "--report-format=json",
            f"--report-path={report}",
        ],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode in (0, 1), ran.stderr
    found: list[dict[str, Any]] = json.loads(report.read_text())
    return [f"{one['RuleID']} {one['File']}:{one['StartLine']}" for one in found]


def tracked() -> Iterator[Path]:
    """The files that git holds, or would."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout, so nobody can tell its files from what lies around")
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return (path for path in paths if path.is_file() and not path.is_symlink())
