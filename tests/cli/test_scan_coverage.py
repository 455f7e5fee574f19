"""What `scan` looks at, whatever git, a comment or a list of others says; and what it says it did not."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from test_scan import SECRET, VALUE, Ran, commit, fake_gitleaks, git, repo, row, scan

__all__ = ["repo"]

TOKEN = "gh" + "p_" + "aB3dE5gH7jK9mN1pQ4sT6vW8yZ0cF2hL5nR7"
GENERATOR = "secretGenerator:\n- {name: a, files: [inner.txt], envs: [v.txt]}\n"


# Kustomizations


def generated(folder: Path) -> None:
    (folder / "inner.txt").write_text("S3cretFile\n")
    (folder / "v.txt").write_text("FOO=bar-1\n")


EXPECTED = [("SK818", "base/inner.txt", 1), ("SK807", "base/v.txt", 1)]


def test_staged_knows_the_kustomizations_that_are_not_staged(repo: Path, ran: Ran) -> None:
    (repo / "base").mkdir()
    (repo / "base" / "kustomization.yaml").write_text(GENERATOR)
    commit()
    generated(repo / "base")
    git("add", "-A")

    assert scan(ran, "--staged") == EXPECTED
    assert scan(ran, "--staged", "base") == EXPECTED
    assert scan(ran) == EXPECTED


def test_history_knows_the_kustomizations_of_every_commit(repo: Path, ran: Ran) -> None:
    (repo / "base").mkdir()
    (repo / "base" / "kustomization.yaml").write_text(GENERATOR)
    begin = commit()
    generated(repo / "base")
    commit()

    assert sorted(scan(ran, "--history")) == sorted(EXPECTED)
    assert sorted(scan(ran, f"--history={begin}..HEAD")) == sorted(EXPECTED)
    shutil.rmtree(repo / "base")
    commit()
    assert sorted(scan(ran, "--history")) == sorted(EXPECTED)


def test_variables_of_a_config_map_are_read_whatever_their_file_is_called(
    repo: Path, ran: Ran
) -> None:
    (repo / "kustomization.yaml").write_text(
        "configMapGenerator:\n- {name: a, envs: [config.txt, b.env]}\n"
    )
    for name in ("config.txt", "b.env"):
        (repo / name).write_text("DB_PASSWORD=orchid-17\nHOST=db\n")
    git("add", "-A")

    for words in ([], ["--staged"]):
        assert scan(ran, *words) == [("SK811", "b.env", 1), ("SK803", "config.txt", 1)]


def test_what_a_baseline_has_of_a_generators_file_stays_known(repo: Path, ran: Ran) -> None:
    (repo / "kustomization.yaml").write_text("secretGenerator:\n- {name: a, envs: [.env]}\n")
    (repo / ".env").write_text("PASSWORD=hunter2\n")
    git("add", "-f", "-A")
    ran("scan", "--gitleaks=never", "--write-baseline=known.json")

    assert scan(ran, "--baseline=known.json") == []


# Settings of git

SETTINGS = {
    "log.showRoot": "false", "log.follow": "true", "log.diffMerges": "first-parent", "log.decorate": "full",
    "log.abbrevCommit": "true", "format.pretty": "oneline", "diff.noprefix": "true", "diff.renames": "copies",
    "diff.relative": "true", "diff.orderFile": "/no/such/file", "diff.mnemonicPrefix": "true", "color.ui": "always",
    "color.diff": "always", "core.attributesFile": "attributes", "core.quotePath": "true", "diff.ignoreSubmodules": "all",
    "core.bigFileThreshold": "1",
}  # fmt: skip


@pytest.mark.parametrize("name", [*SETTINGS, "all"])
def test_no_setting_changes_what_is_seen(repo: Path, ran: Ran, name: str) -> None:
    (repo / "a.yaml").write_text(SECRET)
    (repo / "attributes").write_text("*.yaml -diff\n")
    commit()
    (repo / "b.yaml").write_text(SECRET.replace("name: db", "name: other"))
    git("add", "-A")
    for one, value in SETTINGS.items() if name == "all" else [(name, SETTINGS[name])]:
        git("config", one, value)

    assert scan(ran, "--history") == [("SK801", "a.yaml", 5)]
    assert scan(ran, "--history", "a.yaml") == [("SK801", "a.yaml", 5)]
    assert scan(ran, "--staged") == [("SK801", "b.yaml", 5)]


def test_a_replaced_object_hides_no_history(repo: Path, ran: Ran) -> None:
    (repo / "a.yaml").write_text(SECRET)
    bad = commit()
    (repo / "a.yaml").write_text("a: 1\n")
    good = commit()
    git("replace", bad, git("commit-tree", "-m", "x", f"{good}^{{tree}}"))

    assert scan(ran, "--history") == [("SK801", "a.yaml", 5)]


@pytest.mark.parametrize("count", ["x", "-1", "1"])
def test_a_count_of_settings_that_is_none_is_no_bug(
    repo: Path, ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: str
) -> None:
    (repo / "a.yaml").write_text("a: 1\n")
    if count == "1":
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "diff.noprefix")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    program = fake_gitleaks(tmp_path, [])
    monkeypatch.setenv("GIT_CONFIG_COUNT", count)

    code, _, err = ran("scan", f"--gitleaks={program}")
    assert code == 0
    assert "bug" not in err


@pytest.mark.parametrize("words", [["--staged"], ["--history"]])
def test_a_gitleaks_whose_git_fails_has_not_found_nothing(
    repo: Path, ran: Ran, tmp_path: Path, words: list[str]
) -> None:
    (repo / "a.yaml").write_text("a: 1\n")
    commit()
    program = fake_gitleaks(tmp_path, [], code=0)
    program.write_text(
        program.read_text().replace(
            f"echo {VALUE} >&2", 'echo "ERR error=\\"stderr is not empty\\"" >&2'
        )
    )

    assert ran("scan", *words, f"--gitleaks={program}") == (
        2, "", "error: gitleaks: its git did not work\n",
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("gitleaks"), reason="needs gitleaks")
def test_gitleaks_sees_the_same_whatever_is_set(repo: Path, ran: Ran) -> None:
    import random

    digits = "".join(random.Random(7).choices("0123456789abcdef", k=32))
    (repo / "notes.txt").write_text(f"mail {digits}-us12 mailchimp_key={digits}-us12\n")
    (repo / ".gitattributes").write_text("*.txt -diff\n")
    commit()
    for one, value in SETTINGS.items():
        git("config", one, value)
    _, out, _ = ran("scan", "--gitleaks=gitleaks", "--format=json", "--history")

    assert [one["code"] for one in json.loads(out)["findings"]] == ["SK819"]


# What is not looked at is said


def notes(ran: Ran, *words: str) -> list[str]:
    _, _, err = ran("scan", "--gitleaks=never", *words)
    return [line.removeprefix("note: ") for line in err.splitlines()]


def test_a_repository_within_is_told(repo: Path, ran: Ran) -> None:
    (repo / "inner").mkdir()
    git("init", "-q", "inner")
    (repo / "inner" / "a.yaml").write_text(SECRET)
    git("-C", "inner", "add", "-A")
    git("-C", "inner", "commit", "-qm", "x")
    expected = ["1 repository within this one passed over: inner"]

    assert notes(ran) == expected
    git("-c", "advice.addEmbeddedRepo=false", "add", "inner")  # as a submodule is
    assert notes(ran) == expected
    assert scan(ran, "inner") == [("SK801", "a.yaml", 5)]  # its own root


def test_a_shallow_clone_is_told(repo: Path, ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "a.yaml").write_text(SECRET)
    commit()
    (repo / "a.yaml").write_text("a: 1\n")
    commit()
    git("clone", "-q", "--depth=1", f"file://{repo}", "../shallow")
    assert notes(ran, "--history") == []
    monkeypatch.chdir(repo.parent / "shallow")

    assert notes(ran, "--history") == ["this clone is shallow: of older commits nothing is seen"]


def test_a_bare_repository_is_refused_and_its_history_is_not(
    repo: Path, ran: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / "a.yaml").write_text(SECRET)
    commit()
    git("clone", "-q", "--bare", str(repo), "../bare")
    monkeypatch.chdir(repo.parent / "bare")

    assert ran("scan", "--gitleaks=never") == (
        2, "", "error: .: is a bare repository, which has no files: use --history\n",
    )  # fmt: skip
    assert scan(ran, "--history") == [("SK801", "a.yaml", 5)]


def test_a_partial_clone_says_what_it_lacks(
    repo: Path, ran: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / "a.yaml").write_text(SECRET)
    commit()
    (repo / "a.yaml").write_text("a: 1\n")
    commit()
    git("config", "uploadpack.allowFilter", "true")
    git("clone", "-q", "--filter=blob:none", f"file://{repo}", "../partial")
    monkeypatch.chdir(repo.parent / "partial")

    assert notes(ran, "--history") == ["1 file that is not in this clone passed over: a.yaml"]


def test_history_takes_a_revision_where_there_is_no_such_path(repo: Path, ran: Ran) -> None:
    (repo / "a.yaml").write_text(SECRET)
    commit()
    (repo / "main").mkdir()
    (repo / "main" / "b.yaml").write_text(SECRET)
    commit()
    found = [("SK801", "a.yaml", 5)]

    assert scan(ran, "--history", "HEAD~1") == found
    assert scan(ran, "--history", "refs/heads/main", "a.yaml") == found
    assert scan(ran, "--history", "main") == [("SK801", "main/b.yaml", 5)]
    assert notes(ran, "--history", "main") == [
        "--history main: taken for the path; the branch is refs/heads/main"
    ]
    shutil.rmtree(repo / "main")
    assert scan(ran, "--history", "main") == [*found, ("SK801", "main/b.yaml", 5)]
    assert ran("scan", "--history", "nowhere")[:2] == (2, "")


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.yaml", SECRET.replace("  password", "\tpassword")), ("a.json", '{"kind": "Secret",,}\n')],
)
def test_what_is_no_yaml_is_told(repo: Path, ran: Ran, name: str, text: str) -> None:
    (repo / name).write_text(text)

    assert notes(ran) == [f"1 file that is no YAML: {name}; looked at as text"]


def test_a_bomb_of_merge_keys_is_told(repo: Path, ran: Ran) -> None:
    text = "a0: &a0 {k: v}\n" + "".join(
        f"a{n}: &a{n} {{<<: *a{n - 1}, k{n}: v}}\n" for n in range(1, 2_000)
    )
    (repo / "a.yaml").write_text(text)

    assert notes(ran) == [
        "1 file of which aliases and merge keys make more than 100,000 nodes: a.yaml; looked at as text"
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_wide_characters_hide_nothing(repo: Path, ran: Ran, encoding: str) -> None:
    (repo / "a.yaml").write_bytes(SECRET.encode(encoding))

    assert scan(ran) == [("SK801", "a.yaml", 5)]


# What silences


@pytest.mark.parametrize(
    ("comment", "is_told"),
    [
        ("secretkit:allow SK80", True), ("secretkit:allow sk801", True), ("secretkit:allow sk999", True),
        ("secretkit:allow SK999", True), ("secretkit:allow: SK801", True), ("secretkit:allow SK813, sk801", True),
        ("secretkit:allow 801", True), ("secretkit:allow=SK801", True), ("secretkit:allow SK8011", True),
        ("secretkit:allowed", True), ("secretkit:allow SK813", False),
    ],
)  # fmt: skip
def test_a_code_that_is_none_allows_nothing_and_is_told(
    repo: Path, ran: Ran, comment: str, is_told: bool
) -> None:
    (repo / "a.yaml").write_text(SECRET.replace(VALUE, f"{VALUE}  # {comment}"))
    told = (
        ["a.yaml:5: `secretkit:allow` allows nothing, since no code of scan is written like that"]
        if is_told
        else []
    )

    assert scan(ran) == [("SK801", "a.yaml", 5)]
    assert notes(ran) == told


@pytest.mark.parametrize(
    "comment",
    ["secretkit:allow", "secretkit:allow a sample", "secretkit:allow SK801 a sample of 2 words",
     "secretkit:allow SK813,SK801", "secretkit:allow */", "secretkit:allow -->"],
)  # fmt: skip
def test_a_reason_may_stand_behind(repo: Path, ran: Ran, comment: str) -> None:
    (repo / "a.yaml").write_text(SECRET.replace(VALUE, f"{VALUE}  # {comment}"))

    assert scan(ran) == []
    assert notes(ran) == []


@pytest.mark.parametrize(
    ("entry", "is_hidden"),
    [
        ("a.yaml:kubernetes-secret-yaml:5", True), ("a.yaml:generic-api-key:5", True),
        ("a.yaml:some-old-rule:5", False), ("a.yaml:github-pat:5", False), ("a.yaml:private-key:5", False),
        ("a.yaml:generic-api-key:4", False), (f"{'0' * 40}:a.yaml:generic-api-key:5", False),
    ],
)  # fmt: skip
def test_gitleaksignore_hides_what_its_rule_finds(
    repo: Path, ran: Ran, entry: str, is_hidden: bool
) -> None:
    (repo / "a.yaml").write_text(SECRET)
    (repo / ".gitleaksignore").write_text(entry + "\n")

    assert scan(ran) == ([] if is_hidden else [("SK801", "a.yaml", 5)])


def test_gitleaksignore_hides_a_token_by_its_provider_and_a_commit_in_history(
    repo: Path, ran: Ran
) -> None:
    (repo / "a.txt").write_text(f"x {TOKEN}\n")
    made = commit()
    (repo / ".gitleaksignore").write_text(f"{made}:a.txt:github-pat:1\n")
    assert scan(ran, "--history") == []
    assert scan(ran) == [("SK814", "a.txt", 1)]
    (repo / ".gitleaksignore").write_text("a.txt:github-pat:1\n")
    assert scan(ran) == []


def test_a_config_of_the_repositorys_own_is_told(repo: Path, ran: Ran, tmp_path: Path) -> None:
    (repo / "a.txt").write_text("a\n")
    program = fake_gitleaks(tmp_path, [row("some-token", 1, "a.txt")])
    words = ["scan", f"--gitleaks={program}"]
    assert ran(*words)[2] == ""
    (repo / ".gitleaks.toml").write_text("[[allowlists]]\npaths = ['.*']\n")

    assert ran(*words)[2] == (
        "note: gitleaks goes by the repository's own .gitleaks.toml, which may leave out rules and paths\n"
    )


def test_a_token_under_another_name_is_not_in_the_baseline(repo: Path, ran: Ran) -> None:
    (repo / "a.txt").write_text(f"old = {TOKEN}\n\n\n")
    ran("scan", "--gitleaks=never", "--write-baseline=known.json")
    assert scan(ran, "--baseline=known.json") == []
    (repo / "a.txt").write_text(f"\n\nnew = {TOKEN[::-1][:-4]}\nnew = {TOKEN}\n")
    assert scan(ran, "--baseline=known.json") == [("SK814", "a.txt", 4)]
    (repo / "a.txt").write_text(f"old = {TOKEN}\n\nold = {TOKEN}\n")
    assert scan(ran, "--baseline=known.json") == [("SK814", "a.txt", 3)]  # one more than it has


def test_no_older_git_is_needed(repo: Path) -> None:
    """Every setting given is one that the git here takes."""
    from secretkit.scan.git import _GIT

    subprocess.run([*_GIT, "status"], cwd=repo, check=True, capture_output=True)


def test_a_value_that_aliases_repeat_is_one_finding(repo: Path, ran: Ran) -> None:
    (repo / "a.yaml").write_text(
        f"a: &a {{user: shop, password: {VALUE}}}\nb: *a\nc: {{<<: *a}}\nd: [*a, *a]\n"
    )
    assert len(scan(ran)) == 1
