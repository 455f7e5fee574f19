"""The states of an encryption, walked on a cluster of two API servers that a test can look into.

The servers load what the file says one after the other; objects are read and written all the time.
Whatever is done, in any order, every object can be read by both, as long as what is claimed
(`--rolled`, `--rewritten`) is true; and each claim is needed.
"""

import base64
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.strategies import booleans, integers, sampled_from

from secretkit import one_file
from secretkit.cli import group
from secretkit.encryption import states
from secretkit.encryption.declared import declared
from secretkit.encryption.editing import section
from secretkit.finding import Usage

HEAD = """\
apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  # where it runs
  targets: {provider: kubeadm}
"""
BLOCK = f"""\
{HEAD}  encryption:
    resources: [secrets]  # no more yet
    provider: secretbox
    keys:
      # made by hand
      - {{name: key-1, state: active, from: {{file: /etc/kubernetes/keys/key-1}}}}
    # proven in spring
    readUnencrypted: false
  variables: {{a: "1"}}
"""
FLOW = (
    f"{HEAD}  encryption: {{provider: secretbox, readUnencrypted: false, "
    "keys: [{name: key-1, state: active}]}\n"
)
PLAIN = ["identity"]
LIVE = "/etc/kubernetes/control-plane/encryption-configuration.yaml"


def call(file: Path, command: str, *arguments: str) -> tuple[int, str]:
    ran = CliRunner().invoke(
        group, ["encryption", command, str(file), *arguments], standalone_mode=False
    )
    if ran.exception:
        raise ran.exception
    return int(ran.return_value), ran.output


def readers(file: Path) -> list[str]:
    """What a server that loads the file reads with; the first writes."""
    found = declared(file)
    return [str(one) for one in found.encryption.readers()] if found.encryption else PLAIN


class Cluster(RuleBasedStateMachine):
    """Two API servers on one etcd, and an operator who tells the truth."""

    @initialize(text=sampled_from([BLOCK, FLOW, HEAD]))
    def begin(self, text: str) -> None:
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "platform.yaml"
        self.file.write_text(text)
        self.number = 1
        self.servers = [readers(self.file), readers(self.file)]
        self.objects = [self.servers[0][0]]

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    @property
    def is_rolled(self) -> bool:
        return self.servers == [readers(self.file)] * 2

    @property
    def is_rewritten(self) -> bool:
        return self.is_rolled and set(self.objects) == {self.servers[0][0]}

    @property
    def claims(self) -> list[str]:
        return ["--rewritten"] if self.is_rewritten else ["--rolled"] if self.is_rolled else []

    @rule(server=integers(0, 1))
    def load(self, server: int) -> None:
        self.servers[server] = readers(self.file)

    @rule(server=integers(0, 1))
    def write(self, server: int) -> None:
        self.objects = [*self.objects[-5:], self.servers[server][0]]

    @precondition(lambda self: self.is_rolled)
    @rule()
    def rewrite(self) -> None:
        self.objects = [self.servers[0][0]] * len(self.objects)

    @rule()
    def take_next(self) -> None:
        self._call("next", *self.claims)

    @rule()
    def take_back(self) -> None:
        self._call("back", *(claim for claim in self.claims if claim == "--rewritten"))

    @rule()
    def rotate(self) -> None:
        self._call("rotate", "--key", self._name())

    @rule()
    def disable(self) -> None:
        self._call("disable", *(["--rolled"] if self.claims else []))

    @rule(is_kms=booleans(), provider=sampled_from(["aesgcm", "secretbox", "aescbc"]))
    def move(self, *, is_kms: bool, provider: str) -> None:
        self._call("move", *self._provider(provider, is_kms=is_kms))

    @rule(is_kms=booleans(), provider=sampled_from(["secretbox", "aesgcm"]))
    def enable(self, *, is_kms: bool, provider: str) -> None:
        # A server without any configuration reads what is in the clear alone.
        self._call("enable", *self._provider(provider, is_kms=is_kms))

    def _provider(self, provider: str, *, is_kms: bool) -> list[str]:
        if is_kms:
            return [
                "--provider",
                "kms",
                "--kms-name",
                self._name(),
                "--endpoint",
                "unix:///run/kms.sock",
            ]
        return ["--provider", provider, "--key", self._name()]

    def _name(self) -> str:
        self.number += 1
        return f"key-{self.number}"

    def _call(self, command: str, *arguments: str) -> None:
        before = self.file.read_text()
        code, _ = call(self.file, command, *arguments)
        if code:
            assert self.file.read_text() == before
        else:
            declared(self.file)  # it is right still

    @invariant()
    def every_server_reads_every_object(self) -> None:
        if hasattr(self, "servers"):
            for server in self.servers:
                assert not [one for one in self.objects if one not in server]

    @invariant()
    def comments_stay_with_what_they_speak_of(self) -> None:
        if hasattr(self, "file"):
            text = self.file.read_text()
            assert text.startswith(HEAD)
            assert ("# made by hand" in text) <= ("name: key-1," in text)


Cluster.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestCluster = Cluster.TestCase


def walk(tmp_path: Path, text: str, *calls: list[str]) -> list[tuple[str, list[str]]]:
    """The stages and readers after each call, every claim granted."""
    file = tmp_path / "platform.yaml"
    file.write_text(text)
    found = []
    for command, *arguments in calls:
        code, said = call(file, command, *arguments)
        assert code == 0, said
        kept = declared(file)
        found.append(
            (states.stage(section(kept)).name, readers(file))
            if kept.encryption
            else ("none", PLAIN)
        )
    return found


def test_a_rotation_has_the_states_of_the_sheet(tmp_path: Path) -> None:
    assert walk(
        tmp_path, BLOCK,
        ["rotate", "--key", "key-2"], ["next", "--rolled"], ["next", "--rewritten"],
    ) == [
        ("rotating: readable", ["secretbox key-1", "secretbox key-2"]),
        ("rotating: writing", ["secretbox key-2", "secretbox key-1"]),
        ("steady", ["secretbox key-2"]),
    ]  # fmt: skip


def test_enabling_has_the_states_of_the_sheet(tmp_path: Path) -> None:
    assert walk(
        tmp_path, HEAD,
        ["enable", "--provider", "secretbox", "--key", "key-1"], ["next", "--rolled"],
        ["next", "--rewritten"],
    ) == [
        ("enabling: readable", ["identity", "secretbox key-1"]),
        ("readable in the clear", ["secretbox key-1", "identity"]),
        ("steady", ["secretbox key-1"]),
    ]  # fmt: skip


@pytest.mark.parametrize("text", [BLOCK, FLOW])
def test_disabling_has_the_states_of_the_sheet(tmp_path: Path, text: str) -> None:
    assert walk(tmp_path, text, ["disable"], ["disable", "--rolled"], ["next", "--rewritten"]) == [
        ("readable in the clear", ["secretbox key-1", "identity"]),
        ("disabling: written in the clear", ["identity", "secretbox key-1"]),
        ("none", ["identity"]),
    ]


@pytest.mark.parametrize("text", [BLOCK, FLOW])
def test_a_move_has_the_states_of_the_sheet(tmp_path: Path, text: str) -> None:
    kms = ["move", "--provider", "kms", "--kms-name", "aws", "--endpoint", "unix:///run/kms.sock"]
    assert walk(tmp_path, text, kms, ["next", "--rolled"], ["next", "--rewritten"]) == [
        ("moving: readable", ["secretbox key-1", "kms aws"]),
        ("moving: writing", ["kms aws", "secretbox key-1"]),
        ("steady", ["kms aws"]),
    ]


def test_two_plugins_on_one_socket_are_no_move(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(HEAD)
    call(
        file,
        "enable",
        "--provider",
        "kms",
        "--kms-name",
        "one",
        "--endpoint",
        "unix:///run/kms.sock",
    )
    call(file, "next", "--rolled")
    move = ("move", "--provider", "kms", "--kms-name", "two", "--endpoint")

    for same in ("unix:///run/kms.sock", "unix:///run//kms.sock"):
        said = refusal(file, *move, same)
        assert "error[SK478]: `one` and `two` are on one socket, so they are one plugin" in said

    assert call(file, *move, "unix:///run/two.sock")[0] == 0


def test_a_move_that_has_turned_already_can_be_ended_though_the_socket_is_one(
    tmp_path: Path,
) -> None:
    file = tmp_path / "platform.yaml"
    kms = '{name: NAME, endpoint: "unix:///run/kms.sock"}'
    file.write_text(
        f"{HEAD}  encryption:\n    provider: kms\n    readUnencrypted: false\n"
        f"    kms: {kms.replace('NAME', 'two')}\n"
        f"    moveFrom: {{provider: kms, kms: {kms.replace('NAME', 'one')}}}\n"
    )

    assert call(file, "next", "--rewritten")[0] == 0
    assert readers(file) == ["kms two"]


def test_a_kms_is_enabled_and_disabled_as_keys_are(tmp_path: Path) -> None:
    enable = [
        "enable",
        "--provider",
        "kms",
        "--kms-name",
        "aws",
        "--endpoint",
        "unix:///run/kms.sock",
    ]
    assert walk(
        tmp_path, HEAD, enable, ["next", "--rolled"], ["next", "--rewritten"], ["disable"],
        ["disable", "--rolled"], ["next", "--rewritten"],
    ) == [
        ("enabling: readable", ["identity", "kms aws"]),
        ("readable in the clear", ["kms aws", "identity"]),
        ("steady", ["kms aws"]),
        ("readable in the clear", ["kms aws", "identity"]),
        ("disabling: written in the clear", ["identity", "kms aws"]),
        ("none", ["identity"]),
    ]  # fmt: skip


def test_each_claim_is_asked_for(tmp_path: Path) -> None:
    """For every step that needs one there is a cluster that loses an object without it."""
    file = tmp_path / "platform.yaml"
    for text, begin in (
        (BLOCK, ["rotate", "--key", "key-2"]),
        (BLOCK, ["move", "--provider", "aesgcm", "--key", "key-2"]),
        (HEAD, ["enable", "--provider", "secretbox", "--key", "key-1"]),
    ):
        file.write_text(text)
        late, before = readers(file), readers(file)
        assert call(file, *begin)[0] == 0
        assert call(file, "next")[0] == 1
        assert call(file, "next", "--rolled")[0] == 0
        assert (
            readers(file)[0] not in late
        )  # the server that did not load cannot read what is written

        assert call(file, "next")[0] == call(file, "next", "--rolled")[0] == 1
        assert call(file, "next", "--rewritten")[0] == 0
        assert before[0] not in readers(file)  # what was not rewritten cannot be read


def test_a_step_shows_its_difference_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK)

    code, said = call(file, "rotate", "--key", "key-2", "--dry-run")

    added = "      - {name: key-2, state: next, from: {file: /etc/kubernetes/keys/key-2}}"
    assert code == 0
    assert [line for line in said.splitlines() if line.startswith("+")][1:] == [f"+{added}"]
    assert file.read_text() == BLOCK


def test_status_is_json_on_demand(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK)
    call(file, "rotate", "--key", "key-2")

    code, said = call(file, "status", "--format", "json")

    assert code == 0
    assert json.loads(said) == {
        "file": str(file),
        "environment": None,
        "stage": "rotating: readable",
        "says": "key-2 can be read, secretbox key-1 still writes",
        "resources": ["secrets"],
        "except": [],
        "readers": ["secretbox key-1", "secretbox key-2"],
        "next": {
            "does": "key-2 writes from now on",
            "needs": "rolled",
            "before": [
                {
                    "what": "make `key-2` on one host (never twice: objects may lie under it), keep a copy in escrow, and take it to the others",
                    "commands": ["secretkit encryption keygen -o /etc/kubernetes/keys/key-2"],
                },
                {
                    "what": "take a snapshot of etcd, and keep it with the keys that read it",
                    "commands": [],
                },
                {
                    "what": "put the file in place on every control-plane host",
                    "commands": [f"secretkit encryption materialize {file} -o {LIVE}"],
                },
                {
                    "what": "have every API server load it: a minute with automatic reload, else a "
                    "restart, one by one",
                    "commands": [
                        f"secretkit encryption verify {file} --server https://HOST:6443 --config {LIVE}"
                    ],
                },
            ],
            "command": f"secretkit encryption next {file} --rolled",
        },
        "loading": [],
        "others": [
            {
                "what": "go back",
                "commands": [f"secretkit encryption back {file} --rewritten"],
            }
        ],
    }


def test_status_says_the_same_in_text_and_in_json(tmp_path: Path) -> None:
    """In every stage each thing to do, each command and each exception stands in both."""
    file = tmp_path / "platform.yaml"
    text = BLOCK.replace(
        "resources: [secrets]  # no more yet", 'resources: ["*.*"]\n    except: [events]'
    )
    file.write_text(text)
    for step in ("", "rotate", "next --rolled", "next --rewritten", "disable", "disable --rolled"):
        if step:
            command, *options = step.split()
            assert call(file, command, *options)[0] == 0, step
        lines = call(file, "status")[1]
        body = json.loads(call(file, "status", "--format", "json")[1])

        assert "  except:    events\n" in lines
        assert body["except"] == ["events"]
        ahead = body["next"] or {
            "before": body["loading"],
            "command": body["others"][0]["commands"][0],
        }
        before = [one["what"] for one in ahead["before"]]
        assert [
            line.partition(". ")[2] for line in lines.splitlines() if line[2:3].isdigit()
        ] == before
        commands = [row.strip() for row in lines.splitlines() if row.startswith("       ")]
        every = [one for task in ahead["before"] for one in task["commands"]]
        others = [one for task in body["others"] for one in task["commands"]]
        assert commands == [*every, *([ahead["command"]] if body["next"] else []), *others]


def test_what_a_plugin_needs_is_said_and_what_it_cannot_do_is_not_offered(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK)
    kms = ["--provider", "kms", "--kms-name", "aws", "--endpoint", "unix:///run/kms.sock"]
    assert call(file, "move", *kms)[0] == 0
    begun = call(file, "status")[1]
    assert "have the plugin `aws` answer on every control-plane host" in begun
    assert begun.index("plugin `aws`") < begun.index("materialize")

    for step in ("--rolled", "--rewritten"):
        code, said = call(file, "next", step)
        assert code == 0
    assert "nothing is under way, once every API server has this file:" in said
    assert said.index("materialize") < said.index("what can begin:")
    assert "encryption rotate" not in said
    assert "a rotation in the KMS itself" in said
    assert call(file, "rotate")[0] == 1


@pytest.mark.parametrize(
    ("source", "made", "key"),
    [
        pytest.param("", "/etc/kubernetes/keys/key-2",
                     " --key key-2=file:/etc/kubernetes/keys/key-2", id="without `from`"),
        pytest.param("--from-env KEY_TWO", "/etc/kubernetes/keys/key-2", "", id="from a variable"),
        pytest.param("--from-file /keys/two", "/keys/two", "", id="from a file"),
    ],
)  # fmt: skip
def test_a_new_key_is_made_and_handed_over_wherever_it_comes_from(
    tmp_path: Path, source: str, made: str, key: str
) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(HEAD)
    code, said = call(file, "enable", "--provider", "secretbox", "--key", "key-2", *source.split())

    assert code == 0
    assert f"       secretkit encryption keygen -o {made}\n" in said
    assert f"       secretkit encryption materialize {file} -o {LIVE}{key}\n" in said
    assert ("`key-2` has no `from`" in said) == (not source)
    assert ("for the variable `KEY_TWO`" in said) == ("KEY_TWO" in source)


def refusal(file: Path, command: str, *arguments: str) -> str:
    before = file.read_text()
    code, said = call(file, command, *arguments)
    assert (code, file.read_text()) == (1, before)
    return said.splitlines()[0]


def test_what_is_out_of_turn_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK)
    nothing = "error[SK437]: nothing is under way"
    assert refusal(file, "next", "--rewritten") == nothing
    assert refusal(file, "back", "--rewritten").startswith("error[SK437]: there is no step back")
    assert refusal(file, "enable", "--provider", "aesgcm").startswith("error[SK438]")
    known = "error[SK437]: there is a key `key-1` already"
    assert refusal(file, "rotate", "--key", "key-1") == known
    assert refusal(file, "move", "--provider", "aesgcm", "--key", "key-1") == known
    same = "error[SK437]: `secretbox` is the provider already"
    assert refusal(file, "move", "--provider", "secretbox") == same

    call(file, "move", "--provider", "aesgcm", "--key", "key-2")
    moving = "(moving: readable: aesgcm key-2 can be read, secretbox key-1 still writes)"
    early = f"error[SK437]: a move is under way, whose provider would go too early {moving}"
    assert refusal(file, "move", "--provider", "aescbc") == early
    never = f"error[SK424]: a new key would never write {moving}"
    assert refusal(file, "rotate") == never


def test_what_is_refused_for_orders_sake_says_so(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(HEAD)
    call(file, "enable", "--provider", "secretbox", "--key", "key-1")

    _, said = call(file, "disable")

    assert said.splitlines()[0] == (
        "error[SK424]: nothing is encrypted yet "
        "(enabling: readable: objects are written in the clear, secretbox key-1 can be read)"
    )
    assert "why: nothing would be lost: it is refused for order's sake" in said
    assert "fix: take that back: `secretkit encryption back FILE`" in said


@pytest.mark.parametrize(
    ("calls", "stages"),
    [
        pytest.param(
            [["rotate", "--key", "key-2"], ["move", "--provider", "aesgcm", "--key", "key-3"],
             ["next", "--rolled"], ["next", "--rewritten"]],
            [("rotating: readable", ["secretbox key-1", "secretbox key-2"]),
             ("moving: readable", ["secretbox key-1", "secretbox key-2", "aesgcm key-3"]),
             ("moving: writing", ["aesgcm key-3", "secretbox key-2", "secretbox key-1"]),
             ("steady", ["aesgcm key-3"])],
            id="a move while a new key can be read",
        ),
        pytest.param(
            [["move", "--provider", "aesgcm", "--key", "key-2"], ["next", "--rolled"],
             ["rotate", "--key", "key-3"], ["back"], ["next", "--rolled"], ["next", "--rewritten"],
             ["next", "--rolled"]],
            [("moving: readable", ["secretbox key-1", "aesgcm key-2"]),
             ("moving: writing", ["aesgcm key-2", "secretbox key-1"]),
             ("moving: writing", ["aesgcm key-2", "aesgcm key-3", "secretbox key-1"]),
             ("moving: readable", ["secretbox key-1", "aesgcm key-2", "aesgcm key-3"]),
             ("moving: writing", ["aesgcm key-2", "aesgcm key-3", "secretbox key-1"]),
             ("rotating: readable", ["aesgcm key-2", "aesgcm key-3"]),
             ("rotating: writing", ["aesgcm key-3", "aesgcm key-2"])],
            id="a key that leaked while objects are moved to it",
        ),
        pytest.param(
            [["rotate", "--key", "key-2"], ["next", "--rolled"], ["disable"],
             ["disable", "--rolled"], ["back"], ["disable", "--rolled"], ["next", "--rewritten"]],
            [("rotating: readable", ["secretbox key-1", "secretbox key-2"]),
             ("rotating: writing", ["secretbox key-2", "secretbox key-1"]),
             ("rotating: writing", ["secretbox key-2", "secretbox key-1", "identity"]),
             ("disabling: written in the clear", ["identity", "secretbox key-2", "secretbox key-1"]),
             ("rotating: writing", ["secretbox key-2", "secretbox key-1", "identity"]),
             ("disabling: written in the clear", ["identity", "secretbox key-2", "secretbox key-1"]),
             ("none", ["identity"])],
            id="an end while objects are rewritten",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("text", [BLOCK, FLOW])
def test_what_cannot_wait_begins_while_something_else_is_under_way(
    tmp_path: Path, text: str, calls: list[list[str]], stages: list[tuple[str, list[str]]]
) -> None:
    assert walk(tmp_path, text, *calls) == stages


def test_there_is_no_step_back_to_one_of_two_keys(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK)
    for step in (["rotate", "--key", "key-2"], ["next", "--rolled"],
                 ["move", "--provider", "aesgcm", "--key", "key-3"]):  # fmt: skip
        assert call(file, step[0], *step[1:])[0] == 0

    _, said = call(file, "next", "--rolled")

    assert ways(said) == ["next --rewritten"]
    assert refusal(file, "back") == "error[SK437]: several keys are `previous`, and one can write"


def ways(said: str) -> list[str]:
    """The commands that a guide ends with, in its order: those that change the file."""
    found = [line.partition("secretkit encryption ")[2].split() for line in said.splitlines()]
    return [" ".join([words[0], *words[2:]]) for words in found
            if words and words[0] in ("next", "disable", "back")]  # fmt: skip


def test_after_disable_its_second_step_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK)

    _, begun = call(file, "disable")
    _, status = call(file, "status")

    assert "before the next step (objects are written in the clear from now on):" in begun
    assert ways(begun) == ["disable --rolled", "next --rewritten"]
    assert ways(status) == ["next --rewritten", "disable --rolled"]  # the file does not say which


def test_after_disable_in_a_rotation_every_way_is_named(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK)
    call(file, "rotate", "--key", "key-2")

    _, begun = call(file, "disable")
    _, ended = call(file, "disable", "--rolled")

    assert ways(begun) == ["disable --rolled", "next --rolled", "back --rewritten"]
    assert ways(ended) == ["next --rewritten", "back"]


def test_what_would_be_wrong_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK)

    refusal(file, "rotate", "--key", "Not_A_Label")
    refusal(file, "move", "--provider", "kms", "--kms-name", "a", "--endpoint", "tcp://x")


def test_enabling_keeps_what_was_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    demand = "  encryption:\n    # all that matters\n    resources: [secrets, configmaps]  # both\n"
    file.write_text(HEAD + demand)

    assert call(file, "enable", "--provider", "secretbox", "--key", "key-1")[0] == 0

    assert file.read_text().startswith(HEAD + demand)
    assert declared(file).needed.resources == ("secrets", "configmaps")


def test_enabling_begins_a_file_that_says_nothing_yet(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    head = HEAD.partition("spec:")[0]
    file.write_text(head)

    assert call(file, "enable", "--provider", "secretbox", "--key", "key-1")[0] == 0

    assert file.read_text().startswith(f"{head}spec:\n  encryption:\n")
    assert readers(file) == ["identity", "secretbox key-1"]


def test_one_environment_goes_ahead_alone(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(
        BLOCK + "  environments:\n    staging: {}\n    production:\n      namespace: x\n"
    )

    for environment in ("staging", "production"):
        assert call(file, "rotate", "--env", environment, "--key", f"key-{environment}")[0] == 0
    assert call(file, "next", "--env", "staging", "--rolled")[0] == 0

    kept = {
        environment: [str(one) for one in declared(file, None, environment).needed.readers()]
        for environment in (None, "staging", "production")
    }
    assert kept == {
        None: ["secretbox key-1"],
        "staging": ["secretbox key-staging", "secretbox key-1"],
        "production": ["secretbox key-1", "secretbox key-production"],
    }


ENVIRONMENTS = {
    "in block style": "  environments:\n    staging: {}\n    production: {}\n",
    "in flow style": "  environments: {staging: {}, production: {}}\n",
    "over lines": "  environments: {\n    staging: {},  # small\n    production: {},\n  }\n",
    "last": "  environments:\n    production: {}\n    staging: {}",
    "with a word": "  environments:\n    staging: {namespace: x}  # small\n    production: {}\n",
    "with a comment inside": (
        "  environments:\n    staging: {\n      # theirs\n      namespace: x  # small\n    }\n"
    ),
}
FROM_ENABLING_TO_ITS_END = (
    ["enable", "--provider", "secretbox", "--key", "key-1"], ["next", "--rolled"],
    ["next", "--rewritten"], ["rotate", "--key", "key-2"], ["next", "--rolled"],
    ["next", "--rewritten"], ["move", "--provider", "aesgcm", "--key", "key-3"],
    ["next", "--rolled"], ["next", "--rewritten"], ["disable"], ["disable", "--rolled"],
    ["next", "--rewritten"],
)  # fmt: skip


@pytest.mark.parametrize("environments", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_an_environment_of_an_empty_mapping_goes_all_the_way(
    tmp_path: Path, environments: str
) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(HEAD + environments)

    for command, *arguments in FROM_ENABLING_TO_ITS_END:
        code, said = call(file, command, "--env", "staging", *arguments)
        assert code == 0, (command, said)

    ended = environments if environments.endswith("\n") else f"{environments}\n"
    assert file.read_text() in (HEAD + environments, HEAD + ended)


@pytest.mark.parametrize("environments", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_an_environment_ends_what_it_has_from_the_base(tmp_path: Path, environments: str) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK + environments)
    for command, *arguments in FROM_ENABLING_TO_ITS_END[3:]:
        code, said = call(file, command, "--env", "staging", *arguments)
        assert code == 0, (command, said)

    assert said.startswith(f"{file} (staging): aesgcm key-3 can no longer be read")
    assert "declares no encryption any more for `staging`" in said
    assert "encryption: null" in file.read_text()
    assert declared(file, None, "staging").encryption is None
    assert readers(file) == ["secretbox key-1"]
    if "production" in environments:
        assert declared(file, None, "production").needed == declared(file).needed
    assert refusal(file, "rotate", "--env", "staging").startswith("error[SK420]")
    for command, *arguments in FROM_ENABLING_TO_ITS_END:  # and all over again
        assert call(file, command, "--env", "staging", *arguments)[0] == 0
    assert declared(file, None, "staging").encryption is None


TWO_CLUSTERS = BLOCK + "  environments:\n    staging: {}\n    production: {}\n"
SHARED = "error[SK439]: one cluster was looked at, and the step is taken for `staging` and `production` too"
LOOKED = [["--etcd"], ["--server", "https://one:6443"], ["--etcd", "--kubeconfig", "config"]]


@pytest.mark.parametrize("looked", LOOKED, ids=" ".join)
def test_what_is_seen_of_one_cluster_moves_no_other(tmp_path: Path, looked: list[str]) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(TWO_CLUSTERS)
    call(file, "rotate", "--key", "key-2")

    assert refusal(file, "next", *looked) == SHARED
    assert refusal(file, "back", *looked) == SHARED
    call(file, "next", "--rolled")
    assert refusal(file, "next", "--rolled", *looked) == SHARED  # a word on less than is needed
    _, said = call(file, "next", *looked)
    assert "`secretkit encryption verify FILE --env NAME`" in said
    assert "give your word for all: `--rewritten`" in said
    call(file, "disable")
    assert refusal(file, "disable", *looked) == SHARED


def test_a_word_for_all_is_taken_beside_what_is_seen_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(TWO_CLUSTERS)
    monkeypatch.setenv("ETCDCTL", "/bin/false")  # nothing is seen
    call(file, "rotate", "--key", "key-2")

    assert call(file, "next", "--rolled", "--etcd")[0] == 0
    assert call(file, "next", "--rewritten", "--etcd")[0] == 0


def test_of_one_environment_its_own_cluster_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(TWO_CLUSTERS)
    monkeypatch.setenv("ETCDCTL", "/bin/false")
    call(file, "rotate", "--env", "staging", "--key", "key-2")

    said = refusal(file, "next", "--env", "staging", "--etcd")

    assert said == "note: etcd: ended with 1"  # it looked


def test_where_every_environment_has_its_own_the_base_is_one_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK + "  environments: {staging: {encryption: null}}\n")
    monkeypatch.setenv("ETCDCTL", "/bin/false")
    call(file, "rotate", "--key", "key-2")

    assert refusal(file, "next", "--etcd") == "note: etcd: ended with 1"


def test_a_step_back_from_enabling_leaves_an_environment_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    ended = BLOCK + "  environments:\n    staging:\n      encryption: null\n"
    file.write_text(ended)

    enabled = call(file, "enable", "--env", "staging", "--provider", "aesgcm", "--key", "key-2")
    taken_back = call(file, "back", "--env", "staging", "--rewritten")

    assert (enabled[0], taken_back[0]) == (0, 0)
    assert file.read_text() == ended


def test_a_lone_app_ends_it_for_one_environment(tmp_path: Path) -> None:
    file = tmp_path / "secrets.yaml"
    file.write_text(
        BLOCK.replace("kind: Platform", "kind: AppSecrets")
        .replace("{name: acme}", "{name: shop, namespace: shop}")
        .replace("  targets: {provider: kubeadm}\n", "")
        .replace('  variables: {a: "1"}\n', "  environments: {staging: {}}\n")
    )

    for arguments in (["disable"], ["disable", "--rolled"], ["next", "--rewritten"]):
        assert call(file, *arguments[:1], "--env", "staging", *arguments[1:])[0] == 0

    assert file.read_text().endswith("environments: {staging: {spec: {encryption: null}}}\n")
    assert declared(file, None, "staging").encryption is None


def test_bytes_that_are_not_meant_stay(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + BLOCK.replace("\n", "\r\n").encode())
    file.chmod(0o640)

    call(file, "rotate", "--key", "key-2")
    call(file, "back", "--rewritten")

    assert file.read_bytes() == b"\xef\xbb\xbf" + BLOCK.replace("\n", "\r\n").encode()
    assert file.stat().st_mode & 0o777 == 0o640


def test_each_line_ends_as_it_did(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    before = BLOCK.replace("\n", "\r\n").replace("runs\r", "runs")[:-2].encode()
    file.write_bytes(before)

    call(file, "rotate", "--key", "key-2")
    new = b"      - {name: key-2, state: next, from: {file: /etc/kubernetes/keys/key-2}}\r\n"

    proven = b"    # proven in spring\r\n"
    assert file.read_bytes() == before.replace(proven, new + proven)


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone gives a file to somebody")
def test_a_file_keeps_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK)
    os.chown(file, 1234, 2345)

    call(file, "rotate", "--key", "key-2")

    assert (file.stat().st_uid, file.stat().st_gid) == (1234, 2345)


def test_a_file_that_somebody_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK)
    found = declared(file)
    file.write_text(BLOCK + "  # mine\n")

    with pytest.raises(Usage, match="somebody changed it meanwhile"):
        one_file.write(found.input, BLOCK, found.own.source.text)

    assert file.read_text() == BLOCK + "  # mine\n"


def test_an_anchor_is_left_to_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(
        f"{HEAD}  encryption:\n    provider: secretbox\n    readUnencrypted: false\n"
        "    keys: &keys [{name: key-1, state: active}]\n"
        "  environments: {staging: {encryption: {keys: *keys}}}\n"
    )

    said = refusal(file, "rotate", "--key", "key-2")

    assert said == "error[SK436]: the file is laid out in a way that is not edited here"


def test_a_step_of_the_base_moves_no_environment_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK + "  environments:\n    staging: {}\n    production: {}\n")
    call(file, "rotate", "--env", "staging", "--key", "key-2")

    for command in (["disable"], ["move", "--provider", "aesgcm", "--key", "key-3"]):
        said = refusal(file, *command)

        moved = "error[SK437]: this would move `staging` too, which has an encryption of its own"
        assert said == moved
    assert call(file, "rotate", "--key", "key-3")[0] == 0  # staging has its own keys


def test_a_word_on_one_step_is_none_on_the_next(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK)
    call(file, "rotate", "--key", "key-2")

    said = refusal(file, "next", "--rewritten")

    assert said.startswith("error[SK437]: too early: key-2 writes from now on")


def test_a_name_of_the_day_is_never_given_twice(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK)
    names = []
    for _ in range(3):
        call(file, "rotate")
        names += states.names(section(declared(file)), "next")
        call(file, "next", "--rolled")
        call(file, "next", "--rewritten")

    assert [name.rpartition("-")[2] for name in names] == ["1", "2", "3"]


def test_a_managed_cluster_has_no_states(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(HEAD.replace("kubeadm", "eks"))

    said = refusal(file, "enable", "--provider", "secretbox")

    assert said == "error[SK454]: EKS encrypts by itself, in no states of ours"


ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    "arguments",
    [
        ["rotate"],
        ["move", "--provider", "kms", "--kms-name", "x"],
        ["disable"],
        ["next", "--rolled"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_managed_cluster_says_whose_the_rotation_is(tmp_path: Path, arguments: list[str]) -> None:
    file = tmp_path / "platform.yaml"
    block = f'  encryption: {{provider: kms, kms: {{name: "{ARN}"}}}}\n'
    file.write_text(HEAD.replace("kubeadm", "eks") + block)

    code, said = call(file, *arguments)

    assert (code, file.read_text()) == (1, HEAD.replace("kubeadm", "eks") + block)
    assert said.startswith("error[SK454]")
    assert "rotate the key where it lies, in the cloud" in said
    assert "`aws eks associate-encryption-config --cluster-name" in said
    assert "declare `provider: kms`" not in said


@pytest.mark.parametrize("text", [HEAD, BLOCK], ids=["enable", "rotate"])
def test_a_step_changes_no_file_that_is_not_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    Path("apps").mkdir()
    app, platform = Path("apps/secrets.yaml"), Path("platform.yaml")
    app.write_text("apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"
                   "metadata: {name: a, namespace: a}\nspec: {}\n")  # fmt: skip
    platform.write_text(text)
    step = ("enable", "--provider", "aesgcm") if text == HEAD else ("rotate",)

    with pytest.raises(
        Usage, match=r"^apps/secrets.yaml: .* that of platform.yaml, .*: name that file$"
    ):
        call(app, *step)

    assert platform.read_text() == text
    assert call(app, *step, "--platform", "platform.yaml")[0] == 0
    assert platform.read_text() != text
    assert call(app, "status")[0] == 0


def on(provider: str, text: str) -> str:
    return text.replace("kubeadm", provider)


@pytest.mark.parametrize("provider", ["secretbox", "aescbc", "aesgcm"])
@pytest.mark.parametrize(
    ("distribution", "mend"), [("rke2", "`rke2 secrets-encrypt"), ("talos", "`key2`")]
)
def test_nothing_begins_without_the_key_of_a_distribution(
    tmp_path: Path, distribution: str, mend: str, provider: str
) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(on(distribution, HEAD))

    code, said = call(file, "enable", "--provider", provider)

    assert (code, file.read_text()) == (1, on(distribution, HEAD))
    assert said.startswith("error[SK455]")
    assert mend in said


@pytest.mark.parametrize(
    "arguments",
    [["rotate"], ["move", "--provider", "aescbc"], ["disable"], ["next", "--rewritten"]],
    ids=lambda arguments: arguments[0],
)
def test_what_rke2_does_itself_is_left_to_it(tmp_path: Path, arguments: list[str]) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(on("rke2", BLOCK))

    code, said = call(file, *arguments)

    assert (code, file.read_text()) == (1, on("rke2", BLOCK))
    assert said.startswith("error[SK455]")
    assert "`rke2 secrets-encrypt rotate-keys`" in said


ENABLING = BLOCK.replace("active", "next").replace(
    "readUnencrypted: false", "writeUnencrypted: true"
)


@pytest.mark.parametrize("distribution", ["rke2", "talos"])
def test_what_began_without_that_key_goes_back_alone(tmp_path: Path, distribution: str) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(on(distribution, ENABLING.replace("secretbox", "aesgcm")))

    assert refusal(file, "next", "--rolled").startswith("error[SK455]")
    out = str(tmp_path / "out.yaml")
    assert refusal(file, "materialize", "-o", out).startswith("error[SK455]")
    assert not Path(out).exists()
    assert call(file, "back", "--rewritten")[0] == 0


def test_a_declared_key_of_rke2_can_be_left_and_come_back_to(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(on("rke2", BLOCK))
    move = ("move", "--provider", "aesgcm", "--key", "key-2")

    assert call(file, *move)[0] == call(file, "back", "--rewritten")[0] == 0
    for step in (move, ("next", "--rolled"), ("next", "--rewritten"), ("rotate", "--key", "key-3")):
        assert call(file, *step)[0] == 0, step
    assert readers(file) == ["aesgcm key-2", "aesgcm key-3"]
    assert refusal(file, "move", "--provider", "secretbox").startswith("error[SK455]")


@pytest.mark.parametrize(
    ("provider", "wanted"),
    [("rke2", "`rke2 secrets-encrypt rotate-keys`"), ("talos", "Talos has a key of its own"), ("kubeadm", None)],
)  # fmt: skip
def test_status_says_whose_key_is_there_already(
    tmp_path: Path, provider: str, wanted: str | None
) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(on(provider, BLOCK))

    code, said = call(file, "status")

    assert code == 0
    assert ("note: " in said) == (wanted is not None)
    assert (wanted or "") in said


@pytest.mark.parametrize("provider", ["rke2", "talos"])
def test_a_first_file_tells_of_the_key_that_is_there(tmp_path: Path, provider: str) -> None:
    file, key, out = tmp_path / "platform.yaml", tmp_path / "key", tmp_path / "out.yaml"
    file.write_text(on(provider, BLOCK).replace("secretbox", "aesgcm"))
    key.write_text(base64.b64encode(os.urandom(32)).decode())
    key.chmod(0o600)
    arguments = ("-o", str(out), "--key", f"key-1=file:{key}")

    first, again = call(file, "materialize", *arguments), call(file, "materialize", *arguments)

    assert (first[0], again[0]) == (0, 0), first
    assert "has a key of its own, under which Secrets may be stored" in first[1]
    assert "key of its own" not in again[1]


def test_a_declared_key_of_talos_can_be_rotated(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(on("talos", BLOCK))

    assert call(file, "rotate", "--key", "key-2")[0] == 0
    assert readers(file) == ["secretbox key-1", "secretbox key-2"]


@pytest.mark.parametrize(
    ("text", "command", "arguments", "wanted"),
    [
        pytest.param(HEAD, "status", [], "enable FILE --env staging --provider PROVIDER`", id="SK420"),
        pytest.param(BLOCK, "next", ["--rolled"],
                     "rotate FILE --env staging`, `move FILE --env staging` or", id="SK437"),
        pytest.param(BLOCK.replace("active", "next").replace("readUn", "writeUn").replace("false", "true"),
                     "disable", [], "`secretkit encryption back FILE --env staging`", id="SK424"),
        pytest.param(BLOCK, "enable", ["--provider", "aesgcm"],
                     "`secretkit encryption status FILE --env staging`", id="SK438"),
    ],
)  # fmt: skip
def test_a_mend_for_an_environment_names_it(
    tmp_path: Path, text: str, command: str, arguments: list[str], wanted: str
) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(text + "  environments: {staging: {}, production: {}}\n")

    _, said = call(file, command, "--env", "staging", *arguments)
    _, of_base = call(file, command, *arguments)

    assert wanted in said
    assert "--env" not in of_base
    assert wanted.replace(" --env staging", "") in of_base


def test_a_step_of_an_environment_says_whose_it_is(tmp_path: Path) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text(BLOCK + "  environments: {staging: {}}\n")

    _, said = call(file, "rotate", "--env", "staging", "--key", "key-2")

    assert said.startswith(f"{file} (staging): ")
