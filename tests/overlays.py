"""What `kubectl kustomize` builds of an example: its folder, and the overlay that uses its patches."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from cluster import programs

from examples import Body, Example, documents, write

WORKLOADS = ("CronJob", "DaemonSet", "Deployment", "Job", "Pod", "StatefulSet")


def kustomize(folder: Path) -> list[Body]:
    """The objects that `kubectl kustomize` builds of a folder; skips where there is no kubectl."""
    ran = subprocess.run(
        [_kubectl(), "kustomize", folder],
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    return documents(ran.stdout)


def _kubectl() -> Path:
    try:
        return programs.find("kubectl")
    except programs.Missing as missing:
        pytest.skip(str(missing))


@cache
def built(example: Example) -> tuple[Body, ...]:
    """All that the example's overlay builds."""
    assert example.overlay
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(example.overlay, folder / "overlay")
        write(example, folder / "rendered")
        return tuple(kustomize(folder / "overlay"))


def workloads(example: Example) -> list[Body]:
    """The patched workloads of the example's overlay."""
    return [body for body in built(example) if body["kind"] in WORKLOADS]


def workloads_in(paths: Iterable[Path]) -> list[Body]:
    """The workloads that stand in files."""
    found = [body for path in paths for body in documents(path.read_text(encoding="utf-8"))]
    return [body for body in found if body["kind"] in WORKLOADS]
