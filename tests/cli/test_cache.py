"""The cache changes no output, holds no values, and is used only where nobody else can touch it."""

import json
import sqlite3
import zlib
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from secretkit import caching, pipeline, remembering, single
from secretkit.load.inputs import Input

PLATFORM = """\
apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  defaults: {refresh: %s}
  environments: {staging: {}}
"""
APP = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: %(name)s, namespace: %(name)s}
spec:
  stores:
    vault: {vault: {server: "https://vault.example.com", path: kv, role: %(name)s, serviceAccount: %(name)s}}
  secrets:
    db: {from: %(store)s, keys: {password: "db#password"}}
"""
PLAIN = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: plain, namespace: plain}
spec:
  secrets:
    mode: {values: {mode: {literal: kanarienvogel}}}
"""

Ran = tuple[int, str, str]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SECRETKIT_NO_CACHE")
    monkeypatch.setenv("SECRETKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(pipeline, "_MANY", 1)
    return tmp_path / "cache"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    (root / ".git").mkdir(parents=True)
    (root / "platform.yaml").write_text(PLATFORM % "1h")
    for name in ("one", "two", "three"):
        app(root, name)
    return root


def app(root: Path, name: str, store: str = "vault") -> None:
    (root / name).mkdir(exist_ok=True)
    (root / name / "secrets.yaml").write_text(APP % {"name": name, "store": store})


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The inputs that go through the stations."""
    names: list[str] = []
    real = single.part

    def part(found: Input, *rest: object) -> single.Part:
        names.append(found.name)
        return real(found, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "part", part)
    return names


COMMANDS = [
    ["render"], ["render", "--format", "json"], ["render", "--env", "staging"], ["validate"],
    ["validate", "--format", "json"], ["render", "--only", "control-plane"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("store", ["vault", "valt"])
def test_a_second_run_says_the_same_and_judges_nothing(
    place: Path, root: Path, ran: Callable[..., Ran], judged: list[str], command: list[str], store: str
) -> None:  # fmt: skip
    app(root, "two", store)

    first = ran(*command, str(root))
    assert judged
    judged.clear()
    assert ran(*command, str(root)) == first
    assert judged == []
    assert (place / "results.sqlite").exists()


def test_a_folder_comes_out_of_the_cache(
    place: Path, root: Path, tmp_path: Path, ran: Callable[..., Ran], judged: list[str]  # noqa: ARG001
) -> None:  # fmt: skip
    out = str(tmp_path / "out")

    assert ran("render", str(root), "-o", out)[0] == 0
    judged.clear()
    assert ran("render", str(root), "-o", out, "--check")[0] == 0
    assert judged == []


@pytest.mark.usefixtures("place")
def test_only_what_changed_is_judged_again(
    root: Path, ran: Callable[..., Ran], judged: list[str]
) -> None:
    ran("render", str(root))
    judged.clear()
    app(root, "two", "valt")
    code, _, err = ran("render", str(root))

    assert (code, judged) == (1, ["two/secrets.yaml"])
    assert "SK201" in err
    judged.clear()
    (root / "platform.yaml").write_text(PLATFORM % "2h")
    app(root, "two")
    code, out, _ = ran("render", str(root))

    assert len(judged) == 3
    assert out.count("2h0m0s") == 3


def records(place: Path) -> list[str]:
    with sqlite3.connect(place / "results.sqlite") as connection:
        rows = connection.execute("SELECT keys, records FROM blocks").fetchall()
    texts = []
    for keys, packed in rows:
        text = zlib.decompress(packed)
        each = json.loads(text.partition(b"\n")[0])
        assert len(keys) == caching.KEY_SIZE * len(each)
        at = len(text) - sum(sum(sizes) for _, sizes in each)
        for about, sizes in each:
            texts.append(json.dumps(about) + text[at : at + sum(sizes)].decode("latin-1"))
            at += sum(sizes)
    return texts


def test_no_input_with_values_is_kept(
    place: Path, root: Path, ran: Callable[..., Ran], judged: list[str]
) -> None:
    (root / "plain").mkdir()
    (root / "plain" / "secrets.yaml").write_text(PLAIN)
    first = ran("render", str(root))
    judged.clear()

    assert ran("render", str(root)) == first
    assert judged == ["plain/secrets.yaml"]
    assert len(records(place)) == 3
    assert not any("kanarienvogel" in one or "a2FuYXJpZW52b2dlbA" in one for one in records(place))


def test_values_under_an_escaped_name_are_not_kept_either(
    place: Path, root: Path, ran: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "plain").mkdir()
    text = PLAIN.replace(
        "values: {mode: {literal: kanarienvogel}}", '"v\\u0061lues": {mode: {env: BIRD}}'
    )
    (root / "plain" / "secrets.yaml").write_text(text)
    for value in ("kanarienvogel", "zeisig"):
        monkeypatch.setenv("BIRD", value)
        _, out, _ = ran("render", str(root), "--allow-plaintext")
        assert b64encode(value.encode()).decode() in out
    ran("validate", str(root))
    (root / "plain" / "secrets.yaml").write_text(
        text.replace("env: BIRD", "literal: kanarienvogel")
    )
    assert ran("render", str(root))[0] == 0

    assert not any("plain" in one for one in records(place))


def test_what_changes_under_our_hands_is_not_kept(
    place: Path, root: Path, ran: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = single.part

    def part(found: Input, *rest: object) -> single.Part:
        made = real(found, *rest)  # type: ignore[arg-type]
        if found.name.startswith("two"):
            found.path.write_text(found.path.read_text() + "# changed\n")
        return made

    monkeypatch.setattr(pipeline, "part", part)
    ran("render", str(root))

    assert len(records(place)) == 2


@pytest.mark.parametrize(
    "spoilt", ["open to others", "a link", "a file", "a linked file", "no database"]
)
def test_a_place_that_is_not_ours_alone_is_not_used(
    place: Path, root: Path, tmp_path: Path, ran: Callable[..., Ran], spoilt: str
) -> None:
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    match spoilt:
        case "open to others":
            place.mkdir()
            place.chmod(0o755)
        case "a link":
            place.symlink_to(other)
        case "a file":
            place.write_text("")
        case "a linked file":
            place.mkdir(mode=0o700)
            (other / "file").write_text("")
            (place / "results.sqlite").symlink_to(other / "file")
        case _:
            place.mkdir(mode=0o700)
            (place / "results.sqlite").write_text("no database at all " * 100)
            (place / "results.sqlite").chmod(0o600)
    first = ran("render", str(root))

    assert first[0] == 0
    assert ran("render", str(root)) == first
    assert not list(other.glob("*.sqlite"))
    assert not (other / "file").exists() or (other / "file").read_text() == ""


@pytest.mark.parametrize("variable", ["SECRETKIT_NO_CACHE", "ARGOCD_APP_NAME"])
def test_it_can_be_turned_off(
    place: Path, root: Path, ran: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:  # fmt: skip
    monkeypatch.setenv(variable, "1")

    assert ran("render", str(root))[0] == 0
    assert not place.exists()


def test_a_record_that_is_broken_is_made_again(
    place: Path, root: Path, ran: Callable[..., Ran]
) -> None:
    first = ran("render", str(root))
    with sqlite3.connect(place / "results.sqlite") as connection:
        connection.execute("UPDATE blocks SET records = ?", (b"junk",))

    assert ran("render", str(root)) == first


def test_a_block_keeps_what_was_right_in_it(
    place: Path, root: Path, ran: Callable[..., Ran], judged: list[str]
) -> None:
    """An input that changes, and one that is never kept, leave the records beside them."""
    (root / "plain").mkdir()
    (root / "plain" / "secrets.yaml").write_text(PLAIN)
    ran("render", str(root))
    before = records(place)
    app(root, "two", "valt")
    ran("render", str(root))
    after = records(place)
    judged.clear()
    ran("render", str(root))

    assert judged == ["plain/secrets.yaml"]
    assert len(before) == len(after) == 3
    assert len(set(before) - set(after)) == 1


def test_a_record_that_is_missing_from_its_row_is_made_again(
    place: Path, root: Path, ran: Callable[..., Ran], judged: list[str]
) -> None:
    first = ran("render", str(root))
    with sqlite3.connect(place / "results.sqlite") as connection:
        connection.execute("UPDATE blocks SET keys = zeroblob(96)")
    judged.clear()

    assert ran("render", str(root)) == first
    assert len(judged) == 3
    judged.clear()
    assert ran("render", str(root)) == first
    assert judged == []


def test_one_input_more_moves_no_block_but_its_own(tmp_path: Path) -> None:
    names = [f"app-{number:04d}/secrets.yaml" for number in range(1000)]

    def blocks(names: list[str]) -> list[list[str]]:
        inputs = [Input(tmp_path, name, direct=False) for name in sorted(names)]
        return [[one.name for one in block] for block in remembering._blocks(inputs)]

    before, after = blocks(names), blocks([*names, "app-0500-b/secrets.yaml"])

    assert [name for block in before for name in block] == names
    assert 10 < len(before) < 40
    assert len([one for one in before if one not in after]) == 1


@pytest.mark.parametrize("gone", [[], ["app-007"]], ids=["changed", "gone"])
def test_many_blocks_say_what_a_run_without_a_cache_does(
    place: Path, tmp_path: Path, ran: Callable[..., Ran], judged: list[str],
    monkeypatch: pytest.MonkeyPatch, gone: list[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(remembering, "_ABOUT", 8)
    root = tmp_path / "many"
    (root / ".git").mkdir(parents=True)
    for number in range(120):
        app(root, f"app-{number:03d}", "valt" if number == 50 else "vault")
    (root / "app-011" / "secrets.yaml").write_text(PLAIN)
    ran("validate", str(root))
    for number in (3, 50, 119):
        app(root, f"app-{number:03d}", "volt")
    for name in gone:
        (root / name / "secrets.yaml").unlink()
    judged.clear()
    told = ran("validate", str(root))
    with sqlite3.connect(place / "results.sqlite") as connection:
        ((rows,),) = connection.execute("SELECT count(*) FROM blocks").fetchall()

    assert rows > 1
    assert told[0] == 1
    if not gone:
        assert judged == [f"app-{number:03d}/secrets.yaml" for number in (3, 11, 50, 119)]
    monkeypatch.setenv("SECRETKIT_NO_CACHE", "1")
    assert ran("validate", str(root)) == told


def test_what_is_of_no_use_for_long_is_forgotten(
    place: Path, root: Path, ran: Callable[..., Ran]
) -> None:
    ran("render", str(root))
    with sqlite3.connect(place / "results.sqlite") as connection:
        connection.execute("UPDATE blocks SET day = 1")
    ran("render", str(root / "one"))

    assert len(records(place)) == 1


def test_the_cache_is_for_this_user_alone(place: Path, root: Path, ran: Callable[..., Ran]) -> None:
    ran("render", str(root))

    assert place.stat().st_mode & 0o777 == 0o700
    assert (place / "results.sqlite").stat().st_mode & 0o777 == 0o600
