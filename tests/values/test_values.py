"""Sources of values: exact bytes, or a fault that says why not, and nothing outside the root."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from secretkit import pipeline, values
from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.values import MOST_BYTES, Unreadable, Where, env, file, sources

HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\nmetadata: {name: shop, namespace: prod}\n"
ODD = b"\x00\xff\r\n\xc3\xa9 \n\n"


def where(root: Path, folder: str = "app", environment: Mapping[str, str] | None = None) -> Where:
    (root / folder).mkdir(parents=True, exist_ok=True)
    return Where(root / folder, root, environment or {}, {})


def refused(read: Callable[[], bytes]) -> tuple[str, str]:
    """The code of a refusal, and what its finding says of the reason."""
    with pytest.raises(Unreadable) as caught:
        read()
    return caught.value.code.code, str(caught.value.words.get("what", ""))


def test_each_source_is_a_file_of_the_folder() -> None:
    assert sources() == ("env", "file", "sops")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("plain", b"plain", id="text"),
        pytest.param("", b"", id="empty"),
        pytest.param(" a\n", b" a\n", id="blanks and line ends stay"),
        pytest.param("é", "é".encode(), id="UTF-8"),
        pytest.param("\udcff", b"\xff", id="bytes that are no text, as Python holds them"),
        pytest.param("x" * MOST_BYTES, b"x" * MOST_BYTES, id="1 MiB"),
    ],
)
def test_a_variable_gives_its_exact_bytes(tmp_path: Path, content: str, expected: bytes) -> None:
    assert env.read("A_NAME", where(tmp_path, environment={"A_NAME": content})) == expected


def test_a_variable_that_is_not_set_is_missing(tmp_path: Path) -> None:
    told = refused(lambda: env.read("A_NAME", where(tmp_path)))

    assert told == ("SK501", "its variable is not set")


def test_a_variable_above_a_mebibyte_is_refused(tmp_path: Path) -> None:
    around = where(tmp_path, environment={"A_NAME": "x" * (MOST_BYTES + 1)})

    assert refused(lambda: env.read("A_NAME", around)) == ("SK503", "")


@pytest.mark.parametrize(
    "name",
    [
        "AWS_SECRET_ACCESS_KEY", "AZURE_CLIENT_SECRET", "GOOGLE_APPLICATION_CREDENTIALS",
        "VAULT_TOKEN", "GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "CI_JOB_TOKEN", "SOPS_AGE_KEY",
        "ARGOCD_AUTH_TOKEN", "KUBECONFIG", "KUBERNETES_SERVICE_HOST", "SECRETKIT_CACHE_DIR",
        "aws_secret_access_key",
    ],
)  # fmt: skip
def test_a_reserved_variable_is_not_read_though_it_is_set(tmp_path: Path, name: str) -> None:
    around = where(tmp_path, environment={name: "Kanarienvogel"})

    assert refused(lambda: env.read(name, around)) == ("SK504", "")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(ODD, "value", id="any bytes"),
        pytest.param(b"", "value", id="empty"),
        pytest.param(b"x" * MOST_BYTES, "value", id="1 MiB"),
        pytest.param(b"a", "deep/er/value", id="in a folder below"),
        pytest.param(b"a", "../shared", id="beside, inside the root"),
        pytest.param(b"a", "-rf; $(x) é", id="any name"),
    ],
)
def test_a_file_gives_its_exact_bytes(tmp_path: Path, content: bytes, name: str) -> None:
    around = where(tmp_path)
    path = around.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)

    assert file.read(name, around) == content


def test_a_path_is_relative_to_the_file_that_names_it(tmp_path: Path) -> None:
    around = where(tmp_path)
    (tmp_path / "value").write_text("of the root")
    (around.folder / "value").write_text("of the app")

    assert file.read("value", around) == b"of the app"


def _nothing(_: Path, __: Path) -> None:
    pass


def _symlink_out(root: Path, folder: Path) -> None:
    outside = root.parent / f"{root.name}-outside"
    outside.write_text("Kanarienvogel")
    (folder / "value").symlink_to(outside)


def _symlink_to_folder_out(root: Path, folder: Path) -> None:
    outside = root.parent / f"{root.name}-folder"
    outside.mkdir()
    (outside / "value").write_text("Kanarienvogel")
    (folder / "link").symlink_to(outside)


@pytest.mark.parametrize(
    ("prepare", "name", "told"),
    [
        pytest.param(_nothing, "value", ("SK501", "there is no such file"), id="missing"),
        pytest.param(_nothing, "../../outside", ("SK502", "lies outside the root"), id="above the root"),
        pytest.param(_nothing, "/etc/passwd", ("SK502", "lies outside the root"), id="absolute"),
        pytest.param(_nothing, "a\0b", ("SK502", "has a NUL in its path"), id="a NUL"),
        pytest.param(_nothing, "x" * 300, ("SK501", "file name too long"), id="a long name"),
        pytest.param(lambda _, folder: (folder / "value").mkdir(), "value", ("SK502", "is not a regular file"), id="a folder"),
        pytest.param(_nothing, ".", ("SK502", "is not a regular file"), id="the folder itself"),
        pytest.param(lambda _, folder: os.mkfifo(folder / "value"), "value", ("SK502", "is not a regular file"), id="a FIFO"),
        pytest.param(lambda _, folder: (folder / "value").symlink_to("/dev/zero"), "value",
                     ("SK502", "lies outside the root"), id="a device"),
        pytest.param(_symlink_out, "value", ("SK502", "lies outside the root"), id="a symlink that leaves the root"),
        pytest.param(_symlink_to_folder_out, "link/value", ("SK502", "lies outside the root"), id="a folder's symlink that leaves"),
        pytest.param(lambda _, folder: (folder / "value").symlink_to("value"), "value",
                     ("SK502", "lies behind symlinks in a circle"), id="a symlink to itself"),
        pytest.param(lambda _, folder: (folder / "value").write_bytes(b"x" * (MOST_BYTES + 1)), "value",
                     ("SK503", ""), id="above 1 MiB"),
        pytest.param(lambda _, folder: (folder / "value").write_bytes(b""), "value/below",
                     ("SK501", "not a directory"), id="below a file"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_had_says_why(
    tmp_path: Path, prepare: Callable[[Path, Path], object], name: str, told: tuple[str, str]
) -> None:
    around = where(tmp_path / "root")
    prepare(around.root, around.folder)

    assert refused(lambda: file.read(name, around)) == told


def test_an_unreadable_file_says_so(tmp_path: Path) -> None:
    around = where(tmp_path)
    (around.folder / "value").write_text("Kanarienvogel")
    (around.folder / "value").chmod(0)
    if os.access(around.folder / "value", os.R_OK):
        pytest.skip("root reads every file")

    assert refused(lambda: file.read("value", around)) == ("SK501", "permission denied")


def test_a_symlink_that_stays_inside_is_followed(tmp_path: Path) -> None:
    around = where(tmp_path)
    (tmp_path / "shared").write_bytes(ODD)
    (around.folder / "value").symlink_to("../shared")

    assert file.read("value", around) == ODD


def test_a_root_that_is_a_symlink_itself_holds_its_files(tmp_path: Path) -> None:
    around = where(tmp_path / "real")
    (around.folder / "value").write_bytes(b"a")
    (tmp_path / "link").symlink_to("real")

    through = Where(tmp_path / "link" / "app", tmp_path / "link", {}, {})

    assert file.read("value", through) == b"a"


def test_all_values_of_an_app_are_read_and_all_that_is_missing_is_told(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(ODD)
    app = _app(
        tmp_path,
        "{a: {file: there}, b: {env: A_NAME}, c: {literal: x}, d: {file: gone}, e: {env: GONE}}",
    )

    read, findings = values.read_all(app, Where(tmp_path, tmp_path, {"A_NAME": "a"}, {}))

    assert {key: value.reveal() for key, value in read.items()} == {
        ("it", "a"): ODD,
        ("it", "b"): b"a",
    }
    assert [_told(one) for one in findings] == [
        ("SK501", "d", "the value of `it.d` cannot be read: there is no such file"),
        ("SK501", "e", "the value of `it.e` cannot be read: its variable is not set"),
    ]


def test_without_the_flag_no_file_is_opened_and_no_variable_read(tmp_path: Path) -> None:
    class Trap(dict[str, str]):
        def get(self, key: str, *_: object) -> str:
            raise AssertionError(f"read {key}")

    os.mkfifo(tmp_path / "value")  # reading it would hang
    app = "{a: {file: value}, b: {env: A_NAME}}"
    (tmp_path / "secrets.yaml").write_text(_text(app))

    for allowed in (None, False):
        options = pipeline.Options(allow_plaintext=allowed, process_environment=Trap())
        outcome = pipeline.run([tmp_path], options)

        expected = [] if allowed is None else ["SK505"]
        assert [one.code for one in outcome.findings] == expected


def _text(fields: str) -> str:
    return f"{HEAD}spec:\n  secrets:\n    it: {{values: {fields}}}\n"


def _app(folder: Path, fields: str) -> App:
    (folder / "secrets.yaml").write_text(_text(fields))
    app: App = pipeline.run([folder], pipeline.Options()).apps[0].app
    return app


def _told(finding: Finding) -> tuple[str, str, str]:
    return finding.code, str(getattr(finding.place, "path", ("",))[-1]), finding.message
