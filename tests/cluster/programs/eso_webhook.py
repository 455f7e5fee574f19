"""The validators of External Secrets Operator, built with the requirements and sums of its own module."""

import json
import re
import shutil
import tempfile
from pathlib import Path

from . import Program, _go
from ._cache import cached, run

# The newest release of the operator whose Go module stands alone.
VERSION = "0.20.4"
_OPERATOR = "github.com/external-secrets/external-secrets"
_SOURCE = _go.FOLDERS / "webhook" / "main.go"


def _find() -> Path | None:
    return cached("eso-webhook", VERSION, _SOURCE.read_bytes(), _build)


def _build(folder: Path) -> None:
    at = f"{_OPERATOR}@v{VERSION}"
    download = [_go.needed("eso-webhook"), "mod", "download", "-json", at]
    said = run(download, what="downloading the operator", env=_go.environment())
    module = Path(json.loads(said)["Dir"])
    theirs = (module / "go.mod").read_text()
    requires = re.findall(r"^require \(.*?^\)", theirs, re.M | re.S)
    version = re.search(r"^go .*$", theirs, re.M)
    with tempfile.TemporaryDirectory() as scratch:
        ours = Path(scratch)
        shutil.copy(_SOURCE, ours)
        (ours / "go.sum").write_bytes((module / "go.sum").read_bytes())
        lines = [
            "module webhook", version[0] if version else "", f"require {_OPERATOR} v{VERSION}",
            *requires,
            # A main module has to repeat what the operator's own replaces.
            "replace github.com/Masterminds/sprig/v3 => github.com/external-secrets/sprig/v3 v3.3.0",
        ]  # fmt: skip
        (ours / "go.mod").write_text("\n\n".join(lines) + "\n")
        _go.build(ours, folder / "eso-webhook", ".", "-mod=mod")


PROGRAM = Program("eso-webhook", _go.advice("about 5 minutes"), _find)
