"""`init --ci`: a workflow that is valid, whose own commands work, and never over another."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from examples import ROOT

Ran = Callable[..., tuple[int, str, str]]
NAME = ".github/workflows/secretkit.yaml"


@pytest.fixture
def repo(tmp_path: Path, ran: Ran) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    shutil.copytree(ROOT / "examples" / "environments", folder / "app")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    assert (
        ran("render", str(folder), "--env=staging", "-o", str(folder / "out" / "staging"))[0] == 0
    )
    return folder


def workflow(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / NAME).read_text())
    return found


def test_it_is_written_once(repo: Path, ran: Ran) -> None:
    code, out, err = ran("init", "--ci", str(repo))
    before = (repo / NAME).read_bytes()

    assert (code, out) == (0, "")
    assert err.startswith(f"wrote {repo}/{NAME}\n")
    assert ran("init", "--ci", str(repo)) == (
        2,
        "",
        f"error: {repo}/{NAME}: is there already, and stays as it is\n",
    )
    assert (repo / NAME).read_bytes() == before
    assert not (repo / "secrets.yaml").exists()


def test_it_reads_only_pins_what_it_uses_and_asks_for_verified_results(
    repo: Path, ran: Ran
) -> None:
    ran("init", "--ci", str(repo))
    found = workflow(repo)
    steps = [step for job in found["jobs"].values() for step in job["steps"]]
    hog = next(step for step in steps if "trufflehog" in step.get("uses", ""))

    assert found["permissions"] == {"contents": "read"}
    assert found["jobs"]["secretkit"]["permissions"] == {
        "contents": "read",
        "security-events": "write",
    }
    assert all(len(step["uses"].partition("@")[2]) == 40 for step in steps if "uses" in step)
    assert hog["with"]["extra_args"] == "--results=verified"
    checkouts = [step["with"] for step in steps if "checkout" in step.get("uses", "")]
    assert checkouts == [{"fetch-depth": 0, "persist-credentials": False}] * 2


def test_every_command_of_ours_works(repo: Path, ran: Ran) -> None:
    ran("init", "--ci", str(repo))
    lines = [step["run"] for step in workflow(repo)["jobs"]["secretkit"]["steps"] if "run" in step]
    tools = repo.parent / "bin"
    tools.mkdir()
    (tools / "secretkit").write_text(
        f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m secretkit "$@"\n'
    )
    (tools / "secretkit").chmod(0o755)
    path = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    done = {
        line: subprocess.run(
            ["bash", "-e", "-c", line], cwd=repo, env=path, capture_output=True
        ).returncode
        for line in lines
        if not line.startswith("python -m pip")
    }

    assert done == {
        "secretkit validate --format github .": 0,
        "secretkit render . --env staging -o out/staging --check": 0,
        "secretkit scan --format sarif . > secretkit.sarif": 0,
    }
    assert (repo / "secretkit.sarif").stat().st_size > 100


def test_a_folder_that_is_an_expression_runs_nothing(repo: Path, ran: Ran) -> None:
    (repo / "out" / "staging").rename(repo / "${{ github.token }}")
    ran("init", "--ci", str(repo))

    assert "github.token" not in (repo / NAME).read_text()


@pytest.mark.slow
def test_actionlint_takes_it(repo: Path, ran: Ran) -> None:
    program = os.environ.get("SECRETKIT_ACTIONLINT") or shutil.which("actionlint")
    if not program:
        pytest.skip(
            "no actionlint here: go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
        )
    ran("init", "--ci", str(repo))

    subprocess.run([program, str(repo / NAME)], check=True)
