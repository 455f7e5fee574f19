"""A program that hangs, floods, fills memory or leaves children is ended, with all that it started."""

import os
import resource
import sys
import time
from pathlib import Path

import pytest

from secretkit.bounded import Bounds, Done, Exceeded, run

BOUNDS = Bounds(seconds=20, output=1024**2, memory=1024**3)


def python(code: str, bounds: Bounds = BOUNDS) -> Done:
    return run([sys.executable, "-I", "-c", code], {"A": "b"}, bounds)


def peak() -> int:
    """The most memory that this process ever held, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_what_it_says_comes_back_whole() -> None:
    code = (
        "import os, sys; sys.stdout.write('x' * 900_000 + os.environ['A'] + sys.stdin.read());"
        "sys.stderr.write('y' * 900_000); sys.exit(3)"
    )

    done = python(code)

    assert done == Done(3, b"x" * 900_000 + b"b", b"y" * 65_536)


def test_a_flood_ends_at_its_bound() -> None:
    before = peak()
    code = "import sys\nwhile True: sys.stdout.write('x' * 65536)"

    with pytest.raises(Exceeded, match="it gave more than 1 MiB"):
        python(code)

    assert peak() - before < 100 * 1024


def test_a_flood_of_errors_is_not_kept() -> None:
    before = peak()

    done = python("import sys\nfor _ in range(4000): sys.stderr.write('x' * 65536)")

    assert len(done.errors) == 65_536
    assert peak() - before < 100 * 1024


@pytest.fixture
def children(tmp_path: Path) -> Path:
    return tmp_path / "children"


@pytest.mark.parametrize(
    "ending", ["time.sleep(60)", "while True: print('x' * 65536)", "sys.exit()"]
)
def test_its_children_end_with_it(children: Path, ending: str) -> None:
    # A child that holds the pipes open keeps us waiting, too.
    code = (
        "import subprocess, sys, time\n"
        "own = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(children)!r}, 'w').write(str(own.pid))\n{ending}"
    )
    began = time.monotonic()

    with pytest.raises(Exceeded):
        python(code, BOUNDS._replace(seconds=1.5))

    assert time.monotonic() - began < 10
    assert _is_gone(int(children.read_text()))


def _is_gone(number: int) -> bool:
    for _ in range(100):
        try:
            if Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return True
            os.kill(number, 0)
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux sets limits of others")
def test_memory_has_a_bound() -> None:
    code = "import time; time.sleep(.5)\ntry: bytearray(600_000_000)\nexcept MemoryError: print('full')"

    assert python(code, BOUNDS._replace(memory=200 * 1024**2)).output == b"full\n"
    assert python(code).output == b""


def test_it_has_no_terminal() -> None:
    code = "import os; print(os.getsid(0) == os.getpid())"

    assert python(code).output == b"True\n"


def test_a_program_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run([str(tmp_path / "gone")], {}, BOUNDS)
