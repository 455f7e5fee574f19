"""The real gitleaks, asked of the tree, the index and history."""

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from secretkit import scan

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("gitleaks"), reason="needs gitleaks"),
]


def git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A file with a token that gitleaks alone knows, in the third line."""
    digits = "".join(random.Random(7).choices("0123456789abcdef", k=32))
    git(tmp_path, "init", "-q")
    (tmp_path / "notes.txt").write_text(f"a\n\nmail {digits}-us12 mailchimp_key={digits}-us12\n")
    git(tmp_path, "add", ".")
    return tmp_path


def found(repo: Path, **how: object) -> list[tuple[str, str, int]]:
    request = scan.Request(paths=[repo], gitleaks="gitleaks", **how)  # type: ignore[arg-type]
    scanned = scan.scan(request)
    assert scanned.notes == []
    return [
        (one.finding.code, one.span.source.name, one.span.line)
        for one in scanned.spots
        if "mailchimp" in one.finding.message
    ]


def test_the_tree_the_index_and_history(repo: Path) -> None:
    expected = [("SK819", "notes.txt", 3)]
    assert found(repo) == expected
    assert found(repo, staged=True) == expected
    git(repo, "commit", "-qm", "a")
    assert found(repo, staged=True) == []
    git(repo, "rm", "-q", "notes.txt")
    git(repo, "commit", "-qm", "b")
    assert found(repo) == []
    assert found(repo, history="") == expected
    assert found(repo, history="HEAD~1..HEAD") == []
    assert found(repo, history="HEAD~1") == expected


def test_a_key_that_is_cut_short_is_no_finding(tmp_path: Path) -> None:
    rows = ["".join(random.Random(at).choices("abcdefghABCDEFGH01234567", k=64)) for at in (1, 2)]
    kind = "RSA PRIVATE " + "KEY"
    (tmp_path / "whole.md").write_text(
        f"-----BEGIN {kind}-----\n{rows[0]}\n{rows[1]}\n-----END {kind}-----\n"
    )
    (tmp_path / "cut.md").write_text(
        f"-----BEGIN {kind}-----\n{rows[0]}\n...\n{rows[1]}\n-----END {kind}-----\n"
    )
    scanned = scan.scan(scan.Request(paths=[tmp_path], gitleaks="gitleaks"))

    assert [(one.finding.code, one.span.source.name) for one in scanned.spots] == [
        ("SK814", "whole.md")
    ]
