"""Encryption enabled, rotated, moved and disabled on two real API servers, as our commands say it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from secretkit.compile.encryption_configuration import PLACEHOLDER, configuration
from secretkit.emit import yaml as emit
from secretkit.encryption import editing, states
from secretkit.encryption.declared import again, declared

from . import programs
from .conftest import entered
from .control_plane import Client, Member, Plugin, clients, emptied, path_of, secret
from .server import ControllerManager, Etcd, Start
from .stored import ReadableEtcd, have_succeeded, printed

HEAD = """\
apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: walk}
spec:
  targets: {kubernetes: "1.37", provider: kubeadm}
"""


class Plane(NamedTuple):
    etcd: Etcd
    members: list[Member]


@pytest.fixture(scope="module")
def plane(real_programs: None) -> Iterator[Plane]:  # noqa: ARG001
    """Two API servers on one etcd, that encrypt nothing yet."""
    with ExitStack() as stack:
        etcd = entered(stack, Etcd())
        yield Plane(etcd, [entered(stack, Member(etcd)) for _ in range(2)])


class Host:
    """The file in Git, and the folder of keys that all control-plane hosts have."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "platform.yaml"
        self.file.write_text(HEAD)
        self.keys = folder / "keys"
        self.keys.mkdir()

    def call(self, command: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "secretkit", "encryption", command, *map(str, arguments)],
            capture_output=True,
            text=True,
        )

    def do(self, command: str, *arguments: str | Path) -> str:
        ran = self.call(command, self.file, *arguments)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def key(self, name: str) -> tuple[str, ...]:
        """Makes a key, and says where it is as options do."""
        ran = self.call("keygen", "-o", self.keys / name)
        assert ran.returncode == 0, ran.stderr
        return ("--key", name, "--from-file", str(self.keys / name))

    def config(self, name: str, section: dict[str, Any] | None) -> Path | None:
        """A live file for a section, made without any of the product's own guards."""
        if section is None:
            return None
        found = declared(self.file)
        text = editing.edited(found, section)
        encryption = again(found, text).needed
        body = configuration(encryption, found.target)
        keys = {key.name: key for block in encryption.blocks for key in block.keys}
        for entry in body["resources"]:
            for provider in entry["providers"]:
                for one in next(iter(provider.values())).get("keys", ()):
                    assert one["secret"] == PLACEHOLDER
                    one["secret"] = (self.keys / keys[one["name"]].name).read_text().strip()
        path = self.file.parent / name
        path.write_text("".join(emit.field(key, value, 0) for key, value in body.items()))
        path.chmod(0o600)
        return path


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


KEYS = [{"name": "k1", "state": "active"}]
BOX = {"provider": "secretbox", "keys": KEYS, "readUnencrypted": False}


def local(provider: str, **states_by_name: str) -> dict[str, Any]:
    return {
        "provider": provider,
        "keys": [{"name": name, "state": state} for name, state in states_by_name.items()],
    }


CLOSED = {"readUnencrypted": False}
R0 = {**local("secretbox", k1="active"), **CLOSED}
R1 = {**local("secretbox", k1="active", k2="next"), **CLOSED}
R2 = {**local("secretbox", k2="active", k1="previous"), **CLOSED}
E1 = {**local("secretbox", k1="next"), "writeUnencrypted": True}
E2 = {**local("secretbox", k1="active"), "readUnencrypted": True}
D2 = {**E2, "writeUnencrypted": True}
M1 = {**R0, "moveTo": local("aesgcm", k2="next")}
M2 = {**local("aesgcm", k2="active"), **CLOSED, "moveFrom": local("secretbox", k1="previous")}
# The same where encryption begins to end meanwhile.
OPEN = {"readUnencrypted": True}
R1_OPEN, R2_OPEN, M1_OPEN, M2_OPEN = ({**one, **OPEN} for one in (R1, R2, M1, M2))


def test_a_step_that_is_refused_loses_something() -> None:
    """Each case below; the list is that of all steps that need a claim."""
    needing = {
        (states.stage(section).name, name, step.needs)
        for section in (R0, R1, R2, E1, E2, D2, M1, M2, R1_OPEN, R2_OPEN, M1_OPEN, M2_OPEN)
        for name, way in _ways(section).items()
        if way and (step := _try(way, section)) and step.needs != "nothing"
    }
    assert needing == {(case.stage, case.way, case.needs) for case in CASES}


def _ways(section: dict[str, Any]) -> dict[str, Any]:
    stage = states.stage(section)
    return {"next": stage.forward, "back": stage.back, "disable": states.disabled}


def _try(way: Any, section: dict[str, Any]) -> states.Step | None:
    try:
        step: states.Step = way(section)
    except states.Refused:
        return None
    return step


class Case(NamedTuple):
    """A step taken too early. `late` is what the other server still has, or what wrote before."""

    section: dict[str, Any]
    way: str
    needs: str
    late: dict[str, Any] | None

    @property
    def stage(self) -> str:
        return states.stage(self.section).name

    @property
    def step(self) -> states.Step:
        step: states.Step = _ways(self.section)[self.way](self.section)
        return step


CASES = [
    Case(R1, "next", "rolled", R0),
    Case(R2, "next", "rewritten", R0),
    Case(R1, "back", "rewritten", R2),  # the new key wrote already, before a step back
    Case(E1, "next", "rolled", None),
    Case(E1, "back", "rewritten", E2),
    Case(E2, "next", "rewritten", None),
    Case(E2, "disable", "rolled", R0),
    Case(D2, "next", "rewritten", E2),
    Case(M1, "next", "rolled", R0),
    Case(M1, "back", "rewritten", M2),
    Case(M2, "next", "rewritten", R0),
    Case(R1_OPEN, "disable", "rolled", R1),
    Case(R2_OPEN, "disable", "rolled", R2),
    Case(M1_OPEN, "disable", "rolled", M1),
    Case(M2_OPEN, "disable", "rolled", M2),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.stage}, {case.way}")
def test_a_step_taken_too_early_loses_a_secret(plane: Plane, host: Host, case: Case) -> None:
    for name in ("k1", "k2"):
        host.key(name)
    first, second = plane.members
    emptied(plane.etcd, "/registry/secrets/")
    too_early = host.config("early.yaml", case.step.section)
    late = host.config("late.yaml", case.late)

    if case.needs == "rolled":  # one server takes the step, and the other is not there yet
        first.load(too_early)
        second.load(late)
        assert first.until_answered("POST", path_of("default"), secret("canary", "x")).code == 201
        loser = second
    else:  # what was written before is still there when the step is taken
        first.load(late)
        assert first.until_answered("POST", path_of("default"), secret("canary", "x")).code == 201
        first.load(too_early, is_ready=False)
        loser = first

    read = loser.until_answered("GET", path_of("default", "canary"))
    listed = loser.until_answered("GET", "/api/v1/secrets")
    assert (read.code, listed.code) == (500, 500), (read, listed)


class Begun(NamedTuple):
    """Something that is begun while something else is under way, and what the file becomes of it.

    `late` is what the other server still has, or what wrote before.
    """

    command: tuple[str, ...]
    section: dict[str, Any]
    late: dict[str, Any] | None
    becomes: dict[str, Any]
    is_rolling: bool = False  # whether the server that is late loses, and not what wrote before
    code: str = "SK437"

    @property
    def name(self) -> str:
        return f"{self.command[0]} while {states.stage(self.section).name}"


MOVE = ("move", "--provider", "aescbc", "--key", "k3")
M1_OTHER = {**R0, "moveTo": local("aescbc", k3="next")}
PLUGIN = {"provider": "kms", "kms": {"name": "aws-kms", "endpoint": "unix:///run/kms.sock"}}
E1_PLUGIN = {**PLUGIN, "writeUnencrypted": True}
BEGUN = [
    # The provider that was to come has written before a step back, and another takes its place.
    Begun(MOVE, M1, M2, M1_OTHER),
    Begun(MOVE, {**M1_OPEN, "writeUnencrypted": True}, M2, {**M1_OTHER, **OPEN, "writeUnencrypted": True}),
    # What one move still reads is not read by the second.
    Begun(MOVE, M2, R0, {**local("aescbc", k3="active"), **CLOSED,
                         "moveFrom": local("aesgcm", k2="previous")}),
    # Taken for a plugin that goes, it writes again: what `back` does then needs no claim.
    Begun(("disable",), E1_PLUGIN, None, {**PLUGIN, **OPEN}, is_rolling=True),
    # The second beginning knows nothing of the key of the first.
    Begun(("enable", "--provider", "aesgcm", "--key", "k2"), R0, R0,
          {**local("aesgcm", k2="next"), "writeUnencrypted": True}, code="SK438"),
]  # fmt: skip


@pytest.mark.parametrize("case", BEGUN, ids=lambda case: case.name)
def test_what_is_begun_out_of_turn_loses_a_secret(
    plane: Plane, host: Host, start: Start, case: Begun
) -> None:
    """What tests/encryption/test_every_state.py finds by search, and refuses of these alone as lossy."""
    for name in ("k1", "k2", "k3"):
        host.key(name)
    becomes = case.becomes
    if "kms" in becomes:
        plugin = start(Plugin("aws-kms"))
        becomes = {**becomes, "kms": {"name": "aws-kms", "endpoint": plugin.endpoint}}
    first, second = plane.members
    emptied(plane.etcd, "/registry/secrets/")
    begun, late = host.config("begun.yaml", becomes), host.config("late.yaml", case.late)
    host.file.write_text(editing.edited(declared(host.file), case.section))
    before = host.file.read_text()

    refused = host.call(case.command[0], host.file, *case.command[1:])

    assert (refused.returncode, host.file.read_text()) == (1, before)
    assert f"error[{case.code}]" in refused.stderr
    if case.is_rolling:
        first.load(begun)
        second.load(late)
    else:
        first.load(late)
    assert first.until_answered("POST", path_of("default"), secret("canary", "x")).code == 201
    if not case.is_rolling:
        first.load(begun, is_ready=False)
    loser = second if case.is_rolling else first
    read = loser.until_answered("GET", path_of("default", "canary"))
    listed = loser.until_answered("GET", "/api/v1/secrets")
    assert (read.code, listed.code) == (500, 500), (read, listed)


def test_our_commands_refuse_these_steps(host: Host) -> None:
    for name in ("k1", "k2"):
        host.key(name)
    for case in CASES:
        host.file.write_text(HEAD)
        host.file.write_text(editing.edited(declared(host.file), case.section))
        before = host.file.read_text()

        ran = host.call(case.way, host.file)

        assert (ran.returncode, host.file.read_text()) == (1, before)
        assert "error[SK437]: too early" in ran.stderr


class Walk:
    """One operator with two hosts: what the file says is put in place and loaded, one after the other."""

    def __init__(self, plane: Plane, host: Host, running: list[Client], folder: Path) -> None:
        self.plane = plane
        self.host = host
        self._running = running
        self._live = [folder / f"host-{at}" for at in range(len(plane.members))]
        for path in self._live:
            path.mkdir()

    def step(self, command: str, *arguments: str) -> None:
        """A command of ours on the file."""
        for client in self._running:
            client.during = " ".join([command, *arguments])
        self.host.do(command, *arguments)

    def roll(self) -> None:
        """Every host gets the file, and its API server a restart, while the clients go on."""
        for member, folder in zip(self.plane.members, self._live, strict=True):
            live = folder / "encryption-configuration.yaml"
            self.host.do("materialize", "-o", live)
            self.host.do("materialize", "-o", live, "--check")
            member.load(live)

    def unload(self) -> None:
        for member in self.plane.members:
            member.load(None)

    def rewrite(self) -> None:
        """The script that we print, and etcd looked into afterwards."""
        member = self.plane.members[0]
        script = self.host.do("rewrite", "--as", "script")
        ran = subprocess.run(
            ["sh"], input=script, capture_output=True, text=True, timeout=300,
            env={
                "PATH": os.environ["PATH"],
                "KUBECTL": str(programs.find("kubectl")),
                "KUBECONFIG": str(member.kubeconfig),
                "HOME": str(member.folder),
            },
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        self.host.do("verify", "--etcd-endpoints", self.plane.etcd.url)

    def stored(self) -> set[str]:
        """The prefixes of all Secrets in etcd."""
        found = set()
        for client in self._running:
            for name in client.written:
                try:
                    value = self.plane.etcd.read(f"/registry/secrets/default/{name}")
                except KeyError:
                    continue
                is_plain = value.startswith(b"k8s\0")
                found.add("" if is_plain else ":".join(value.decode("latin-1").split(":")[:5]))
        return found


def test_the_whole_walk_loses_nothing(
    plane: Plane, host: Host, tmp_path: Path, start: Start
) -> None:
    """Enable, rotate, step back, move to a KMS and from it, disable: as docs/encryption.md says it."""
    emptied(plane.etcd, "/registry/secrets/")
    for member in plane.members:
        member.load(None)
    plugin = start(Plugin("aws-kms"))
    with clients(plane.members, "default") as running:
        walk = Walk(plane, host, running, tmp_path)

        walk.step("enable", "--provider", "secretbox", *host.key("key-1"))
        walk.roll()
        assert walk.stored() == {""}
        walk.step("next", "--rolled")
        walk.roll()
        walk.rewrite()
        assert walk.stored() == {"k8s:enc:secretbox:v1:key-1"}
        walk.step("next", "--rewritten")
        walk.roll()

        walk.step("rotate", *host.key("key-2"))
        walk.roll()
        assert walk.stored() == {"k8s:enc:secretbox:v1:key-1"}
        walk.step("next", "--rolled")
        walk.roll()
        walk.step("back")
        walk.roll()
        walk.step("next", "--rolled")
        walk.roll()
        walk.rewrite()
        assert walk.stored() == {"k8s:enc:secretbox:v1:key-2"}
        walk.step("next", "--rewritten")
        walk.roll()

        walk.step(
            "move", "--provider", "kms", "--kms-name", "aws-kms", "--endpoint", plugin.endpoint
        )
        walk.roll()
        walk.step("next", "--rolled")
        walk.roll()
        walk.rewrite()
        assert walk.stored() == {"k8s:enc:kms:v2:aws-kms"}
        walk.step("next", "--rewritten")
        walk.roll()

        walk.step("disable")
        walk.roll()
        walk.step("disable", "--rolled")
        walk.roll()
        walk.rewrite()
        assert walk.stored() == {""}
        walk.step("next", "--rewritten")
        walk.unload()

    assert host.file.read_text() == HEAD
    nothing_is_lost(plane, running)


def nothing_is_lost(plane: Plane, running: list[Client]) -> None:
    assert [failure for client in running for failure in client.failures] == []
    assert min(client.requests for client in running) > 500
    for client in running:
        for member in plane.members:
            for name, value in client.written.items():
                answer = member.until_answered("GET", path_of("default", name))
                assert answer.body["data"] == secret(name, value)["data"]


def test_what_may_begin_while_something_else_is_under_way_loses_nothing(
    plane: Plane, host: Host, tmp_path: Path
) -> None:
    """A move in a rotation, a rotation in that move, and an end in that rotation."""
    emptied(plane.etcd, "/registry/secrets/")
    for member in plane.members:
        member.load(None)
    with clients(plane.members, "default") as running:
        walk = Walk(plane, host, running, tmp_path)
        walk.step("enable", "--provider", "secretbox", *host.key("key-1"))
        walk.roll()
        walk.step("next", "--rolled")
        walk.roll()
        walk.rewrite()
        walk.step("next", "--rewritten")
        walk.step("rotate", *host.key("key-2"))
        walk.roll()
        walk.step("next", "--rolled")
        walk.roll()

        walk.step("move", "--provider", "aesgcm", *host.key("key-3"))
        walk.roll()
        walk.step("next", "--rolled")
        walk.roll()
        walk.step("rotate", *host.key("key-4"))
        walk.roll()
        walk.rewrite()
        assert walk.stored() == {"k8s:enc:aesgcm:v1:key-3"}
        walk.step("next", "--rewritten")
        walk.roll()
        walk.step("next", "--rolled")
        walk.roll()
        assert "rotating: writing" in host.do("status")

        walk.step("disable")
        walk.roll()
        walk.step("disable", "--rolled")
        walk.roll()
        walk.rewrite()
        assert walk.stored() == {""}
        walk.step("next", "--rewritten")
        walk.unload()

    assert host.file.read_text() == HEAD
    nothing_is_lost(plane, running)


def test_a_step_is_taken_on_what_the_servers_and_etcd_say(
    host: Host, tmp_path: Path, start: Start
) -> None:
    """With automatic reload, without a restart, and without anybody's word."""
    etcd = start(Etcd())
    live = tmp_path / "live"
    live.mkdir()
    live /= "encryption-configuration.yaml"
    host.do("enable", "--provider", "secretbox", *host.key("key-1"))
    host.do("materialize", "-o", live)
    reload = "--encryption-provider-config-automatic-reload=true"
    config = f"--encryption-provider-config={live}"
    server = start(Member(etcd, flags=(config, reload)))
    stored = ("--etcd-endpoints", etcd.url)
    servers = ("--kubeconfig", str(server.kubeconfig), "--config", str(live))
    assert server.until_answered("POST", path_of("default"), secret("canary", "x")).code == 201

    assert "enabling: readable" in host.do("status")
    host.do("next", *servers)  # it loaded the file at its start
    host.do("materialize", "-o", live)
    early = host.call("next", host.file, "--rewritten", *servers, *stored)  # against what is seen
    assert early.returncode == 1
    assert "has loaded another file" in early.stderr
    assert "not every object is known to be rewritten" in early.stderr

    until = time.monotonic() + 150
    while host.call("verify", host.file, *servers).returncode:
        assert time.monotonic() < until, "the file is not read again"
        time.sleep(2)
    again = host.call("next", host.file, *servers, *stored)
    assert again.returncode == 1
    assert "secrets: 1 of 1 is not under secretbox:key-1 (1 plain): default/canary" in again.stderr
    body = server.until_answered("GET", path_of("default", "canary")).body
    assert server.send("PUT", path_of("default", "canary"), body).code == 200
    host.do("next", *servers, *stored)

    assert "steady" in host.do("status")
    value = etcd.read("/registry/secrets/default/canary")
    assert value.startswith(b"k8s:enc:secretbox:v1:key-1:")


def test_the_controllers_of_1_34_end_a_rotation_there(
    host: Host, tmp_path: Path, start: Start
) -> None:
    """Enable and rotate on that release itself, each rewritten by a migration that we print."""
    host.file.write_text(HEAD.replace("1.37", "1.34"))
    host.do("enable", "--provider", "secretbox", *host.key("key-1"))
    needs = printed(host.file)
    etcd = start(ReadableEtcd())
    server = start(
        Member(etcd, program="kube-apiserver-1.34", emulated_version="1.34", flags=needs.server)
    )
    manager = start(ControllerManager(server, flags=needs.manager))
    plane = Plane(etcd, [server])

    def migrate() -> None:
        server.kubectl("create", "-f", "-", input=printed(host.file).objects)
        manager.process.wait_until(lambda: have_succeeded(server))
        host.do("verify", "--etcd-endpoints", etcd.url)

    assert server.until_answered("POST", path_of("default"), secret("early", "x")).code == 201
    with clients(plane.members, "default") as running:
        walk = Walk(plane, host, running, tmp_path)
        walk.roll()
        walk.step("next", "--rolled")
        walk.roll()
        assert etcd.read("/registry/secrets/default/early").startswith(b"k8s\0")
        migrate()
        walk.step("next", "--rewritten")
        walk.roll()
        assert walk.stored() == {"k8s:enc:secretbox:v1:key-1"}

        walk.step("rotate", *host.key("key-2"))
        walk.roll()
        walk.step("next", "--rolled")
        walk.roll()
        early = etcd.read("/registry/secrets/default/early")
        assert early.startswith(b"k8s:enc:secretbox:v1:key-1:")
        migrate()
        walk.step("next", "--rewritten")
        walk.roll()
        assert walk.stored() == {"k8s:enc:secretbox:v1:key-2"}

    assert [failure for client in running for failure in client.failures] == []
    answer = server.until_answered("GET", path_of("default", "early"))
    assert answer.body["data"] == secret("early", "x")["data"]
