"""`render -o DIR` over an encryption that stands there: one step at a time, or nothing is written."""

import base64
import random
from itertools import pairwise
from pathlib import Path

import pytest

from secretkit.cli import run

PLATFORM = "apiVersion: secretkit.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\nspec:\n"
APP = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\nmetadata: {name: shop, namespace: shop}\n"
OTHER = APP.replace("shop", "news")


class Repository:
    def __init__(self, root: Path, captured: pytest.CaptureFixture[str]) -> None:
        self.root, self._captured = root, captured
        self.file = root / "out" / "control-plane" / "encryption-configuration.yaml"
        (root / ".git").mkdir()
        for name, text in (("shop", APP), ("news", OTHER)):
            (root / name).mkdir()
            (root / name / "secrets.yaml").write_text(text)

    def declare(self, *keys: str, more: str = "", resources: str = "[secrets]") -> None:
        """Keys by `NAME STATE`."""
        pairs = [one.split() for one in keys]
        rows = "".join(f"      - {{name: {name}, state: {state}}}\n" for name, state in pairs)
        text = (
            f"  encryption:\n    resources: {resources}\n    provider: secretbox\n    readUnencrypted: true\n"
            f"{more}    keys:\n{rows}"
        )
        (self.root / "platform.yaml").write_text(PLATFORM + text)

    def __call__(self, *arguments: str) -> tuple[int, list[str]]:
        """The exit code, and severity and code of each finding with its place."""
        with pytest.MonkeyPatch.context() as outside:
            outside.chdir(self.root)
            code = run(["render", "-o", "out", *arguments])
        rows = self._captured.readouterr().err.splitlines()
        return code, [
            f"{row.partition(':')[0]} {after.partition('--> ')[2]}"
            for row, after in pairwise(rows)
            if row.startswith(("error[", "warning["))
        ]

    @property
    def names(self) -> list[str]:
        """The keys that the standing file names, in their order."""
        return [
            row.partition(": ")[2]
            for row in self.file.read_text().splitlines()
            if "- name: " in row
        ]


@pytest.fixture
def repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Repository:
    found = Repository(tmp_path, capsys)
    found.declare("k1 active")
    assert found() == (0, [])
    return found


def test_a_rotation_goes_through_its_steps(repository: Repository) -> None:
    for keys in (["k1 active", "k2 next"], ["k1 previous", "k2 active"]):
        repository.declare(*keys)
        assert repository() == (0, []), keys
    repository.declare("k2 active")
    assert repository() == (0, ["warning[SK429] platform.yaml:5:3"])
    assert repository.names == ["k2"]


def test_a_reader_that_goes_is_named_with_what_proves_that_nothing_is_left(
    repository: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.declare("k1 active", "k2 previous", "k3 previous")
    assert repository() == (0, [])
    monkeypatch.chdir(repository.root)
    repository.declare("k1 active")

    assert run(["render", "-o", "out", "--check"]) == 1
    assert run(["render", "-o", "out"]) == 0

    said = capsys.readouterr().err
    title = "warning[SK429]: the secretbox key `k2` and the secretbox key `k3` could no longer read `secrets`"
    assert said.count(title) == 2  # before it is written, and when
    assert said.count("`secretkit encryption verify FILE --etcd` names what is not") == 2
    assert repository() == (0, [])  # once: the file that stands has them no more


@pytest.mark.parametrize(
    ("keys", "more", "resources", "code"),
    [
        pytest.param(["k2 active", "k1 previous"], "", "[secrets]", "SK495", id="a new key writes at once"),
        pytest.param(["k2 active"], "", "[secrets]", "SK496", id="a key for another"),
        pytest.param(["k1 active"], "", "[configmaps, secrets]", "", id="a resource more"),
        pytest.param(["k1 active"], "", "[configmaps]", "SK496", id="a resource for another"),
    ],
)  # fmt: skip
def test_a_step_that_loses_objects_writes_nothing(
    repository: Repository, keys: list[str], more: str, resources: str, code: str
) -> None:
    before = {
        path: path.read_bytes() for path in (repository.root / "out").rglob("*") if path.is_file()
    }
    (repository.root / "shop" / "secrets.yaml").write_text(
        APP + "spec: {secrets: {a: {existing: true}}}\n"
    )
    repository.declare(*keys, more=more, resources=resources)

    result, found = repository()

    after = {
        path: path.read_bytes() for path in (repository.root / "out").rglob("*") if path.is_file()
    }
    errors = [one for one in found if one.startswith("error")]
    if code:
        assert (result, errors) == (1, [f"error[{code}] platform.yaml:5:3"])
        assert after == before
    else:
        assert (result, errors) == (0, [])
        assert "warning[SK498] platform.yaml:5:3" in found


def test_a_folder_that_is_behind_the_cluster_names_the_way_out(
    repository: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where every step was taken on the hosts, and none was rendered."""
    repository.declare("k2 active")
    monkeypatch.chdir(repository.root)
    assert run(["render", "-o", "out"]) == 1
    said = capsys.readouterr().err

    file = "out/control-plane/encryption-configuration.yaml"
    assert f"if only {file} is behind" in said
    assert "remove that file and run `render -o` again" in said
    repository.file.unlink()
    assert repository() == (0, [])
    assert repository.names == ["k2"]


def test_no_encryption_any_more_is_refused_while_keys_write(repository: Repository) -> None:
    (repository.root / "platform.yaml").write_text(PLATFORM + "  variables: {}\n")

    result, found = repository()

    assert (result, found) == (1, ["error[SK496] platform.yaml:4:1"])
    assert repository.file.exists()


def test_encryption_that_was_disabled_may_go(repository: Repository) -> None:
    repository.declare("k1 active", more="    writeUnencrypted: true\n")
    assert repository() == (0, [])
    (repository.root / "platform.yaml").write_text(PLATFORM + "  variables: {}\n")

    assert repository() == (0, ["warning[SK429] platform.yaml:4:1"])
    assert not repository.file.exists()


def test_a_lone_app_is_told_at_its_own_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Repository(tmp_path, capsys)
    text = "spec:\n  encryption:\n    provider: secretbox\n    readUnencrypted: true\n    keys:\n"
    (tmp_path / "shop" / "secrets.yaml").write_text(
        APP + text + "      - {name: k1, state: active}\n"
    )
    assert found("shop") == (0, [])

    (tmp_path / "shop" / "secrets.yaml").write_text(
        APP + text + "      - {name: k2, state: active}\n"
    )
    changed = found("shop")
    (tmp_path / "shop" / "secrets.yaml").write_text(APP)
    gone = found("shop")

    assert changed == (1, ["error[SK496] shop/secrets.yaml:5:3"])
    assert gone == (1, ["error[SK496] shop/secrets.yaml:1:1"])


@pytest.mark.parametrize("flag", ["--check", "--diff"])
def test_what_writes_nothing_warns(repository: Repository, flag: str) -> None:
    repository.declare("k2 active")

    result, found = repository(flag)

    assert found == ["warning[SK496] platform.yaml:5:3"]
    assert result == (1 if flag == "--check" else 0)
    assert repository.names == ["k1"]


def test_what_does_not_write_the_control_plane_is_not_asked(repository: Repository) -> None:
    repository.declare("k2 active")

    assert repository("--only", "api") == (0, [])
    assert repository("shop") == (0, [])
    assert repository("--shard", "1/2") == (0, [])
    assert repository.names == ["k1"]


def test_a_standing_file_that_nobody_can_read_is_told(repository: Repository) -> None:
    repository.file.write_text("kind: EncryptionConfiguration\n")

    assert repository() == (1, ["error[SK499] platform.yaml:5:3"])
    assert repository("--only", "control-plane") == (1, ["error[SK499] platform.yaml:5:3"])
    repository.file.unlink()
    assert repository() == (0, [])
    assert repository.names == ["k1"]


def test_a_file_with_real_keys_is_compared_by_their_names(repository: Repository) -> None:
    made = base64.b64encode(random.Random("a key").randbytes(32)).decode()
    text = repository.file.read_text().replace('"<base64-encoded-32-byte-key>"', made)
    repository.file.write_text(text.replace("<base64-encoded-32-byte-key>", made))
    repository.declare("k1 active", "k2 next")

    assert repository() == (0, [])
    assert repository.names == ["k1", "k2"]
