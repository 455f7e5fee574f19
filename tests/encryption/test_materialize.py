"""On the control-plane host: keys go into the file whole, for root alone, or nothing happens."""

import base64
import hashlib
import os
import random
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from secretkit.cli import run
from secretkit.encryption.configuration import read_bytes
from secretkit.encryption.key_sources import Given, given
from secretkit.finding import Usage

HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\nspec:\n  encryption:\n"


def key(name: str) -> str:
    return base64.b64encode(random.Random(name).randbytes(32)).decode()


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class Host:
    """A host with a platform file, key files and the folder of the API server's file."""

    def __init__(self, folder: Path, captured: pytest.CaptureFixture[str]) -> None:
        self.folder, self._captured = folder, captured
        self.out = folder / "enc" / "encryption.yaml"
        self.out.parent.mkdir()
        (folder / "keys").mkdir()
        for name in ("k1", "k2"):
            self.key(name, key(name) + "\n")

    def key(self, name: str, text: str | bytes, mode: int = 0o600) -> None:
        path = self.folder / "keys" / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)

    def platform(
        self, *keys: str, provider: str = "secretbox", more: str = "", head: str = HEAD
    ) -> None:
        rows = "".join(f"      - {{{one}}}\n" for one in keys)
        text = f"{head}    provider: {provider}\n    readUnencrypted: true\n{more}    keys:\n{rows}"
        (self.folder / "platform.yaml").write_text(text)

    def declare(self, *states: str) -> None:
        """Keys by `NAME STATE`, each from its file."""
        pairs = [one.split() for one in states]
        self.platform(
            *(f"name: {name}, state: {state}, from: {{file: keys/{name}}}" for name, state in pairs)
        )

    def __call__(self, *more: str) -> Ran:
        with pytest.MonkeyPatch.context() as outside:
            outside.chdir(self.folder)
            code = run(
                ["encryption", "materialize", "platform.yaml", "-o", "enc/encryption.yaml", *more]
            )
        out, err = self._captured.readouterr()
        return Ran(code, out, err)

    @property
    def mode(self) -> int:
        return stat.S_IMODE(self.out.stat().st_mode)

    def names(self) -> list[str]:
        return sorted(one.name for one in self.out.parent.iterdir())


@pytest.fixture
def host(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Host:
    return Host(tmp_path, capsys)


def codes(ran: Ran) -> list[str]:
    return [
        row.partition("]")[0].partition("[")[2]
        for row in ran.err.splitlines()
        if row.startswith(("error[", "warning["))
    ]


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_the_file_holds_the_keys_in_their_turns_and_is_for_its_owner_alone(host: Host) -> None:
    host.declare("k2 next", "k1 active")
    old = os.umask(0)
    try:
        ran = host()
    finally:
        os.umask(old)

    content = host.out.read_bytes()
    found = read_bytes("e.yaml", content).configuration
    assert [(one.name, one.secret and base64.b64encode(one.secret.reveal()).decode()) for _, one in found.keys] == [
        ("k1", key("k1")), ("k2", key("k2")),
    ]  # fmt: skip
    assert (host.mode, host.names()) == (0o600, ["encryption.yaml"])
    assert ran == Ran(0, "", f"note: enc/encryption.yaml is {digest(content)}\n")


def test_it_is_the_rendered_file_with_the_keys_in_place(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that what a pull request showed is what the host gets."""
    host.declare("k1 active", "k2 next")
    (host.folder / "secrets.yaml").write_text(
        "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\nmetadata: {name: a, namespace: a}\n"
    )
    assert host().code == 0
    with pytest.MonkeyPatch.context() as outside:
        outside.chdir(host.folder)
        assert run(["render", "--only", "control-plane"]) == 0
    rendered = capsys.readouterr().out

    text = host.out.read_text()
    for name in ("k1", "k2"):
        text = text.replace(key(name), "<base64-encoded-32-byte-key>")
    assert text in rendered


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666])
def test_a_file_that_is_right_is_not_written_again_but_closed(host: Host, mode: int) -> None:
    host.declare("k1 active")
    host()
    os.utime(host.out, (1, 1))
    host.out.chmod(mode)
    before = host.out.stat()

    ran = host()

    assert ran.code == 0
    assert (host.out.stat().st_ino, host.out.stat().st_mtime) == (before.st_ino, 1)
    assert host.mode == 0o600


def test_a_wildcard_s_exception_gets_the_same_bytes_in_both_entries(host: Host) -> None:
    host.platform("name: k1, state: active, from: {file: keys/k1}",
                  more='    resources: ["*.*"]\n    except: [events]\n')  # fmt: skip

    assert host().code == 0
    assert host.out.read_text().count(key("k1")) == 2


def test_keys_come_from_variables_files_and_stdin(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.platform(
        "name: k1, state: active, from: {env: KEY_ONE}",
        "name: k2, state: next",
        "name: k3, state: previous",
    )
    monkeypatch.setenv("KEY_ONE", key("k1"))
    host.key("three", key("k3"))
    read_end, write_end = os.pipe()
    os.write(write_end, key("k2").encode() + b"\n")
    os.close(write_end)
    with os.fdopen(read_end) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        ran = host("--key", "k2=-", "--key", "k3=file:keys/three")

    assert ran.code == 0, ran.err
    assert [name for name in ("k1", "k2", "k3") if key(name) in host.out.read_text()] == [
        "k1",
        "k2",
        "k3",
    ]


@pytest.mark.parametrize(
    ("source", "content", "expected"),
    [
        pytest.param("file: keys/none", "", ["SK493"], id="no such file"),
        pytest.param("file: keys", "", ["SK493"], id="a folder"),
        pytest.param("file: keys/k1/x", "", ["SK493"], id="below a file"),
        pytest.param("env: NOT_SET_ANYWHERE", "", ["SK493"], id="a variable that is not set"),
        pytest.param("file: keys/odd", "not base64 at all", ["SK490"], id="no base64"),
        pytest.param("file: keys/odd", "", ["SK490"], id="an empty file"),
        pytest.param("file: keys/odd", key("x") + "\n\n", ["SK490"], id="two newlines"),
        pytest.param("file: keys/odd", base64.b64encode(random.Random(1).randbytes(33)).decode(), ["SK490"], id="33 bytes"),
        pytest.param("file: keys/odd", base64.b64encode(random.Random(1).randbytes(16)).decode(), ["SK490"], id="16 bytes"),
        pytest.param("file: keys/odd", "<base64-encoded-32-byte-key>", ["SK490"], id="the placeholder"),
        pytest.param("file: keys/odd", "A" * 5000, ["SK493"], id="a large file"),
        pytest.param("file: keys/odd", base64.b64encode(bytes(range(32))).decode(), ["SK491"], id="a weak key"),
        pytest.param("file: keys/odd", key("k1"), ["SK492"], id="the bytes of another key"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_had_or_used_is_a_finding_at_its_row(
    host: Host, source: str, content: str, expected: list[str]
) -> None:
    host.key("odd", content)
    host.platform(
        "name: k1, state: active, from: {file: keys/k1}",
        f"name: odd, state: next, from: {{{source}}}",
    )

    ran = host()

    assert (ran.code, codes(ran)) == (1, expected)
    assert "--> platform.yaml:10:" in ran.err
    assert content[:12] not in ran.err or not content
    assert host.names() == []


def sample(size: int) -> str:
    return base64.b64encode((b"secret is secure" * 2)[:size]).decode()


SIXTEEN = base64.b64encode(random.Random(1).randbytes(16)).decode()


@pytest.mark.parametrize(
    ("old", "provider", "code"),
    [
        pytest.param(sample(32), "secretbox", "SK491", id="a sample key"),
        pytest.param(sample(16), "aescbc", "SK491", id="the sample of a tutorial"),
        pytest.param(SIXTEEN, "aescbc", "SK479", id="16 bytes for aescbc"),
        pytest.param(SIXTEEN, "aesgcm", "SK479", id="16 bytes for aesgcm"),
    ],
)
def test_a_live_key_that_nobody_should_have_is_rotated_away(
    host: Host, old: str, provider: str, code: str
) -> None:
    """It is refused where it writes for good, and told in each step until it is gone."""
    host.key("k1", old)

    def declare(*keys: str, more: str = "") -> None:
        pairs = [one.split() for one in keys]
        host.platform(
            *(f"name: {name}, state: {state}, from: {{file: keys/{name}}}" for name, state in pairs),
            provider=provider, more=more,
        )  # fmt: skip

    for keys in (["k1 active"], ["k2 active", "k1 next"]):
        declare(*keys)
        ran = host()
        assert (ran.code, f"error[{code}]" in ran.err) == (1, True), ran.err
        assert "secretkit encryption rotate" in ran.err
    assert host.names() == []

    for keys in (["k1 active", "k2 next"], ["k1 previous", "k2 active"]):
        declare(*keys)
        ran = host()
        others = [one for one in codes(ran) if one != "SK410"]  # of the provider
        assert (ran.code, others) == (0, [code]), ran.err
        assert f"warning[{code}]" in ran.err
        assert old in host.out.read_text()

    declare("k2 active")
    assert (host().code, old in host.out.read_text()) == (0, False)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param("moveTo: {provider: secretbox, keys: [{name: k2, state: next, from: {file: keys/k2}}]}", 0, id="it moves"),
        pytest.param("writeUnencrypted: true", 0, id="what is in the clear is written"),
        pytest.param("resources: [secrets]", 1, id="it writes for good"),
    ],
)  # fmt: skip
def test_a_weak_key_on_its_way_out_is_no_error(host: Host, block: str, expected: int) -> None:
    host.key("k1", sample(32))
    host.platform(
        "name: k1, state: active, from: {file: keys/k1}", provider="aescbc", more=f"    {block}\n"
    )

    ran = host()

    assert (ran.code, "SK491" in codes(ran)) == (expected, True), ran.err


def test_a_weak_key_of_the_provider_that_goes_is_no_error(host: Host) -> None:
    host.key("k1", sample(32))
    host.platform(
        "name: k2, state: active, from: {file: keys/k2}",
        more="    moveFrom: {provider: aescbc, keys: [{name: k1, state: previous, from: {file: keys/k1}}]}\n",
    )

    ran = host()

    assert (ran.code, codes(ran)) == (0, ["SK491"]), ran.err


def test_keys_of_the_same_bytes_are_rotated_away(host: Host) -> None:
    host.key("k3", key("k1"))

    host.declare("k1 active", "k3 previous")
    assert (host().code, host.names()) == (1, [])

    host.declare("k1 active", "k3 previous", "k2 next")
    ran = host()
    assert (ran.code, codes(ran)) == (0, ["SK492"])


@pytest.mark.parametrize("state", ["active", "previous"])
def test_a_length_that_the_api_server_refuses_is_an_error_for_every_key(
    host: Host, state: str
) -> None:
    for provider, size, said in (
        ("secretbox", 16, "are 16 and not 32"),
        ("aescbc", 20, "are 20 and not 16, 24 or 32"),
    ):
        host.key("k1", base64.b64encode(random.Random(2).randbytes(size)).decode())
        states = ("active", "next") if state == "active" else ("previous", "active")
        host.platform(
            *(
                f"name: {name}, state: {one}, from: {{file: keys/{name}}}"
                for name, one in zip(("k1", "k2"), states, strict=True)
            ),
            provider=provider,
        )

        ran = host()

        assert (ran.code, "error[SK490]" in ran.err, said in ran.err) == (1, True, True), ran.err


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "SECRETKIT_KEY", "aws_key", "KUBE_KEY"])
def test_a_variable_of_others_is_not_read_though_it_holds_a_key(
    host: Host, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, key("k1"))
    host.platform(f"name: k1, state: active, from: {{env: {name}}}")

    for ran in (host(), host("--key", f"k1=env:{name}")):
        assert (ran.code, codes(ran)) == (1, ["SK493"])
    assert host.names() == []


def test_every_key_that_is_wrong_is_told_at_once(host: Host) -> None:
    host.declare("k1 active", "a next", "b previous")
    host.key("b", "x")

    assert codes(host()) == ["SK493", "SK490"]


def test_a_key_without_a_source_needs_one(host: Host) -> None:
    host.platform("name: k1, state: active")

    assert codes(host()) == ["SK493"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o602])
def test_a_key_file_that_others_can_read_is_told(host: Host, mode: int) -> None:
    host.declare("k1 active")
    host.key("k1", key("k1"), mode)

    ran = host()

    assert (ran.code, codes(ran)) == (0, ["SK494"])


def test_a_pipe_in_place_of_a_key_file_does_not_block(host: Host) -> None:
    os.mkfifo(host.folder / "keys" / "pipe")
    host.declare("pipe active")

    assert codes(host()) == ["SK493"]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        pytest.param(["k1"], "--key takes NAME=file:PATH, NAME=env:VARIABLE or NAME=-", id="no source"),
        pytest.param([f"k1={key('k1')}"], "--key takes NAME=file:PATH, NAME=env:VARIABLE or NAME=-", id="the key itself"),
        pytest.param(["k1=file:"], "--key takes NAME=file:PATH, NAME=env:VARIABLE or NAME=-", id="no path"),
        pytest.param(["k1=-", "k1=env:A"], "--key k1: it is given twice", id="twice"),
        pytest.param(["k1=-", "k2=-"], "--key: one key alone can come from stdin", id="two from stdin"),
    ],
)  # fmt: skip
def test_a_source_of_the_command_line_has_a_form(texts: list[str], said: str) -> None:
    with pytest.raises(Usage) as caught:
        given(texts)

    assert str(caught.value) == said


def test_a_source_keeps_what_stands_behind_its_first_colon() -> None:
    assert given(["k=file:a:b=c"]) == {"k": Given("file", "a:b=c")}


def test_a_key_that_is_not_declared_is_wrong_usage(host: Host) -> None:
    host.declare("k1 active")

    ran = host("--key", "k2=env:A")

    assert (ran.code, ran.err) == (
        2,
        "error: --key k2: no such key is declared\n",
    )


def test_a_step_goes_through_and_another_does_not(host: Host) -> None:
    host.declare("k1 active")
    assert host().code == 0
    first = host.out.read_bytes()

    host.declare("k2 active", "k1 previous")
    ran = host()
    assert (ran.code, codes(ran)) == (1, ["SK495"])
    assert "--> platform.yaml:5:" in ran.err
    assert "if only this host is behind, materialize what the file said in each step" in ran.err
    assert host.out.read_bytes() == first

    for states in (["k1 active", "k2 next"], ["k2 active", "k1 previous"], ["k2 active"]):
        host.declare(*states)
        assert host().code == 0, states


def test_other_bytes_under_a_key_s_name_are_refused(host: Host) -> None:
    host.declare("k1 active")
    host()
    host.key("k1", key("other"))

    ran = host()

    assert (ran.code, codes(ran)) == (1, ["SK497"])
    assert key("k1") in host.out.read_text()


def test_what_stands_there_and_is_no_configuration_is_left_alone(host: Host) -> None:
    host.declare("k1 active")
    host.out.write_text(f"keys: {key('k9')}\n")

    ran = host()

    assert (ran.code, codes(ran)) == (1, ["SK499"])
    assert host.out.read_text() == f"keys: {key('k9')}\n"
    assert key("k9")[:8] not in ran.err


PLACEHOLDER = "<base64-encoded-32-byte-key>"


def test_a_rendered_file_without_keys_is_written_over(host: Host) -> None:
    """As `render -o` wrote it: nothing is lost with it, and no API server runs with it."""
    host.declare("k1 active", "k2 next")
    host()
    whole = host.out.read_text()
    host.out.write_text(whole.replace(key("k1"), PLACEHOLDER).replace(key("k2"), PLACEHOLDER))
    assert key("k1") not in host.out.read_text()

    ran = host()

    assert (ran.code, codes(ran), host.out.read_text()) == (0, [], whole)


def test_a_rendered_file_is_a_step_as_any_other(host: Host) -> None:
    host.declare("k1 active")
    host()
    rendered = host.out.read_text().replace(key("k1"), PLACEHOLDER)
    host.out.write_text(rendered)
    host.declare("k2 active")

    ran = host()

    assert (ran.code, codes(ran), host.out.read_text()) == (1, ["SK496"], rendered)


def test_a_file_with_a_placeholder_and_a_key_may_hold_its_only_copy(host: Host) -> None:
    host.declare("k1 active", "k2 next")
    host()
    half = host.out.read_text().replace(key("k1"), PLACEHOLDER)
    host.out.write_text(half)

    ran = host()

    assert (ran.code, codes(ran), host.out.read_text()) == (1, ["SK499"], half)


def test_a_file_that_is_moved_away_is_no_bar(host: Host) -> None:
    host.declare("k1 active")
    host()
    host.out.rename(host.out.with_suffix(".old"))
    host.declare("k2 active")

    assert host().code == 0


def test_it_writes_through_no_symlink_and_onto_no_folder(host: Host) -> None:
    host.declare("k1 active")
    elsewhere = host.folder / "elsewhere"
    host.out.symlink_to(elsewhere)
    link = host()
    host.out.unlink()
    host.out.mkdir()
    folder = host()

    assert (link.code, link.err) == (2, "error: enc/encryption.yaml: a symlink\n")
    assert (folder.code, folder.err) == (2, "error: enc/encryption.yaml: not a regular file\n")
    assert not elsewhere.exists()


def test_a_folder_that_is_not_there_is_not_made(host: Host) -> None:
    host.declare("k1 active")
    host.out.parent.rmdir()

    assert host() == Ran(2, "", "error: enc: no such folder\n")
    assert not host.out.parent.exists()


def test_a_managed_cluster_has_no_such_file(host: Host) -> None:
    (host.folder / "platform.yaml").write_text(
        HEAD.replace("spec:\n", "spec:\n  targets: {provider: eks}\n")
        + '    provider: kms\n    kms: {name: "arn:aws:kms:eu-west-1:111122223333:key/'
        + '1234abcd-12ab-34cd-56ef-1234567890ab"}\n'
    )

    ran = host()

    assert (ran.code, host.names()) == (2, [])
    assert ran.err.startswith("error: on eks nobody gives the API server a file")


def test_a_git_work_tree_around_it_is_told(host: Host) -> None:
    host.declare("k1 active")
    (host.folder / ".git").mkdir()

    ran = host()

    assert ran.code == 0
    assert "lies in the Git work tree" in ran.err


class TestCheck:
    def test_a_file_that_is_right_shows_its_hash(self, host: Host) -> None:
        host.declare("k1 active")
        host()

        assert host("--check") == Ran(0, digest(host.out.read_bytes()) + "\n", "")

    def test_nothing_is_written(self, host: Host) -> None:
        host.declare("k1 active")

        assert host("--check") == Ran(1, "", "enc/encryption.yaml is not there\n")
        assert host.names() == []

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            pytest.param(lambda host: host.declare("k1 active", "k2 next"),
                         "providers of `secrets`: the secretbox key `k1`, identity stand there; the secretbox key "
                         "`k1`, the secretbox key `k2`, identity are declared", id="a key more"),
            pytest.param(lambda host: host.key("k1", key("other")), "keys: the secretbox key `k1` has other bytes there",
                         id="other bytes"),
            pytest.param(lambda host: host.platform("name: k1, state: active, from: {file: keys/k1}",
                                                    more="    resources: [secrets, configmaps]\n"),
                         "resources: `configmaps` are declared, and do not stand there", id="a resource more"),
            pytest.param(lambda host: host.out.chmod(0o644), "enc/encryption.yaml has the mode 0644 and not 0600",
                         id="a mode"),
            pytest.param(lambda host: host.out.write_text(host.out.read_text() + "# a note\n"),
                         "the meaning is the same, and the text differs: a plugin's fields, or layout", id="the text"),
            pytest.param(lambda host: host.out.write_text("x: " + key("k1")),
                         "enc/encryption.yaml is one that no API server loads: `x` is no field of the file",
                         id="another file"),
        ],
    )  # fmt: skip
    def test_what_differs_is_named_without_a_byte_of_a_key(
        self, host: Host, change: Callable[[Host], None], said: str
    ) -> None:
        host.declare("k1 active")
        host()
        change(host)
        before = host.out.read_bytes()

        ran = host("--check")

        assert (ran.code, ran.out, ran.err) == (1, "", said + "\n")
        assert host.out.read_bytes() == before


def test_no_output_ever_shows_a_key(host: Host) -> None:
    host.declare("k1 active", "k2 next")
    said = [host(), host("--check"), host()]
    host.key("k1", key("other"))
    said += [host(), host("--check")]
    host.key("k1", key("k1") + "\nx")
    said += [host(), host("--check")]

    shown = "".join(one.out + one.err for one in said)
    assert [name for name in ("k1", "k2", "other") if key(name)[:8] in shown] == []


@pytest.mark.parametrize("name", [key("k1"), '"k\\e[31m1"'])
@pytest.mark.parametrize("field", ["name: k1", "- secrets"])
def test_what_stands_in_a_name_is_no_way_out_for_a_key_or_an_escape(
    host: Host, name: str, field: str
) -> None:
    host.declare("k1 active")
    host()
    before, _, old = field.rpartition(" ")
    host.out.write_text(host.out.read_text().replace(field, f"{before} {name}"))
    assert old not in name

    for ran in (host(), host("--check")):
        assert ran.code == 1
        assert key("k1")[:8].lower() not in ran.err.lower()
        assert "\x1b" not in ran.err


KILLED = """
import os, signal, sys
from secretkit.cli import main
os.{call} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
main()
"""


@pytest.mark.parametrize("call", ["fchmod", "fsync", "replace"])
def test_a_kill_in_the_middle_leaves_the_old_file_and_the_next_run_sweeps(
    host: Host, call: str
) -> None:
    host.declare("k1 active")
    host()
    before = host.out.read_bytes()
    host.declare("k1 active", "k2 next")

    script = KILLED.format(call=call)
    command = ["encryption", "materialize", "platform.yaml", "-o", "enc/encryption.yaml"]
    ran = subprocess.run([sys.executable, "-c", script, *command], cwd=host.folder)

    assert ran.returncode == -signal.SIGKILL
    assert host.out.read_bytes() == before
    assert [stat.S_IMODE(one.stat().st_mode) for one in host.out.parent.iterdir()] == [0o600] * 2
    assert host().code == 0
    assert host.names() == ["encryption.yaml"]
    assert key("k2") in host.out.read_text()
