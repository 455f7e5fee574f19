"""A value is found exactly where it was asked for, and nowhere else, in any form, by any way.

Each source of values holds a canary. Every command line of the table runs in a repository of its own;
then stdout, stderr, and every file that it could have written are searched.
"""

import base64
import gzip
import hashlib
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import age_keys
import canaries
import chains
import lines
import pytest
from cluster import programs
from world import HEAD, Ran, World, call

from secretkit import pipeline

WHOLE = {0, 1, 2}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path)
    monkeypatch.chdir(made.root)
    for name in ("SECRETKIT_NO_CACHE", "SECRETKIT_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(pipeline, "_MANY", 1)  # as of a fleet: with the cache, and with processes
    return made


@pytest.fixture
def ran(world: World, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    return lambda *arguments: call(world, arguments, capfd.readouterr)


def expected(world: World, line: lines.Line, done: Ran) -> set[tuple[str, str]]:
    """Where canaries were asked for by a command line that ended well."""
    words = set(line)
    if done.code or "--help" in words:
        return set()
    if line[:2] == ("encryption", "materialize") and "--check" not in words:
        return {("key", "repository/live.yaml")}
    if line[0] != "render" or "--explain-values" in words or "control-plane" in words:
        return set()
    if "--allow-plaintext" not in words or words & {"--check", "--diff"}:
        return set()
    if "-o" not in words:
        return set(world.printed)
    if "helm" in words:
        return {
            (canary, where.replace("/shop/", "/shop/templates/")) for canary, where in world.asked()
        }
    if "kustomize" in words and "--env" not in words:
        return world.asked() | world.asked("out/overlays/staging")
    return world.asked()


def test_every_command_has_its_lines() -> None:
    """A new command says in tests/leaks/lines.py what it is called with."""
    assert {name for name, _ in lines.commands()} == set(lines.TABLE)


ALL = tuple(lines.lines())


@pytest.mark.parametrize("line", ALL, ids=" ".join)
def test_no_command_line_gives_away_what_it_was_not_asked_for(
    world: World, ran: Callable[..., Ran], line: lines.Line
) -> None:
    done = ran(*line)

    assert done.where == expected(world, line, done)
    assert done.code in WHOLE
    for _, where in done.where - world.printed:
        assert stat.S_IMODE((world.folder / where).stat().st_mode) == 0o600


@pytest.mark.parametrize("line", [one for one in ALL if "--debug" not in one and "--help" not in one][::5], ids=" ".join)  # fmt: skip
def test_debug_gives_away_no_more(world: World, ran: Callable[..., Ran], line: lines.Line) -> None:
    done = ran("--debug", *line)

    assert done.where == expected(world, line, done)


def test_the_lines_do_what_they_are_there_for(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table whose lines all fail would find nothing."""
    failing = []
    for number, (name, bases) in enumerate(lines.TABLE.items()):
        for at, base in enumerate(bases):
            world = World(tmp_path / f"{number}-{at}")
            monkeypatch.chdir(world.root)
            for variable, value in world.variables.items():
                monkeypatch.setenv(variable, value)
            line = (*name.split(), *base)
            if call(world, line, capfd.readouterr).code:
                failing.append(" ".join(line))
    assert failing == [
        "render apps",  # refused without the flag
        "render apps -o out",
        "scan . --gitleaks never",  # it finds what lies there
        "seal apps/shop/secrets.yaml --secret fresh --key k --from-env SHOP_VALUE --cert gone.pem",
        "encryption next moving.yaml",  # refused until it is known what has happened
        "encryption back moving.yaml",
        "encryption verify platform.yaml",  # there is no cluster to look at
    ]


def after(world: World, ran: Callable[..., Ran]) -> set[tuple[str, str]]:
    """A folder with values in it, whose sources then changed."""
    assert ran("render", *lines.FOLDER, "--allow-plaintext").code == 0
    old = (world.file, world.variable, world.sops, world.literal)
    world.more = tuple(
        one._replace(name=f"new {one.name}") for one in map(canaries.new, ("file", "sops"))
    )
    world.file, world.sops = world.more[0], world.more[1]
    world.more = old[:1] + old[2:3]
    world.renew()
    found = world.asked()
    world.file, world.sops = (
        world.file._replace(name="later file"),
        world.sops._replace(name="later sops"),
    )
    return found


@pytest.mark.parametrize(
    "options",
    [
        ("--check",), ("--diff",), ("--check", "--diff"), ("--diff", "--format", "kustomize"),
        ("--check", "--only", "api"), ("--diff", "--shard", "1/1"), ("--diff", "--jobs", "2"),
        ("--debug", "--check", "--diff"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_comparison_shows_no_value_that_was_or_would_be(
    world: World, ran: Callable[..., Ran], options: tuple[str, ...]
) -> None:
    held = after(world, ran)

    done = ran("render", *lines.FOLDER, "--allow-plaintext", *options)

    assert done.where == held
    if "--format" not in options:
        assert "secret-mixed.yaml" in done.out + done.err  # it saw that it differs


def test_a_folder_that_held_values_and_holds_them_no_more(
    world: World, ran: Callable[..., Ran]
) -> None:
    assert ran("render", *lines.FOLDER, "--allow-plaintext").where == world.asked()
    world.put("apps/shop/secrets.yaml", HEAD % "shop" + "  secrets: {mixed: {existing: true}}\n")

    assert ran("render", *lines.FOLDER, "--diff").where == world.asked()
    assert ran("render", *lines.FOLDER).where == set()


@pytest.mark.parametrize("field", ["values", '"v\\u0061lues"'])
def test_a_literal_needs_no_flag_and_goes_to_no_cache(
    world: World, ran: Callable[..., Ran], field: str
) -> None:
    text = f"  secrets: {{it: {{{field}: {{mode: {{literal: {world.literal.halves[0]}}}}}}}}}\n"
    world.put("apps/shop/secrets.yaml", HEAD % "shop" + text)
    # So that there is a cache at all.
    world.put("apps/other/secrets.yaml", HEAD % "other" + "  secrets: {it: {existing: true}}\n")

    for _ in range(2):
        assert ran("render", "apps").where == {("literal", "stdout")}
        for line in (
            ("validate", "apps"),
            ("list", "apps"),
            ("render", "apps", "--explain-values"),
        ):
            assert ran(*line).where == set()

    assert any(path.is_file() for path in (world.folder / "cache").rglob("*"))


BROKEN = {
    "a text that is no YAML": "  secrets: {a: [\n",
    "an unknown field": "  secrets: {a: {extracted: b}}\n",
    "a secret that nobody makes": "  access: {a: {user: b, secrets: [c]}}\n",
    "a value that is not there": "  secrets: {a: {values: {b: {file: gone}, c: {env: SHOP_VALUE}}}}\n",
    "a reserved variable": "  secrets: {a: {values: {b: {env: AWS_B}, c: {env: SHOP_VALUE}}}}\n",
    "an app of the same name": "  secrets: {mixed: {values: {c: {env: SHOP_VALUE}}}}\n",
    "a patch that does not fit": "  secrets: {a: {values: {c: {env: SHOP_VALUE}}}}\n  patches: {Secret/b: {data: {c: null}}}\n",
    "a patch of values": "  secrets: {a: {values: {c: {env: SHOP_VALUE}}}}\n  patches: {Secret/a: {data: {c: 5}}}\n",
}  # fmt: skip


@pytest.mark.parametrize("target", [(), ("-o", "out")], ids=["stdout", "a folder"])
@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_app_beside_one_with_values(
    world: World, ran: Callable[..., Ran], broken: str, target: tuple[str, ...]
) -> None:
    name = "shop" if "same name" in broken else "broken"
    world.put("apps/broken/secrets.yaml", HEAD % name + BROKEN[broken])

    done = ran("--debug", "render", "apps", "--allow-plaintext", *target)

    assert (done.code, done.where, done.out) == (1, set(), "")
    assert "error[SK" in done.err
    assert not (world.root / "out").exists()


TYPED = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "bootstrap.kubernetes.io/token": ("token-id", "token-secret"),
}
SHAPES = {
    "as it is": "%s",
    "JSON around it": '{"auths": {"%s": {"auth": "%s"}}}',
    "broken JSON around it": '{"auths": {"%s"',
    "PEM around it": "-----BEGIN PRIVATE" + " KEY-----\n%s\n-----END PRIVATE" + " KEY-----\n",
    "PEM of a certificate around it": "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n",
    "a certificate's PEM around what is base64": "-----BEGIN CERTIFICATE-----\n%sAAA\n-----END CERTIFICATE-----\n",
    "a key's PEM around what is base64": "-----BEGIN OPENSSH PRIVATE"
    + " KEY-----\n%sAAA\n-----END OPENSSH PRIVATE"
    + " KEY-----\n",
    "a name of PEM": "-----BEGIN %s-----\nAAAA\n-----END %s-----\n",
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", TYPED)
def test_a_value_of_the_wrong_form_is_not_in_the_finding(
    world: World, ran: Callable[..., Ran], kind: str, shape: str
) -> None:
    text = SHAPES[shape].replace("%s", world.file.halves[0])
    world.put("apps/shop/value", text)
    values = ", ".join(f"{key}: {{file: value}}" for key in TYPED[kind])
    world.put(
        "apps/shop/secrets.yaml",
        f"{HEAD % 'shop'}  secrets: {{it: {{type: {kind}, values: {{{values}}}}}}}\n",
    )

    done = ran("--debug", "render", "apps", "--allow-plaintext")

    assert (done.code, done.where, done.out) == (1, set(), "")


def test_a_key_that_cannot_be_read_or_is_another_s_is_not_in_the_finding(
    world: World, ran: Callable[..., Ran]
) -> None:
    server, middle, _ = chains.tree()
    broken = f"-----BEGIN PRIVATE{' KEY'}-----\n{world.file.halves[0]}AAA\n-----END PRIVATE{' KEY'}-----\n"
    text = "  secrets: {it: {type: kubernetes.io/tls, values: {tls.crt: {file: crt}, tls.key: {file: value}}}}\n"
    world.put("apps/shop/secrets.yaml", HEAD % "shop" + text)
    world.put("apps/shop/crt", server.certificate)
    for key in (broken, middle.key):
        world.put("apps/shop/value", key)
        line = key.splitlines()[1]
        world.more = (canaries.Canary("the key", (line[:20], line[-20:])),)

        done = ran("--debug", "render", "apps", "--allow-plaintext")

        assert (done.code, done.where, done.out) == (1, set(), "")


@pytest.fixture(scope="session")
def real_sops() -> Path:
    """Found before a test moves the home folder, where it is kept."""
    try:
        return programs.find("sops")
    except programs.Missing as missing:
        pytest.skip(str(missing))


@pytest.mark.cluster
@pytest.mark.parametrize("is_spoiled", [False, True], ids=["as it is", "spoiled"])
def test_the_real_sops_gives_away_no_more(
    real_sops: Path, world: World, ran: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path, is_spoiled: bool,
) -> None:  # fmt: skip
    key = age_keys.new()
    (tmp_path / "keys.txt").write_text(key.identity)
    monkeypatch.setenv("SOPS_AGE_KEY_FILE", str(tmp_path / "keys.txt"))
    monkeypatch.setenv("PATH", f"{real_sops.parent}:{world.variables['PATH']}")
    monkeypatch.setenv("SOPS_DISABLE_VERSION_CHECK", "true")
    world.put(
        "apps/shop/s.yaml", json.dumps({"db": {"password": world.sops.text}, "a_unencrypted": "b"})
    )
    path = world.root / "apps/shop/s.yaml"
    subprocess.run([real_sops, "encrypt", "--age", key.recipient, "--in-place", path], check=True)
    if is_spoiled:
        path.write_text(path.read_text().replace("a_unencrypted: b", "a_unencrypted: c"))

    done = ran("--debug", "render", *lines.FOLDER, "--allow-plaintext")

    assert (done.code, done.where) == ((1, set()) if is_spoiled else (0, world.asked()))


def test_values_that_are_too_large_are_not_in_the_finding(
    world: World, ran: Callable[..., Ran]
) -> None:
    world.put("apps/shop/value", world.file.text * 40_000)

    done = ran("render", "apps", "--allow-plaintext")

    assert (done.code, done.where, done.out) == (1, set(), "")


MISPLACED = {
    "in place of the source": "{a: CANARY}",
    "quoted, in place of the source": '{a: "CANARY"}',
    "under a mistyped source": "{a: {literl: CANARY}}",
    "as a list": "{a: {literal: [CANARY]}}",
    "as a mapping": "{a: {literal: {b: CANARY}}}",
    "beside another source": "{a: {literal: CANARY, env: B}}",
    "as a variable": "{a: {env: '1CANARY'}}",
    "as an odd variable": "{a: {env: 'CANARY='}}",
    "as a file": "{a: {file: CANARY}}",
    "as a file outside": "{a: {file: /CANARY}}",
    "as a sops file": "{a: {sops: CANARY}}",
    "as a path of sops": "{a: {sops: 's.yaml#CANARY'}}",
    "twice": "{a: {literal: CANARY}, a: {literal: CANARY}}",
    "with a tag": "{a: {literal: !!binary CANARY}}",
    "unclosed": '{a: {literal: "CANARY}}',
    "with an unknown escape": '{a: {literal: "\\qCANARY"}}',
    "before what is no YAML": "{a: {literal: CANARY}} }",
    "with an unknown variable": "{a: {literal: 'x${nobody}CANARY'}}",
    "as a password": "{password: {literal: CANARY}}",
    "in a URL": "{a: {literal: 'postgres://u:CANARY@db/a'}}",
}


@pytest.mark.parametrize(
    "command", ["render --allow-plaintext", "validate", "validate --format json", "list"]
)
@pytest.mark.parametrize("written", MISPLACED)
def test_a_value_in_the_wrong_place_of_the_file_is_not_in_the_finding(
    world: World, ran: Callable[..., Ran], written: str, command: str
) -> None:
    text = MISPLACED[written].replace("CANARY", world.literal.halves[0])
    world.put(
        "apps/shop/secrets.yaml", f"{HEAD % 'shop'}  secrets:\n    it:\n      values: {text}\n"
    )

    name, *options = command.split()
    done = ran("--debug", name, "apps", *options)

    assert done.where == set()
    assert done.code or command == "list" or "sops" in written or "file" in written


@pytest.mark.parametrize(
    "template",
    [
        "{{ data | nofilter }}", "{{ 1 // 0 }}", "{{ data.nothing.at.all }}", "{% for %}", "{{ data['of-a-file'] | int(99) }}",
        "{{ data['of-a-file']() }}", "{% include data['of-a-file'] %}", "{% extends data['of-a-file'] %}",
        "kind: {{ data['of-a-file'] }}", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ data['of-a-file'] }}",
        "{{ data['of-a-file'] }}: {{ data['of-a-file'] }}: b", "{{ data['of-a-file'] | attr('x') | length }}",
        "{{ ''.join(data.values(), 5) }}", "{{ range(10**9) | list }}{{ data }}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("debug", [(), ("--debug",)], ids=["", "debug"])
def test_a_template_of_others_that_fails_shows_no_value(
    world: World, ran: Callable[..., Ran], template: str, debug: tuple[str, ...]
) -> None:
    world.put("templates/secret.yaml.j2", template)

    done = ran(*debug, "render", *lines.FOLDER, "--allow-plaintext", "--templates", "templates")

    assert (done.where, done.out) == (set(), "")
    assert done.code in (1, 2)


# Where a run can break with a value in its hands: what is replaced, and what it is.
CRASHES = (
    "secretkit.values.read_all", "secretkit.values.file.read", "secretkit.values.sops.read",
    "secretkit.values.sops._text", "secretkit.single._attempt", "secretkit.rules.judge",
    "secretkit.single.objects", "secretkit.compile.plain_secret.metadata", "secretkit.single.by_policy",
    "secretkit.pipeline.part", "secretkit.rendering.Waiting.put", "secretkit.rendering._folder",
    "secretkit.emit.templates.Templates.fill", "secretkit.emit.form.path", "secretkit.files.put",
    "secretkit.ownership.folder.write", "secretkit.ownership.folder.wanted",
)  # fmt: skip


def boom(kind: type[BaseException], text: str) -> BaseException:
    if kind is UnicodeDecodeError:
        return UnicodeDecodeError("utf-8", text.encode(), 0, 1, text)
    if kind is OSError:
        return OSError(5, text, text)
    return kind(text)


@pytest.mark.parametrize("debug", [(), ("--debug",)], ids=["", "debug"])
@pytest.mark.parametrize("kind", [ValueError, UnicodeDecodeError, KeyboardInterrupt])
@pytest.mark.parametrize("place", CRASHES)
def test_a_crash_with_a_value_at_hand_shows_nothing_of_it(
    world: World, ran: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch,
    place: str, kind: type[BaseException], debug: tuple[str, ...],
) -> None:  # fmt: skip
    met: list[object] = []

    def fails(*given: object, **_: object) -> None:
        held = f"{world.file.text} {world.variable.text} {world.sops.text} {given}"
        met.append(place)
        raise boom(kind, held)

    monkeypatch.setattr(place, fails)

    done = ran(*debug, "render", *lines.FOLDER, "--allow-plaintext")

    assert met, "the place is not on the way any more"
    assert (done.where, done.out) == (set(), "")
    assert done.code == (130 if kind is KeyboardInterrupt else 2)
    assert (world.root / "out" / "shop").exists() is False


KILLED = """\
import os, pathlib, signal, sys
left = int(sys.argv.pop(1))
real = pathlib.Path.replace
def replace(self, target):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)
pathlib.Path.replace = replace
from secretkit.cli import main
main()
"""


@pytest.mark.parametrize("done_before", [0, 1, 3, 6, 9])
def test_a_run_that_is_killed_while_it_writes_leaves_values_to_their_owner_alone(
    world: World, done_before: int
) -> None:
    arguments = ("render", *lines.FOLDER, "--allow-plaintext")

    killed = world.process(str(done_before), *arguments, program=KILLED)

    assert killed.code == -signal.SIGKILL
    for place in killed.places:
        assert place.where.startswith("repository/out/")
        assert stat.S_IMODE((world.folder / place.where).stat().st_mode) == 0o600
    again = world.process(*arguments)
    assert (again.code, again.where) == (0, world.asked())


CORE = """\
import os, resource, signal
resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
from secretkit.compile import plain_secret
from secretkit.sealing import crypto
plain_secret.metadata = lambda *_, **__: os.kill(os.getpid(), signal.SIGABRT)
crypto.seal = plain_secret.metadata
from secretkit.cli import main
main()
"""


def has_core(world: World, *arguments: str) -> bool:
    """Whether the system writes a core of a run that is ended with the values at hand."""
    child = subprocess.Popen(
        [sys.executable, "-c", CORE, *arguments], cwd=world.root, env={**os.environ, **world.variables},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status = os.waitpid(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == -signal.SIGABRT
    return os.WCOREDUMP(status)


def test_no_core_is_written_of_a_run_that_holds_values(world: World) -> None:
    world.put(
        "apps/open/secrets.yaml", HEAD % "open" + "  secrets: {it: {values: {a: {literal: b}}}}\n"
    )
    try:
        if not has_core(world, "render", "apps/open"):
            pytest.skip("this system writes no cores")
    except (OSError, ValueError):
        pytest.skip("this system sets no limit on cores")

    assert not has_core(world, "render", "apps/shop", "--allow-plaintext")
    assert not has_core(world, "seal", *lines.TABLE["seal"][0])


FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (%d, %d))\n"
MAIN = "from secretkit.cli import main; main()"


@pytest.mark.parametrize("room", [0, 64, 400])
def test_a_disk_that_is_full_leaves_no_value_behind(world: World, room: int) -> None:
    full = FULL % (room, room) + MAIN

    done = world.process("--debug", "render", *lines.FOLDER, "--allow-plaintext", program=full)

    assert (done.code, done.out) == (2, "")
    assert "file too large" in done.err
    assert {place.where for place in done.places} <= {where for _, where in world.asked()}
    assert not list(world.root.rglob("*.part"))


@pytest.mark.parametrize("debug", [(), ("--debug",)], ids=["", "debug"])
def test_a_stdout_without_room_or_reader_says_nothing_of_values(
    world: World, debug: tuple[str, ...]
) -> None:
    arguments = (*debug, "render", "apps", "--allow-plaintext")
    full = "import os, sys; os.dup2(os.open('/dev/full', os.O_WRONLY), 1)\n" + MAIN
    alone = "import os; r, w = os.pipe(); os.dup2(w, 1); os.close(r)\n" + MAIN

    no_room, no_reader = (world.process(*arguments, program=one) for one in (full, alone))

    assert (no_room.code, no_room.where) == (2, set())
    assert (no_reader.code, no_reader.where) == (141, set())
    assert "Traceback" not in no_room.err + no_reader.err


@pytest.mark.parametrize("blocked", ["out", "out/shop", "out/shop/secret-mixed.yaml"])
def test_an_output_that_cannot_be_written_holds_nothing(
    world: World, ran: Callable[..., Ran], blocked: str
) -> None:
    path = world.root / blocked
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(world.folder / "tmp" / "elsewhere")

    done = ran("render", *lines.FOLDER, "--allow-plaintext")

    assert (done.code, done.where) == (2, set())


def test_argo_cd_is_never_given_a_value(
    ran: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARGOCD_APP_NAME", "shop")

    done = ran("render", "apps", "--allow-plaintext")

    assert (done.code, done.where, done.out) == (2, set(), "")


def test_the_search_finds_each_form(tmp_path: Path) -> None:
    """The needles are not blind: what is hidden is found."""
    canary = canaries.new("it")
    shown = [
        canary.text, f"x{canary.text}", quote(canary.text), json.dumps(canary.text), repr(canary.text),
        canary.content.hex(), canary.text[6:-5], "".join(reversed(canary.text)),
        *(base64.b64encode(b"z" * before + canary.content).decode() for before in range(3)),
        base64.b64encode(base64.b64encode(b"a" + canary.content)).decode(),
        hashlib.sha256(canary.content).hexdigest(),
    ]  # fmt: skip
    for number, text in enumerate(shown):
        (tmp_path / f"{number}").write_text(text)

    (tmp_path / "gzip").write_bytes(b"x" + gzip.compress(canary.content))
    with closing(sqlite3.connect(tmp_path / "database")) as database:
        database.execute("create table kept (row)")
        packed = zlib.compress(b"y" * 100_000 + canary.content, 0)
        database.execute("insert into kept values (?)", (packed,))
        database.commit()

    found = {place.where for place in canaries.search_below((canary,), tmp_path)}

    assert found == {*(str(number) for number in range(len(shown))), "gzip", "database"}
