"""A fleet of apps on one platform, in every environment: rendered, checked, sharded."""

import gc
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import overlays
import pytest
from cluster import programs

from examples import documents, identity
from secretkit import pipeline, sorting, spool
from secretkit.cli import run
from secretkit.load import inputs
from secretkit.load.inputs import Inputs
from secretkit.parts import Kept, Shelf
from secretkit.rendering import Emitted, Waiting
from secretkit.rules import Fact, Facts, Fleet
from secretkit.spool import Spool
from secretkit.text import Mark

ENVIRONMENTS = ("staging", "production", "edge")
PLATFORM = """\
apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  defaults: {refresh: 30m, labels: {team: core}}
  variables: {account: "111122223333"}
  stores:
    aws:
      aws:
        service: SecretsManager
        region: eu-west-1
        serviceAccount: {identity: "arn:aws:iam::${account}:role/${app}"}
  environments:
    staging: {namespace: "${app}-staging", variables: {account: "444455556666"}}
    production: {}
    edge: {targets: {externalSecrets: "0.20"}}
"""
APP = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {{name: {name}, namespace: {name}}}
spec:
  secrets:
    db: {{from: aws, keys: {{username: "${{app}}/db#username", password: "${{app}}/db#password"}}}}
    session: {{generate: {{length: 48, symbols: 0}}}}
  access: {{{name}-reader: {{serviceAccount: {name}, secrets: [db]}}}}
  workloads:
    api: {{kind: Deployment, containers: [api], files: {{/etc/db: db}}}}
"""


def fleet(root: Path, count: int) -> Path:
    (root / ".git").mkdir()
    (root / "platform.yaml").write_text(PLATFORM)
    for number in range(count):
        add(root, number)
    return root


def add(root: Path, number: int) -> None:
    name = f"app-{number:05d}"
    (root / "apps" / name).mkdir(parents=True)
    (root / "apps" / name / "secrets.yaml").write_text(APP.format(name=name))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return fleet(tmp_path, 12)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_is_rendered_passes_the_check_of_the_same_environment(
    root: Path, environment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["render", ".", "--env", environment, "-o", f"out/{environment}"]

    assert run(words) == 0
    assert run([*words, "--check"]) == 0
    (root / "out" / environment / "app-00003" / "externalsecret-db.yaml").write_text("edited")
    assert run([*words, "--check"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"changed: out/{environment}/app-00003/externalsecret-db.yaml"
    )


def test_an_added_app_changes_only_its_own_files_and_the_top(root: Path) -> None:
    assert run(["render", ".", "--env", "production", "-o", "out"]) == 0
    before = tree(root / "out")
    add(root, 99)
    assert run(["render", ".", "--env", "production", "-o", "out"]) == 0
    after = tree(root / "out")

    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert {name for name in changed if not name.startswith("app-00099/")} == {
        ".secretkit", "kustomization.yaml"
    }  # fmt: skip


def test_shards_together_are_the_whole_and_an_apps_shard_does_not_change(root: Path) -> None:
    assert run(["render", ".", "-o", "whole"]) == 0
    parts: dict[int, set[str]] = {}
    for number in (1, 2, 3):
        assert run(["render", ".", "-o", f"part{number}", "--shard", f"{number}/3"]) == 0
        folder = root / f"part{number}"
        parts[number] = {path.name for path in folder.iterdir() if path.name.startswith("app-")}
        whole = tree(root / "whole")
        mine = tree(folder)
        assert {name: whole[name] for name in mine if name.startswith("app-")} == {
            name: text for name, text in mine.items() if name.startswith("app-")
        }
    assert sorted(name for names in parts.values() for name in names) == [
        f"app-{number:05d}" for number in range(12)
    ]
    add(root, 99)
    for number in (1, 2, 3):
        assert run(["render", ".", "-o", f"part{number}", "--shard", f"{number}/3"]) == 0
        folder = root / f"part{number}"
        names = {path.name for path in folder.iterdir() if path.name.startswith("app-")}
        assert names - {"app-00099"} == parts[number]


@pytest.mark.parametrize("shard", ["0/3", "4/3", "1", "a/b", "1/", "-1/3"])
def test_a_shard_is_a_part_of_a_whole(
    root: Path, shard: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert root.is_dir()
    assert run(["render", ".", "--shard", shard]) == 2
    assert "--shard" in capsys.readouterr().err


def test_one_broken_app_stops_all_and_every_finding_is_shown(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (2, 7):
        path = root / "apps" / f"app-{number:05d}" / "secrets.yaml"
        path.write_text(path.read_text().replace("from: aws", "from: awz"))

    assert run(["render", ".", "-o", "out"]) == 1
    shown = capsys.readouterr().err
    assert [name for name in ("app-00002", "app-00007") if f"apps/{name}/secrets.yaml" in shown] == [
        "app-00002", "app-00007"
    ]  # fmt: skip
    assert not (root / "out").exists()


SHARING = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  stores:
    vault: {{vault: {{server: "https://v.example.com", path: kv, role: shared, serviceAccount: {name}}}}}
  secrets:
    {secret}: {{from: vault, keys: {{k: "a#b"}}}}
"""


def test_what_waits_in_a_file_and_what_waits_in_memory_come_out_the_same(
    root: Path, ran: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def everything(name: str) -> list[object]:
        said: list[object] = [ran("render", "."), ran("render", ".", "--format", "json")]
        for words in ([], [], ["--check"], ["--diff"]):
            said.append(ran("render", ".", "-o", name, *words))
            said.append(tree(root / name))
        (root / name / "app-00003" / "externalsecret-db.yaml").write_text("edited")
        code, out, err = ran("render", ".", "-o", name, "--check")
        said.append((code, out, err.replace(name, "")))
        said.append(ran("render", "apps/app-00003", "-o", name))
        said.append(tree(root / name))
        for other, namespace in (("x", "one"), ("y", "one"), ("z", "two"), ("x", "two")):
            path = root / "shared" / f"{other}-{namespace}"
            path.mkdir(parents=True)
            text = SHARING.format(name=other, namespace=namespace, secret="db")
            (path / "secrets.yaml").write_text(text)
        said.append(ran("validate", ".", "--format", "json"))
        shutil.rmtree(root / "shared")
        return said

    in_memory = everything("memory")
    monkeypatch.setattr(spool, "MOST", 0)
    monkeypatch.setattr(sorting, "_RUN", 2)
    monkeypatch.setattr(sorting, "_BLOCK", 1)
    monkeypatch.setattr(sorting, "_CHUNK", 1)
    monkeypatch.setattr(inputs, "_MOST_PENDING", 1)

    assert everything("file") == in_memory
    found = [code for code in ("SK601", "SK602", "SK702") if f'"{code}"' in str(in_memory[-1])]
    assert found == ["SK601", "SK602", "SK702"]


@pytest.mark.slow
def test_two_thousand_apps_in_three_environments(tmp_path: Path) -> None:
    """Rendered, checked and diffed; kubectl and helm agree on a sample."""
    try:
        kubectl, helm = programs.find("kubectl"), programs.find("helm")
    except programs.Missing as missing:
        pytest.skip(str(missing))
    fleet(tmp_path, 2000)

    def secretkit(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "secretkit", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    sample = [f"app-{number:05d}" for number in (0, 777, 1999)]
    for environment in ENVIRONMENTS:
        folder = f"out/{environment}"
        assert secretkit("render", ".", "--env", environment, "-o", folder).returncode == 0
        assert (
            secretkit("render", ".", "--env", environment, "-o", folder, "--check").returncode == 0
        )
        diff = secretkit("render", ".", "--env", environment, "-o", folder, "--diff")
        assert (diff.returncode, diff.stdout) == (0, "")
        charts = f"charts/{environment}"
        words = ("--env", environment, "-o", charts, "--format", "helm")
        assert secretkit("render", ".", *words).returncode == 0
        for app in sample:
            plain = secretkit("render", f"apps/{app}", "--env", environment)
            expected = sorted(documents(plain.stdout), key=lambda body: str(identity(body)))
            ran = subprocess.run(
                [kubectl, "kustomize", str(tmp_path / folder / app)],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            assert sorted(documents(ran.stdout), key=lambda body: str(identity(body))) == expected
            ran = subprocess.run(
                [helm, "template", "x", str(tmp_path / charts / app)],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            for body in expected:
                del body["metadata"]["labels"]["app.kubernetes.io/managed-by"]
            assert sorted(documents(ran.stdout), key=lambda body: str(identity(body))) == expected


@pytest.mark.slow
def test_overlays_of_a_fleet_build_to_each_environment(tmp_path: Path) -> None:
    """Every object of 150 apps in three environments and the base, on several processes."""
    fleet(tmp_path, 150)

    def secretkit(*words: str) -> str:
        command = [sys.executable, "-m", "secretkit", *words]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    secretkit("render", ".", "-o", "out", "--format", "kustomize", "--jobs", "2")
    secretkit("render", ".", "-o", "out", "--format", "kustomize", "--check")
    for environment in (None, *ENVIRONMENTS):
        chosen = ("--env", environment) if environment else ()
        folder = tmp_path / "out" / "overlays" / environment if environment else tmp_path / "out"
        expected = documents(secretkit("render", ".", *chosen))

        assert sorted(overlays.kustomize(folder), key=lambda body: str(identity(body))) == sorted(
            expected, key=lambda body: str(identity(body))
        )


def test_an_app_goes_once_it_is_judged(
    root: Path, ran: Callable[..., tuple[int, str, str]]
) -> None:
    """A cycle would keep it until the collector looks, which it seldom does."""
    assert ran("render", ".", "--jobs", "1")[0] == 0
    gc.collect()
    gc.disable()
    try:
        assert pipeline.run([root / "apps"], pipeline.Options(jobs=1), lambda _: None).files > 1
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        assert gc.garbage == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def _held(count: int) -> int:
    """Bytes in memory once so many apps are through."""
    gc.collect()
    tracemalloc.start()
    try:
        found, shelf, facts, waiting = Inputs(Path("/")), Shelf(), Fleet(), Waiting(Spool())
        mark, none = Mark("a", ("metadata", "name")), Emitted(b"manifest" * 50, False, False, ())
        for number in range(count):
            name = f"app-{number * 7919 % count:05d}"
            found.add(f"apps/{name}/secrets.yaml", direct=False)
            shelf.add(Kept(name, name, f"apps/{name}/secrets.yaml", waiting.put(none)))
            facts.add(Facts.of(("SK601", Fact((name, kind), mark, name, "")) for kind in "abcdef"))
        assert found.count == sum(1 for _ in shelf.ordered) == count
        assert list(facts.findings()) == []
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MOST", 4096)
    monkeypatch.setattr(sorting, "_RUN", 100)
    monkeypatch.setattr(sorting, "_BLOCK", 10)
    monkeypatch.setattr(sorting, "_CHUNK", 16)
    few, many = _held(1000), _held(6000)

    assert (many - few) / 5000 < 75  # bytes for each: the shortest of its texts would be more
