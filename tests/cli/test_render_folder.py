"""`render -o DIR`, `--check` and `--diff` as a pipeline sees them."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from repositories import HEAD, Ran, Repository

from secretkit import differing
from secretkit.ownership.manifest import NAME

CANARY = "Kanarienvogel"


@pytest.fixture
def repository(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Repository:
    found = Repository(tmp_path, capfd)
    found.app("shop", "db", "mail")
    found.app("till", "db")
    return found


BOTH = [
    "control-plane/audit-policy.yaml", "kustomization.yaml",
    "shop/externalsecret-db.yaml", "shop/externalsecret-mail.yaml", "shop/kustomization.yaml",
    "shop/secretstore-v.yaml", "shop/serviceaccount-s.yaml",
    "till/externalsecret-db.yaml", "till/kustomization.yaml", "till/secretstore-v.yaml",
    "till/serviceaccount-s.yaml",
]  # fmt: skip


def test_a_secret_that_is_renamed_leaves_no_file_behind(repository: Repository) -> None:
    repository.render()
    assert repository.files() == BOTH
    repository.app("shop", "db", "post")

    assert repository.render().code == 0
    assert repository.files() == sorted(one.replace("mail", "post") for one in BOTH)


def test_an_app_that_is_gone_leaves_no_folder_behind(repository: Repository) -> None:
    repository.render()
    repository.remove("apps/till/secrets.yaml")
    (repository.out / "shop" / "README.md").write_text("mine")

    assert repository.render().code == 0
    assert repository.files() == sorted([*BOTH[:7], "shop/README.md"])
    assert not (repository.out / "till").exists()
    assert "till" not in (repository.out / "kustomization.yaml").read_text()


def test_a_run_over_some_apps_leaves_the_others(repository: Repository) -> None:
    repository.render()
    repository.app("shop", "db", "post")
    repository.remove("apps/till/secrets.yaml")
    repository.app("new", "db")
    before = repository.everything()

    ran = repository("render", "apps/shop", "apps/new", "-o", "out")
    after = repository.everything()

    assert ran.code == 0
    assert ran.err == (
        "note: the top kustomization, platform/ and control-plane/ stay as they are, since this run "
        "does not cover every app in the folder\n"
    )
    assert "shop/externalsecret-post.yaml" in after
    assert "shop/externalsecret-mail.yaml" not in after
    assert [
        one for one in before if not one.startswith("shop/") and before[one] != after[one]
    ] == []


def test_shards_write_their_own_and_leave_the_top_to_a_whole_run(repository: Repository) -> None:
    for part in ("1/2", "2/2"):
        assert repository.render("--shard", part).code == 0
    assert repository.files() == [one for one in BOTH if one.startswith(("shop/", "till/"))]

    assert repository.render().code == 0
    assert repository.files() == BOTH


def test_an_app_whose_name_changes_moves(repository: Repository) -> None:
    repository.render()
    text = (repository.root / "apps/till/secrets.yaml").read_text()
    repository.write("apps/till/secrets.yaml", text.replace("name: till,", "name: desk,"))

    repository.render()
    assert repository.files() == sorted(one.replace("till/", "desk/") for one in BOTH)


def test_an_error_in_one_app_leaves_all_as_it_was(repository: Repository) -> None:
    repository.render()
    before = repository.everything()
    repository.app("shop", "renamed")
    repository.write("apps/till/secrets.yaml", HEAD)

    assert repository.render().code == 1
    assert repository.everything() == before


def test_a_foreign_file_in_the_way_is_named_and_nothing_is_written(repository: Repository) -> None:
    repository.write("out/till/externalsecret-db.yaml", "mine")
    ran = repository.render()

    assert ran == Ran(
        2,
        "",
        "error: till/externalsecret-db.yaml is there and is not ours, so nothing is written: move it "
        "away, or render into another folder\n",
    )
    assert repository.files() == ["till/externalsecret-db.yaml"]


def test_accounts_that_differ_only_in_namespace_are_not_written_over_each_other(
    repository: Repository,
) -> None:
    stores = "".join(
        f"    {name}: {{scope: cluster, vault: {{server: 'https://vault.example.com', path: x, "
        f"role: {name}, serviceAccount: {{name: reader, namespace: {name}}}}}}}\n"
        for name in ("one", "two")
    )
    text = f"{HEAD}metadata: {{name: shop, namespace: shop}}\nspec:\n  stores:\n{stores}"
    repository.write("apps/shop/secrets.yaml", text)
    for form in ("kustomize", "helm"):
        ran = repository.render("--format", form)

        assert (ran.code, ran.out) == (1, "")
        assert (
            "error[SK603]: two objects would be written to `shop/serviceaccount-reader.yaml`: "
            "ServiceAccount `reader` in namespace `one` and ServiceAccount `reader` in namespace `two`"
        ) in ran.err.splitlines()
        assert not repository.out.exists()


def test_a_part_of_the_apps_keeps_the_form_of_the_rest(repository: Repository) -> None:
    repository.app("shop", "db")
    repository.app("till", "db")
    repository.render()
    before = repository.everything()
    ran = repository("render", "apps/shop", "-o", "out", "--format", "helm")

    assert ran.code == 2
    assert ran.err.splitlines()[-1] == (
        "error: the folder holds kustomizations, not charts: render all apps at once, or into another folder"
    )
    assert repository.everything() == before
    assert repository.render("--format", "helm").code == 0


def test_a_folder_holds_one_environment(repository: Repository) -> None:
    more = "  environments: {staging: {metadata: {namespace: staging}}}\n"
    repository.app("shop", "db", more=more)
    repository.render("--env", "staging")
    before = repository.everything()
    ran = repository.render()

    assert ran.code == 2
    assert ran.err.splitlines()[-1] == (
        "error: the folder holds the environment `staging`, not the base: give each environment a "
        "folder of its own"
    )
    assert repository.everything() == before


def test_another_format_takes_the_folder_over(repository: Repository) -> None:
    repository.render()
    repository.render("--format", "helm")

    assert repository.files() == [
        "control-plane/audit-policy.yaml", "shop/Chart.yaml", "shop/templates/externalsecret-db.yaml",
        "shop/templates/externalsecret-mail.yaml", "shop/templates/secretstore-v.yaml",
        "shop/templates/serviceaccount-s.yaml", "till/Chart.yaml",
        "till/templates/externalsecret-db.yaml", "till/templates/secretstore-v.yaml",
        "till/templates/serviceaccount-s.yaml",
    ]  # fmt: skip


@pytest.mark.parametrize("only", ["api", "control-plane"])
def test_a_run_of_one_part_leaves_the_other(repository: Repository, only: str) -> None:
    repository.render()

    assert repository.render("--only", only).code == 0
    assert repository.files() == BOTH


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_modes_do_not_depend_on_the_umask(repository: Repository, umask: int) -> None:
    repository.app("shop", "db", more="    plain: {values: {k: {env: CANARY}}}\n")
    before = os.umask(umask)
    try:
        repository("render", "apps", "-o", "out", "--allow-plaintext", CANARY=CANARY)
    finally:
        os.umask(before)
    modes = {path: path.stat().st_mode & 0o777 for path in repository.out.rglob("*")}

    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o755}
    assert {path.name for path, mode in modes.items() if mode == 0o600} == {"secret-plain.yaml"}
    assert set(modes.values()) == {0o755, 0o644, 0o600}


IGNORED = (
    "note: out/shop/secret-plain.yaml{more}: values in the clear, and git does not ignore them; name the folder in "
    ".gitignore, or write it outside the repository\n"
)


@pytest.mark.parametrize(
    ("ignored", "secrets", "told"),
    [
        pytest.param("", 1, IGNORED.format(more=""), id="not ignored"),
        pytest.param(
            "", 2, IGNORED.format(more=" and 1 more").replace("plain.", "other."), id="two"
        ),
        pytest.param("out/", 1, "", id="the folder is ignored"),
        pytest.param("secret-plain.yaml", 1, "", id="the file is ignored"),
        pytest.param("", 0, "", id="no values"),
    ],
)
def test_values_that_git_would_take_are_a_note(
    repository: Repository, ignored: str, secrets: int, told: str
) -> None:
    names = ("plain", "other")[:secrets]
    more = "".join(f"    {name}: {{values: {{k: {{env: CANARY}}}}}}\n" for name in names)
    repository.app("shop", "db", more=more)
    shutil.rmtree(repository.root / ".git", ignore_errors=True)
    subprocess.run(["git", "init", "-q", repository.root], check=True)
    (repository.root / ".gitignore").write_text(ignored)

    ran = repository("render", "apps", "-o", "out", "--allow-plaintext", CANARY=CANARY)

    assert ran == Ran(0, "", told)
    again = repository("render", "apps", "-o", "out", "--allow-plaintext", "--check", CANARY=CANARY)
    assert again == Ran(0, "", "")


def test_values_outside_of_a_repository_are_no_note(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    repository.app("shop", "db", more="    plain: {values: {k: {env: CANARY}}}\n")
    out = tmp_path_factory.mktemp("elsewhere") / "out"

    ran = repository("render", "apps", "-o", str(out), "--allow-plaintext", CANARY=CANARY)

    assert ran == Ran(0, "", "")


# --check and --diff.


@pytest.mark.parametrize("flags", [["--check"], ["--diff"], ["--check", "--diff"]])
def test_comparing_needs_a_folder(repository: Repository, flags: list[str]) -> None:
    assert repository("render", "apps", *flags) == Ran(
        2, "", "error: --check and --diff compare with a folder: add -o DIR\n"
    )


def test_comparing_with_no_folder_lists_all_and_makes_none(repository: Repository) -> None:
    ran = repository.render("--check")
    listed = [line.removeprefix("added: out/") for line in ran.err.splitlines()]

    assert (ran.code, ran.out) == (1, "")
    assert listed == sorted([*BOTH, NAME, f"shop/{NAME}", f"till/{NAME}"])
    assert not repository.out.exists()


@pytest.mark.parametrize("flags", [["--check"], ["--diff"], ["--check", "--diff"]])
def test_what_is_committed_as_rendered_is_fine(repository: Repository, flags: list[str]) -> None:
    repository.render()
    for path in repository.out.rglob("*.yaml"):
        path.chmod(0o664)  # a checkout under another umask

    assert repository.render(*flags) == Ran(0, "", "")


def changed(repository: Repository) -> None:
    """A folder where one file is new, one changed, one stale, one edited and one of others."""
    repository.render()
    repository.app("shop", "db", "post")
    edited = repository.out / "till" / "externalsecret-db.yaml"
    edited.write_text(edited.read_text().replace("till/db", "till/edited"))
    repository.write("out/own.yaml", "mine")


def test_a_difference_is_listed_and_fails(repository: Repository) -> None:
    changed(repository)
    before = repository.everything()
    ran = repository.render("--check")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "changed: out/shop/.secretkit\n"
        "removed: out/shop/externalsecret-mail.yaml\n"
        "added: out/shop/externalsecret-post.yaml\n"
        "changed: out/shop/kustomization.yaml\n"
        "changed: out/till/externalsecret-db.yaml\n"
    )
    assert repository.everything() == before


def test_a_diff_is_applied_by_git(repository: Repository) -> None:
    changed(repository)
    before = repository.everything()
    ran = repository.render("--diff")

    assert (ran.code, ran.err) == (0, "")
    assert repository.everything() == before
    subprocess.run(
        ["git", "apply", "--directory=out", "-"], input=ran.out.encode(), cwd=repository.root,
        check=True, env={**os.environ, "GIT_DIR": str(repository.root / "none")},
    )  # fmt: skip
    applied = repository.files()
    texts = repository.everything()
    repository.render()
    assert repository.files() == applied
    assert {name: texts[name] for name in applied} == {
        name: text for name, text in repository.everything().items() if name in applied
    }


def test_a_diff_and_a_check_together_show_and_fail(repository: Repository) -> None:
    changed(repository)
    ran = repository.render("--diff", "--check")

    assert ran.code == 1
    assert ran.out == repository.render("--diff").out
    assert ran.err == repository.render("--check").err


def test_a_stale_file_that_was_edited_is_a_difference_until_it_is_rendered(
    repository: Repository,
) -> None:
    repository.render()
    (repository.out / "shop" / "externalsecret-mail.yaml").write_text("mine")
    repository.app("shop", "db")
    ran = repository.render("--check")

    assert ran.code == 1
    assert "edited, and no longer made: out/shop/externalsecret-mail.yaml\n" in ran.err
    assert repository.render().err == (
        "note: shop/externalsecret-mail.yaml was edited, so it stays; it is no longer ours\n"
    )
    assert repository.render("--check") == Ran(0, "", "")


def test_what_a_change_costs_is_told(repository: Repository) -> None:
    repository.app("shop", "db", more="    key: {generate: {length: 32}}\n")
    repository.render()
    repository.app("shop", "db", more="    key: {generate: {length: 40}, immutable: true}\n")

    assert [line for line in repository.render("--diff").out.splitlines() if line[0] == "#"] == [
        "# shop/externalsecret-key.yaml: the Secret keeps its values until it is deleted",
        f"# shop/password-key.yaml: {differing._NEXT}",
    ]


@pytest.mark.parametrize("more", ["", "    also: {values: {k: {literal: x}}}\n"])
def test_no_value_is_ever_compared_in_the_open(repository: Repository, more: str) -> None:
    repository.app("shop", "db", more="    plain: {values: {k: {env: CANARY}}}\n")
    arguments = ["render", "apps", "-o", "out", "--allow-plaintext"]
    assert repository(*arguments, CANARY=CANARY).code == 0
    assert repository(*arguments, "--check", CANARY=CANARY) == Ran(0, "", "")
    encoded = "S2FuYXJpZW52b2dlbA"
    assert encoded in (repository.out / "shop/secret-plain.yaml").read_text()

    changed = repository(*arguments, "--check", "--diff", CANARY=f"{CANARY}2")
    repository.app("shop", "db", more=more)
    gone = repository("render", "apps", "-o", "out", "--check", "--diff")
    manifests = "".join(path.read_text() for path in repository.out.rglob(NAME))

    assert changed == Ran(
        1,
        "# shop/secret-plain.yaml: changed; it holds values, which are not shown\n",
        "changed: out/shop/secret-plain.yaml\n",
    )
    assert "# shop/secret-plain.yaml: removed; it holds values, which are not shown\n" in gone.out
    for text in (gone.out, gone.err, manifests):
        assert CANARY not in text
        assert encoded not in text
    repository.render()
    assert not (repository.out / "shop" / "secret-plain.yaml").exists()


def test_a_diff_has_colours_where_they_are_wanted(repository: Repository) -> None:
    changed(repository)

    plain = repository("render", "apps", "-o", "out", "--diff", NO_COLOR="1").out
    painted = repository("render", "apps", "-o", "out", "--diff", FORCE_COLOR="1").out
    assert "\x1b" not in plain
    assert "\x1b[32m+" in painted


def test_a_hostile_manifest_is_one_line(repository: Repository) -> None:
    repository.render()
    repository.write(f"out/shop/{NAME}", '{"environment": null, "files": [{"path": "../x"}]}')
    before = repository.everything()

    for flags in ([], ["--check"], ["--diff"]):
        ran = repository.render(*flags)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"error: out/shop/{NAME} is no manifest of ours, so nothing is")
        assert ran.err.count("\n") == 1
    assert repository.everything() == before


def test_a_path_that_no_disk_takes_is_one_line(repository: Repository) -> None:
    entry = '{"input": "", "path": "%s", "sha256": null}' % ("x" * 5000)
    repository.write(f"out/shop/{NAME}", f'{{"environment": null, "files": [{entry}]}}')
    ran = repository.render()

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(": file name too long\n")
    assert ran.err.count("\n") == 1


# Runs that are killed, and runs at the same time.


@pytest.mark.parametrize("changes", [1, 15, 40, 100])
def test_a_render_that_is_killed_is_finished_by_the_next(
    repository: Repository, changes: int
) -> None:
    for number in range(40):
        repository.app(f"app-{number}", "a", "b", "c")
    repository.render()
    for number in range(0, 40, 2):
        repository.app(f"app-{number}", "a", "d", more="    e: {generate: {length: 32}}\n")
        repository.remove(f"apps/app-{number + 1}/secrets.yaml")
    before = state(repository.out)
    process = repository.start("render", "apps", "-o", "out")
    while process.poll() is None and len(before ^ state(repository.out)) < changes:
        time.sleep(0.0005)
    process.kill()
    process.wait()

    assert repository.render().code == 0
    assert repository.render("--check") == Ran(0, "", "")
    finished = repository.everything()
    assert repository("render", "apps", "-o", "fresh").code == 0
    repository.out = repository.root / "fresh"
    assert repository.everything() == finished


def state(out: Path) -> set[tuple[str, int]]:
    """Every file with its inode, which each write changes."""
    return {
        (entry.path, entry.inode())
        for folder in os.scandir(out)
        if folder.is_dir()
        for entry in scanned(folder.path)
    }


def scanned(folder: str) -> list[os.DirEntry[str]]:
    try:
        return list(os.scandir(folder))
    except FileNotFoundError:
        return []


def test_renders_at_the_same_time_come_after_each_other(repository: Repository) -> None:
    for number in range(30):
        repository.app(f"app-{number}", "a", "b")
    paths = [["apps"], ["apps"], ["apps/app-1", "apps/app-2"], ["apps"]]
    running = [repository.start("render", *some, "-o", "out") for some in paths]

    assert [process.wait() for process in running] == [0, 0, 0, 0]
    repository.render()
    assert repository.render("--check") == Ran(0, "", "")
