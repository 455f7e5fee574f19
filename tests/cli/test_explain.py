"""`explain`: every code and every field has its page, and a slip is told with what is near."""

import pytest

from secretkit import codes
from secretkit.cli import run
from secretkit.schema import app, fields

ROOT = app.build()
NAMES = codes.names()


def explain(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["explain", *words])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("name", NAMES)
def test_each_code_has_a_page(capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, out, err = explain(capsys, name)

    assert (code, err) == (0, "")
    assert f"[{name}]: " in out.splitlines()[0]
    assert [line.split(":")[0] for line in out.splitlines() if line[:4] in ("why:", "fix:")] == [
        "why", "fix",
    ]  # fmt: skip


def test_a_page_says_all_of_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(capsys, "sk523") == (
        0,
        """\
error[SK523]: the variable of `key` begins with AWS_, and such variables are never read

why:    credentials of CI, of a cloud or of our own stand there, and a pull request could name them
fix:    pass the value in a variable with a name of its own
source: secretkit, values in the clear

wrong:

  deploy:
    values:
      key: {env: AWS_SECRET_ACCESS_KEY}  # <- SK523

right:

  deploy:
    values:
      key: {env: SHOP_DEPLOY_KEY}
""",
        "",
    )


def test_a_page_without_text_describes_the_wrong_input(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = explain(capsys, "SK503")

    assert out.splitlines()[-1] == "wrong:  a file above 1 MiB"


def test_a_page_speaks_of_its_own_example(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = explain(capsys, "SK206")

    assert code == 0
    assert "fix:    write `shop/db#password`" in out


def test_fields_of_the_platform_have_pages_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = explain(capsys, "platform.targets.kubernetes")

    assert (code, out.splitlines()[0]) == (0, "targets.kubernetes")
    assert explain(capsys, "platform")[0] == 0


def test_alone_it_lists_every_code_and_the_top_fields(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = explain(capsys)

    listed, _, rest = out.partition("\nFields ")
    assert code == 0
    assert [line[2:7] for line in listed.splitlines() if line.startswith("  SK")] == NAMES
    assert [line.split()[0] for line in rest.splitlines()[2:] if line[2:3].strip()] == [
        "stores", "secrets", "access", "workloads", "audit", "encryption", "patches", "environments",
    ]  # fmt: skip


def test_a_field_s_page_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(capsys, "secrets.database.generate.length") == (
        0,
        """\
secrets.NAME.generate.length

Length of the password.

type:     number
range:    at least 1, at most 1048576
default:  24

example:

  length: 48
""",
        "",
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("spec.stores.main.aws.region", "stores.NAME.aws.region", id="the whole path"),
        pytest.param("stores.aws.region", "stores.NAME.aws.region", id="without its key"),
        pytest.param("stores.aws.aws.region", "stores.NAME.aws.region", id="a key like a field"),
        pytest.param("secrets.NAME.keys", "secrets.NAME.keys", id="NAME"),
        pytest.param("secrets.keys", "secrets.NAME.keys", id="no name"),
        pytest.param("secrets.db", "secrets.NAME", id="a key at the end"),
        pytest.param("secrets.values.tls.crt.file", "secrets.NAME.values.NAME.file", id="a key with a dot"),
        pytest.param("workloads.api.files./etc/tls.d.mode", "workloads.NAME.files.NAME.mode", id="a path"),
        pytest.param("secrets.find.rewrite.regexp.source", "secrets.NAME.find.rewrite.regexp.source",
                     id="within a list"),
        pytest.param("metadata.labels", "metadata.labels", id="outside spec"),
        pytest.param("labels.team", None, id="not at the top"),
        pytest.param("environments.staging.spec.secrets.refresh", "environments.NAME.spec.secrets.NAME.refresh",
                     id="in an environment"),
        pytest.param("spec", "spec", id="a section"),
        pytest.param("", "", id="the file"),
    ],
)  # fmt: skip
def test_a_path_leads_to_its_field(path: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(fields.Unknown):
            fields.find(ROOT, path)
    else:
        assert fields.find(ROOT, path).name == expected


def test_every_field_has_a_page_under_the_name_that_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for field in fields.everything(ROOT):
        code, out, err = explain(capsys, field.name)

        assert (code, err, out.splitlines()[0]) == (0, "", field.name)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("SK525x", "error: no field `SK525x`; `secretkit explain` lists codes and fields"),
        ("SK9999", "error: no such code SK9999; `secretkit explain` lists them"),
        ("SK899", f"error: no such code SK899, the nearest is {NAMES[-1]}"),
        ("SK999", "error: no such code SK999; `secretkit explain` lists them"),
        ("pus", "error: no field `pus`, did you mean `push`? For example secrets.NAME.push"),
        ("stors", "error: no field `stors`, did you mean `stores`?"),
        (
            "stores.aws.regoin",
            "error: no field `regoin` in stores.NAME.aws, did you mean `region`?",
        ),
        ("secrets.db.kyes", "error: no field `kyes` in secrets.NAME, did you mean `keys`?"),
        (
            "onRotation",
            "error: no field `onRotation`; fields of that name: workloads.NAME.onRotation",
        ),
        ("xyzzy", "error: no field `xyzzy`; `secretkit explain` lists codes and fields"),
    ],
)
def test_an_unknown_word_is_2_with_the_nearest(
    capsys: pytest.CaptureFixture[str], words: str, line: str
) -> None:
    assert explain(capsys, words) == (2, "", f"{line}\n")


def test_each_code_lies_where_it_is_looked_for() -> None:
    assert {name: getattr(codes.find(name), "code", None) for name in NAMES} == {
        code.code: code.code for code in codes.all_codes()
    }


def test_a_prefix_of_a_code_is_no_code() -> None:
    assert codes.find("SK20") is None
