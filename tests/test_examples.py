"""The promise of section 1 over every example: it is clean, and its bytes are the same anywhere."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from examples import EXAMPLES, FOLDER, VALUES, Example, options, request, stream, write
from secretkit import pipeline, rendering

every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.id)
every_folder = pytest.mark.parametrize(
    "example", [found for found in EXAMPLES if not found.environment], ids=lambda found: found.id
)


@every_example
def test_an_example_validates_without_error_or_warning(example: Example) -> None:
    outcome = pipeline.run((example.folder,), options(example, allow_plaintext=None))
    found = [
        f"{spot.finding.code} {spot.span.source.name}:{spot.span.line} {spot.finding.message}"
        for spot in pipeline.spots(outcome.findings, outcome.root)
        if spot.severity != "info"
    ]

    assert found == []


@every_example
def test_an_example_renders(example: Example) -> None:
    result = rendering.render(request(example))

    assert [one for one in result.findings if one.severity != "info"] == []
    assert not result.failed


@every_folder
def test_a_readme_is_one_line(example: Example) -> None:
    text = (example.folder / "README.md").read_text(encoding="utf-8")

    assert text.endswith(".\n")
    assert text.count("\n") == 1


@every_example
def test_two_renders_give_the_same_bytes(example: Example) -> None:
    assert rendering.render(request(example, only="api")).text == stream(example)


@every_folder
def test_line_ends_of_windows_change_nothing(example: Example, tmp_path: Path) -> None:
    copy = tmp_path / example.name
    shutil.copytree(example.folder, copy)
    (tmp_path / ".git").mkdir()  # the root, as in the repository
    for path in copy.rglob("secrets.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    inject = tuple(copy / path.relative_to(example.folder) for path in example.workloads)
    asked = request(example, paths=(copy,), inject=inject, only="api")

    assert rendering.render(asked).text == stream(example)


def test_the_order_of_inputs_changes_nothing() -> None:
    names = ("one-secret-per-app", "payments", "eso-vault", "fetch", "access-by-name")
    folders = tuple(FOLDER / name for name in names)
    texts = [
        rendering.render(request(EXAMPLES[0], paths=paths, only="api")).text
        for paths in (folders, folders[::-1], tuple(sorted(folders)))
    ]

    assert texts[0].startswith("apiVersion: v1\nkind: ServiceAccount\n")
    assert texts == [texts[0]] * 3


# Environment, umask: what a machine may have, and what it may not change.
MACHINES = {
    "C": ({"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "1"}, 0o022),
    "closed": ({"LC_ALL": "C.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "2"}, 0o077),
    "open": ({"LC_ALL": "tr_TR.UTF-8", "TZ": "America/Lima", "PYTHONUTF8": "0"}, 0o000),
    "latin": ({"PYTHONIOENCODING": "latin-1", "LANG": "de_DE.ISO-8859-1"}, 0o027),
}


def rendered(arguments: list[str], environment: dict[str, str], umask: int) -> bytes:
    """stdout of `secretkit render` in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "secretkit", "render", "--allow-plaintext", *arguments],
        env={"PATH": os.environ["PATH"], **VALUES, **environment},
        umask=umask,
        cwd=FOLDER.parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")
    return ran.stdout


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", ["payments", "plain-secret", "one-secret-per-app"])
def test_no_machine_changes_a_byte_or_a_mode(name: str, machine: str, tmp_path: Path) -> None:
    environment, umask = MACHINES[machine]
    example, there, here = Example(name), tmp_path / "there", tmp_path / "here"

    text = rendered([f"examples/{name}", "--only=api"], environment, umask)
    rendered([f"examples/{name}", "-o", str(there)], environment, umask)
    write(example, here)

    assert text == stream(example).encode()
    assert files(there) == files(here)
    assert {mode for _, mode in files(there).values()} <= {0o600, 0o644}
    assert {mode_of(path) for path in (there, *there.rglob("*")) if path.is_dir()} == {0o755}


def test_values_in_the_clear_are_for_their_owner_alone(tmp_path: Path) -> None:
    write(Example("plain-secret"), tmp_path / "out")
    modes = {name: mode for name, (_, mode) in files(tmp_path / "out").items() if mode != 0o644}

    assert modes == {
        "storefront/secret-app-config.yaml": 0o600,
        "storefront/secret-storefront-tls.yaml": 0o600,
    }


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), mode_of(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
