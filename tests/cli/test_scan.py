"""`scan` as people call it: exit codes, baselines, comments, the index, history; never a value."""

import base64
import json
import os
import subprocess
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
import yaml

from secretkit import report

Ran = Callable[..., tuple[int, str, str]]
VALUE = "hunter2-never-shown"
SECRET = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData:\n  password: {VALUE}\n"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "repo"
    folder.mkdir()
    monkeypatch.chdir(folder)
    git("init", "-q", "-b", "main")
    return folder


def git(*words: str) -> str:
    command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def commit(message: str = "x") -> str:
    git("add", "-A")
    git("commit", "-qm", message)
    return git("rev-parse", "HEAD")


def scan(ran: Ran, *words: str) -> list[tuple[str, str, int]]:
    _, out, _ = ran("scan", "--gitleaks=never", "--format=json", *words)
    return [(one["code"], one["file"], one["line"]) for one in json.loads(out)["findings"]]


def test_a_finding_is_exit_1_and_names_its_place(repo: Path, ran: Ran) -> None:
    (repo / "a.yaml").write_text(SECRET)
    code, out, err = ran("scan", "--gitleaks=never")

    assert (code, err) == (1, "")
    assert out.startswith(
        "error[SK801]: the Secret `db` holds `password` in the clear: the value of a key that names a secret\n"
        " --> a.yaml:5:13\n  |\n5 | password: ........\n"
    )


def test_nothing_is_exit_0(repo: Path, ran: Ran) -> None:
    (repo / "a.yaml").write_text("a: 1\n")

    assert ran("scan", "--gitleaks=never") == (0, "1 file without a finding\n", "")


def test_a_warning_counts_with_strict_alone(repo: Path, ran: Ran) -> None:
    (repo / "values.yaml").write_text("password: bullfinch\n")

    assert ran("scan", "--gitleaks=never")[0] == 0
    assert ran("scan", "--gitleaks=never", "--strict")[0] == 1


@pytest.mark.parametrize(
    "words",
    [
        ["missing"], ["--baseline=missing"], ["--baseline=a.yaml"], ["--staged", "--history"],
        ["--history=-x..HEAD"], ["--history=HEAD..-x"], ["--history=nowhere..HEAD"], ["--gitleaks=/no/such"],
        ["--write-baseline=no/such/file"], ["link"],
    ],
)  # fmt: skip
def test_wrong_usage_is_exit_2_and_shows_nothing(repo: Path, ran: Ran, words: list[str]) -> None:
    (repo / "a.yaml").write_text(SECRET)
    (repo / "link").symlink_to("a.yaml")
    commit()
    code, out, err = ran("scan", *words)

    assert (code, out) == (2, "")
    assert VALUE not in err
    assert "Traceback" not in err


def test_what_git_ignores_is_passed_over_unless_it_is_named(repo: Path, ran: Ran) -> None:
    (repo / ".gitignore").write_text("out\n.env\n")
    (repo / "out").mkdir()
    for name in ("out/a.yaml", ".env", "tracked.yaml"):
        (repo / name).write_text(SECRET if name != ".env" else f"PASSWORD={VALUE}\n")

    assert scan(ran) == [("SK801", "tracked.yaml", 5)]
    assert scan(ran, "out", ".env") == [("SK811", ".env", 1), ("SK801", "out/a.yaml", 5)]


def test_without_git_the_tree_is_walked_and_no_symlink_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ran: Ran
) -> None:
    (tmp_path / "outside.yaml").write_text(SECRET)
    folder = tmp_path / "tree"
    (folder / "a" / ".git").mkdir(parents=True)
    (folder / "a" / ".git" / "x.yaml").write_text(SECRET)
    (folder / "a" / "b.yaml").write_text(SECRET)
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "up").symlink_to(tmp_path)
    (folder / "bin").write_bytes(b"\0" * 100)
    os.mkfifo(folder / "pipe")
    monkeypatch.chdir(folder)
    code, out, err = ran("scan", "--gitleaks=never", "--format=json")

    assert code == 1
    assert [one["file"] for one in json.loads(out)["findings"]] == ["a/b.yaml"]
    assert err == "note: 1 binary file passed over: bin\n"


def test_a_tracked_symlink_is_not_followed(repo: Path, ran: Ran) -> None:
    (repo.parent / "outside.yaml").write_text(SECRET)
    (repo / "link.yaml").symlink_to("../outside.yaml")
    git("add", "-A")

    for words in ([], ["--staged"]):
        assert ran("scan", "--gitleaks=never", *words)[:2] == (0, "0 files without a finding\n")


@pytest.mark.parametrize("revisions", ["-x..HEAD", "HEAD..-x", "--output=x..HEAD"])
def test_a_revision_that_could_be_an_option_never_reaches_git(
    repo: Path, ran: Ran, revisions: str
) -> None:
    code, out, err = ran("scan", f"--history={revisions}")

    assert (code, out) == (2, "")
    assert err.splitlines()[-1] in (  # click or we refuse it
        f"error: --history {revisions}: a revision does not begin with `-`",
        "Error: No such option '-x'.",
        "Error: No such option '--output'.",
    )
    assert not (repo / "x..HEAD").exists()


def test_big_files_are_told(repo: Path, ran: Ran) -> None:
    (repo / "big.txt").write_text("x" * (5 * 1024 * 1024 + 1))

    assert ran("scan", "--gitleaks=never")[2] == "note: 1 big file passed over: big.txt\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_windows_writes_files_too(repo: Path, ran: Ran, encoding: str) -> None:
    (repo / "a.yaml").write_bytes(SECRET.replace("\n", "\r\n").encode(encoding))
    (repo / "b.yaml").write_bytes(SECRET.encode() + b"# \xff\n")

    assert scan(ran) == [("SK801", "a.yaml", 5), ("SK801", "b.yaml", 5)]


def test_odd_names_of_files_are_read_and_shown_without_harm(repo: Path, ran: Ran) -> None:
    names = [
        "a\nb.yaml",
        "-x.yaml",
        "$(id).yaml",
        ":(top)x.yaml",
        "\x1b[31m.yaml",
        "é ü.yaml",
        "*.yaml",
    ]
    for name in names:
        (repo / name).write_text(SECRET)
    git("add", "-A")
    shown = sorted(
        "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
        for name in names
    )

    for words in ([], ["--staged"]):
        assert sorted(name for _, name, _ in scan(ran, *words)) == shown
    commit()
    assert sorted(name for _, name, _ in scan(ran, "--history")) == shown
    assert scan(ran, "./*.yaml") == [("SK801", "*.yaml", 5)]


# Fingerprints and baselines


def marks(ran: Ran, *words: str) -> list[str]:
    _, out, _ = ran("scan", "--gitleaks=never", "--format=json", *words)
    return [one["fingerprint"] for one in json.loads(out)["findings"]]


def test_a_fingerprint_depends_on_the_place_alone(
    repo: Path, ran: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repo / "k8s"
    folder.mkdir()
    (folder / "a.yaml").write_text(SECRET)
    first = marks(ran)
    (folder / "a.yaml").write_text("# moved\n\n" + SECRET)
    moved = marks(ran)
    (folder / "a.yaml").write_text(SECRET.replace(VALUE, "another-Value1"))
    changed = marks(ran)
    monkeypatch.chdir(folder)

    assert first == moved == changed == marks(ran) == marks(ran, "a.yaml")
    (folder / "a.yaml").write_text(SECRET.replace("password:", "token:"))
    assert marks(ran) != first


def test_a_baseline_passes_over_what_it_has_and_tells_what_is_stale(repo: Path, ran: Ran) -> None:
    (repo / "a.yaml").write_text(SECRET)
    assert ran("scan", "--gitleaks=never", "--write-baseline=known.json") == (
        0, "", "note: wrote known.json with 1 finding\n",
    )  # fmt: skip
    text = (repo / "known.json").read_text()
    (repo / "b.yaml").write_text(SECRET.replace("name: db", "name: other"))

    assert VALUE not in text
    assert scan(ran, "--baseline=known.json") == [("SK801", "b.yaml", 5)]
    (repo / "a.yaml").unlink()
    (repo / "b.yaml").unlink()
    assert ran("scan", "--gitleaks=never", "--baseline=known.json") == (
        0, "1 file without a finding\n",
        "note: stale in known.json: SK801 a.yaml Secret/db.stringData.password is found no more\n",
    )  # fmt: skip


def test_a_baseline_does_not_tell_two_values_apart(repo: Path, ran: Ran) -> None:
    """Nothing in it is made from a value, so nobody can prove a guess by it."""
    for value in ("hunter2", "hunter3"):
        (repo / "a.yaml").write_text(SECRET.replace(VALUE, value))
        ran("scan", "--gitleaks=never", f"--write-baseline={value}.json")

    assert (repo / "hunter2.json").read_bytes() == (repo / "hunter3.json").read_bytes()


def test_a_baseline_of_detect_secrets_is_read(repo: Path, ran: Ran) -> None:
    (repo / "a.yaml").write_text(SECRET)
    digest = sha1(VALUE.encode(), usedforsecurity=False).hexdigest()
    rows = [
        {"type": "Secret Keyword", "filename": "a.yaml", "hashed_secret": digest, "line_number": 5}
    ]
    (repo / "ds.json").write_text(
        json.dumps({"version": "1.5.0", "plugins_used": [], "results": {"a.yaml": rows}})
    )

    assert scan(ran, "--baseline=ds.json") == []
    (repo / "a.yaml").write_text(SECRET.replace(VALUE, "another-Value1"))
    assert scan(ran, "--baseline=ds.json") == [("SK801", "a.yaml", 5)]


def test_gitleaksignore_is_read(repo: Path, ran: Ran) -> None:
    (repo / "a.yaml").write_text(SECRET)
    (repo / ".gitleaksignore").write_text("# known\na.yaml:generic-api-key:5\n")

    assert scan(ran) == []


@pytest.mark.parametrize(
    "text",
    [
        SECRET.replace(VALUE, f"{VALUE}  # secretkit:allow"),
        SECRET.replace(VALUE, f"{VALUE}  # secretkit:allow SK801, SK803"),
        SECRET.replace("  password", "  # secretkit:allow SK801\n  password"),
        SECRET.replace(VALUE, f"{VALUE}  # gitleaks:allow"),
        SECRET.replace(VALUE, f"{VALUE}  # pragma: allowlist secret"),
        SECRET.replace("  password", "  # pragma: allowlist nextline secret\n  password"),
    ],
)
def test_a_comment_allows(repo: Path, ran: Ran, text: str) -> None:
    (repo / "a.yaml").write_text(text)

    assert scan(ran) == []


@pytest.mark.parametrize(
    "text",
    [
        SECRET.replace(VALUE, f"{VALUE}  # secretkit:allow SK803"),
        SECRET.replace("  password", "  x: '{{ .y }}'  # secretkit:allow\n  password"),
        SECRET.replace("  password", "  # gitleaks:allow\n  password"),
        SECRET.replace("  password", "  # secretkit:allow\n  #\n  password"),
    ],
)
def test_a_comment_allows_no_more_than_it_says(repo: Path, ran: Ran, text: str) -> None:
    (repo / "a.yaml").write_text(text)

    assert [code for code, _, _ in scan(ran)] == ["SK801"]


# Git


def test_staged_reads_the_index_and_not_the_tree(repo: Path, ran: Ran) -> None:
    (repo / "old.yaml").write_text(SECRET)
    commit()
    (repo / "a.yaml").write_text(SECRET)
    (repo / "b.yaml").write_text("a: 1\n")
    (repo / "link.yaml").symlink_to("a.yaml")
    git("add", "-A")
    (repo / "a.yaml").write_text("a: 1\n")
    (repo / "b.yaml").write_text(SECRET)

    assert scan(ran, "--staged") == [("SK801", "a.yaml", 5)]


def test_staged_works_before_the_first_commit_and_below_a_folder(repo: Path, ran: Ran) -> None:
    for name in ("x/a.yaml", "y/a.yaml"):
        (repo / name).parent.mkdir()
        (repo / name).write_text(SECRET)
    git("add", "-A")

    assert scan(ran, "--staged", "x") == [("SK801", "x/a.yaml", 5)]


def test_history_finds_what_is_gone_once_with_its_commit(repo: Path, ran: Ran) -> None:
    (repo / "a.yaml").write_text("a: 1\n")
    begin = commit()
    (repo / "a.yaml").write_text(SECRET)
    bad = commit()
    (repo / "a.yaml").write_text("# moved\n" + SECRET)
    commit()
    (repo / "a.yaml").unlink()
    commit()
    _, out, _ = ran("scan", "--gitleaks=never", "--history", "--format=json")
    found = json.loads(out)["findings"]

    assert scan(ran) == []
    assert [(one["code"], one["file"], one["line"]) for one in found] == [("SK801", "a.yaml", 5)]
    assert found[0]["message"].endswith(f"(commit {bad[:12]})")
    assert scan(ran, f"--history={begin}..HEAD") == [("SK801", "a.yaml", 5)]
    assert scan(ran, f"--history={bad}..HEAD") == [("SK801", "a.yaml", 6)]  # what these added
    assert scan(ran, "--history=HEAD~1..HEAD") == []
    assert scan(ran, "--history", "a.yaml") == [] if (repo / "a.yaml").exists() else True


def test_history_sees_what_a_merge_brought_itself(repo: Path, ran: Ran) -> None:
    (repo / "a.yaml").write_text("a: 1\n")
    commit()
    git("checkout", "-qb", "side")
    (repo / "b.yaml").write_text("b: 1\n")
    commit()
    git("checkout", "-q", "main")
    (repo / "c.yaml").write_text("c: 1\n")
    commit()
    git("merge", "-q", "--no-commit", "side")
    (repo / "evil.yaml").write_text(SECRET)
    bad = commit()
    _, out, _ = ran("scan", "--gitleaks=never", "--history", "--format=json")

    assert [one["message"][-20:] for one in json.loads(out)["findings"]] == [
        f"(commit {bad[:12]})"[-20:]
    ]


def test_git_is_asked_of_the_repository_alone(
    repo: Path, ran: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    (repo / "a.yaml").write_text(SECRET)

    assert scan(ran) == [("SK801", "a.yaml", 5)]  # the tree is walked
    assert ran("scan", "--staged")[0] == 2


# gitleaks


def fake_gitleaks(folder: Path, rows: list[dict[str, Any]], code: int = 86) -> Path:
    """A program that says what it is told to, in the way of gitleaks, and checks its call."""
    program = folder / "gitleaks"
    program.write_text(
        '#!/bin/sh\ncase "$*" in *--redact*) ;; *) exit 9;; esac\n'
        'for word; do case "$word" in --report-path=*) out=${word#*=};; esac; done\n'
        '[ "$(stat -c %a "$out")" = 600 ] || exit 8\n'
        f"cat > \"$out\" <<'EOF'\n{json.dumps(rows)}\nEOF\necho {VALUE}; echo {VALUE} >&2; exit {code}\n"
    )
    program.chmod(0o755)
    return program


def row(rule: str, line: int, name: str = "a.yaml") -> dict[str, Any]:
    return {
        "RuleID": rule,
        "File": name,
        "StartLine": line,
        "EndLine": line,
        "StartColumn": 2,
        "EndColumn": 9,
        "Secret": VALUE,
    }


def test_one_value_is_one_finding_whoever_found_it(repo: Path, ran: Ran, tmp_path: Path) -> None:
    (repo / "a.yaml").write_text(SECRET)
    (repo / "x.py").write_text("\n\nx = 'odd'\n")
    rows = [
        row("kubernetes-secret-yaml", 2),
        row("generic-api-key", 5),
        row("some-token", 3, "x.py"),
    ]
    program = fake_gitleaks(tmp_path, rows)
    code, out, err = ran("scan", f"--gitleaks={program}", "--format=json")
    found = [(one["code"], one["line"], one["message"]) for one in json.loads(out)["findings"]]

    assert (code, err) == (1, "")
    assert [(code, line) for code, line, _ in found] == [("SK801", 5), ("SK819", 3)]
    assert found[0][2].endswith("(gitleaks: generic-api-key)")
    assert found[1][2] == "gitleaks takes this for a secret (its rule `some-token`)"
    assert VALUE not in out


def test_gitleaks_changes_no_fingerprint(repo: Path, ran: Ran, tmp_path: Path) -> None:
    (repo / "a.yaml").write_text(SECRET)
    program = fake_gitleaks(tmp_path, [row("generic-api-key", 5)])
    _, out, _ = ran("scan", f"--gitleaks={program}", "--format=json")

    assert [one["fingerprint"] for one in json.loads(out)["findings"]] == marks(ran)


def test_gitleaks_that_fails_is_told_or_is_an_error(
    repo: Path, ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / "a.yaml").write_text(SECRET)
    program = fake_gitleaks(tmp_path, [], code=1)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    code, _, err = ran("scan")
    assert (code, err) == (1, "note: without gitleaks: it did not work\n")
    assert ran("scan", f"--gitleaks={program}") == (2, "", "error: gitleaks: it did not work\n")


@pytest.mark.parametrize("words", [["--staged"], ["--history"]])
def test_gitleaks_is_asked_of_the_index_and_of_history(
    repo: Path, ran: Ran, tmp_path: Path, words: list[str]
) -> None:
    (repo / "x.py").write_text("\n\nx = 'odd'\n")
    git("add", "-A")
    made = ""
    if words == ["--history"]:
        commit()
        made = subprocess.check_output(["git", "rev-parse", "HEAD"], text=True).strip()
        git("rm", "-q", "x.py")
        commit()
    rows = [{**row("some-token", 3, "x.py"), "Commit": made}, row("of-the-tree", 3, "y.py")]
    (repo / "y.py").write_text("\n\ny = 'odd'\n")  # neither staged nor committed
    program = fake_gitleaks(tmp_path, rows)
    code, out, err = ran("scan", f"--gitleaks={program}", "--format=json", *words)

    assert (code, err) == (0, "")
    assert [(one["file"], one["line"], one["message"]) for one in json.loads(out)["findings"]] == [
        (
            "x.py",
            3,
            "gitleaks takes this for a secret (its rule `some-token`)"
            + (f" (commit {made[:12]})" if made else ""),
        )
    ]


@pytest.mark.parametrize("words", [["--staged"], ["--history"]])
def test_gitleaks_starts_no_program_of_the_repositorys(
    repo: Path, ran: Ran, tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_gitleaks(tmp_path, [])
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (repo / "a.yaml").write_text(SECRET)
    git("add", "-A")
    if words == ["--history"]:
        commit()
    git("config", "diff.crypt.textconv", "touch started;")
    why = "git here starts other programs to show differences"

    code, _, err = ran("scan", *words)
    assert (code, err) == (1, f"note: without gitleaks: {why}\n")
    assert ran("scan", *words, f"--gitleaks={tmp_path}/gitleaks") == (
        2,
        "",
        f"error: gitleaks: {why}\n",
    )


# Never a value


def planted(repo: Path) -> list[str]:
    """A tree with values in many places, and every form of them that no output may hold."""
    values = [f"hunter{n}-Never-Shown-{n}x" for n in range(20)]
    glued = [
        "password123",
        "RootSecret1",
        "MySecret=Tail1234",
        "Tail1234",
    ]  # to options, or as a name
    names = ["MyRealPassword1", "hunter2secretkey", "sUper5ecretsection"]
    token = "gh" + "p_" + "aB3dE5gH7jK9mN1pQ4sT6vW8yZ0cF2hL5nR7"
    it = iter(values)
    files = {
        "secret.yaml": {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": json.dumps({"kind": "Secret", "apiVersion": "v1", "stringData": {"a": next(it)}})}},
            "data": {"a": base64.b64encode(next(it).encode()).decode()}, "stringData": {"b": next(it)}},
        "pod.yaml": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{
            "name": "c", "env": [{"name": "DB_PASSWORD", "value": next(it)}], "args": [f"--password={next(it)}"]}, {
            "name": names[0], "command": ["mysqldump", "-umy", "-p" + glued[0], "wordpress"]}, {
            "name": "d", "command": ["mysqldump", "-p" + glued[1], "wordpress"]}, {
            "name": "e", "command": ["mysqldump", "-p" + glued[2], "wordpress"]}]}},
        "keys.yaml": {"apiKeys": {names[1]: {"password": "foobarbaz"}}},
        "values.yaml": {"auth": {"password": next(it), f"postgres://u:{next(it)}@db": "x", token: {"password": next(it)}}},
        "cm.yaml": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": token}, "data": {
            "a.properties": f"password={next(it)}\nx=y\n", "users.txt": f"{names[0]}: password=zzzzzzz\n",
            "a.ini": f"[{names[2]}]\npassword = zzzzzzz\n"}},
    }  # fmt: skip
    for name, body in files.items():
        (repo / name).write_text(yaml.safe_dump(body, width=100_000))
    (repo / "flow.yaml").write_text(
        f"{{apiVersion: v1, kind: Secret, stringData: {{a: {next(it)}, b: {next(it)}}}}} # {next(it)}\n"
    )
    (repo / "broken.yaml").write_text(f"password: {next(it)}\n\tx: [\n")
    (repo / ".env").write_text(f"PASSWORD={next(it)} # was {next(it)}\n")
    (repo / "notes.txt").write_text(f"postgres://shop:{next(it)}@db.shop.svc {token}\n")
    (repo / "kustomization.yaml").write_text("secretGenerator:\n- {name: a, files: [t.txt]}\n")
    (repo / "t.txt").write_text(next(it) + "\n")
    (repo / f"{token}.yaml").write_text(SECRET)
    (repo / f"{token}.bin").write_bytes(b"\0")  # is passed over, with a note
    forms = [*values, token, *glued, *names]
    return forms + [base64.b64encode(one.encode()).decode() for one in forms]


@pytest.mark.parametrize(
    "words",
    [[], ["--staged"], ["--history"], ["--baseline=secret.yaml"], ["--write-baseline=b.json"]],
)
@pytest.mark.parametrize("form", report.names())
def test_no_output_holds_a_value(repo: Path, ran: Ran, form: str, words: list[str]) -> None:
    values = planted(repo)
    git("add", "-A")
    if "--history" in words:
        commit()
    _, out, err = ran("--debug", "scan", "--gitleaks=never", f"--format={form}", *words)
    said = out + err + ((repo / "b.json").read_text() if (repo / "b.json").exists() else "")

    assert [value for value in values if value in said] == []
    if not words:
        assert said.count("SK8") >= 10


def test_a_bug_shows_no_value(repo: Path, ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    from secretkit.scan import judging

    def fails(*_: object) -> None:
        raise ValueError(VALUE)

    (repo / "a.yaml").write_text(SECRET)
    monkeypatch.setattr(judging, "of_things", fails)
    code, out, err = ran("--debug", "scan", "--gitleaks=never")

    assert (code, out) == (2, "")
    assert VALUE not in err
    assert "a bug in secretkit (ValueError" in err
