"""The workflow that `init --ci` writes: trufflehog, and ours."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from secretkit import resources
from secretkit.emit import yaml
from secretkit.finding import Usage
from secretkit.ownership import manifest

# Not secrets.yaml, which the folder search would take for an input.
PATH = ".github/workflows/secretkit.yaml"
_DEEPEST = 3  # folders below DIR in which rendered output is looked for

# A password in a URL, or the token that stands alone before the host of one of HTTP.
_LOGIN = re.compile(r"://[^/\s@:]*:[^/\s]*@|https?://[^/\s]*@", re.IGNORECASE)

_AFTER = "${{ !cancelled() && steps.install.outcome == 'success' }}"


def text(folder: Path, source: str = "") -> str:
    """The workflow for the repository at `folder`, which pip installs from `source`.

    What the repository holds rendered is checked too. Raises Usage where `source` holds a login.
    """
    if _LOGIN.search(source):
        raise Usage("--from: a URL with a login in it, which would lie open in Git: leave out what stands before the `@`")  # fmt: skip
    template = (resources.folder("templates") / "ci.yaml").read_text(encoding="utf-8")
    checks = "".join(
        f"    - if: {_AFTER}\n      run: {yaml.quoted(_command(folder, out))}\n"
        for out in sorted(_rendered(folder))
    )
    filled = template.replace("@PATH@", PATH).replace("@CHECKS@", checks)
    return filled.replace("@SECRETKIT@", yaml.quoted(source))


def _command(folder: Path, out: Path) -> str:
    name = out / manifest.NAME
    environment = manifest.read(str(name), name.read_bytes()).environment
    words = ["secretkit", "render", "."]
    words += ["--env", environment] if environment else []
    words += ["-o", out.relative_to(folder).as_posix(), "--check"]
    return shlex.join(words)


def _rendered(folder: Path) -> Iterator[Path]:
    """The folders that `render -o` made: its manifest stands on top, and one in each app below."""
    pending = [(folder, 0)]
    while pending:
        here, depth = pending.pop()
        if depth and (here / manifest.NAME).is_file():
            yield here
        elif depth < _DEEPEST and here.is_dir():
            with os.scandir(here) as entries:
                pending += [
                    (Path(entry.path), depth + 1)
                    for entry in entries
                    if entry.is_dir(follow_symlinks=False)
                    and not entry.name.startswith(".")
                    and "${{" not in entry.name  # an expression, to the workflow
                ]
