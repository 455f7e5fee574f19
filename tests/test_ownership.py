"""Output folders: what is ours is kept true, what is not is never touched."""

import hashlib
import json
import os
import socket
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from secretkit import files
from secretkit.finding import Usage
from secretkit.objects import File
from secretkit.ownership import Entry, Group, Manifest, Planner, Scope, Seen, Wanted, folder
from secretkit.ownership.manifest import NAME, read, written
from secretkit.ownership.plan import Plan

SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  k: S2FuYXJpZW52b2dlbA==\n"
ALL = Scope(None, lambda _: True)


def made(app: str, texts: Mapping[str, str], mode: int = 0o644) -> list[Wanted]:
    """The files of an app."""
    return [
        folder.wanted(File(f"{app}/{name}", text.encode(), mode), app, source(app))
        for name, text in texts.items()
    ]


def top(*names: str) -> list[Wanted]:
    return [folder.wanted(File("kustomization.yaml", "\n".join(names).encode()), "", "")]


def source(app: str) -> str:
    return f"apps/{app}/secrets.yaml"


def only(*apps: str) -> Scope:
    names = {"", *map(source, apps)}
    return Scope(None, lambda name: name in names)


def by_group(wanted: list[Wanted]) -> dict[str, list[Wanted]]:
    groups: dict[str, list[Wanted]] = {}
    for one in wanted:
        groups.setdefault(one.group, []).append(one)
    return groups


def run(out: Path, wanted: list[Wanted], scope: Scope = ALL) -> Plan:
    return folder.write(out, by_group(wanted), scope, out.parent)


def planned(out: Path, wanted: list[Wanted], scope: Scope = ALL) -> Plan:
    return folder.planned(out, by_group(wanted), scope, out.parent)


def check(out: Path, wanted: list[Wanted], scope: Scope = ALL) -> list[tuple[str, str]]:
    """What a run would find different."""
    found = planned(out, wanted, scope).differences
    return [(one.what, one.path) for one in found]


def there(out: Path) -> dict[str, str]:
    """Every file but the manifests, with its text."""
    return {path: text for path, text in everything(out).items() if not path.endswith(NAME)}


def everything(out: Path) -> dict[str, str]:
    return {
        path.relative_to(out).as_posix(): path.read_text()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


# What a run removes, and what it leaves.


def test_what_is_no_longer_made_is_removed_with_its_empty_folders(out: Path) -> None:
    run(out, made("a", {"x": "1", "patches/y": "2"}) + made("b", {"z": "3"}))
    run(out, made("a", {"x": "1"}))

    assert there(out) == {"a/x": "1"}
    assert sorted(path.name for path in out.rglob("*")) == [".secretkit", "a", "x"]


def test_the_folder_of_a_removed_app_stays_with_what_others_put_there(out: Path) -> None:
    run(out, made("a", {"x": "1"}))
    (out / "a" / "notes.md").write_text("mine")
    run(out, [])

    assert everything(out) == {"a/notes.md": "mine"}


def test_a_folder_that_was_emptied_by_hand_goes_with_the_app(out: Path) -> None:
    run(out, made("a", {"patches/x": "1"}))
    (out / "a" / "patches" / "x").unlink()
    run(out, [])

    assert list(out.iterdir()) == []


def test_a_second_run_writes_nothing(out: Path) -> None:
    wanted = made("a", {"x": "1"}) + top("a")
    run(out, wanted)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    todo = run(out, wanted)

    assert list(folder.steps(todo)) == []
    assert before == {path: path.stat().st_mtime_ns for path in out.rglob("*")}


def test_an_edited_file_that_is_no_longer_made_stays_and_is_named(out: Path) -> None:
    run(out, made("a", {"x": "1", "y": "2"}))
    (out / "a" / "y").write_text("mine")
    todo = run(out, made("a", {"x": "1"}))

    assert there(out) == {"a/x": "1", "a/y": "mine"}
    assert todo.notes == ("a/y was edited, so it stays; it is no longer ours",)
    assert check(out, made("a", {"x": "1"})) == []


def test_an_edited_file_that_is_still_made_is_written_again(out: Path) -> None:
    run(out, made("a", {"x": "1"}))
    (out / "a" / "x").write_text("edited")
    run(out, made("a", {"x": "1"}))

    assert there(out) == {"a/x": "1"}


def test_a_foreign_file_in_the_way_stops_the_run_before_anything_is_written(out: Path) -> None:
    (out / "b").mkdir(parents=True)
    (out / "b" / "x").write_text("foreign")

    with pytest.raises(Usage, match=r"^b/x is there and is not ours, .*: move it away"):
        run(out, made("a", {"x": "1"}) + made("b", {"x": "1"}))
    assert everything(out) == {"b/x": "foreign"}


def test_a_foreign_file_of_the_same_content_is_ours_from_then_on(out: Path) -> None:
    (out / "a").mkdir(parents=True)
    (out / "a" / "x").write_text("1")
    run(out, made("a", {"x": "1"}))
    run(out, [])

    assert not (out / "a").exists()


@pytest.mark.parametrize("name", ["link", "a/link"])
def test_symlinks_of_others_stay_and_stop_nothing(out: Path, tmp_path: Path, name: str) -> None:
    run(out, made("a", {"x": "1"}))
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / NAME).write_text("no manifest")
    (out / name).symlink_to(tmp_path / "else")
    run(out, made("a", {"x": "2"}))

    assert (out / name).is_symlink()
    assert (out / "a" / "x").read_text() == "2"


# What a run speaks of.


def test_a_run_over_some_apps_leaves_the_others_and_the_top(out: Path) -> None:
    run(out, made("a", {"x": "1"}) + made("b", {"z": "3"}) + top("a", "b"))
    todo = run(out, made("a", {"x": "2"}) + made("c", {"y": "1"}) + top("a", "c"), only("a", "c"))

    assert there(out) == {"a/x": "2", "b/z": "3", "c/y": "1", "kustomization.yaml": "a\nb"}
    assert todo.notes == (
        "the top kustomization, platform/ and control-plane/ stay as they are, since this run does "
        "not cover every app in the folder",
    )


def test_a_run_over_an_app_that_is_gone_removes_it_and_keeps_the_others(out: Path) -> None:
    run(out, made("a", {"x": "1"}) + made("b", {"z": "3"}))
    run(out, [], only("b"))

    assert there(out) == {"a/x": "1"}


def test_an_app_that_is_the_first_in_the_folder_has_a_top(out: Path) -> None:
    run(out, made("a", {"x": "1"}) + top("a"), only("a"))

    assert there(out) == {"a/x": "1", "kustomization.yaml": "a"}


def test_a_shard_never_speaks_for_the_top(out: Path) -> None:
    todo = run(out, made("a", {"x": "1"}) + top("a"), only("a")._replace(is_part=True))

    assert there(out) == {"a/x": "1"}
    assert len(todo.notes) == 1


def test_a_run_of_the_control_plane_alone_leaves_the_apps(out: Path) -> None:
    run(out, made("a", {"x": "1"}) + top("a"))
    audit = folder.wanted(File("control-plane/audit-policy.yaml", b"p"), "", "")
    run(out, [audit], ALL._replace(within=lambda path: path.startswith("control-plane/")))

    assert there(out) == {
        "a/x": "1",
        "control-plane/audit-policy.yaml": "p",
        "kustomization.yaml": "a",
    }


@pytest.mark.parametrize("asked", [None, "production"])
def test_a_folder_of_another_environment_is_refused(out: Path, asked: str | None) -> None:
    run(out, made("a", {"x": "1"}), ALL._replace(environment="staging"))
    before = everything(out)

    with pytest.raises(Usage, match=r"^a holds the environment `staging`, not the (base|environ)"):
        run(out, made("b", {"x": "2"}), only("b")._replace(environment=asked))
    assert everything(out) == before


def moved(out: Path, *, is_there: bool) -> Plan:
    """A run that makes app `a` of another input, and does not cover the first one."""
    run(out, made("a", {"x": "1"}))
    if is_there:
        (out.parent / "apps" / "a").mkdir(parents=True)
        (out.parent / source("a")).write_text("")
    wanted = [folder.wanted(File("a/x", b"2"), "a", "other/secrets.yaml")]
    return run(out, wanted, Scope(None, "other/secrets.yaml".__eq__))


def test_an_app_of_an_input_that_is_not_covered_is_not_overwritten(out: Path) -> None:
    with pytest.raises(Usage, match=r"^a/x is made by `apps/a/secrets.yaml` too"):
        moved(out, is_there=True)
    assert there(out) == {"a/x": "1"}


def test_an_app_whose_input_moved_is_taken_along(out: Path) -> None:
    moved(out, is_there=False)

    assert there(out) == {"a/x": "2"}
    assert read("", (out / "a" / NAME).read_bytes()).entries[0].input == "other/secrets.yaml"


def test_two_files_of_one_path_are_refused(out: Path) -> None:
    with pytest.raises(Usage, match=r"^a/x would be written twice, for `apps/a/secrets.yaml`"):
        run(out, made("a", {"x": "1"}) + made("a", {"x": "2"}))
    assert not out.exists()


# Values in the clear.


def test_a_manifest_has_no_hash_of_values(out: Path) -> None:
    run(out, made("a", {"s": SECRET}, 0o600) + made("a", {"x": "1"}))

    assert (out / "a" / NAME).read_text() == (
        '{"environment": null, "files": [\n'
        '  {"input": "apps/a/secrets.yaml", "path": "s", "sha256": null},\n'
        '  {"input": "apps/a/secrets.yaml", "path": "x", "sha256": '
        '"6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"}\n]}\n'
    )


def test_no_manifest_of_a_run_under_way_has_a_hash_of_values(out: Path) -> None:
    first, second = SECRET, SECRET.replace("S2", "T3")
    run(out, made("a", {"s": first}, 0o600))
    todo = planned(out, made("a", {"s": second, "x": "1"}, 0o600))
    manifests = [one for part in todo for one in (part.first, part.last) if one]
    texts = b"".join(map(written, manifests))
    assert texts

    for text in (first, second):
        assert hashlib.sha256(text.encode()).hexdigest().encode() not in texts


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param(SECRET, {}, id="as it was"),
        pytest.param(SECRET.replace("S2", "T3"), {}, id="another value"),
        pytest.param("kind: ConfigMap\n", {"a/s": "kind: ConfigMap\n"}, id="another kind"),
        pytest.param("a: [", {"a/s": "a: ["}, id="no YAML"),
        pytest.param("[" * 9999, {"a/s": "[" * 9999}, id="deep"),
        pytest.param("a: &a [x]\nb: *a\n", {"a/s": "a: &a [x]\nb: *a\n"}, id="aliases"),
    ],
)
def test_values_do_not_stay_behind_as_long_as_they_are_a_secret(
    out: Path, text: str, left: dict[str, str]
) -> None:
    run(out, made("a", {"s": SECRET}, 0o600))
    (out / "a" / "s").write_text(text)
    run(out, [])

    assert there(out) == left


def test_values_are_written_for_their_owner_alone(out: Path) -> None:
    run(out, made("a", {"s": SECRET}, 0o600))
    (out / "a" / "s").chmod(0o644)

    assert check(out, made("a", {"s": SECRET}, 0o600)) == [("mode", "a/s")]
    run(out, made("a", {"s": SECRET}, 0o600))
    assert mode(out / "a" / "s") == 0o600


# Modes.


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_modes_do_not_depend_on_the_umask(out: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        run(out, made("a", {"x": "1", "patches/y": "1"}) + made("b", {"s": SECRET}, 0o600))
    finally:
        os.umask(before)

    assert {path.relative_to(out).as_posix(): mode(path) for path in (out, *out.rglob("*"))} == {
        ".": 0o755, "a": 0o755, "a/.secretkit": 0o644, "a/patches": 0o755, "a/patches/y": 0o644,
        "a/x": 0o644, "b": 0o755, "b/.secretkit": 0o644, "b/s": 0o600,
    }  # fmt: skip


def test_a_mode_of_git_is_no_difference_but_is_mended(out: Path) -> None:
    run(out, made("a", {"x": "1"}))
    (out / "a" / "x").chmod(0o664)

    assert check(out, made("a", {"x": "1"})) == []
    run(out, made("a", {"x": "1"}))
    assert mode(out / "a" / "x") == 0o644


# What differs.


def test_differences_name_every_file_that_a_run_would_touch(out: Path) -> None:
    run(out, made("a", {"x": "1", "y": "1", "z": "1"}) + made("b", {"x": "1"}))
    (out / "a" / "z").write_text("edited")
    wanted = made("a", {"x": "2", "w": "1"}) + made("c", {"x": "1"})

    assert check(out, wanted) == [
        ("change", "a/.secretkit"), ("add", "a/w"), ("change", "a/x"), ("remove", "a/y"),
        ("edited", "a/z"), ("remove", "b/.secretkit"), ("remove", "b/x"), ("add", "c/.secretkit"),
        ("add", "c/x"),
    ]  # fmt: skip
    run(out, wanted)
    assert check(out, wanted) == []


def test_a_lost_manifest_is_a_difference(out: Path) -> None:
    run(out, made("a", {"x": "1"}))
    (out / "a" / NAME).unlink()

    assert check(out, made("a", {"x": "1"})) == [("add", "a/.secretkit")]


def test_looking_leaves_no_trace(out: Path) -> None:
    check(out, made("a", {"x": "1"}))

    assert not out.exists()


def test_a_plan_needs_no_disk() -> None:
    old = Manifest(None, (Entry("x", source("a"), "1" * 64), Entry("y", source("a"), "2" * 64)))
    seen = {"a/x": Seen("1" * 64, 0o644), "a/y": Seen("2" * 64, 0o644)}
    wanted = Wanted(File("a/x", b"new"), "a", source("a"), holds_values=False, digest="3" * 64)
    todo = Planner(ALL).app(Group("a", [wanted], old, seen))

    new = Entry("x", source("a"), "3" * 64)
    assert [(one.what, one.path) for one in todo.changes] == [("change", "a/x"), ("remove", "a/y")]
    assert todo.first == Manifest(None, (new._replace(before=("1" * 64,)), old.entries[1]))
    assert todo.last == Manifest(None, (new,))


# Hostile manifests and paths.


def entry(path: Any, **more: Any) -> dict[str, Any]:
    return {"path": path, "input": source("a"), "sha256": None, **more}


def manifest(*entries: Any) -> str:
    return json.dumps({"environment": None, "files": entries})


@pytest.fixture
def hostile(out: Path, tmp_path: Path) -> Callable[[str, str], None]:
    """Puts a manifest into a folder that has symlinks, folders and a socket."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_text("precious")
    (out / "a" / "sub").mkdir(parents=True)
    (out / "a" / "link").symlink_to(outside / "x")
    (out / "a" / "way").symlink_to(outside)
    (out / "a" / "file").write_text("foreign")
    with socket.socket(socket.AF_UNIX) as made_one:
        made_one.bind(os.path.relpath(out / "a" / "socket"))

    def put(name: str, text: str) -> None:
        (out / name).write_text(text)

    return put


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("no JSON", id="not JSON"),
        pytest.param("", id="empty"),
        pytest.param("[]", id="a list"),
        pytest.param('{"files": []}', id="no environment"),
        pytest.param('{"environment": 1, "files": []}', id="a number for environment"),
        pytest.param('{"environment": null, "files": {}, "files": []}', id="a key twice"),
        pytest.param('{"environment": null, "files": [1]}', id="an entry that is a number"),
        pytest.param('{"environment": null, "files": 1}', id="files that are a number"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"environment": null, "files": [], "x": ' + "9" * 9999 + "}", id="a long number"),
        pytest.param("<<<<<<< ours\n" + manifest(), id="a merge conflict"),
        pytest.param(manifest(entry("../x")), id="a parent"),
        pytest.param(manifest(entry("sub/../../x")), id="a parent further on"),
        pytest.param(manifest(entry("./x")), id="a dot"),
        pytest.param(manifest(entry("/etc/x")), id="absolute"),
        pytest.param(manifest(entry("a//b")), id="a double slash"),
        pytest.param(manifest(entry("a/")), id="a slash at the end"),
        pytest.param(manifest(entry("")), id="an empty path"),
        pytest.param(manifest(entry("a\0b")), id="a NUL"),
        pytest.param(manifest(entry("a\x1b[2Jb")), id="a terminal's escape"),
        pytest.param(manifest(entry("a\ud800")), id="half a character"),
        pytest.param(manifest(entry(1)), id="a number"),
        pytest.param(manifest(entry("x", input=None)), id="no input"),
        pytest.param(manifest(entry("x", sha256="abc")), id="no digest"),
        pytest.param(manifest(entry("x", before="abc")), id="no digest before"),
        pytest.param(manifest(entry("x"), entry("x")), id="twice"),
        pytest.param(manifest(entry(NAME)), id="itself"),
        pytest.param(manifest(entry("sub")), id="a folder"),
        pytest.param(manifest(entry("link")), id="a symlink"),
        pytest.param(manifest(entry("way/x")), id="through a symlink"),
        pytest.param(manifest(entry("file/x")), id="through a file"),
        pytest.param(manifest(entry("socket")), id="a socket"),
    ],
)  # fmt: skip
def test_a_hostile_manifest_stops_the_run(
    out: Path, hostile: Callable[[str, str], None], text: str
) -> None:
    hostile(f"a/{NAME}", text)
    before = everything(out.parent)

    with pytest.raises(Usage, match="so nothing is written"):
        run(out, made("a", {"y": "1"}))
    assert everything(out.parent) == before


def test_a_manifest_that_is_too_large_is_not_read(out: Path) -> None:
    (out / "a").mkdir(parents=True)
    with (out / "a" / NAME).open("wb") as stream:
        stream.truncate(1 << 40)  # a sparse file: reading it would take all memory

    with pytest.raises(Usage, match="is no manifest of ours"):
        run(out, made("a", {"y": "1"}))


def test_a_path_that_no_disk_takes_is_left_to_the_command_line(out: Path) -> None:
    (out / "a").mkdir(parents=True)
    (out / "a" / NAME).write_text(manifest(entry("x" * 5000)))

    with pytest.raises(OSError, match="File name too long"):  # which it says in one line
        run(out, [])


def test_a_manifest_on_top_does_not_speak_for_an_app(out: Path) -> None:
    run(out, made("a", {"x": "1"}))
    (out / NAME).write_text(manifest(entry("a/x")))

    with pytest.raises(Usage, match=r"names a file of an app's own manifest"):
        run(out, [])
    assert there(out) == {"a/x": "1"}


@pytest.mark.parametrize("name", [NAME, f"a/{NAME}"])
def test_a_manifest_that_is_a_symlink_stops_the_run(out: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "else").write_text(manifest())
    (out / "a").mkdir(parents=True)
    (out / name).symlink_to(tmp_path / "else")

    with pytest.raises(Usage, match="is a symlink"):
        run(out, made("a", {"x": "1"}) + top("a"))


@pytest.mark.parametrize("name", ["platform", "control-plane", ".git", "A"])
def test_a_manifest_where_no_app_can_be_is_nothing_of_ours(out: Path, name: str) -> None:
    (out / name).mkdir(parents=True)
    (out / name / NAME).write_text(manifest(entry("x")))
    (out / name / "x").write_text(SECRET)
    run(out, made("b", {"x": "1"}))

    assert there(out) == {"b/x": "1", f"{name}/x": SECRET}


@pytest.mark.parametrize(
    "path", ["link/x", "a/link/x", "a/file/x", "a/sub", "a/pointer", "a/pipe"]
)  # fmt: skip
def test_what_is_in_the_way_of_a_file_stops_the_run(out: Path, tmp_path: Path, path: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (out / "a" / "sub").mkdir(parents=True)
    (out / "link").symlink_to(outside)
    (out / "a" / "link").symlink_to(outside)
    (out / "a" / "file").write_text("foreign")
    (out / "a" / "pointer").symlink_to(outside / "new")
    os.mkfifo(out / "a" / "pipe")  # whose reading would wait for ever
    app, _, name = path.partition("/")

    with pytest.raises(Usage, match="so nothing is written"):
        run(out, made("b", {"x": "1"}) + made(app, {name: "1"}))
    assert list(outside.iterdir()) == []
    assert there(out) == {"a/file": "foreign"}


# Runs that are killed.

BEFORE = [*made("a", {"x": "1", "old": "1", "kustomization.yaml": "1"}), *made("b", {"z": "1"})]
BETWEEN = [
    *made("a", {"x": "2", "new": "2", "kustomization.yaml": "2"}),
    *made("a", {"old": SECRET, "s": SECRET}, 0o600),
    *made("c", {"x": "2"}),
]
AFTER = [*made("a", {"x": "3", "kustomization.yaml": "3"}), *made("d", {"x": "3"})]


def kill(out: Path, wanted: list[Wanted], after: int, scope: Scope = ALL) -> bool:
    """A run that ends after so many steps; whether it would have had more."""
    with files.held(out):
        todo = list(folder.steps(planned(out, wanted, scope)))
        for step in todo[:after]:
            folder.do(out, step)
    return after < len(todo)


@pytest.mark.parametrize(
    "then", [BETWEEN, AFTER, BEFORE, []], ids=["same", "other", "back", "none"]
)
def test_a_run_that_is_killed_after_any_step_is_finished_by_the_next(
    tmp_path: Path, then: list[Wanted]
) -> None:
    wanted = {one.file.path: one.file.content.decode() for one in then}
    count = 0
    more = True
    while more:
        out = tmp_path / str(count)
        run(out, BEFORE)
        more = kill(out, BETWEEN, count)
        run(out, then)

        assert there(out) == wanted
        assert check(out, then) == []
        count += 1
    assert count > 10  # each step was the last one once


def test_what_is_half_written_is_swept_away_by_the_next_run(out: Path) -> None:
    run(out, BEFORE)
    (out / ".secretkit-0123456789abcdef.part").write_text("value")
    (out / ".secretkit-mine.part").write_text("foreign")
    run(out, BEFORE)

    assert sorted(path.name for path in out.iterdir()) == [".secretkit-mine.part", "a", "b"]


def test_a_kustomization_comes_after_what_it_lists_and_before_what_goes(out: Path) -> None:
    run(out, made("a", {"x": "1", "kustomization.yaml": "x"}) + top("a"))
    patches = {"patches/y": "1", "patches/kustomization.yaml": "y"}
    wanted = [
        *top("a", "b"),
        *made("a", {"z": "1", **patches, "kustomization.yaml": "z"}),
        *made("b", {"x": "1"}),
    ]
    todo = planned(out, wanted)
    paths = [step if isinstance(step, str) else step.path for step in folder.steps(todo)]

    assert [path for path in paths if not path.endswith(NAME)] == [
        "a/patches/y", "a/z", "a/patches/kustomization.yaml", "a/kustomization.yaml", "b/x",
        "kustomization.yaml", "a/x",
    ]  # fmt: skip


# Any sequence of runs, edits and kills.


class Act(NamedTuple):
    """`run` over some apps, ending after `kill` steps; `edit` or `drop` a file; a foreign `file`."""

    what: str
    apps: Mapping[str, Mapping[str, str]]
    covered: frozenset[str]
    kill: int | None
    path: str


APPS = ("a", "b", "c")
PATHS = ("x", "y", "sub/z")
_apps = st.dictionaries(
    st.sampled_from(APPS),
    st.dictionaries(st.sampled_from(PATHS), st.sampled_from(["1", "2"]), min_size=1),
)
_acts = st.builds(
    Act,
    st.sampled_from(["run", "run", "run", "edit", "drop", "file"]),
    _apps,
    st.frozensets(st.sampled_from(APPS), min_size=1),
    st.none() | st.integers(0, 8),
    st.builds("{}/{}".format, st.sampled_from(APPS), st.sampled_from([*PATHS, "own"])),
)


class Model:
    """Knows what is others' in a folder, and judges each run by what was there before it."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.others: dict[str, str] = {}
        self.killed: set[str] = set()  # apps whose last run did not end
        self.edits = 0

    def act(self, act: Act) -> None:
        is_there = (self.out / act.path).is_file()
        match act.what:
            case "run":
                self.run(act)
            case "edit" if is_there:
                self.write(act.path)
            case "drop" if is_there and act.path not in self.others:
                (self.out / act.path).unlink()
            case "file" if act.path.endswith("own") or is_there:
                self.write(act.path)

    def write(self, path: str) -> None:
        self.edits += 1
        (self.out / path).parent.mkdir(parents=True, exist_ok=True)
        (self.out / path).write_text(f"edited {self.edits}")
        if path in self.others or path.endswith("own"):
            self.others[path] = f"edited {self.edits}"

    def run(self, act: Act) -> None:
        apps = {app: texts for app, texts in act.apps.items() if app in act.covered}
        wanted = [one for app in sorted(apps) for one in made(app, apps[app])]
        paths = {one.file.path: one.file.content.decode() for one in wanted}
        before = everything(self.out)
        is_whole = True
        try:
            if act.kill is None:
                run(self.out, wanted, only(*act.covered))
            else:
                is_whole = not kill(self.out, wanted, act.kill, only(*act.covered))
        except Usage:
            in_the_way = {
                path for path, text in self.others.items() if paths.get(path, text) != text
            }
            assert in_the_way or act.covered & self.killed
            assert everything(self.out) == before
            return
        self.others |= {
            path: text
            for path, text in before.items()
            if text.startswith("edited") and path[0] in act.covered
        }
        self.others = {path: text for path, text in self.others.items() if path not in paths}
        self.killed = self.killed - act.covered if is_whole else self.killed | act.covered
        self.judge(act.covered, paths if is_whole else None, before)

    def judge(
        self, covered: frozenset[str], paths: Mapping[str, str] | None, before: Mapping[str, str]
    ) -> None:
        after = everything(self.out)
        assert {path: after.get(path) for path in self.others} == self.others
        assert outside(after, covered) == outside(before, covered)
        if paths is not None:
            others = {path: text for path, text in self.others.items() if path[0] in covered}
            found = {path: text for path, text in there(self.out).items() if path[0] in covered}
            assert found == {**others, **paths}


def outside(texts: Mapping[str, str], covered: frozenset[str]) -> dict[str, str]:
    return {path: text for path, text in texts.items() if path[0] not in covered}


@given(st.lists(_acts, min_size=1, max_size=8))
@example(
    [
        Act("run", {"a": {"x": "1"}}, frozenset("a"), None, ""),
        Act("run", {"a": {"x": "2"}}, frozenset("a"), 1, ""),
        Act("run", {}, frozenset("a"), None, ""),
    ]
)
@settings(max_examples=100, deadline=None)
def test_after_any_runs_a_folder_holds_what_is_rendered_and_what_is_others(
    tmp_path_factory: pytest.TempPathFactory, acts: list[Act]
) -> None:
    model = Model(tmp_path_factory.mktemp("out"))
    for act in acts:
        model.act(act)


@given(
    st.none() | st.text(),
    st.lists(
        st.builds(
            Entry,
            st.from_regex(r"[a-z]{1,3}(/[a-z.-]{3,5})?", fullmatch=True),
            st.text(),
            st.none() | st.just("0" * 64),
            st.just(()) | st.just((None,)) | st.just(("1" * 64,)),
        ),
        unique_by=lambda one: one.path,
    ),
)
def test_a_manifest_that_is_written_is_read_back(
    environment: str | None, entries: list[Entry]
) -> None:
    found = Manifest(environment, tuple(sorted(entries, key=lambda one: one.path)))

    assert read("", written(found)) == found
