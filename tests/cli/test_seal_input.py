"""What `secretkit seal` is given: nothing that is typed is shown, and nothing that others write is lost."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from certificates import Made, made
from opening import opened

from secretkit.load import load
from secretkit.text import Source, get

Ran = Callable[..., tuple[int, str, str]]
COMMAND = [sys.executable, "-m", "secretkit", "seal"]
HEAD = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: prod}
"""
CANARY = "CANARY-" + "4f1c"
TOKEN = "q8sTk1" + "CANARY" + "abcdEfgh0123qrs"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "secrets.yaml").write_text(HEAD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cert(repo: Path) -> Made:
    return made(repo, "c")


def at(*steps: str) -> Any:
    return get(load(Source("", Path("secrets.yaml").read_text())).value, ("spec", *steps))


def codes(err: str) -> list[str]:
    return [line.split("[")[1][:5] for line in err.splitlines() if line[:6] in ("error[", "warnin")]


TYPED = [
    pytest.param(["--from-env", f"a={CANARY}"], "the variable of `a` is not set", id="a variable"),
    pytest.param(["--from-env", CANARY], "--from-env: KEY=VARIABLE", id="a variable alone"),
    pytest.param(["--from-file", f"a={CANARY}"], "the file of `a`: no such file", id="a file"),
    pytest.param(["--from-file", f"{TOKEN}=="], "the file of a key: no such file", id="a token"),
    pytest.param(["--from-file", f"a://{CANARY}@b?c=d"], "the file of a key: no such file", id="a URL"),
    pytest.param(["--from-env-file", CANARY], "--from-env-file: no such file", id="an env file"),
    pytest.param(["--key", f"a:{CANARY}"], "a key is none of a Secret", id="a key"),
    pytest.param(["--key", "a", CANARY], "a value is never given on the command line", id="a word more"),
    pytest.param(["--from-literal", f"a={CANARY}"], "lies open in the list of processes", id="kubectl's habit"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "said"), TYPED)
def test_what_is_typed_in_the_place_of_a_name_is_not_repeated(
    ran: Ran, cert: Made, options: list[str], said: str
) -> None:
    code, out, err = ran("seal", "secrets.yaml", "--secret", "w", "--cert", "c.pem", *options)

    assert (code, out, CANARY in err, TOKEN in err) == (2, "", False, False)
    assert said in err
    assert cert


def test_a_value_in_the_place_of_a_secret_or_of_the_file_is_not_repeated(
    ran: Ran, cert: Made
) -> None:
    for words in (
        ("secrets.yaml", "--secret", f"{CANARY}_", "--key", "a"),
        (CANARY, "--secret", "w", "--key", "a"),
    ):
        code, out, err = ran("seal", *words, "--cert", "c.pem")
        assert (code, out, CANARY in err) == (2, "", False)
    assert cert


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"postgres://user:{CANARY}@host/db?sslmode=require", "what stands before the `=` is no key"),
        (f"{TOKEN}==", "what stands before it looks like a value"),
        (f"{TOKEN}=", "what stands before it looks like a value"),
        (f"export B={CANARY}", "`export` is a shell's word"),
        (CANARY, "not a line KEY=VALUE"),
    ],
)  # fmt: skip
def test_a_line_of_an_env_file_that_is_none_is_told_by_its_number(
    ran: Ran, cert: Made, repo: Path, line: str, said: str
) -> None:
    (repo / "app.env").write_text(f"A=1\n{line}\n")

    code, out, err = ran("seal", "secrets.yaml", "--secret", "w", "--cert", "c.pem", "--from-env-file", "app.env")  # fmt: skip

    assert (code, out, CANARY in err, TOKEN in err) == (2, "", False, False)
    assert err.startswith(f"error: app.env:2: {said}") or said in err
    assert (repo / "secrets.yaml").read_text() == HEAD
    assert cert


# Runs secretkit, and changes the file before it would change its name.
EDITED = """
import sys
from pathlib import Path
from secretkit.sealing import crypto
real = crypto.seal
def seal(*arguments):
    with Path("secrets.yaml").open("a") as file:
        file.write("# EDITED\\n")
    return real(*arguments)
crypto.seal = seal
from secretkit.cli import main
main()
"""


def test_an_edit_that_is_saved_meanwhile_stays(repo: Path, cert: Made) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EDITED, "seal", "secrets.yaml", "--secret", "w", "--key", "a",
         "--from-file", "c.pem", "--cert", str(cert.cert)],
        cwd=repo, capture_output=True, text=True,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == "error: secrets.yaml: somebody changed it meanwhile, so nothing is written\n"
    )
    assert (repo / "secrets.yaml").read_text() == HEAD + "# EDITED\n"


SYNCED = """
import os, signal
os.fsync = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from secretkit.cli import main
main()
"""


@pytest.mark.parametrize("file", ["secrets.yaml", "web/secrets.yaml"])
def test_a_file_is_on_the_disk_before_it_takes_its_name(repo: Path, cert: Made, file: str) -> None:
    """A power cut right after it leaves no empty file: killed at the sync, the old one stands."""
    (repo / "s.json").write_text(
        '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "namespace": "prod"}, "data": {"a": "YQ=="}}'
    )
    killed = subprocess.run(
        [sys.executable, "-c", SYNCED, "seal", file, "--from-secret", "s.json", "--cert", str(cert.cert)],
        cwd=repo,
    )  # fmt: skip

    assert killed.returncode == -signal.SIGKILL
    assert (repo / "secrets.yaml").read_text() == HEAD
    assert not (repo / "web" / "secrets.yaml").exists()


class Terminal:
    """A run at a terminal of its own, as a person has it before them."""

    def __init__(self, repo: Path, cert: Made, typed_before: bytes = b"") -> None:
        self.ours, self.theirs = pty.openpty()
        os.write(self.ours, typed_before)
        self.run = subprocess.Popen(
            [*COMMAND, "secrets.yaml", "--secret", "w", "--key", "a", "--cert", str(cert.cert)],
            stdin=self.theirs, stdout=subprocess.PIPE, stderr=self.theirs, cwd=repo, text=True,
        )  # fmt: skip
        self.shown = b""

    def wait_for_prompt(self, times: int = 1) -> None:
        while self.shown.count(b"(it is not shown): ") < times:
            assert select.select([self.ours], [], [], 30)[0], self.shown
            self.shown += os.read(self.ours, 1000)

    def type(self, text: bytes) -> None:
        os.write(self.ours, text)

    def end(self) -> int:
        """The exit code; what was shown by then is in `shown`."""
        code = self.run.wait(timeout=60)
        os.set_blocking(self.ours, False)
        try:
            while more := os.read(self.ours, 1000):
                self.shown += more
        except OSError:
            pass
        return code

    def left(self) -> bytes:
        """What a shell would read as its next command."""
        raw = termios.tcgetattr(self.theirs)
        raw[3] &= ~termios.ICANON
        raw[6][termios.VMIN] = raw[6][termios.VTIME] = 0
        termios.tcsetattr(self.theirs, termios.TCSANOW, raw)
        return os.read(self.theirs, 1000)


@pytest.fixture
def terminal(repo: Path, cert: Made) -> Iterator[Callable[..., Terminal]]:
    made_here: list[Terminal] = []

    def begin(**given: bytes) -> Terminal:
        made_here.append(Terminal(repo, cert, **given))
        return made_here[-1]

    yield begin
    for one in made_here:
        one.run.kill()
        one.run.wait()
        if one.run.stdout:
            one.run.stdout.close()
        os.close(one.ours)
        os.close(one.theirs)


@pytest.mark.parametrize("ending", [b"", b"\n"], ids=["cut", "whole"])
def test_a_paste_of_several_lines_is_refused_and_nothing_of_it_is_left(
    terminal: Callable[..., Terminal], repo: Path, ending: bytes
) -> None:
    run = terminal()
    run.wait_for_prompt()
    run.type(b"CANARY-l1\nCANARY-l2\nCANARY-l3" + ending)

    assert run.end() == 2
    assert (b"CANARY" in run.shown, run.left()) == (False, b"")
    assert b"more than one line was given at the prompt" in run.shown
    assert (repo / "secrets.yaml").read_text() == HEAD


def test_what_is_typed_before_the_prompt_is_not_taken(
    terminal: Callable[..., Terminal], cert: Made
) -> None:
    """The terminal has shown it by then."""
    run = terminal(typed_before=b"CANARY\n")
    run.wait_for_prompt()
    run.type(b"hunter2\n")

    assert run.end() == 0
    assert opened(at("secrets", "w", "sealed", "a"), cert.key, b"prod/w") == b"hunter2"


def test_the_echo_stays_off_after_a_stop(terminal: Callable[..., Terminal], cert: Made) -> None:
    """A shell turns it on for itself while the run is stopped."""
    run = terminal()
    run.wait_for_prompt()
    run.run.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, run.run.pid, os.WSTOPPED | os.WNOWAIT)
    shells = termios.tcgetattr(run.theirs)
    shells[3] |= termios.ECHO
    termios.tcsetattr(run.theirs, termios.TCSANOW, shells)
    run.run.send_signal(signal.SIGCONT)
    run.wait_for_prompt(2)
    assert not termios.tcgetattr(run.theirs)[3] & termios.ECHO
    run.type(b"hunter2\n")

    assert run.end() == 0
    assert b"hunter2" not in run.shown
    assert termios.tcgetattr(run.theirs)[3] & termios.ECHO
    assert opened(at("secrets", "w", "sealed", "a"), cert.key, b"prod/w") == b"hunter2"
