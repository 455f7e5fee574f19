"""A repository of apps with the command line in it, as a pipeline has them."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from secretkit.cli import run
from secretkit.ownership.manifest import NAME

HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"
VAULT = "{{vault: {{server: 'https://vault.example.com', path: x, role: {}, serviceAccount: s}}}}"


class Ran(NamedTuple):
    """What came of one call."""

    code: int
    out: str
    err: str


class Repository:
    """A repository with apps, and the command line in it."""

    def __init__(self, root: Path, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured
        self.root = root
        self.out = root / "out"
        (root / ".git").mkdir()

    def app(self, name: str, *secrets: str, more: str = "") -> None:
        """An app with these secrets from a vault."""
        rows = "".join(f"    {one}: {{from: v, keys: {{k: {name}/{one}}}}}\n" for one in secrets)
        text = (
            f"{HEAD}metadata: {{name: {name}, namespace: {name}}}\n"
            f"spec:\n  stores: {{v: {VAULT.format(name)}}}\n  secrets:\n{rows}{more}"
        )
        self.write(f"apps/{name}/secrets.yaml", text)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def remove(self, name: str) -> None:
        (self.root / name).unlink()

    def __call__(self, *arguments: str, **environment: str) -> Ran:
        with pytest.MonkeyPatch.context() as outside:
            outside.chdir(self.root)
            for name in ("NO_COLOR", "FORCE_COLOR"):
                outside.delenv(name, raising=False)
            for name, value in environment.items():
                outside.setenv(name, value)
            code = run([*arguments])
        return Ran(code, *self._captured.readouterr())

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A process of its own."""
        command = [sys.executable, "-m", "secretkit", *arguments]
        return subprocess.Popen(command, cwd=self.root, stderr=subprocess.DEVNULL)

    def render(self, *arguments: str) -> Ran:
        return self("render", "apps", "-o", "out", *arguments)

    def files(self) -> list[str]:
        """Every file in the folder but the manifests."""
        return sorted(path for path in self.everything() if not path.endswith(NAME))

    def everything(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.out).as_posix(): path.read_bytes()
            for path in self.out.rglob("*")
            if path.is_file()
        }
