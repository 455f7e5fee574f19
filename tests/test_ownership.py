"""Output folders: what is ours is kept true, what is not is never touched."""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretkit import differing, ownership
from secretkit.finding import Usage
from secretkit.objects import File
from secretkit.ownership import NAME, Scope, Wanted

ALL = Scope(lambda _: True)


def wanted(
    app: str, files: dict[str, str], *, mode: int = 0o644, holds_values: bool = False
) -> list[Wanted]:
    return [
        Wanted(File(f"{app}/{name}", text.encode(), mode), app, f"apps/{app}.yaml", holds_values)
        for name, text in files.items()
    ]


def top(*names: str) -> list[Wanted]:
    return [Wanted(File("kustomization.yaml", "\n".join(names).encode()), "", "", False)]


def run(
    folder: Path, files: list[Wanted], scope: Scope = ALL, environment: str | None = None
) -> ownership.Plan:
    todo = ownership.plan(folder, files, environment, scope)
    ownership.carry_out(folder, todo)
    return todo


def there(folder: Path) -> dict[str, str]:
    """Every file but the manifests, with its text."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NAME
    }


def only(*apps: str) -> Scope:
    return Scope(lambda name: name in {"", *(f"apps/{app}.yaml" for app in apps)})


def test_what_is_no_longer_made_is_removed_with_its_empty_folder(tmp_path: Path) -> None:
    run(tmp_path, wanted("a", {"x": "1", "patches/y": "2"}) + wanted("b", {"z": "3"}))
    todo = run(tmp_path, wanted("a", {"x": "1"}))

    assert there(tmp_path) == {"a/x": "1"}
    assert not (tmp_path / "b").exists()
    assert not (tmp_path / "a" / "patches").exists()
    assert [(one.what, one.path) for one in todo.changes] == [
        ("remove", "a/patches/y"), ("remove", "b/z")
    ]  # fmt: skip


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    files = wanted("a", {"x": "1"}) + top("a")
    run(tmp_path, files)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.name != NAME}

    assert run(tmp_path, files).changes == ()
    assert before == {
        path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.name != NAME
    }


def test_an_edited_file_that_is_no_longer_made_stays_and_is_told(tmp_path: Path) -> None:
    run(tmp_path, wanted("a", {"x": "1", "y": "2"}))
    (tmp_path / "a" / "y").write_text("mine")
    todo = run(tmp_path, wanted("a", {"x": "1"}))

    assert there(tmp_path) == {"a/x": "1", "a/y": "mine"}
    assert todo.notes == ("a/y: was edited, so it stays; it is no longer ours",)
    assert run(tmp_path, wanted("a", {"x": "1"})).changes == ()


def test_an_edited_file_that_is_still_made_is_written_again(tmp_path: Path) -> None:
    run(tmp_path, wanted("a", {"x": "1"}))
    (tmp_path / "a" / "x").write_text("edited")
    run(tmp_path, wanted("a", {"x": "1"}))

    assert there(tmp_path) == {"a/x": "1"}


def test_a_foreign_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("foreign")

    with pytest.raises(Usage, match="is not ours"):
        run(tmp_path, wanted("a", {"x": "1", "y": "2"}))
    assert there(tmp_path) == {"a/x": "foreign"}


def test_a_foreign_file_of_the_same_content_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("1")
    run(tmp_path, wanted("a", {"x": "1"}))
    run(tmp_path, [])

    assert there(tmp_path) == {}


def test_a_run_over_some_apps_leaves_the_others_and_the_top_alone(tmp_path: Path) -> None:
    run(tmp_path, wanted("a", {"x": "1"}) + wanted("b", {"z": "3"}) + top("a", "b"))
    todo = run(tmp_path, wanted("a", {"x": "2"}) + top("a"), only("a"))

    assert there(tmp_path) == {"a/x": "2", "b/z": "3", "kustomization.yaml": "a\nb"}
    assert len(todo.notes) == 1


def test_a_run_of_the_control_plane_alone_leaves_apps_alone(tmp_path: Path) -> None:
    run(tmp_path, wanted("a", {"x": "1"}) + top("a"))
    audit = Wanted(File("control-plane/audit.yaml", b"p"), "", "", False)
    run(tmp_path, [audit], Scope(lambda _: True, lambda path: path.startswith("control-plane/")))

    assert there(tmp_path) == {
        "a/x": "1",
        "control-plane/audit.yaml": "p",
        "kustomization.yaml": "a",
    }


def test_a_folder_of_another_environment_is_refused(tmp_path: Path) -> None:
    run(tmp_path, wanted("a", {"x": "1"}), environment="staging")

    with pytest.raises(Usage, match="holds the environment `staging`, not the base"):
        run(tmp_path, wanted("a", {"x": "2"}))
    assert there(tmp_path) == {"a/x": "1"}


def test_values_leave_no_hash_and_do_not_stay_behind(tmp_path: Path) -> None:
    run(tmp_path, wanted("a", {"s": "canary"}, mode=0o600, holds_values=True))
    manifest = json.loads((tmp_path / "a" / NAME).read_text())

    assert manifest["files"] == [{"path": "s", "input": "apps/a.yaml", "sha256": None}]
    assert (tmp_path / "a" / "s").stat().st_mode & 0o777 == 0o600
    (tmp_path / "a" / "s").write_text("edited canary")
    run(tmp_path, [])
    assert there(tmp_path) == {}


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_modes_do_not_depend_on_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        run(tmp_path, wanted("a", {"x": "1"}))
    finally:
        os.umask(before)

    assert (tmp_path / "a" / "x").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o755


def entry(path: Any) -> dict[str, Any]:
    return {"path": path, "input": "apps/a.yaml", "sha256": None}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("no JSON", id="not JSON"),
        pytest.param("[]", id="a list"),
        pytest.param('{"files": []}', id="no environment"),
        pytest.param(json.dumps({"environment": None, "files": [entry("../x")]}), id="a parent"),
        pytest.param(json.dumps({"environment": None, "files": [entry("/etc/x")]}), id="absolute"),
        pytest.param(json.dumps({"environment": None, "files": [entry("a//b")]}), id="a double slash"),
        pytest.param(json.dumps({"environment": None, "files": [entry("")]}), id="empty"),
        pytest.param(json.dumps({"environment": None, "files": [entry(1)]}), id="a number"),
        pytest.param(json.dumps({"environment": None, "files": [entry("x")] * 2}), id="twice"),
        pytest.param(json.dumps({"environment": None, "files": [entry("sub")]}), id="a folder"),
        pytest.param(json.dumps({"environment": None, "files": [entry("link")]}), id="a symlink"),
        pytest.param(json.dumps({"environment": None, "files": [entry("way/x")]}), id="through a symlink"),
        pytest.param("[" * 100_000, id="deep"),
    ],
)  # fmt: skip
def test_a_hostile_manifest_stops_the_run(tmp_path: Path, text: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_text("precious")
    folder = tmp_path / "out"
    (folder / "a" / "sub").mkdir(parents=True)
    (folder / "a" / "link").symlink_to(outside / "x")
    (folder / "a" / "way").symlink_to(outside)
    (folder / "a" / NAME).write_text(text)

    with pytest.raises(Usage, match="nothing is written"):
        run(folder, wanted("a", {"y": "1"}))
    assert (outside / "x").read_text() == "precious"
    assert not (folder / "a" / "y").exists()


def test_a_symlink_in_the_way_of_a_file_stops_the_run(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a").symlink_to(outside)

    with pytest.raises(Usage, match="symlink"):
        run(folder, wanted("a", {"x": "1"}))
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4])
def test_a_killed_run_is_finished_by_the_next(
    tmp_path: Path, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends after so many files are replaced or removed, as a kill would end it."""
    run(tmp_path, wanted("a", {"x": "1", "old": "1"}) + wanted("b", {"z": "1"}))
    after = wanted("a", {"x": "2", "new": "2"})
    left = steps
    real = os.replace

    def replace(*arguments: Any, **named: Any) -> None:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        real(*arguments, **named)

    monkeypatch.setattr(os, "replace", replace)
    with contextlib.suppress(KeyboardInterrupt):
        run(tmp_path, after)
    monkeypatch.undo()
    run(tmp_path, after)

    assert there(tmp_path) == {"a/new": "2", "a/x": "2"}


APPS = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.dictionaries(st.sampled_from(["x", "y", "sub/z"]), st.sampled_from(["1", "2"]), min_size=1),
)
RUNS = st.lists(
    st.tuples(APPS, st.sets(st.sampled_from(["a", "b", "c"]), min_size=1)), min_size=1, max_size=5
)


@given(RUNS)
@settings(max_examples=60, deadline=None)
def test_after_any_runs_the_folder_holds_what_is_rendered_and_foreign_files(
    tmp_path_factory: pytest.TempPathFactory, runs: list[tuple[dict[str, Any], set[str]]]
) -> None:
    folder = tmp_path_factory.mktemp("out")
    (folder / "a").mkdir()
    (folder / "a" / "foreign").write_text("precious")
    expected: dict[str, dict[str, str]] = {}
    for apps, covered in runs:
        expected = {app: files for app, files in expected.items() if app not in covered}
        expected |= {app: files for app, files in apps.items() if app in covered}
        files = [one for app in sorted(covered & apps.keys()) for one in wanted(app, apps[app])]
        run(folder, files, only(*covered))
        flat = {
            f"{app}/{name}": text for app, some in expected.items() for name, text in some.items()
        }

        assert there(folder) == {**flat, "a/foreign": "precious"}


OBJECT = "apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: x\n{rest}"


@pytest.mark.parametrize(
    ("kind", "before", "after", "mark"),
    [
        ("generators.external-secrets.io/v1alpha1 Password", "spec: {length: 1}\n",
         "spec: {length: 2}\n", "the next sync makes new credentials"),
        ("external-secrets.io/v1 ExternalSecret", "spec: {dataFrom: [{sourceRef: {generatorRef: {}}}]}\n",
         "spec: {dataFrom: [{sourceRef: {generatorRef: {}}}], a: b}\n",
         "a change of this object makes new credentials"),
        ("rbac.authorization.k8s.io/v1 RoleBinding", "roleRef: {name: a}\n", "roleRef: {name: b}\n",
         "`roleRef` cannot change: the object must be deleted and made again"),
        ("apps/v1 Deployment", "spec: {a: 1}\n", "spec: {a: 2}\n", "the pods are restarted"),
    ],
)  # fmt: skip
def test_a_diff_marks_what_a_change_costs(kind: str, before: str, after: str, mark: str) -> None:
    api, name = kind.split()
    texts = [OBJECT.format(api=api, kind=name, rest=rest) for rest in (before, after)]

    assert list(differing.marks(*texts)) == [mark]


def test_a_diff_shows_no_value(tmp_path: Path) -> None:
    secret = OBJECT.format(api="v1", kind="Secret", rest="data: {k: Y2FuYXJ5}\n")
    run(tmp_path, wanted("a", {"s": secret}, mode=0o600, holds_values=True))
    changed = wanted("a", {"s": secret.replace("Y2", "Zm")}, mode=0o600, holds_values=True)
    shown = "".join(differing.unified(tmp_path, ownership.plan(tmp_path, changed, None, ALL)))
    gone = "".join(differing.unified(tmp_path, ownership.plan(tmp_path, [], None, ALL)))

    assert shown == "# a/s: would change; it holds values, which are not shown\n"
    assert gone == "# a/s: would be removed; it holds values, which are not shown\n"
