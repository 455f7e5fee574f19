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


def steps_of(repo: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = workflow(repo)["jobs"]["secretkit"]["steps"]
    return found


def run_steps(repo: Path, source: str = "") -> dict[str, tuple[int, str]]:
    """Runs each of our commands as a runner does, but for pip, whatever the one before says."""
    tools = repo.parent / "bin"
    tools.mkdir(exist_ok=True)
    (tools / "secretkit").write_text(
        f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m secretkit "$@"\n'
    )
    (tools / "secretkit").chmod(0o755)
    path = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "SECRETKIT": source}
    done = {}
    for step in steps_of(repo):
        line = step.get("run", "")
        if line and not line.startswith("python -m pip"):
            ran = subprocess.run(
                ["bash", "-e", "-c", line], cwd=repo, env=path, capture_output=True, text=True
            )
            done[line.splitlines()[0]] = ran.returncode, ran.stdout
    return done


SCAN = "secretkit scan --format github --sarif secretkit.sarif ."


def test_every_command_of_ours_works(repo: Path, ran: Ran) -> None:
    ran("init", "--ci", str(repo))
    done = run_steps(repo, "secretkit")

    assert {line: code for line, (code, _) in done.items()} == {
        'if [ -z "$SECRETKIT" ]; then': 0,
        "secretkit validate --format github .": 0,
        "secretkit render . --env staging -o out/staging --check": 0,
        SCAN: 0,
    }
    assert (repo / "secretkit.sarif").stat().st_size > 100


def test_a_leak_is_in_the_log_and_in_sarif_where_there_is_no_secrets_yaml(
    repo: Path, ran: Ran
) -> None:
    shutil.rmtree(repo / "app")
    shutil.rmtree(repo / "out")
    (repo / "a.yaml").write_text("apiVersion: v1\nkind: Secret\nstringData: {a: hunter2-x}\n")
    ran("init", "--ci", str(repo))
    code, out = run_steps(repo, "secretkit")[SCAN]

    assert code == 1
    assert out.startswith("::error ")
    assert "file=a.yaml" in out
    assert "a.yaml" in (repo / "secretkit.sarif").read_text()


def test_no_step_hides_another(repo: Path, ran: Ran) -> None:
    ran("init", "--ci", str(repo))
    ours = {step["run"]: step.get("if", "") for step in steps_of(repo) if "run" in step}
    after = "!cancelled() && steps.install.outcome == 'success'"
    lines = list(ours)

    assert lines.index('python -m pip install "$SECRETKIT"') + 1 == lines.index(SCAN)
    assert ours[SCAN] == ""  # the first of them
    assert ours["secretkit validate --format github ."] == (
        f"${{{{ {after} && hashFiles('**/secrets.yaml') != '' }}}}"
    )
    assert ours["secretkit render . --env staging -o out/staging --check"] == f"${{{{ {after} }}}}"


def test_it_fails_at_once_where_nobody_has_said_from_where(repo: Path, ran: Ran) -> None:
    _, _, err = ran("init", "--ci", str(repo))
    code, out = run_steps(repo)['if [ -z "$SECRETKIT" ]; then']

    assert steps_of(repo)[0]["run"].startswith('if [ -z "$SECRETKIT" ]')
    assert workflow(repo)["jobs"]["secretkit"]["env"] == {"SECRETKIT": ""}
    assert (code, out) == (
        1, f"::error file={NAME}::set SECRETKIT in this file to where pip installs secretkit from\n",
    )  # fmt: skip
    assert "set `SECRETKIT`" in err


def test_from_says_where_it_is_installed_from(repo: Path, ran: Ran) -> None:
    source = 'secretkit @ git+https://git.example.org/x@v1 # \'"quoted"'
    code, _, err = ran("init", "--ci", "--from", source, str(repo))

    assert (code, err) == (0, f"wrote {repo}/{NAME}\n")
    assert workflow(repo)["jobs"]["secretkit"]["env"] == {"SECRETKIT": source}


@pytest.mark.parametrize("words", [["--from=x"], ["--ci", "--from=-r x"], ["--ci", "--from=a\nb"]])
def test_a_from_that_is_none_is_refused(repo: Path, ran: Ran, words: list[str]) -> None:
    assert ran("init", *words, str(repo))[:2] == (2, "")
    assert not (repo / NAME).exists()


def test_pushes_are_looked_at_on_the_default_branch_whatever_its_name(repo: Path, ran: Ran) -> None:
    ran("init", "--ci", str(repo))
    found = workflow(repo)

    on: Any = found.get(True)  # type: ignore[call-overload]  # YAML 1.1 reads `on` so
    assert on == {"pull_request": None, "push": None}
    assert {job["if"] for job in found["jobs"].values()} == {
        "${{ github.event_name == 'pull_request'"
        " || github.ref_name == github.event.repository.default_branch }}"
    }


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


@pytest.mark.parametrize("login", ["https://user:CANARY@host/x.tar.gz", "x @ git+https://CANARY@host/x@v1", "git+ssh://git:CANARY@host/x"])  # fmt: skip
def test_a_login_is_not_written_into_the_workflow(repo: Path, ran: Ran, login: str) -> None:
    code, out, err = ran("init", "--ci", "--from", login, str(repo))

    assert (code, out, "CANARY" in err, "a URL with a login" in err) == (2, "", False, True)
    assert not (repo / NAME).exists()


@pytest.mark.parametrize("source", ["x @ git+https://host:8443/x@v1", "git+ssh://git@host/x@v1"])
def test_an_at_that_begins_no_host_is_no_login(repo: Path, ran: Ran, source: str) -> None:
    assert ran("init", "--ci", "--from", source, str(repo))[0] == 0
    assert workflow(repo)["jobs"]["secretkit"]["env"] == {"SECRETKIT": source}
