"""`init`: a file to start from that is right as it stands, and never over another."""

import os
from pathlib import Path

import pytest
import yaml

from secretkit import pipeline, resources
from secretkit.cli import run
from secretkit.cli.init import app_name, filled


def test_it_writes_a_file_that_has_no_finding_and_says_what_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "apps" / "Payments API"

    code = run(["init", str(folder)])

    out, err = capsys.readouterr()
    assert (code, out) == (0, "")
    assert err.splitlines()[:2] == [
        f"wrote {folder}/secrets.yaml for the app payments-api",
        "next:",
    ]
    steps = err.splitlines()[2:]
    assert steps[2] == f"  secretkit render '{folder}'    prints the manifests"
    assert len({row.rindex("  ") for row in steps}) == 1
    outcome = pipeline.run([folder], pipeline.Options())
    assert outcome.findings == ()
    assert [one.app.name for one in outcome.apps] == ["payments-api"]
    assert sorted({found.kind for found in outcome.apps[0].objects if not found.patch}) == [
        "ExternalSecret", "Password", "Role", "RoleBinding", "SecretStore", "ServiceAccount",
    ]  # fmt: skip


def test_it_starts_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path / "shop")

    assert run(["init"]) == 0
    assert yaml.safe_load(Path("secrets.yaml").read_text())["metadata"] == {
        "name": "shop",
        "namespace": "shop",
    }


def test_the_mode_does_not_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        run(["init", str(tmp_path / "shop")])
    finally:
        os.umask(before)

    assert (tmp_path / "shop" / "secrets.yaml").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("what", ["a file", "a folder", "a symlink to nothing"])
def test_what_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    there = tmp_path / "secrets.yaml"
    match what:
        case "a file":
            there.write_text("mine")
        case "a folder":
            there.mkdir()
        case _:
            there.symlink_to("nothing")

    assert run(["init", str(tmp_path)]) == 2
    assert capsys.readouterr() == ("", f"error: {there}: is there already, and stays as it is\n")
    assert list(tmp_path.iterdir()) == [there]
    assert what != "a file" or there.read_text() == "mine"


def test_a_file_in_place_of_the_folder_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shop").write_text("mine")

    assert run(["init", str(tmp_path / "shop")]) == 2
    assert capsys.readouterr().err == f"error: {tmp_path / 'shop'}: is not a folder\n"


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("payments", "payments"), ("Payments_API v2", "payments-api-v2"), ("-a-", "a"), ("é", "app"),
        ("", "app"), ("123", "123"), ("yes", "yes"), ("1e5", "1e5"), ("x" * 80, "x" * 50),
        ("platform", "platform-app"), ("control-plane", "control-plane-app"), ("a" * 49 + "-b", "a" * 49),
    ],
)  # fmt: skip
def test_the_app_is_named_after_its_folder(folder: str, name: str) -> None:
    assert app_name(folder) == name


@pytest.mark.parametrize("name", ["shop", "123", "yes", "null", "1e5", "0x1f", "x" * 50])
def test_any_name_stays_a_text(tmp_path: Path, name: str) -> None:
    (tmp_path / "secrets.yaml").write_text(filled(name))

    outcome = pipeline.run([tmp_path], pipeline.Options())

    assert outcome.findings == ()
    assert outcome.apps[0].app.name == name


def test_what_is_commented_out_is_right_too(tmp_path: Path) -> None:
    """The parts that begin `# NAME:` at a deeper indent are meant to be uncommented."""
    lines = []
    for line in filled("shop").splitlines():
        body = line.lstrip(" ")
        is_field = body.startswith("# ") and (body[2:3] == " " or body.rstrip().endswith(":"))
        keep = is_field and not body.endswith("as well:")
        lines.append(line.replace("# ", "", 1) if keep else line)
    (tmp_path / "secrets.yaml").write_text("\n".join(lines) + "\n")

    outcome = pipeline.run([tmp_path], pipeline.Options())

    assert sorted(outcome.apps[0].app.secrets) == ["database", "database-lease", "session-key"]
    assert sorted(outcome.apps[0].app.stores) == ["aws", "vault"]
    assert not outcome.has_errors


def test_the_text_is_a_resource_and_every_mark_is_filled() -> None:
    assert (resources.folder("templates") / "init.yaml").is_file()
    assert "@" not in filled("shop")
