"""The command line as its callers see it: exit codes, streams, and every bad input told in words."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

import secretkit
from secretkit.cli import run
from secretkit.load.inputs import find_inputs

PYTHON = (sys.executable, "-m", "secretkit")
HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\nmetadata: {name: shop, namespace: prod}\n"
FINE = f"{HEAD}spec: {{secrets: {{session: {{generate: {{length: 32}}}}}}}}\n"
WARNS = FINE.replace("namespace: prod", "namespace: default")
WRONG = FINE.replace("length: 32", "lenght: 32")
CANARY = "Kanarienvogel"


class Run(NamedTuple):
    """What came of one call."""

    code: int
    out: str
    err: str


def call(
    *arguments: str | Path,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    python: tuple[str, ...] = PYTHON,
) -> Run:
    """One call as a process of its own."""
    inherited = {
        key: value
        for key, value in os.environ.items()
        if key not in ("NO_COLOR", "FORCE_COLOR", "TERM")
    }
    done = subprocess.run(
        [*python, *map(str, arguments)],
        cwd=folder,
        env={**inherited, **(environment or {})},
        capture_output=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def app(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Makes a folder with this secrets.yaml, a repository of its own."""

    def make(text: str | bytes) -> Path:
        (tmp_path / ".git").mkdir(exist_ok=True)
        content = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "secrets.yaml").write_bytes(content)
        return tmp_path

    return make


App = Callable[[str | bytes], Path]


# Help, version, and words that are not known.


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_names_every_command(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = call(*arguments, folder=tmp_path)

    assert (done.code, done.err) == (0, "")
    commands = done.out.partition("Commands:\n")[2]
    assert re.findall(r"^  (\w+)", commands, re.M) == [
        "init", "render", "validate", "scan", "list", "explain", "schema", "seal", "audit", "encryption",
    ]  # fmt: skip


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    assert call("--version", folder=tmp_path) == (0, f"secretkit {secretkit.__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "last"),
    [
        pytest.param(["rendr"], "no such command `rendr`, did you mean `render`?", id="a command misspelt"),
        pytest.param(["frobnicate"], "no such command `frobnicate`", id="a command that nothing is near"),
        pytest.param(["render", "--onlz", "yaml"], "No such option '--onlz'. Did you mean '--only'?",
                     id="an option misspelt"),
        pytest.param(["render", "--zzz"], "No such option '--zzz'.", id="an unknown option"),
        pytest.param(["validate", "--format", "xml"],
                     "Invalid value for '--format': 'xml' is not one of 'github', 'gitlab', 'json', 'junit', 'sarif', 'text'.", id="a format"),
        pytest.param(["schema", "apps"], "Invalid value for '[app|platform]': 'apps' is not one of 'app', 'platform'.",
                     id="a schema"),
        pytest.param(["validate", "gone"], "gone: no such file or folder", id="a PATH that is not there"),
        pytest.param(["validate", "x" * 300], f"{'x' * 300}: file name too long", id="a PATH too long"),
        pytest.param(["render", "--format", "kustomize"],
                     "--format kustomize writes a folder: add -o DIR", id="a form without its folder"),
        pytest.param(["render", "-o", "out", "--format", "json"],
                     "--format json is for stdout; a folder is `--format kustomize`, its default",
                     id="a folder with the form of a stream"),
        pytest.param(["validate", "--env", "stagin"],
                     "--env stagin: it is not declared, did you mean `staging`? (known: staging)",
                     id="an environment misspelt"),
    ],
)  # fmt: skip
def test_wrong_usage_is_2_with_one_clear_line_last(
    app: App, arguments: list[str], last: str
) -> None:
    folder = app(FINE.replace("spec: {", "spec: {environments: {staging: {}}, "))

    done = call(*arguments, folder=folder)

    assert (done.code, done.out) == (2, "")
    assert re.sub(r"^[Ee]rror: ", "", done.err.splitlines()[-1]) == last


# Exit codes and streams.


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        pytest.param(FINE, ["validate"], 0, id="fine"),
        pytest.param(WARNS, ["validate"], 0, id="a warning"),
        pytest.param(WARNS, ["validate", "--strict"], 1, id="a warning that counts"),
        pytest.param(WRONG, ["validate"], 1, id="an error"),
        pytest.param(FINE, ["render"], 0, id="rendered"),
        pytest.param(WARNS, ["render"], 0, id="rendered with a warning"),
        pytest.param(WRONG, ["render"], 1, id="not rendered"),
        pytest.param(WRONG, ["render", "-o", "out"], 1, id="not written"),
        pytest.param(FINE, ["validate", "gone.yaml"], 2, id="unreadable"),
    ],
)
def test_the_exit_code_says_fine_wrong_or_unreadable(
    app: App, text: str, arguments: list[str], code: int
) -> None:
    assert call(*arguments, folder=app(text)).code == code


def test_validate_tells_findings_on_stdout(app: App) -> None:
    done = call("validate", folder=app(WRONG))

    assert done.err == ""
    assert done.out.splitlines()[:5] == [
        "error[SK010]: unknown field `lenght` in `generate`, did you mean `length`?",
        " --> secrets.yaml:4:39",
        "  |",
        "4 | spec: {secrets: {session: {generate: {lenght: ........}}}}",
        "  |                                       ^^^^^^",
    ]
    assert done.out.splitlines()[-1] == "1 error"


def test_render_tells_findings_on_stderr_and_leaves_stdout_empty(app: App) -> None:
    done = call("render", folder=app(WRONG))

    assert done.out == ""
    assert done.err.splitlines()[0] == (
        "error[SK010]: unknown field `lenght` in `generate`, did you mean `length`?"
    )


def test_render_prints_manifests_alone_and_its_warnings_beside(app: App) -> None:
    done = call("render", folder=app(WARNS))

    assert re.findall(r"^kind: (.*)$", done.out, re.M) == ["Password", "ExternalSecret"]
    assert done.err.splitlines()[0].startswith("warning[SK105]: ")


def test_one_wrong_app_of_two_leaves_stdout_empty_and_all_findings_are_told(app: App) -> None:
    folder = app(WRONG)
    (folder / "other").mkdir()
    (folder / "other" / "secrets.yaml").write_text(WRONG.replace("name: shop", "nam: shop"))

    done = call("render", folder=folder)

    assert (done.code, done.out) == (1, "")
    assert re.findall(r"--> (\S+?):", done.err) == [
        "other/secrets.yaml", "other/secrets.yaml", "other/secrets.yaml", "secrets.yaml",
    ]  # fmt: skip


def test_no_input_is_an_error_and_no_empty_success(tmp_path: Path) -> None:
    for command in ("render", "validate"):
        done = call(command, folder=tmp_path)

        assert (done.code, done.out) == (1, "")
        assert done.err.splitlines() == [
            "error[SK060]: no secrets.yaml of kind AppSecrets lies here",
            "fix: name a file or folder that holds one, or start with `secretkit init`",
        ]


def test_findings_as_json_have_the_contract_s_shape(app: App) -> None:
    done = call("validate", "--format", "json", folder=app(WRONG))

    found = json.loads(done.out)
    assert len(found["findings"][0].pop("fingerprint")) == 16
    known = ("length", "digits", "symbols", "keys")
    assert (
        found["findings"][0]
        .pop("fix")
        .startswith(f"known here: {', '.join(f'`{name}`' for name in known)}")
    )
    assert found == {
        "findings": [
            {
                "code": "SK010",
                "severity": "error",
                "message": "unknown field `lenght` in `generate`, did you mean `length`?",
                "file": "secrets.yaml",
                "line": 4,
                "column": 39,
                "endLine": 4,
                "endColumn": 45,
                "why": "a misspelt field would do nothing, and nobody would see it",
            }
        ],
        "summary": {"errors": 1, "warnings": 0, "infos": 0},
    }


def test_a_fine_file_as_json_has_no_findings(app: App) -> None:
    done = call("validate", "--format", "json", folder=app(FINE))

    assert json.loads(done.out) == {
        "findings": [],
        "summary": {"errors": 0, "warnings": 0, "infos": 0},
    }


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True),
        ({"FORCE_COLOR": ""}, False),
    ],
)
def test_colour_is_for_terminals_unless_the_environment_says_so(
    app: App, environment: dict[str, str], coloured: bool
) -> None:
    folder = app(WRONG)

    for command, stream in (("validate", "out"), ("render", "err")):
        done = call(command, folder=folder, environment=environment)
        assert ("\x1b[" in getattr(done, stream)) is coloured


def test_the_locale_changes_no_byte(app: App) -> None:
    folder = app(FINE.replace("spec:", 'spec: {audit: {level: "é"}}\n#'))

    plain = call("validate", folder=folder, environment={"LC_ALL": "C", "PYTHONUTF8": "0"})
    assert plain == call("validate", folder=folder, environment={"LC_ALL": "C.UTF-8"})
    assert "`é`" in plain.out


# Ends that are nobody's fault.


def test_a_broken_pipe_is_quiet(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with subprocess.Popen(
        [*PYTHON, "schema"], stdout=write, stderr=subprocess.PIPE, cwd=tmp_path
    ) as process:
        os.close(write)
        assert process.stderr is not None
        told = process.stderr.read()

    assert (process.returncode, told) == (141, b"")


def test_ctrl_c_is_quiet(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*PYTHON, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(1) == b"{"  # the pipe is full now, and the process waits in it
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()

    assert (process.returncode, told.strip()) == (130, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PYTHON, "schema"], stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, check=False
        )

    assert (done.returncode, done.stderr) == (2, b"error: no space left on device\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_crash(app: App, closed: str) -> None:
    command = f'"$0" -m secretkit render {closed}'

    done = call("-c", command, sys.executable, folder=app(FINE), python=("sh",))

    assert (done.code, done.err) == (0, "")


def test_a_working_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()

    done = call(
        "-c", f'rmdir "{gone}"; "$0" -P -m secretkit validate', sys.executable,
        folder=gone, python=("sh",),
    )  # fmt: skip

    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [done.err.strip()]
    assert done.err.startswith("error: ")


# A bug of ours: a broken installation stands for it.


@pytest.fixture
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program whose published schema is no JSON."""
    folder = tmp_path_factory.mktemp("broken")
    package = Path(secretkit.__file__).parent
    shutil.copytree(package, folder / "secretkit", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("templates", "schemas"):
        inside = package / f"_{name}"
        shutil.copytree(inside if inside.is_dir() else package.parent / name, folder / name)
    (folder / "schemas" / "app.schema.json").write_text(f"{{ {CANARY}")
    return folder


def test_a_bug_is_told_in_one_line_without_a_traceback(app: App, broken: Path) -> None:
    done = call("render", folder=app(FINE), environment={"PYTHONPATH": str(broken)})

    assert (done.code, done.out) == (2, "")
    assert re.fullmatch(
        r"error: a bug in secretkit \(JSONDecodeError in raw_decode, line \d+\); please report it; "
        r"--debug shows where\n",
        done.err,
    )


@pytest.mark.parametrize("arguments", [["--debug", "render"], ["render", "--debug"]])
def test_debug_shows_where_a_bug_is_and_no_value(
    app: App, broken: Path, arguments: list[str]
) -> None:
    values = f"{HEAD}spec: {{secrets: {{it: {{values: {{password: {{literal: {CANARY}}}}}}}}}}}\n"

    done = call(*arguments, folder=app(values), environment={"PYTHONPATH": str(broken)})

    first, *rows = done.err.splitlines()
    assert done.code == 2
    assert first.startswith("error: a bug in secretkit (JSONDecodeError in raw_decode, line ")
    assert rows
    assert all(re.fullmatch(r"  \S+\.py:\d+ in \S+", row) for row in rows)
    assert CANARY not in done.err + done.out


# Bad input: a finding or exit code 2 with one clear line, and nothing written.


def nested(depth: int, opening: str, closing: str) -> str:
    return f"{HEAD}spec: {opening * depth}{closing * depth}\n"


def bomb(*, on_one_line: bool) -> str:
    """Nine levels of ten aliases each: a thousand million nodes."""
    rows = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    rows += [
        f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    return HEAD + (f"spec: {{{', '.join(rows)}}}\n" if on_one_line else "\n".join(rows) + "\n")


def spec(text: str) -> str:
    return f"{HEAD}spec: {text}\n"


def secret(text: str) -> str:
    return spec(f"{{secrets: {{it: {text}}}}}")


STORE = "stores: {vault: {vault: {server: https://v.example.com, path: kv, role: a, serviceAccount: a}}}"

BAD_TEXTS = [
    pytest.param(spec("{a: ["), ["SK001"], id="malformed"),
    pytest.param(spec('"open'), ["SK001"], id="an open quote"),
    pytest.param(spec("\n\t- a"), ["SK001"], id="a tab"),
    pytest.param(spec("&a {stores: *a}"), ["SK001"], id="an alias within its own anchor"),
    pytest.param(spec("{}\nspec: {}"), ["SK002"], id="a key twice"),
    pytest.param(FINE + "---\n" + FINE, ["SK003"], id="several documents"),
    pytest.param(secret("{existing: !!bool true}"), ["SK004"], id="a tag"),
    pytest.param(secret("{existing: yes}"), ["SK005"], id="YAML 1.1"),
    pytest.param(nested(5_000, "[", "]"), ["SK006"], id="5,000 lists deep"),
    pytest.param(nested(5_000, "{a: ", "}"), ["SK006"], id="5,000 mappings deep"),
    pytest.param("AppSecrets: " + "[" * 900_000, ["SK006"], id="900,000 lists deep"),
    pytest.param("# AppSecrets\n" + "- " * 400_000, ["SK006"], id="400,000 blocks deep"),
    pytest.param(bomb(on_one_line=False), ["SK006"], id="an alias bomb"),
    pytest.param(bomb(on_one_line=True), ["SK006"], id="an alias bomb on one line"),
    pytest.param(f"{HEAD}# {'x' * 1024 * 1024}\n", ["SK006"], id="above 1 MiB"),
    pytest.param(f"{HEAD}spec: {{a\0: b}}\n", ["SK007"], id="a NUL"),
    pytest.param(spec('{a: "\\0"}'), ["SK007"], id="an escaped NUL"),
    pytest.param(f"{HEAD}# é\n".encode("latin-1"), ["SK007"], id="Latin-1"),
    pytest.param(HEAD.encode("utf-16"), ["SK007"], id="UTF-16"),
    pytest.param("", ["SK008"], id="empty"),
    pytest.param("# nothing\n", ["SK008"], id="a comment alone"),
    pytest.param("null\n", ["SK008"], id="null"),
    pytest.param(secret("{generate: {length: 20}, labels: {1: x}}"), ["SK009"], id="a number as a key"),
    pytest.param(secret("{existing: true, labls: {}}"), ["SK010"], id="an unknown field"),
    pytest.param(spec("[]"), ["SK011"], id="a list in place of an object"),
    pytest.param(secret("{generate: {length: many}}"), ["SK011"], id="a text in place of a number"),
    pytest.param(secret(f"{{generate: {{length: {'9' * 5_000}}}}}"), ["SK011"], id="a number of 5,000 digits"),
    pytest.param(secret("{generate: {length: .inf}}"), ["SK011"], id="infinity"),
    pytest.param(HEAD.replace("name: shop, ", ""), ["SK012"], id="no name"),
    pytest.param(secret("{existing: true, generate: {length: 32}}"), ["SK015"], id="two sources"),
    pytest.param(secret("{type: Opaque}"), ["SK015"], id="no source"),
    pytest.param(spec("{secrets: {Data_Base: {existing: true}}}"), ["SK017"], id="a bad name"),
    pytest.param(spec(f"{{secrets: {{{'a' * 254}: {{existing: true}}}}}}"), ["SK017"], id="a long name"),
    pytest.param(HEAD.replace("shop", "Shop"), ["SK014"], id="a bad app"),
    pytest.param(FINE.replace("v1alpha1", "v2"), ["SK018"], id="another version"),
    pytest.param("just text\n", ["SK018"], id="no mapping"),
    pytest.param(secret("{generate: {length: 32}, refresh: 1d}"), ["SK014"], id="a duration with days"),
    pytest.param(secret("{generate: {length: 32}, refresh: 9999999999h}"), ["SK023"], id="a duration too long"),
    pytest.param(secret("{from: gone, keys: {a: b}}"), ["SK201"], id="a store that is not there"),
    pytest.param(spec("{access: {reader: {serviceAccount: a, secrets: [gone]}}}"), ["SK301"],
                 id="a secret that is not there"),
    pytest.param(spec("{workloads: {api: {kind: Deployment, env: {A: gone#a}}}}"), ["SK301"],
                 id="a workload's secret that is not there"),
    pytest.param(spec(f"{{{STORE}, secrets: {{a: {{from: vault, keys: {{a: b}}, creationPolicy: Merge, "
                      "deletionPolicy: Delete}}}"), ["SK214"], id="policies that ESO forbids together"),
    pytest.param(secret("{values: {password: {literal: Kanarienvogel}}}"), ["SK510"], id="a secret in the clear"),
]  # fmt: skip


@pytest.fixture
def inside(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Run]:
    """Calls in this process: the same command line, without the start of an interpreter."""

    def calls(*arguments: str, folder: Path) -> Run:
        monkeypatch.chdir(folder)
        code = run(list(arguments))
        out, err = capfd.readouterr()
        return Run(code, out, err)

    return calls


@pytest.mark.parametrize(("text", "codes"), BAD_TEXTS)
def test_a_bad_text_is_a_finding_and_nothing_is_written(
    app: App, inside: Callable[..., Run], text: str | bytes, codes: list[str]
) -> None:
    folder = app(text)
    errors = re.compile(r"^error\[(SK\d+)\]: .+$", re.M)

    judged = inside("validate", "secrets.yaml", folder=folder)
    printed = inside("render", "secrets.yaml", folder=folder)
    written = inside("render", "secrets.yaml", "-o", "out", folder=folder)

    assert (judged.code, errors.findall(judged.out), judged.err) == (1, codes, "")
    assert (printed.code, printed.out, errors.findall(printed.err)) == (1, "", codes)
    assert (written.code, written.out, errors.findall(written.err)) == (1, "", codes)
    assert sorted(path.name for path in folder.iterdir()) == [".git", "secrets.yaml"]
    for done in (judged, printed, written):
        shown = done.out + done.err
        assert "Traceback" not in shown
        assert CANARY not in shown
        assert max(map(len, shown.splitlines())) < 600


def test_everything_wrong_in_a_file_is_told_at_once(app: App, inside: Callable[..., Run]) -> None:
    folder = app(spec("{secrets: {a: {existing: yes, b: {1: x}}, a: {}}}"))

    done = inside("validate", folder=folder)

    assert re.findall(r"^error\[(SK\d+)\]", done.out, re.M) == [
        "SK005", "SK009", "SK002", "SK015",
    ]  # fmt: skip


def _directory(folder: Path) -> Path:
    (folder / "secrets.yaml").mkdir()
    (folder / "secrets.yaml" / "other").write_text("x")
    return folder / "secrets.yaml"


def _fifo(folder: Path) -> Path:
    os.mkfifo(folder / "secrets.yaml")
    return folder / "secrets.yaml"


def _symlink_out(folder: Path) -> Path:
    outside = folder.parent / f"{folder.name}-outside.yaml"
    outside.write_text(FINE)
    (folder / "secrets.yaml").symlink_to(outside)
    return folder / "secrets.yaml"


def _circle(folder: Path) -> Path:
    (folder / "secrets.yaml").symlink_to("secrets.yaml")
    return folder / "secrets.yaml"


def _device(_: Path) -> Path:
    return Path("/dev/zero")


@pytest.mark.parametrize(
    ("make", "code", "line"),
    [
        pytest.param(_directory, 1, "error[SK060]: no secrets.yaml of kind AppSecrets lies here", id="a folder"),
        pytest.param(_fifo, 2, "error: secrets.yaml: not a regular file", id="a FIFO"),
        pytest.param(_symlink_out, 2, "error: {path}: lies outside the root {folder}", id="a symlink that leaves"),
        pytest.param(_circle, 2, "error: {path}: no such file or folder", id="a symlink to itself"),
        pytest.param(_device, 2, "error: zero: not a regular file", id="a device"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", [["validate"], ["render"], ["render", "-o", "out"]])
def test_what_is_no_file_of_ours_is_told_in_one_line(
    tmp_path: Path, command: list[str], make: Callable[[Path], Path], code: int, line: str
) -> None:
    (tmp_path / ".git").mkdir()
    path = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    done = call(*command, path, folder=tmp_path)

    assert (done.code, done.out) == (code, "")
    assert done.err.splitlines()[0] == line.format(path=path, folder=tmp_path)
    assert len(done.err.splitlines()) == (2 if code == 1 else 1)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("what", ["secrets.yaml", "closed"])
def test_what_cannot_be_read_is_told(app: App, what: str) -> None:
    folder = app(FINE)
    (folder / "closed").mkdir()
    (folder / what).chmod(0)
    if os.access(folder / what, os.R_OK):
        pytest.skip("root reads every file")

    done = call("validate", folder=folder)

    (folder / what).chmod(0o700)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"{what}: permission denied\n")


def test_a_symlink_in_a_searched_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    _symlink_out(tmp_path)

    assert call("validate", folder=tmp_path).code == 1


def test_folders_may_lie_deeper_than_python_calls_itself(app: App) -> None:
    folder = app(FINE)
    (folder / Path(*["d"] * 400)).mkdir(parents=True)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(300)  # in place of folders so deep that nothing can remove them

    try:
        found = find_inputs([folder], folder)
    finally:
        sys.setrecursionlimit(before)

    assert [one.name for one in found] == ["secrets.yaml"]


def test_a_value_that_is_missing_leaves_nothing_behind(app: App) -> None:
    folder = app(secret("{values: {a: {file: there}, b: {file: gone}}}"))
    (folder / "there").write_text(CANARY)

    done = call("render", "--allow-plaintext", "-o", "out", folder=folder)

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(
        "error[SK501]: the value of `it.b` cannot be read: there is no such file\n"
    )
    assert CANARY not in done.err
    assert not (folder / "out").exists()


def test_the_control_plane_s_files_ask_for_no_value(app: App) -> None:
    folder = app(secret("{values: {a: {file: gone}}}"))

    done = call("render", "--only", "control-plane", folder=folder)

    assert (done.code, done.err) == (0, "")
    assert "kind: Policy" in done.out


def test_a_template_that_breaks_leaves_nothing_behind(app: App) -> None:
    folder = app(secret(f"{{values: {{note: {{literal: {CANARY}}}}}}}"))
    (folder / "templates").mkdir()
    (folder / "templates" / "secret.yaml.j2").write_text("kind: {{ data.note.no.such.thing }}\n")

    for more in ([], ["-o", "out"]):
        done = call("render", "--templates", "templates", *more, folder=folder)

        assert (done.code, done.out) == (2, "")
        assert done.err.splitlines() == [done.err.strip()]
        assert done.err.startswith("error: template secret.yaml.j2")
        assert CANARY not in done.err
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "helm"], "--format helm writes a folder: add -o DIR"),
        (["--format", "json", "-o", "out"], "--format json is for stdout"),
    ],
)
def test_a_format_goes_with_where_the_output_goes(
    tmp_path: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from secretkit.cli import run

    assert run(["render", str(tmp_path), *arguments]) == 2
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.out == ""
