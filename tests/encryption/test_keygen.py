"""A key is made once, whole, for its owner alone, and never on a screen."""

import base64
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-m", "secretkit", "encryption", "keygen"]


def test_a_file_of_a_new_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        ran = subprocess.run([*COMMAND, "-o", tmp_path / "key"], capture_output=True, text=True)
    finally:
        os.umask(old)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert len(base64.b64decode((tmp_path / "key").read_bytes().rstrip(b"\n"), validate=True)) == 32
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("precious")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    for name in ("key", "link"):
        ran = subprocess.run([*COMMAND, "-o", name], capture_output=True, text=True, cwd=tmp_path)

        said = f"error: {name} is there already, and is not written over\n"
        assert (ran.returncode, ran.stderr) == (2, said)
    assert (tmp_path / "key").read_text() == "precious"
    assert not (tmp_path / "elsewhere").exists()


def test_a_pipe_takes_the_key_and_two_keys_differ() -> None:
    first, second = (subprocess.run(COMMAND, capture_output=True).stdout for _ in range(2))

    assert len(base64.b64decode(first.rstrip(b"\n"), validate=True)) == 32
    assert first != second


def test_a_terminal_is_refused() -> None:
    ours, theirs = pty.openpty()
    try:
        ran = subprocess.run(COMMAND, stdout=theirs, stderr=subprocess.PIPE, text=True)
    finally:
        os.close(theirs)
        os.close(ours)

    said = "error: a key is not shown on a terminal: use -o FILE, or a pipe\n"
    assert (ran.returncode, ran.stderr) == (2, said)
