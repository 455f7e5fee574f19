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
from secretkit.scan.nodes import Stretch

_FOUND = 86  # an exit code that gitleaks gives for nothing else
_LONGEST = 600  # seconds


class Leak(NamedTuple):
    """What gitleaks says of a place."""

    file: str
    rule: str
    at: Stretch


def find(choice: str) -> str | None:
    """The program for `auto`, `never` or a path; raises Usage where the path is none."""
    if choice == "never":
        return None
    found = shutil.which("gitleaks" if choice == "auto" else choice)
    if choice != "auto" and not found:
        raise Usage(f"--gitleaks {choice}: no such program")
    return found


def leaks(program: str, root: Path, paths: Sequence[str]) -> list[Leak] | None:
    """What it finds below the paths; None where it does not work. Its own words are never passed on."""
    found: list[Leak] = []
    with tempfile.TemporaryDirectory(prefix="secretkit-") as folder:  # 0700
        for number, path in enumerate(paths):
            report = Path(folder, f"{number}.json")
            os.close(os.open(report, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            command = [
                program, "dir", "--redact", "--no-banner", "--log-level=error",
                f"--exit-code={_FOUND}", "--report-format=json", f"--report-path={report}",
                "--", path or ".",
            ]  # fmt: skip
            try:
                ran = subprocess.run(
                    command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, timeout=_LONGEST, check=False,
                )  # fmt: skip
                rows = json.loads(report.read_bytes() or b"[]")
            except (OSError, ValueError, subprocess.SubprocessError):
                return None
            if ran.returncode not in (0, _FOUND):
                return None
            found += (_leak(row) for row in rows)
    return found


def _leak(row: dict[str, object]) -> Leak:
    def number(field: str) -> int:
        value = row.get(field)
        return value if isinstance(value, int) else 1

    at = Stretch(
        number("StartLine"), number("StartColumn"), number("EndLine"), number("EndColumn") + 1
    )
    name = str(row.get("File", "")).replace(os.sep, "/").removeprefix("./")
    return Leak(name, str(row.get("RuleID", "")), at)
