"""Without `--allow-plaintext` no source is opened: the interpreter itself tells of every opening and start.

A file that is a source is a FIFO besides, which hangs whoever reads it.
"""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import lines
import pytest
from world import HEAD, Ran, World

# Audit events cannot be turned off once they are on. Names that look a file up without opening it,
# such as `os.stat`, have none.
WATCHED = """\
import json, os, pathlib, sys
told = set()
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        told.add("open " + os.fsdecode(arguments[0]).rpartition("/")[2])
    elif event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
        told.add("start " + os.fsdecode(arguments[0]).rpartition("/")[2])
real = os._Environ.__getitem__
def read(self, key):
    told.add("read " + key)
    return real(self, key)
os._Environ.__getitem__ = read
sys.addaudithook(hook)
from secretkit import pipeline
from secretkit.cli import run
pipeline._MANY = 1
ended = {}
for line in json.load(open("lines.json")):
    told.clear()
    code = run(line)
    every = {f"read {name}" for name in os.environ.keys()}
    if every <= told and "start sops" not in told:  # handed on as they are, such as to etcdctl
        told -= every
    ended[" ".join(line)] = [code, sorted(told)]
pathlib.Path("told.json").write_text(json.dumps(ended))
"""
SOURCES = frozenset({"open value", "open s.yaml", "read SHOP_VALUE", "start sops"})
Asked = Callable[..., Mapping[str, tuple[int, frozenset[str]]]]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def asked(world: World) -> Asked:
    """What each command line ended with, and which sources it touched."""

    def asked(wanted: list[lines.Line], **variables: str) -> dict[str, tuple[int, frozenset[str]]]:
        (world.root / "lines.json").write_text(json.dumps(wanted))
        done: Ran = world.process(program=WATCHED, variables=variables)
        assert done.code == 0, done.err
        told = json.loads((world.root / "told.json").read_text())
        return {line: (code, SOURCES & set(touched)) for line, (code, touched) in told.items()}

    return asked


CLOSED = [line for line in lines.lines() if "--allow-plaintext" not in line]


def test_the_watch_sees_each_source(asked: Asked) -> None:
    """Else the tests below would find nothing to find."""
    line = ("render", "apps", "--allow-plaintext")

    assert asked([line]) == {" ".join(line): (0, SOURCES)}


def test_no_command_line_without_the_flag_touches_a_source(world: World, asked: Asked) -> None:
    for name in ("value", "s.yaml"):
        (world.root / "apps/shop" / name).unlink()
        os.mkfifo(world.root / "apps/shop" / name)

    found = asked(CLOSED)

    assert len(found) == len(set(CLOSED))
    touching = {line: touched for line, (_, touched) in found.items() if touched}
    # `seal` reads the one variable that its own command line names.
    asked_for = {line for line in touching if line.startswith("seal ") and "SHOP_VALUE" in line}
    assert {touching[line] for line in asked_for} <= {frozenset({"read SHOP_VALUE"})}
    assert set(touching) == asked_for


def test_the_control_plane_s_files_and_origins_need_no_value_even_with_the_flag(
    asked: Asked,
) -> None:
    flag = ("render", "apps", "--allow-plaintext")
    found = asked([(*flag, "--only", "control-plane"), (*flag, "--explain-values")])

    assert list(found.values()) == [(0, frozenset())] * 2


def test_inside_argo_cd_nothing_is_opened_with_the_flag_either(asked: Asked) -> None:
    wanted: list[lines.Line] = [line for line in lines.lines() if "--allow-plaintext" in line]

    found = asked(wanted, ARGOCD_APP_NAME="shop")

    assert {line: touched for line, (_, touched) in found.items() if touched} == {}
    assert {code for line, (code, _) in found.items() if "--help" not in line} == {2}


@pytest.mark.parametrize(
    "variable",
    [
        "SECRETKIT_ALLOW_PLAINTEXT",
        "ALLOW_PLAINTEXT",
        "SECRETKIT_RENDER_ALLOW_PLAINTEXT",
        "ARGOCD_ENV_ALLOW_PLAINTEXT",
    ],
)
def test_no_variable_stands_for_the_flag(asked: Asked, variable: str) -> None:
    line = ("render", "apps")

    assert asked([line], **{variable: "1"}) == {" ".join(line): (1, frozenset())}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("platform.yaml", "  allowPlaintext: true\n"),
        ("platform.yaml", '  policy: {SK505: "off"}\n'),
        ("apps/shop/secrets.yaml", "  allowPlaintext: true\n"),
    ],
)
def test_no_file_stands_for_the_flag(world: World, asked: Asked, file: str, text: str) -> None:
    path = world.root / file
    path.write_text(path.read_text() + text)
    line = ("render", "apps")

    ((code, touched),) = asked([line]).values()

    assert touched == frozenset()
    assert (code, (world.root / "out").exists()) in {(1, False), (2, False), (0, False)}
    assert world.process(*line).places == ()


@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "SOPS_AGE_KEY", "KUBECONFIG"])  # fmt: skip
def test_a_reserved_variable_is_not_read_with_the_flag_either(world: World, name: str) -> None:
    text = f"  secrets: {{it: {{values: {{a: {{env: {name}}}}}}}}}\n"
    world.put("apps/shop/secrets.yaml", HEAD % "shop" + text)

    done = world.process(
        "render", "apps", "--allow-plaintext", variables={name: world.variable.text}
    )

    assert (done.code, done.places, done.out) == (1, (), "")
