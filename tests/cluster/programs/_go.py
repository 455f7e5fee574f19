"""Programs that Go builds here: of a folder with a go.mod of ours, or of another's module as it stands."""

import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

from . import Missing
from ._cache import cached, run

FOLDERS = Path(__file__).parents[1]
_SMALL = "-s -w"  # no symbols


def advice(cost: str) -> str:
    """What is said where a program of Go's is not there; `cost` is like `about a minute`."""
    return f"set SECRETKIT_BUILD_PROGRAMS=1 to build it once with Go ({cost})"


class Module(NamedTuple):
    """A program built in a folder of tests/cluster, at the versions and sums that lie there."""

    program: str
    folder: str
    release: str  # the module whose version in go.mod is the program's own
    package: str = "."
    requirements: str = "go.mod"  # or another file of its form, beside it, with sums of its own
    stamped: bool = False  # whether the program says which Kubernetes release it is
    alias: str = ""  # another name that it is called by, and looks at

    @property
    def version(self) -> str:
        """The version that is required, like `1.37.2`."""
        wanted = rf"^(?:require )?\s*{re.escape(self.release)} v(\S+)(?: // indirect)?$"
        found = re.search(wanted, self._requirements.read_text(), re.M)
        assert found, f"{self.requirements} requires no {self.release}"
        return found[1]

    def find(self) -> Path | None:
        """The program in the cache folder, built there first if that is allowed."""
        return cached(self.program, self.version, self._inputs(), self._build)

    @property
    def _requirements(self) -> Path:
        return FOLDERS / self.folder / self.requirements

    def _inputs(self) -> bytes:
        files = [self._requirements, self._requirements.with_suffix(".sum")]
        if self.package.startswith("."):
            files.insert(0, FOLDERS / self.folder / self.package / "main.go")
        flags = [self._ldflags().encode()] if self.stamped else []
        return b"\0".join([*(file.read_bytes() for file in files), *flags])

    def _ldflags(self) -> str:
        if not self.stamped:
            return _SMALL
        major, minor, _ = self.version.split(".")
        # Without these, discovery and the emulation of older releases know no release of their own.
        values = {"gitVersion": f"v{self.version}", "gitMajor": major, "gitMinor": minor}
        package = "k8s.io/component-base/version"
        return " ".join([_SMALL, *(f"-X {package}.{key}={at}" for key, at in values.items())])

    def _build(self, folder: Path) -> None:
        build(
            FOLDERS / self.folder, folder / self.program, self.package,
            "-mod=readonly", f"-modfile={self._requirements}", ldflags=self._ldflags(),
        )  # fmt: skip
        if self.alias:
            (folder / self.alias).symlink_to(self.program)


def build(module: Path, program: Path, package: str, *flags: str, ldflags: str = _SMALL) -> None:
    """Builds a package, seen from a module's folder; raises Missing where there is no Go."""
    run(
        [
            needed(program.name), "build", "-C", module, *flags, "-trimpath", "-buildvcs=false",
            "-ldflags", ldflags, "-o", program, package,
        ],
        what=f"building {program.name}",
        env=environment(),
    )  # fmt: skip


def install(package: str, program: Path) -> None:
    """A command of another module, by that module's own requirements and sums."""
    run(
        [needed(program.name), "install", "-trimpath", "-ldflags", _SMALL, package],
        what=f"building {program.name}",
        env={**environment(), "GOBIN": str(program.parent)},
    )
    command = package.partition("@")[0].rpartition("/")[2]
    (program.parent / command).rename(program)


def needed(program: str) -> str:
    """Go itself; raises Missing where there is none to build the program with."""
    go = shutil.which("go")
    if go is None:
        raise Missing(f"no {program} here, and no Go to build it with: install Go 1.26 or newer")
    return go


def environment() -> dict[str, str]:
    """Ours, with nothing in it that turns a build another way."""
    return {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": ""}
