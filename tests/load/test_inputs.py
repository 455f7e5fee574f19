"""Which inputs are found, in their order and each once, however many wait in a file."""

import random
from pathlib import Path

import pytest

from secretkit import sorting
from secretkit.load import inputs
from secretkit.load.inputs import NAME, Input, find_inputs
from secretkit.platforms import Platforms

NAMES = ["a", "a-b", "a/b", "a.b", "a0", "b/c/d", "é", "Z", "b/c", "z" * 40]


@pytest.fixture(params=[1, 3, 5000], ids=lambda size: f"{size} in memory")
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    monkeypatch.setattr(inputs, "_MOST_PENDING", request.param)
    monkeypatch.setattr(sorting, "_RUN", request.param)
    for name in random.Random(1).sample(NAMES, len(NAMES)):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / NAME).write_text("")
    return tmp_path


def test_inputs_come_in_the_order_of_their_paths(root: Path) -> None:
    found = find_inputs([root], root)

    assert [one.name for one in found] == sorted(f"{name}/{NAME}" for name in NAMES)
    assert found.count == len(NAMES)


def test_what_many_paths_name_comes_once_and_what_is_named_directly_stays_so(root: Path) -> None:
    found = find_inputs([root / "b", root / "b" / "c" / NAME, root / "a" / NAME, root / "b"], root)

    assert [(one.name, one.direct) for one in found] == [
        (f"a/{NAME}", True), (f"b/c/d/{NAME}", False), (f"b/c/{NAME}", True),
    ]  # fmt: skip
    assert found.count == 3


def test_no_name_is_lost_that_is_no_text(root: Path) -> None:
    odd = b"odd-\xff\xc3".decode(errors="surrogateescape")
    (root / odd).mkdir()
    (root / odd / NAME).write_text("")

    assert f"{odd}/{NAME}" in [one.name for one in find_inputs([root], root)]


@pytest.mark.parametrize("name", ["platform.yaml", "Platform.YAML"])
def test_a_platform_file_is_looked_for_where_one_may_be(root: Path, name: str) -> None:
    (root / "b" / "c" / name).write_text("")
    found = {one.name: one.has_platform for one in find_inputs([root, root / "a" / NAME], root)}

    assert {one for one, may_have in found.items() if may_have} == {f"a/{NAME}", f"b/c/{NAME}"}


@pytest.mark.parametrize("is_told", [True, False])
def test_the_nearest_platform_speaks_whether_or_not_it_is_known_that_none_is_beside(
    root: Path, *, is_told: bool
) -> None:
    text = "apiVersion: secretkit.dev/v1alpha1\nkind: Platform\nmetadata: {name: %s}\nspec: {}\n"
    (root / "platform.yaml").write_text(text % "top")
    (root / "b" / "platform.yaml").write_text(text % "below")
    platforms = Platforms(root, None, None)

    def named(name: str) -> str | None:
        found = platforms.of_input(Input(root, name, direct=False, has_platform=not is_told))
        return found and found.name

    assert [named(f"{folder}/{NAME}") for folder in ("a", "a/b", "b/c", "b/c/d")] == [
        "top", "top", "below", "below",
    ]  # fmt: skip
    assert named(NAME) == "top"
