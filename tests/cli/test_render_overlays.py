"""`render -o DIR --format kustomize`: a base, and an overlay of its own for each environment."""

import os
import time
from contextlib import suppress
from pathlib import Path

import pytest
from repositories import Ran, Repository

from secretkit import differing
from secretkit.ownership.manifest import NAME

PLATFORM = """\
apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  environments:
"""
STAGING = '    staging: {namespace: "${app}-staging"}\n'
PRODUCTION = "    production: {}\n"
TOP = (
    "note: the top kustomization, platform/ and control-plane/ stay as they are, since this run does "
    "not cover every app in the folder\n"
)
CANARY = "Kanarienvogel"
ENCODED = "S2FuYXJpZW52b2dlbA"


@pytest.fixture
def repository(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Repository:
    found = Repository(tmp_path, capfd)
    found.write("platform.yaml", PLATFORM + STAGING + PRODUCTION)
    found.app("shop", "db", "mail")
    found.app("till", "db")
    return found


def render(repository: Repository, *arguments: str, **environment: str) -> Ran:
    return repository(
        "render", "apps", "-o", "out", "--format", "kustomize", *arguments, **environment
    )


def below(repository: Repository, folder: str) -> dict[str, bytes]:
    """What stands in a part of the folder."""
    return {
        path.removeprefix(folder): content
        for path, content in repository.everything().items()
        if path.startswith(folder)
    }


def base(repository: Repository) -> dict[str, bytes]:
    return {
        path: content
        for path, content in repository.everything().items()
        if not path.startswith("overlays/")
    }


def environment(*patches: str) -> str:
    """`more` of an app: what its staging differs in."""
    rows = "".join(f"          {one}\n" for one in patches)
    return f"  environments:\n    staging:\n      spec:\n        secrets:\n{rows}"


def test_the_base_is_what_it_is_without_overlays(repository: Repository) -> None:
    assert repository.render().code == 0
    plain = repository.everything()

    assert render(repository) == Ran(0, "", "")
    assert base(repository) == plain
    assert sorted(path for path in below(repository, "overlays/") if path.endswith(NAME)) == [
        f"{name}{one}{NAME}" for name in ("production/", "staging/") for one in ("", "shop/", "till/")
    ]  # fmt: skip


def test_without_the_format_overlays_are_left_alone(repository: Repository) -> None:
    render(repository)
    overlays = below(repository, "overlays/")
    repository.app("shop", "db", "post")
    repository.remove("apps/till/secrets.yaml")

    ran = repository.render()
    assert (ran.code, ran.err.splitlines()[1:]) == (
        0, ["note: out/overlays stays as it is: `--format kustomize` renders it with the base"]
    )  # fmt: skip
    assert below(repository, "overlays/") == overlays
    assert "shop/externalsecret-post.yaml" in base(repository)
    assert repository.render("--check").code == 0


def test_an_environment_that_is_asked_for_is_a_plain_folder(repository: Repository) -> None:
    words = ("render", "apps", "--env", "staging", "-o", "out")
    assert repository(*words).code == 0
    plain = repository.everything()

    assert repository(*words, "--format", "kustomize") == Ran(0, "", "")
    assert repository.everything() == plain
    assert not (repository.out / "overlays").exists()


def test_where_there_is_no_environment_there_is_no_overlay(repository: Repository) -> None:
    repository.remove("platform.yaml")

    assert render(repository) == Ran(0, "", "")
    assert not (repository.out / "overlays").exists()


def test_environments_of_apps_count_where_no_platform_declares_any(repository: Repository) -> None:
    repository.remove("platform.yaml")
    repository.app("shop", "db", more=environment("db: {refresh: 5m}"))

    assert render(repository) == Ran(0, "", "")
    assert [path.name for path in (repository.out / "overlays").iterdir()] == ["staging"]
    assert (
        repository.out / "overlays/staging/shop/changes/externalsecret-db.yaml"
    ).read_text() == ('- op: replace\n  path: /spec/refreshInterval\n  value: "5m0s"\n')
    assert [path for path in below(repository, "overlays/staging/till/") if path != NAME] == [
        "kustomization.yaml"
    ]


# Findings.


def test_a_finding_of_environments_alone_is_shown_once_and_nothing_is_written(
    repository: Repository,
) -> None:
    render(repository)
    before = repository.everything()
    repository.app("shop", "db", "post", more=environment("db: {from: w}"))
    ran = render(repository)

    assert (ran.code, ran.out) == (1, "")
    assert [line for line in ran.err.splitlines() if line.startswith("error")] == [
        "error[SK201]: there is no store `w` (in `staging`)"
    ]
    assert repository.everything() == before


def test_a_finding_of_the_base_too_names_no_environment(repository: Repository) -> None:
    repository.app("shop", "db", more="    bad: {from: nowhere, keys: {a: b}}\n")
    ran = render(repository)

    assert ran.code == 1
    assert ran.err.splitlines()[-1] == "1 error"
    assert "(in `" not in ran.err
    assert not repository.out.exists()


def test_a_base_that_cannot_stand_alone_is_an_error(repository: Repository) -> None:
    repository.app("shop", more="    db: {from: v, keys: {k: '${env}/db'}}\n")
    ran = render(repository)

    assert ran.code == 1
    assert "error[SK030]: the base has no `${env}`" in ran.err
    assert not repository.out.exists()


def test_no_app_lies_where_overlays_do(repository: Repository) -> None:
    repository.app("overlays", "db")
    ran = render(repository)

    assert ran.code == 1
    assert ran.err.startswith(
        "error[SK604]: an app cannot be called `overlays` where overlays are written\n"
        " --> apps/overlays/secrets.yaml:3:"
    )
    assert not repository.out.exists()
    repository.remove("platform.yaml")
    assert render(repository) == Ran(0, "", "")


# What goes, what stays.


def test_what_an_environment_no_longer_changes_leaves_no_patch_behind(
    repository: Repository,
) -> None:
    render(repository)
    before = repository.everything()
    repository.app(
        "shop", "db", "mail", more=environment("db: {refresh: 5m}", "x: {existing: true}")
    )
    render(repository)
    assert repository.everything() != before
    repository.app("shop", "db", "mail")

    assert render(repository) == Ran(0, "", "")
    assert repository.everything() == before


def test_an_app_that_is_gone_leaves_no_overlay_behind(repository: Repository) -> None:
    render(repository)
    repository.remove("apps/till/secrets.yaml")

    assert render(repository) == Ran(0, "", "")
    assert [one for one in repository.everything() if "till/" in one] == []
    for name in ("production", "staging"):
        assert "till" not in (repository.out / f"overlays/{name}/kustomization.yaml").read_text()


def test_an_environment_that_is_gone_loses_its_own_files(repository: Repository) -> None:
    render(repository)
    repository.write("platform.yaml", PLATFORM + PRODUCTION)
    repository.write("out/overlays/staging/notes.md", "mine")
    repository.write("out/overlays/staging/till/kustomization.yaml", "edited: true\n")
    assert render(repository, "--check").code == 1

    assert render(repository) == Ran(
        0, "", "note: overlays/staging: till/kustomization.yaml was edited, so it stays; it is no "
        "longer ours\n"
    )  # fmt: skip
    assert sorted(below(repository, "overlays/staging/")) == ["notes.md", "till/kustomization.yaml"]
    assert "production/kustomization.yaml" in below(repository, "overlays/")


def test_with_the_last_environment_the_folder_of_overlays_goes(repository: Repository) -> None:
    render(repository)
    plain = base(repository)
    repository.remove("platform.yaml")

    assert render(repository) == Ran(0, "", "")
    assert repository.everything() == plain
    assert not (repository.out / "overlays").exists()


def test_a_run_of_some_apps_leaves_the_others_and_what_stands_on_top(
    repository: Repository,
) -> None:
    render(repository)
    before = repository.everything()
    repository.app("shop", "db", "post")
    repository.app("till", "other")
    ran = repository("render", "apps/shop", "-o", "out", "--format", "kustomize")

    after = repository.everything()
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert ran == Ran(0, "", TOP)
    assert changed == {
        f"{folder}shop/{name}"
        for folder, names in {
            "": ("externalsecret-mail.yaml", "externalsecret-post.yaml", "kustomization.yaml", NAME),
            "overlays/staging/": (
                "changes/externalsecret-mail.yaml", "changes/externalsecret-post.yaml",
                "kustomization.yaml", NAME,
            ),
        }.items()
        for name in names
    }  # fmt: skip


def test_a_run_of_some_apps_takes_no_environment_away(repository: Repository) -> None:
    repository.remove("platform.yaml")
    repository.app("shop", "db", more=environment("db: {refresh: 5m}"))
    render(repository)
    before = repository.everything()
    ran = repository("render", "apps/till", "-o", "out", "--format", "kustomize")

    assert ran == Ran(
        0, "", "note: overlays/staging stays as it is: `staging` is no environment of this run, which "
        f"does not cover every app in it\n{TOP}"
    )  # fmt: skip
    assert repository.everything() == before


def test_shards_and_a_whole_run_write_what_one_run_does(repository: Repository) -> None:
    for part in ("1/2", "2/2"):
        assert render(repository, "--shard", part).code == 0
    assert [
        path for path in repository.files() if "shop/" not in path and "till/" not in path
    ] == []  # fmt: skip
    render(repository)
    assert render(repository, "--check") == Ran(0, "", "")
    shards = repository.everything()
    for path in repository.out.rglob(NAME):
        path.unlink()
    render(repository)

    assert repository.everything() == shards


@pytest.mark.parametrize("only", ["api", "control-plane"])
def test_one_part_is_written_everywhere(repository: Repository, only: str) -> None:
    assert render(repository, "--only", only).code == 0
    tops = {path.removeprefix("overlays/staging/").partition("/")[0] for path in repository.files()
            if not path.startswith("overlays/production/")}  # fmt: skip

    assert tops == (
        {"kustomization.yaml", "shop", "till"} if only == "api" else {"control-plane"}
    )  # fmt: skip
    assert ("overlays/staging/control-plane/audit-policy.yaml" in repository.files()) == (
        only == "control-plane"
    )


def test_processes_and_the_cache_change_no_byte(repository: Repository, tmp_path: Path) -> None:
    for number in range(220):
        repository.app(f"app-{number}", "a", more=environment("a: {refresh: 5m}"))
    place = {"SECRETKIT_NO_CACHE": "", "SECRETKIT_CACHE_DIR": str(tmp_path / "cache")}
    assert render(repository, "--jobs", "1") == Ran(0, "", "")
    expected = repository.everything()
    for name in ("base", "staging"):  # what they leave in the cache is of no use here
        chosen = () if name == "base" else ("--env", name)
        assert repository("render", "apps", *chosen, "-o", f"plain/{name}", **place).code == 0
    for words in (["--jobs", "2"], [], []):
        for path in sorted(repository.out.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        assert render(repository, *words, **place) == Ran(0, "", "")
        assert repository.everything() == expected
    repository.app("app-7", "b", more=environment("b: {refresh: 5m}"))
    assert render(repository, **place) == Ran(0, "", "")
    changed = repository.everything()
    assert render(repository, "--check", "--jobs", "1") == Ran(0, "", "")
    assert {
        path.partition("app-")[2].partition("/")[0]
        for path in expected | changed
        if expected.get(path) != changed.get(path)
    } == {"7"}


# What stands in the way.


def test_a_foreign_file_in_an_overlay_stops_all(repository: Repository) -> None:
    repository.write("out/overlays/staging/shop/kustomization.yaml", "mine")

    assert render(repository) == Ran(
        2, "", "error: overlays/staging: shop/kustomization.yaml is there and is not ours, so nothing "
        "is written: move it away, or render into another folder\n"
    )  # fmt: skip
    assert repository.files() == ["overlays/staging/shop/kustomization.yaml"]


@pytest.mark.parametrize("name", ["overlays", "overlays/staging", "overlays/staging/shop"])
def test_a_symlink_on_the_way_stops_all(repository: Repository, tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = repository.out / name
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "elsewhere")
    ran = render(repository)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(f"out/{name} is a symlink, so nothing is written\n")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert repository.files() == []


def test_overlays_that_are_a_symlink_stay_where_there_is_no_environment(
    repository: Repository, tmp_path: Path
) -> None:
    render(repository)
    (repository.out / "overlays").rename(tmp_path / "elsewhere")
    (repository.out / "overlays").symlink_to(tmp_path / "elsewhere")
    repository.remove("platform.yaml")

    assert render(repository) == Ran(0, "", "")
    assert (tmp_path / "elsewhere/staging/kustomization.yaml").is_file()


def test_an_overlay_holds_its_own_environment(repository: Repository) -> None:
    words = ("render", "apps", "--env", "production", "-o", "out/overlays/staging")
    assert repository(*words).code == 0
    before = repository.everything()

    assert render(repository) == Ran(
        2, "", "error: overlays/staging: the folder holds the environment `production`, not the "
        "environment `staging`: give each environment a folder of its own\n"
    )  # fmt: skip
    assert repository.everything() == before


def test_a_plain_folder_in_the_place_of_an_overlay_becomes_one(repository: Repository) -> None:
    render(repository)
    expected = repository.everything()
    words = ("render", "apps", "--env", "staging", "-o", "out/overlays/staging")
    assert repository(*words).code == 0
    assert repository.everything() != expected

    assert render(repository) == Ran(0, "", "")
    assert repository.everything() == expected


# Comparing.


def test_a_difference_in_an_overlay_is_listed_and_fails(repository: Repository) -> None:
    render(repository)
    assert render(repository, "--check", "--diff") == Ran(0, "", "")
    repository.write("out/overlays/staging/till/changes/externalsecret-db.yaml", "edited: 1\n")
    (repository.out / "overlays/production/kustomization.yaml").unlink()

    assert render(repository, "--check") == Ran(
        1, "", "added: out/overlays/production/kustomization.yaml\n"
        "changed: out/overlays/staging/till/changes/externalsecret-db.yaml\n"
    )  # fmt: skip
    shown = render(repository, "--diff")
    assert shown.code == 0
    assert [line for line in shown.out.splitlines() if line.startswith(("---", "+++"))] == [
        "--- /dev/null", "+++ b/overlays/production/kustomization.yaml",
        "--- a/overlays/staging/till/changes/externalsecret-db.yaml",
        "+++ b/overlays/staging/till/changes/externalsecret-db.yaml",
    ]  # fmt: skip


def test_what_a_change_of_an_overlay_costs_is_told_of_the_whole_object(
    repository: Repository,
) -> None:
    made = "    key: {generate: {length: 32}}\n"
    repository.app("shop", "db", more=made)
    render(repository)
    repository.app(
        "shop", "db", more=made + environment("key: {generate: {length: 48}}", "db: null")
    )
    costs = [line for line in render(repository, "--diff").out.splitlines() if line[0] == "#"]

    assert costs == [
        "# overlays/staging/shop/changes/externalsecret-db.yaml: without this ExternalSecret the "
        "cluster deletes the Secret `db`",
        f"# overlays/staging/shop/changes/password-key.yaml: {differing._NEXT}",
    ]


def test_no_value_of_an_overlay_is_ever_shown_or_noted(repository: Repository) -> None:
    def values(name: str) -> str:
        there = "    plain: {values: {k: {env: FIRST}}, type: Opaque}\n"
        return there + environment(f"plain: {{values: {{k: {{env: {name}}}}}}}").replace(
            "staging", "production"
        )

    given = {"FIRST": "first", "OTHER": CANARY, "THIRD": f"{CANARY}3"}
    repository.app("shop", "db", more=values("OTHER"))
    assert render(repository, "--allow-plaintext", **given) == Ran(0, "", "")
    patch = repository.out / "overlays/production/shop/changes/secret-plain.yaml"
    assert ENCODED in patch.read_text()
    assert patch.stat().st_mode & 0o777 == 0o600
    assert render(repository, "--allow-plaintext", "--check", **given) == Ran(0, "", "")
    repository.app("shop", "db", more=values("THIRD"))
    changed = render(repository, "--allow-plaintext", "--check", "--diff", **given)
    repository.app("shop", "db")
    gone = render(repository, "--check", "--diff")
    manifests = "".join(path.read_text() for path in repository.out.rglob(NAME))

    where = "overlays/production/shop/changes/secret-plain.yaml"
    assert changed == Ran(
        1, f"# {where}: changed; it holds values, which are not shown\n", f"changed: out/{where}\n"
    )
    assert f"# {where}: removed; it holds values, which are not shown\n" in gone.out
    for text in (gone.out, gone.err, manifests):
        assert CANARY not in text
        assert ENCODED not in text
    assert render(repository).code == 0
    assert not patch.exists()


def test_a_patch_shows_no_value_that_the_object_would_not_show(repository: Repository) -> None:
    """A Deployment of others, whose variables may hold anything, differs by an injection."""
    repository.write(
        "deployment.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: "
        f"{{containers: [{{name: api, image: x, env: [{{name: A, value: {CANARY}}}]}}]}}}}}}\n",
    )
    workload = "  workloads:\n    api: {kind: Deployment, files: {/a: db}}\n"
    staging = "  environments: {staging: {spec: {workloads: {api: {files: {/b: db}}}}}}\n"
    repository.app("shop", "db", more=workload + staging)
    shown = render(repository, "--inject", "deployment.yaml", "--diff")

    assert "+++ b/overlays/staging/shop/changes/deployment-api.yaml" in shown.out
    assert CANARY not in shown.out
    assert differing.DOTS in shown.out


# Runs that are killed.


@pytest.mark.parametrize("changes", [1, 30, 90, 200])
def test_a_run_that_is_killed_is_finished_by_the_next(repository: Repository, changes: int) -> None:
    for number in range(40):
        repository.app(f"app-{number}", "a", "b")
    render(repository)
    repository.write("platform.yaml", PLATFORM + STAGING + "    edge: {}\n")
    for number in range(0, 40, 2):
        repository.app(f"app-{number}", "a", more=environment("c: {generate: {length: 32}}"))
        repository.remove(f"apps/app-{number + 1}/secrets.yaml")
    before = state(repository.out)
    process = repository.start("render", "apps", "-o", "out", "--format", "kustomize")
    while process.poll() is None and len(before ^ state(repository.out)) < changes:
        time.sleep(0.0005)
    process.kill()
    process.wait()

    assert render(repository).code == 0
    assert render(repository, "--check") == Ran(0, "", "")
    finished = repository.everything()
    repository.out.rename(repository.root / "finished")
    assert render(repository).code == 0
    assert repository.everything() == finished


def state(out: Path) -> set[tuple[str, int]]:
    """Every file with its inode, which each write changes."""
    found = set()
    for folder, _, names in os.walk(out):
        for name in names:
            path = Path(folder, name)
            with suppress(FileNotFoundError):  # the run goes on meanwhile
                found.add((str(path), path.stat().st_ino))
    return found
