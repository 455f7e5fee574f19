"""What is asked of sops and what is made of its answer, by a stand-in that writes down how it was called.

The real one is asked in tests/cluster/test_sops.py.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from secretkit import pipeline
from secretkit.values import Unreadable, Where, sops

CANARY = "Kanarienvogel"
CIPHERTEXT = "ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]"
SECTION = """\
sops:
    age:
        - recipient: age1
          enc: |
            x
    lastmodified: "2026-01-01T00:00:00Z"
    mac: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]
    unencrypted_suffix: _unencrypted
    version: 3.11.0
"""
HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"
STAND_IN = """\
#!{python} -I
import json, os, sys, time
with open({log!r}, "a") as log:
    log.write(json.dumps([sys.argv[1:], sys.stdin.read(), dict(os.environ)]) + "\\n")
time.sleep({sleep})
sys.stdout.write({out!r})
sys.stderr.write({err!r})
sys.exit({code})
"""


class StandIn:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "bin"
        self.log = folder / "calls"
        self.folder.mkdir(exist_ok=True)

    def answers(
        self, out: str = '{"a": "b"}', *, code: int = 0, err: str = "", sleep: float = 0
    ) -> None:
        program = self.folder / "sops"
        fields: dict[str, Any] = {"out": out, "err": err, "code": code, "sleep": sleep}
        program.write_text(STAND_IN.format(python=sys.executable, log=str(self.log), **fields))
        program.chmod(0o755)

    @property
    def calls(self) -> list[Any]:
        return (
            [json.loads(line) for line in self.log.read_text().splitlines()]
            if self.log.exists()
            else []
        )


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    made = StandIn(tmp_path)
    made.answers()
    return made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "s.yaml").write_text(f"a: {CIPHERTEXT}\n{SECTION}")
    return tmp_path / "root"


def where(root: Path, stand_in: StandIn, **environment: str) -> Where:
    return Where(root, root, {"PATH": str(stand_in.folder), **environment}, {})


def refused(read: Callable[[], bytes]) -> tuple[str, str]:
    with pytest.raises(Unreadable) as caught:
        read()
    return caught.value.code.code, str(caught.value.words.get("what", ""))


def test_sops_is_called_with_a_list_no_input_and_the_caller_s_variables(
    root: Path, stand_in: StandIn
) -> None:
    around = where(root, stand_in, SOPS_AGE_KEY_FILE="keys.txt", AWS_PROFILE="ci")

    assert sops.read("s.yaml", around, "a") == b"b"

    ((arguments, stdin, environment),) = stand_in.calls
    path = str(root / "s.yaml")
    assert arguments == ["decrypt", "--input-type", "yaml", "--output-type", "json", path]
    assert stdin == ""
    given = {
        "SOPS_AGE_KEY_FILE": "keys.txt",
        "AWS_PROFILE": "ci",
        "SOPS_DISABLE_VERSION_CHECK": "true",
    }
    assert {**environment, **given} == environment


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"code": 128}, ("SK551", "")),
        ({"code": 51}, ("SK552", "")),
        ({"code": 25}, ("SK553", "")),
        ({"code": 1, "err": "sops metadata not found"}, ("SK554", "it has no `sops` section")),
        ({"code": 1, "err": CANARY}, ("SK555", "it ended with 1")),
        ({"code": 100}, ("SK555", "it ended with 100")),
        ({"out": CANARY}, ("SK555", "it gave no JSON object")),
        ({"out": f'["{CANARY}"]'}, ("SK555", "it gave no JSON object")),
        ({"out": '{"a":' * 100_000}, ("SK555", "it gave no JSON object")),
        ({"out": '{"a": "\\ud800"}'}, ("SK557", "bytes that are no UTF-8")),
    ],
)
def test_each_answer_is_a_finding_of_our_words(
    root: Path, stand_in: StandIn, answer: dict[str, Any], told: tuple[str, str]
) -> None:
    stand_in.answers(**answer)

    assert refused(lambda: sops.read("s.yaml", where(root, stand_in), "a")) == told


def test_a_sops_that_hangs_is_ended(
    root: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sops, "BOUNDS", sops.BOUNDS._replace(seconds=0.5))
    stand_in.answers(sleep=60)

    told = refused(lambda: sops.read("s.yaml", where(root, stand_in), "a"))

    assert told == ("SK555", "no answer within 0.5 s")


def test_a_sops_inside_the_repository_or_of_a_relative_path_is_never_started(
    root: Path, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = StandIn(root)
    planted.answers()
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "sops").symlink_to(planted.folder / "sops")
    monkeypatch.chdir(planted.folder)
    path = os.pathsep.join([str(planted.folder), str(tmp_path / "links"), "", ".", "bin"])
    around = Where(root, root, {"PATH": path}, {})

    assert refused(lambda: sops.read("s.yaml", around, "a")) == (
        "SK550", "there is no `sops` on the PATH",
    )  # fmt: skip
    further = Where(root, root, {"PATH": f"{path}{os.pathsep}{stand_in.folder}"}, {})
    assert sops.read("s.yaml", further, "a") == b"b"
    assert planted.calls == []


def test_a_sops_that_cannot_be_started_says_so(root: Path, stand_in: StandIn) -> None:
    (stand_in.folder / "sops").write_text("#!/no/such/interpreter\n")

    told = refused(lambda: sops.read("s.yaml", where(root, stand_in), "a"))

    assert told == ("SK550", "sops cannot be started, no such file or directory")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gone.yaml", "SK501"), ("../outside.yaml", "SK502"), ("/etc/s.yaml", "SK502"),
        ("folder.yaml", "SK502"), ("pipe.yaml", "SK502"), ("large.yaml", "SK503"),
    ],
)  # fmt: skip
def test_a_file_that_may_not_be_read_never_reaches_sops(
    root: Path, stand_in: StandIn, name: str, told: str
) -> None:
    (root / "folder.yaml").mkdir()
    os.mkfifo(root / "pipe.yaml")
    (root / "large.yaml").write_bytes(b"a" * (1024 * 1024 + 1))

    assert refused(lambda: sops.read(name, where(root, stand_in), "a"))[0] == told
    assert stand_in.calls == []


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("a", ("a",)), ("a.b.c", ("a", "b", "c")), ('"a.b".c', ("a.b", "c")), ('a."b.c"', ("a", "b.c")),
        ("a b.ü", ("a b", "ü")), ("a#b", ("a#b",)), ("", None), (".", None), ("a.", None), (".a", None),
        ("a..b", None), ('"a', None), ('"a"b', None), ('a"b"', None), ('""', None),
    ],
)  # fmt: skip
def test_a_path_is_cut_at_its_dots(path: str, steps: tuple[str, ...] | None) -> None:
    assert sops.steps(path) == steps


def run(root: Path, stand_in: StandIn, apps: dict[str, Any], allowed: bool | None) -> Any:
    for name, values in apps.items():
        (root / name).mkdir()
        body = {"secrets": {f"{name}-one": {"values": values}, f"{name}-two": {"values": values}}}
        text = f"{HEAD}metadata: {{name: {name}, namespace: prod}}\nspec: {json.dumps(body)}\n"
        (root / name / "secrets.yaml").write_text(text)
    (root / ".git").mkdir()
    variables = {"PATH": str(stand_in.folder)}
    options = pipeline.Options(allow_plaintext=allowed, process_environment=variables)
    return pipeline.run([root], options)


def test_a_file_is_decrypted_once_for_all_apps_of_a_run(root: Path, stand_in: StandIn) -> None:
    stand_in.answers('{"a": "b", "c": {"d.e": "f"}}')
    values = {"x": {"sops": "../s.yaml#a"}, "y": {"sops": '../s.yaml#c."d.e"'}}

    outcome = run(root, stand_in, {"shop": values, "cart": values}, True)

    found = [one.body["data"] for app in outcome.apps for one in app.objects]
    assert found == [{"x": "Yg==", "y": "Zg=="}] * 4
    assert len(stand_in.calls) == 1


def test_a_file_that_fails_is_one_finding_with_all_its_places(
    root: Path, stand_in: StandIn
) -> None:
    stand_in.answers(code=51)
    values = {
        "x": {"sops": "../s.yaml#a"},
        "y": {"sops": "../s.yaml#b"},
        "z": {"sops": "../t.yaml#b"},
    }

    outcome = run(root, stand_in, {"shop": values}, True)

    assert [(one.code, len(one.also)) for one in outcome.findings] == [("SK552", 3), ("SK501", 1)]
    assert len(stand_in.calls) == 1


@pytest.mark.parametrize("allowed", [None, False])
def test_without_the_flag_sops_is_not_started(
    root: Path, stand_in: StandIn, allowed: bool | None
) -> None:
    outcome = run(root, stand_in, {"shop": {"x": {"sops": "../s.yaml#a"}}}, allowed)

    assert [one.code for one in outcome.findings] == ([] if allowed is None else ["SK505"] * 2)
    assert stand_in.calls == []


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("s.yaml", "lacks a path"),
        ("#a", "names no file"),
        ("s.yaml#", "has a path that cannot be read"),
        ("s.yaml#a..b", "has a path that cannot be read"),
        ("tls.key#a", "names a key of a binary file, which has none"),
    ],
)
def test_a_reference_of_another_form_is_an_error_before_anything_is_read(
    root: Path, stand_in: StandIn, reference: str, told: str
) -> None:
    outcome = run(root, stand_in, {"shop": {"x": {"sops": reference}}}, None)

    assert [one.message for one in outcome.findings] == [f"the sops reference of `x` {told}"] * 2
