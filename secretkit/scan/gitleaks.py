"""gitleaks, where it is installed: run with its values redacted, its findings by their places."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from secretkit.finding import Usage
from secretkit.scan import git
from secretkit.scan.nodes import Stretch

_FOUND = 86  # an exit code that gitleaks gives for nothing else
_LONGEST = 600  # seconds
CONFIG = ".gitleaks.toml"
# Rules that go by more than a provider's mark, and the codes or words of what they find.
_RULES = {
    "kubernetes-secret-yaml": ("SK801", "SK802"),
    "private-key": ("SK812", "a private key"),
    "generic-api-key": ("names a secret", "random text"),
    "hashicorp-tf-password": ("names a secret", "random text"),
    "curl-auth-header": ("a login in a header", "a password on a command line"),
    "curl-auth-user": ("a login in a header", "a password on a command line"),
    "jwt": ("a JSON Web Token",), "jwt-base64": ("a JSON Web Token",),
    "gcp-api-key": ("a Google API key",), "age-secret-key": ("an age identity",),
    "digitalocean-pat": ("a DigitalOcean token",), "huggingface-access-token": ("a Hugging Face token",),
    "hashicorp-tf-api-token": ("a Terraform Cloud token",), "newrelic-user-api-key": ("a New Relic key",),
}  # fmt: skip


def means(rule: str, code: str, what: str) -> bool:
    """Whether a rule of gitleaks finds what we call so: `github-pat` finds a GitHub token."""
    known = _RULES.get(rule)
    if known:
        return any(one == code or one in what for one in known)
    provider = rule.partition("-")[0].lower()
    return len(provider) > 2 and provider in what.lower().split()


class Leak(NamedTuple):
    """What gitleaks says of a place; the commit is empty outside of history."""

    file: str
    rule: str
    at: Stretch
    commit: str


class Failed(Exception):
    """It cannot be asked here, and why; its own words are never passed on."""


def find(choice: str) -> str | None:
    """The program for `auto`, `never` or a path; raises Usage where the path is none."""
    if choice == "never":
        return None
    found = shutil.which("gitleaks" if choice == "auto" else choice)
    if choice != "auto" and not found:
        raise Usage(f"--gitleaks {choice}: no such program")
    return found


def of_tree(program: str, root: Path, paths: Sequence[str]) -> list[Leak]:
    """What lies in the files below the paths; raises Failed."""
    return [leak for path in paths for leak in _ran(program, root, "dir", "--", path or ".")]


def of_index(program: str, root: Path) -> list[Leak]:
    """What is staged; raises Failed."""
    return _ran(program, root, "git", "--pre-commit", "--staged", "--", ".")


def of_history(program: str, root: Path, revisions: str) -> list[Leak]:
    """What commits of a range (all of them: "") added; raises Failed."""
    if any(not one.isprintable() or one in " \"'\\" for one in revisions):
        raise Failed("it takes no such range")  # the options are one text to it
    git.refuse_option(revisions)
    options = f"--full-history --text --no-ext-diff --no-textconv {revisions or '--all'}"
    return _ran(program, root, "git", f"--log-opts={options}", "--", ".")


def _ran(program: str, root: Path, verb: str, *words: str) -> list[Leak]:
    with tempfile.TemporaryDirectory(prefix="secretkit-") as folder:  # 0700
        report = Path(folder, "report.json")
        os.close(os.open(report, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        command = [
            program, verb, "--redact", "--no-banner", "--log-level=error",
            f"--exit-code={_FOUND}", "--report-format=json", f"--report-path={report}", *words,
        ]  # fmt: skip
        try:
            ran = subprocess.run(
                command, cwd=root, env=git.tame(root), stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=_LONGEST, check=False,
            )  # fmt: skip
            rows = json.loads(report.read_bytes() or b"[]")
        except git.Failed:
            raise Failed("git here starts other programs to show differences") from None
        except (OSError, ValueError, subprocess.SubprocessError):
            raise Failed("it did not work") from None
    # It finds nothing, and exits as if there were nothing, where its git says a word on stderr.
    if verb == "git" and b"stderr is not empty" in ran.stderr:
        raise Failed("its git did not work")
    if ran.returncode not in (0, _FOUND) or not isinstance(rows, list | None):
        raise Failed("it did not work")
    return [_leak(row) for row in rows or () if isinstance(row, dict)]


def _leak(row: dict[str, object]) -> Leak:
    def number(field: str) -> int:
        value = row.get(field)
        return value if isinstance(value, int) else 1

    at = Stretch(
        number("StartLine"), number("StartColumn"), number("EndLine"), number("EndColumn") + 1
    )
    name = str(row.get("File", "")).replace(os.sep, "/").removeprefix("./")
    return Leak(name, str(row.get("RuleID", "")), at, str(row.get("Commit", "")))
