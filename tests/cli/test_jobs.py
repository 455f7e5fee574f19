"""Several processes say and write what one does, and progress is for people alone."""

import io
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from secretkit import workers
from secretkit.cli.options import Progress
from secretkit.finding import Usage
from secretkit.spool import Spool

APP = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {{name: app-{at}, namespace: app-{at}, labels: {{team: core}}}}
spec:
  stores:
    vault: {{vault: {{server: "https://vault.example.com", path: kv, role: app-{at}, serviceAccount: app-{at}}}}}
  secrets:
    db-{at}: {{from: {store}, keys: {{password: "db-{at}#password"}}}}
  workloads:
    api-{at}: {{kind: Deployment, containers: [api], files: {{/etc/db: db-{at}}}}}
"""
MANY = 3 * workers._CHUNK + 5


def fleet(root: Path, broken: tuple[int, ...] = ()) -> None:
    (root / ".git").mkdir(parents=True)
    for at in range(MANY):
        (root / f"app-{at}").mkdir()
        text = APP.format(at=at, store="valt" if at in broken else "vault")
        (root / f"app-{at}" / "secrets.yaml").write_text(text)


Ran = tuple[int, str, str]


@pytest.mark.parametrize(
    "command",
    [
        ["render"], ["render", "--format", "json"], ["render", "--only", "control-plane"],
        ["validate"], ["validate", "--format", "json"], ["list"], ["render", "--explain-values"],
        ["render", "--shard", "2/3"],
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("broken", [(), (3, 70)], ids=["right", "wrong"])
def test_jobs_change_nothing(
    tmp_path: Path, ran: Callable[..., Ran], command: list[str], broken: tuple[int, ...]
) -> None:
    fleet(tmp_path, broken)

    one = ran(*command, str(tmp_path), "--jobs", "1")
    two = ran(*command, str(tmp_path), "--jobs", "2")

    assert one == two
    assert one[0] == (1 if broken else 0)
    assert one[1] or one[2]


def test_a_folder_is_the_same(tmp_path: Path, ran: Callable[..., Ran]) -> None:
    fleet(tmp_path / "in")

    assert ran("render", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--jobs", "2")[0] == 0
    again = ran(
        "render", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--check", "--jobs", "1"
    )
    assert again[0] == 0
    assert len(list((tmp_path / "out").glob("app-*"))) == MANY


@pytest.mark.parametrize("jobs", ["1", "2", "4"])
def test_a_broken_platform_speaks_for_its_own_apps_alone(
    tmp_path: Path, ran: Callable[..., Ran], jobs: str
) -> None:
    fleet(tmp_path, broken=(3, 70))
    (tmp_path / "sub").mkdir()
    (tmp_path / "app-70").rename(tmp_path / "sub" / "app-70")
    text = "apiVersion: secretkit.dev/v1alpha1\nkind: Platform\nmetadata: {name: x}\nspec: {bogus: 1}\n"
    (tmp_path / "sub" / "platform.yaml").write_text(text)
    code, out, _ = ran("validate", str(tmp_path), "--jobs", jobs)

    assert code == 1
    assert [line.split("]")[0] for line in out.splitlines() if line.startswith("error")] == [
        "error[SK201", "error[SK010",
    ]  # fmt: skip


def _dies(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def test_a_process_that_is_killed_is_wrong_usage_and_no_bug() -> None:
    with pytest.raises(Usage, match="ended from outside"):
        list(workers.each(_dies, range(100), 2))


def test_no_process_outlives_ours(tmp_path: Path) -> None:
    script = (
        "import os, sys, time\n"
        "from secretkit import workers\n"
        "def work(_):\n"
        "    os.write(1, f'{os.getpid()}\\n'.encode())\n"
        "    time.sleep(60)\n"
        "list(workers.each(work, range(100), 2))\n"
    )
    ours = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert ours.stdout
    theirs = {int(ours.stdout.readline()) for _ in range(2)}
    ours.kill()
    ours.stdout.read()  # ends once nobody holds it any more

    assert len(theirs) == 2
    assert ours.wait() == -signal.SIGKILL


def test_what_cannot_be_read_is_told_once(tmp_path: Path, ran: Callable[..., Ran]) -> None:
    fleet(tmp_path)
    path = tmp_path / "app-7" / "secrets.yaml"
    path.unlink()
    os.mkfifo(path)

    assert ran("render", str(tmp_path), "--jobs", "2") == ran(
        "render", str(tmp_path), "--jobs", "1"
    )
    assert ran("render", str(tmp_path), "--jobs", "2")[0] == 2


@pytest.mark.parametrize(
    ("asked", "inputs", "expected"), [(1, 1000, 1), (4, 1000, 4), (8, 33, 2), (None, 1, 1)]
)
def test_there_are_never_more_processes_than_work(
    asked: int | None, inputs: int, expected: int
) -> None:
    assert workers.count(asked, inputs) == expected


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("after", "expected"),
    [(0, "\r1 of 2 files\r\x1b[K"), (3600, "")],
    ids=["when it takes long", "when it is quick"],
)
def test_progress_is_shown_and_taken_away(
    monkeypatch: pytest.MonkeyPatch, after: float, expected: str
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(Progress, "AFTER", after)
    monkeypatch.setattr(Progress, "EVERY", 0)
    monkeypatch.setenv("TERM", "xterm")
    progress = Progress()
    progress(1, 2)
    progress(2, 2)

    assert terminal.getvalue() == expected


def test_what_is_much_waits_in_a_file_and_values_never_do() -> None:
    spool = Spool(most=10)
    numbers = [
        spool.put(b"short"),
        spool.put(b"a" * 20),
        spool.put(b"kanarienvogel", holds_values=True),
        spool.put(b"c" * 5),
    ]

    assert [spool.get(one) for one in reversed(numbers)] == [
        b"ccccc", b"kanarienvogel", b"a" * 20, b"short",
    ]  # fmt: skip
    assert list(spool) == [b"short", b"a" * 20, b"ccccc"]
    assert spool._file is not None
    there = os.fstat(spool._file.fileno())
    assert (there.st_nlink, stat.S_IMODE(there.st_mode)) == (0, 0o600)
    spool._file.seek(0)
    assert b"kanarienvogel" not in spool._file.read()
