"""`secretkit seal`: ciphertext into the user's file, which stays as it was but for that."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from certificates import Made, made
from opening import opened

from secretkit.load import load
from secretkit.text import Source, get

Ran = Callable[..., tuple[int, str, str]]
COMMAND = [sys.executable, "-m", "secretkit", "seal"]

APP = """\
# of the shop
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: prod}   # odd   spacing
spec:
  secrets:
    # made once
    session: {generate: {length: 32}}

  # who reads
  access:
    reader: {serviceAccount: shop, secrets: [session]}
"""
PLATFORM = """\
apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  environments:
    staging: {namespace: "${app}-staging", sealing: {cert: certs/staging.pem}}
    production: {sealing: {cert: certs/production.pem}}
"""


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "secrets.yaml").write_text(APP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cert(repo: Path) -> Made:
    return made(repo / "certs", "production", number=1)


@pytest.fixture
def staging(repo: Path, cert: Made) -> Made:  # noqa: ARG001
    """The certificate of staging, beside a platform file."""
    (repo / "platform.yaml").write_text(PLATFORM)
    return made(repo / "certs", "staging", number=2)


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], None]]:
    opened_files = []

    def give(content: bytes) -> None:
        read, write = os.pipe()
        os.write(write, content)
        os.close(write)
        stream = os.fdopen(read)
        opened_files.append(stream)
        monkeypatch.setattr(sys, "stdin", stream)

    yield give
    for stream in opened_files:
        stream.close()


def text(file: str = "secrets.yaml") -> str:
    return Path(file).read_text()


def at(*steps: str) -> Any:
    return get(load(Source("", text())).value, ("spec", *steps))


def codes(err: str) -> list[str]:
    return [line.split("[")[1][:5] for line in err.splitlines() if line[:6] in ("error[", "warnin")]


def test_a_value_on_stdin_goes_into_the_file_and_nothing_else_changes(
    ran: Ran, stdin: Callable[[bytes], None], cert: Made
) -> None:
    stdin(b"hunter2")
    code, out, err = ran("seal", "secrets.yaml", "--secret", "webhook", "--key", "api-key", "--cert", "certs/production.pem")  # fmt: skip

    assert (code, err) == (0, "")
    assert out.splitlines()[0] == ("sealed `webhook` (new) for `prod/webhook` (strict): api-key")
    assert out.splitlines()[1].startswith(f"certificate {cert.fingerprint} (certs/production.pem, ")
    assert at("secrets", "webhook", "sealedFor") == {
        "scope": "strict", "name": "webhook", "namespace": "prod", "certificate": cert.fingerprint,
    }  # fmt: skip
    assert opened(at("secrets", "webhook", "sealed", "api-key"), cert.key, b"prod/webhook") == b"hunter2"  # fmt: skip
    new = [line for line in text().splitlines() if line not in APP.splitlines()]
    assert len(new) == 8
    assert [line for line in text().splitlines() if line not in new] == APP.splitlines()


@pytest.mark.parametrize(
    ("scope", "label"),
    [("strict", b"prod/webhook"), ("namespace-wide", b"prod"), ("cluster-wide", b"")],
)
def test_a_scope_holds_for_the_secret_and_for_render(
    ran: Ran, stdin: Callable[[bytes], None], cert: Made, scope: str, label: bytes
) -> None:
    call = ("seal", "secrets.yaml", "--secret", "webhook", "--cert", "certs/production.pem")
    stdin(b"one")
    assert ran(*call, "--key", "a", "--scope", scope)[0] == 0
    stdin(b"two")
    assert ran(*call, "--key", "b")[0] == 0

    code, out, _ = ran("render", ".", "--format", "json")
    sealed = next(one for one in json.loads(out)["items"] if one["kind"] == "SealedSecret")
    values = {k: opened(v, cert.key, label) for k, v in sealed["spec"]["encryptedData"].items()}
    assert values == {"a": b"one", "b": b"two"}
    name = f"sealedsecrets.bitnami.com/{scope}"
    wanted = {} if scope == "strict" else {name: "true"}
    assert sealed["metadata"].get("annotations", {}) == wanted
    assert code == 0


@pytest.mark.parametrize("other", ["namespace-wide", "cluster-wide"])
def test_another_scope_than_the_recorded_one_is_refused(
    ran: Ran, stdin: Callable[[bytes], None], cert: Made, other: str
) -> None:
    call = ("seal", "secrets.yaml", "--secret", "webhook", "--key", "a", "--cert", str(cert.cert))
    stdin(b"one")
    assert ran(*call)[0] == 0
    before = text()
    stdin(b"two")

    code, out, err = ran(*call, "--scope", other)

    assert (code, out, codes(err), text()) == (1, "", ["SK536"], before)


@pytest.mark.parametrize(
    ("old", "new"),
    [("name: webhook", "name: hook"), ("namespace: prod\n", "namespace: other\n")],
)
def test_a_record_of_another_name_or_namespace_is_refused(
    ran: Ran, stdin: Callable[[bytes], None], cert: Made, repo: Path, old: str, new: str
) -> None:
    call = ("seal", "secrets.yaml", "--secret", "webhook", "--key", "a", "--cert", str(cert.cert))
    stdin(b"one")
    ran(*call)
    (repo / "secrets.yaml").write_text(text().replace(old, new))
    before = text()
    stdin(b"two")

    code, _, err = ran(*call)
    assert (code, codes(err), text()) == (1, ["SK536"], before)
    assert ran("validate", ".")[1].count("error[SK521]") == 1

    stdin(b"two")
    assert ran(*call, "--replace")[0] == 0
    assert ran("validate", ".")[0] == 0


def test_one_changed_value_is_one_changed_line(
    ran: Ran, stdin: Callable[[bytes], None], cert: Made
) -> None:
    call = ("seal", "secrets.yaml", "--secret", "webhook", "--cert", str(cert.cert))
    for key in ("a", "b", "c"):
        stdin(b"one")
        ran(*call, "--key", key)
    before = text().splitlines()
    stdin(b"two")
    ran(*call, "--key", "b")

    after = text().splitlines()
    assert [row for row in before if row not in after] == [
        f'        b: "{row.split(chr(34))[1]}"' for row in before if row.lstrip().startswith("b: ")
    ]
    assert len(before) == len(after)


def test_several_values_come_in_one_call(
    ran: Ran, cert: Made, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "from env")
    (repo / "a.bin").write_bytes(bytes(range(256)))
    (repo / "app.env").write_text("# c\n\n  USER=root \r\nPASSWORD=a=b#c\n")

    code, _, err = ran("seal", "secrets.yaml", "--secret", "all", "--cert", str(cert.cert),
                       "--from-file", "bin=a.bin", "--from-file", "a.bin", "--from-env", "token=TOKEN",
                       "--from-env-file", "app.env", "--type", "example.com/all")  # fmt: skip

    assert (code, err) == (0, "")
    values = {k: opened(v, cert.key, b"prod/all") for k, v in at("secrets", "all", "sealed").items()}  # fmt: skip
    assert values == {
        "bin": bytes(range(256)), "a.bin": bytes(range(256)), "token": b"from env",
        "USER": b"root ", "PASSWORD": b"a=b#c",
    }  # fmt: skip
    assert at("secrets", "all", "type") == "example.com/all"


def test_a_line_end_is_warned_of_and_sealed(
    ran: Ran, stdin: Callable[[bytes], None], cert: Made
) -> None:
    call = ("seal", "secrets.yaml", "--secret", "w", "--cert", str(cert.cert), "--key")
    said = []
    for key, value, more in (
        ("a", b"hunter2\n", ()), ("c", b"two\nlines\n", ()),
        ("d", b"hunter2\n", ("--keep-newline",)), ("e", b"\n", ()),
    ):  # fmt: skip
        stdin(value)
        code, _, err = ran(*call, key, *more)
        said.append((code, codes(err)))
        assert opened(at("secrets", "w", "sealed", key), cert.key, b"prod/w") == value

    assert said == [(0, ["SK541"]), (0, []), (0, []), (0, ["SK541"])]


def test_an_empty_value_takes_no_values_place_unless_it_is_meant(
    ran: Ran,
    stdin: Callable[[bytes], None],
    cert: Made,
    repo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The command before a pipe fails, and the pipe is empty."""
    call = ("seal", "secrets.yaml", "--secret", "w", "--cert", str(cert.cert))
    stdin(b"hunter2")
    ran(*call, "--key", "a")
    before = text()
    (repo / "empty").write_text("")
    monkeypatch.setenv("EMPTY", "")

    for more in (["--key", "a"], ["--from-file", "a=empty"], ["--from-env", "a=EMPTY"]):
        stdin(b"")
        code, out, err = ran(*call, *more)
        assert (code, out, codes(err), text()) == (1, "", ["SK542"], before)

    stdin(b"")
    assert ran(*call, "--key", "a", "--allow-empty")[::2] == (0, "")
    assert opened(at("secrets", "w", "sealed", "a"), cert.key, b"prod/w") == b""

    (repo / "app.env").write_text("b=\n")  # whoever wrote the line meant it
    code, _, err = ran(*call, "--from-env-file", "app.env")
    assert (code, codes(err)) == (0, ["SK542"])


# What is asked, the exit code, and the codes or the line that says why.
REFUSALS = [
    pytest.param(["--secret", "session", "--key", "a"], 1, "SK535", id="another source"),
    pytest.param(["--secret", "w", "--key", "..a"], 2, "a key is none of a Secret", id="no key"),
    pytest.param(["--secret", "W_w", "--key", "a"], 2, "not a name that Kubernetes takes", id="no name"),
    pytest.param(["--secret", "w"], 2, "--key KEY says which value", id="no key at all"),
    pytest.param(["--key", "a"], 2, "--secret NAME says which", id="no secret"),
    pytest.param(["--secret", "w", "--key", "a", "--from-file", "absent"], 2, "no such file", id="no file"),
    pytest.param(["--secret", "w", "--key", "a", "--from-file", "."], 2, "is a directory", id="a folder"),
    pytest.param(["--secret", "w", "--key", "a", "--from-env", "ABSENT"], 2, "not set", id="no variable"),
    *(
        pytest.param(
            ["--secret", "w", "--key", "a", "--from-env", f"{prefix}X"], 2, "never reads", id=prefix
        )
        for prefix in ("AWS_", "VAULT_", "GITHUB_", "CI_", "KUBE", "SECRETKIT_", "SOPS_", "ARGOCD_")
    ),
    pytest.param(["--secret", "w", "--from-env-file", "secrets.yaml"], 2, "secrets.yaml:2: not a line", id="no env file"),
    pytest.param(["--secret", "w", "--key", "a", "--cert", "absent.pem"], 2, "no such file", id="no certificate"),
    pytest.param(["--secret", "w", "--key", "a", "--cert", "https://x/cert"], 2, "never over the network", id="a URL"),
    pytest.param(["--secret", "w", "--key", "a", "--cert", "ec.pem"], 1, "SK531", id="an EC key"),
    pytest.param(["--secret", "w", "--key", "a", "--cert", "expired.pem"], 1, "SK532", id="expired"),
    pytest.param(["--secret", "w", "--key", "a", "--cert", "secrets.yaml"], 1, "SK531", id="no PEM"),
    pytest.param(["--secret", "w", "--key", "a", "--env", "stagin"], 2, "not declared", id="no environment"),
    pytest.param(["--secret", "w", "--key", "a", "--from-file", "big"], 1, "SK540", id="above a mebibyte"),
    pytest.param(["--secret", "w", "--key", "a", "--from-file", "half"], 1, "SK006", id="a file that nobody could read again"),
    pytest.param(["--secret", "w", "--key", "a", "--from-file", "b", "--from-env", "X"], 2, "--key is one value", id="two sources"),
    pytest.param(["--secret", "w", "--from-file", "a=half", "--from-file", "a=half"], 2, "given twice", id="a key twice"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "code", "why"), REFUSALS)
def test_what_is_refused_changes_nothing(
    ran: Ran, stdin: Callable[[bytes], None], repo: Path, cert: Made, monkeypatch: pytest.MonkeyPatch,
    options: list[str], code: int, why: str,
) -> None:  # fmt: skip
    made(repo, "ec", "ec")
    made(repo, "expired", days_left=-1, days_old=10)
    (repo / "big").write_bytes(bytes(1024 * 1024 + 1))
    (repo / "half").write_bytes(bytes(900 * 1024))
    for prefix in ("AWS_", "VAULT_", "GITHUB_", "CI_", "KUBE", "SECRETKIT_", "SOPS_", "ARGOCD_"):
        monkeypatch.setenv(f"{prefix}X", "hunter2")
    stdin(b"hunter2")
    names = sorted(repo.iterdir())
    if "--cert" not in options:
        options = [*options, "--cert", str(cert.cert)]

    found, out, err = ran("seal", "secrets.yaml", *options)

    assert (found, out) == (code, "")
    assert why in err
    assert "hunter2" not in err
    assert (text(), sorted(repo.iterdir())) == (APP, names)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param("kind: [\n", 1, id="no YAML"),
        pytest.param("apiVersion: v1\nkind: Secret\n", 1, id="another kind"),
        pytest.param(APP.replace("generate", "generat"), 1, id="an unknown field"),
        pytest.param(APP + "a: 1\n---\nb: 2\n", 1, id="two documents"),
        pytest.param("", 1, id="nothing"),
    ],
)
def test_a_file_that_is_wrong_is_not_touched(
    ran: Ran, repo: Path, cert: Made, content: str, code: int
) -> None:
    (repo / "secrets.yaml").write_text(content)

    found, out, _ = ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--from-file", str(cert.cert), "--cert", str(cert.cert))  # fmt: skip

    assert (found, out, text()) == (code, "", content)


def test_errors_that_have_nothing_to_do_with_it_wait_for_validate(
    ran: Ran, stdin: Callable[[bytes], None], repo: Path, cert: Made
) -> None:
    """So a file may speak of a secret before it is sealed."""
    (repo / "secrets.yaml").write_text(APP.replace("[session]", "[session, webhook]"))
    stdin(b"x")

    assert ran("seal", "secrets.yaml", "--secret", "webhook", "--key", "a", "--cert", str(cert.cert))[0] == 0  # fmt: skip
    assert ran("validate", ".")[0] == 0


def test_mode_line_ends_and_byte_order_mark_stay(
    ran: Ran, stdin: Callable[[bytes], None], repo: Path, cert: Made
) -> None:
    file = repo / "secrets.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + APP.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    stdin(b"x")
    ran("seal", "secrets.yaml", "--secret", "webhook", "--key", "a", "--cert", str(cert.cert))

    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf#")
    assert content.count(b"\n") == content.count(b"\r\n") == APP.count("\n") + 8
    assert file.stat().st_mode & 0o7777 == 0o640


LAYOUTS = {
    "flow": "    w: {sealed: {a: OLD, b: KEPT}, type: x/y}  # beside\n",
    "block": "    w:\n      # of a\n      sealed:\n        # first\n        a: OLD # beside\n        b: KEPT\n      type: x/y\n",
    "folded": "    w:\n      sealed:\n        a: >-\n          OLD\n          OLD\n\n        # next\n        b: KEPT\n",
    "literal": "    w:\n      sealed:\n        b: KEPT\n        a: |\n          OLD\n",
    "quoted over lines": "    w:\n      sealed:\n        a: 'OLD\n\n          OLD' # beside\n        b: KEPT\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_keeps_its_other_lines(
    ran: Ran, stdin: Callable[[bytes], None], repo: Path, cert: Made, layout: str
) -> None:
    from sealing import ciphertext

    old, kept = ciphertext(rsa_bytes=256), ciphertext(rsa_bytes=256, seed="kept")
    half = [old[:200], old[200:]]
    body = LAYOUTS[layout].replace("KEPT", kept)
    if body.count("OLD") == 2:
        body = body.replace("OLD", half[0], 1).replace("OLD", half[1], 1)
    else:
        body = body.replace("OLD", old)
    before = APP.replace("    # made once\n", body + "    # made once\n")
    (repo / "secrets.yaml").write_text(before)
    stdin(b"hunter2")

    code, _, err = ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--cert", str(cert.cert), "--new-cert")  # fmt: skip

    assert (code, err) == (0, "")
    assert at("secrets", "w", "sealed", "b") == kept
    assert opened(at("secrets", "w", "sealed", "a"), cert.key, b"prod/w") == b"hunter2"
    assert at("secrets", "w", "sealedFor", "older") == {"b": "unknown"}
    comments = [line.split("#")[1] for line in before.splitlines() if "#" in line]
    assert [line.split("#")[1] for line in text().splitlines() if "#" in line] == comments


def test_an_alias_is_refused(
    ran: Ran, stdin: Callable[[bytes], None], repo: Path, cert: Made
) -> None:
    from sealing import ciphertext

    body = f"    v: &v {{sealed: {{a: {ciphertext()}}}}}\n    w: *v\n"
    before = APP.replace("    # made once\n", body + "    # made once\n")
    (repo / "secrets.yaml").write_text(before)
    stdin(b"hunter2")

    code, _, err = ran("seal", "secrets.yaml", "--secret", "v", "--key", "a", "--cert", str(cert.cert))  # fmt: skip

    assert (code, codes(err), text()) == (1, ["SK534"], before)


def test_a_value_goes_into_an_environment_with_its_certificate(
    ran: Ran, stdin: Callable[[bytes], None], staging: Made
) -> None:
    stdin(b"hunter2")
    code, _, err = ran("seal", "secrets.yaml", "--secret", "webhook", "--key", "a", "--env", "staging")  # fmt: skip

    assert (code, err) == (0, "")
    found = at("environments", "staging", "spec", "secrets", "webhook")
    assert opened(found["sealed"]["a"], staging.key, b"shop-staging/webhook") == b"hunter2"
    assert found["sealedFor"] == {
        "scope": "strict", "name": "webhook", "namespace": "shop-staging",
        "certificate": staging.fingerprint,
    }  # fmt: skip
    assert at("secrets", "webhook") is None
    assert ran("render", ".", "--env", "staging")[0] == 0


def test_without_env_a_secret_of_two_environments_is_refused_until_these_have_their_own(
    ran: Ran, stdin: Callable[[bytes], None], staging: Made, cert: Made
) -> None:
    call = ("seal", "secrets.yaml", "--secret", "webhook", "--key", "a")
    stdin(b"hunter2")
    code, out, err = ran(*call, "--cert", str(cert.cert))
    assert (code, out, codes(err), text()) == (1, "", ["SK538"], APP)
    assert "the environment staging has it too, as `shop-staging/webhook`" in err

    stdin(b"hunter2")
    code, out, err = ran(*call, "--cert", str(staging.cert), "--scope", "cluster-wide")
    assert (code, codes(err), text()) == (1, ["SK538"], APP)
    assert "the environment production has it too, with another certificate" in err

    stdin(b"staging's")
    assert ran(*call, "--env", "staging")[0] == 0
    stdin(b"hunter2")
    assert ran(*call, "--cert", str(cert.cert))[0] == 0
    assert ran("validate", ".")[0] == 0


def test_an_app_whose_namespace_only_environments_give_says_so(
    ran: Ran, stdin: Callable[[bytes], None], staging: Made, repo: Path
) -> None:
    (repo / "secrets.yaml").write_text(APP.replace(", namespace: prod", ""))
    stdin(b"x")
    code, _, err = ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--cert", str(staging.cert))  # fmt: skip

    assert (code, codes(err)) == (1, ["SK021"])
    assert err.endswith("note: what values are sealed for depends on the environment here: give --env NAME\n")  # fmt: skip


def test_an_environments_own_values_take_the_place_of_all_of_the_bases(
    ran: Ran, stdin: Callable[[bytes], None], staging: Made, cert: Made, repo: Path
) -> None:
    (repo / "platform.yaml").write_text(PLATFORM.replace('namespace: "${app}-staging", ', ""))
    made(repo / "certs", "staging", number=1)  # one cluster, so that the base may be sealed
    for key in ("a", "b"):
        stdin(b"x")
        assert ran("seal", "secrets.yaml", "--secret", "w", "--key", key, "--cert", str(cert.cert))[0] == 0  # fmt: skip
    stdin(b"x")
    code, _, err = ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--env", "staging")

    assert (code, codes(err)) == (0, ["SK539"])
    assert "in `staging` `w` has no longer: `b`" in err
    assert staging


def test_another_certificate_needs_to_be_meant(
    ran: Ran, stdin: Callable[[bytes], None], cert: Made, repo: Path
) -> None:
    new = made(repo / "certs", "new", number=3)
    call = ("seal", "secrets.yaml", "--secret", "w", "--key")
    for key in ("a", "b"):
        stdin(b"x")
        ran(*call, key, "--cert", str(cert.cert))
    before = text()
    stdin(b"x")
    code, _, err = ran(*call, "a", "--cert", "certs/new.pem")
    assert (code, codes(err), text()) == (1, ["SK537"], before)
    assert (new.fingerprint in err, cert.fingerprint in err) == (True, True)

    stdin(b"y")
    code, out, _ = ran(*call, "a", "--cert", "certs/new.pem", "--new-cert")
    assert (code, new.fingerprint in out) == (0, True)
    assert at("secrets", "w", "sealedFor", "certificate") == new.fingerprint
    assert at("secrets", "w", "sealedFor", "older") == {"b": cert.fingerprint}
    assert opened(at("secrets", "w", "sealed", "a"), new.key, b"prod/w") == b"y"
    assert opened(at("secrets", "w", "sealed", "b"), cert.key, b"prod/w") == b"x"

    code, out, _ = ran("seal", "secrets.yaml", "--check", "--cert", "certs/new.pem")
    assert (code, [line for line in out.splitlines() if line.startswith("warning")]) == (1, [
        f"warning[SK545]: `b` of `w` was sealed with {cert.fingerprint}; certs/new.pem has {new.fingerprint}"
    ])  # fmt: skip

    stdin(b"z")
    ran(*call, "b", "--cert", "certs/new.pem")
    assert at("secrets", "w", "sealedFor", "older") is None
    assert ran("seal", "secrets.yaml", "--check", "--cert", "certs/new.pem") == (0, "2 values fine\n", "")  # fmt: skip


def test_the_certificate_of_another_environment_is_refused_and_a_strange_one_warned_of(
    ran: Ran, stdin: Callable[[bytes], None], staging: Made, cert: Made, repo: Path
) -> None:
    stdin(b"x")
    code, _, err = ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--env", "staging", "--cert", str(cert.cert))  # fmt: skip

    assert (code, codes(err), text()) == (1, ["SK572"], APP)
    assert "this is the certificate of `production`" in err

    stdin(b"x")
    third = made(repo / "certs", "third", number=3)
    code, _, err = ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--env", "staging", "--cert", str(third.cert))  # fmt: skip
    assert (code, codes(err)) == (0, ["SK544"])
    assert staging.fingerprint in err


def test_check_goes_through_all_environments_and_judges_their_certificates(
    ran: Ran, stdin: Callable[[bytes], None], staging: Made, repo: Path
) -> None:
    for name in ("staging", "production"):
        stdin(b"x")
        ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--env", name)
    assert ran("seal", "secrets.yaml", "--check") == (0, "2 values fine, in production, staging\n", "")  # fmt: skip

    new = made(repo / "certs", "staging", number=4)
    made(repo / "certs", "production", number=1, days_left=-1, days_old=40)
    code, out, err = ran("seal", "secrets.yaml", "--check")
    assert (code, err) == (1, "")
    assert [line for line in out.splitlines() if "]: " in line] == [
        "error[SK532]: the certificate `certs/production.pem` has expired on "
        + out.split("expired on ")[1][:10],
        f"warning[SK545]: `a` of `w` was sealed with {staging.fingerprint}; `staging` has {new.fingerprint}",
    ]  # fmt: skip
    assert ran("seal", "secrets.yaml", "--check", "--env", "staging")[0] == 1


def test_going_back_to_an_older_certificate_needs_to_be_meant(
    ran: Ran, stdin: Callable[[bytes], None], cert: Made, repo: Path
) -> None:
    made(repo / "certs", "new", number=3)
    call = ("seal", "secrets.yaml", "--secret", "w", "--key")
    for key, name, more in (("a", "production", ()), ("b", "new", ("--new-cert",))):
        stdin(b"x")
        assert ran(*call, key, "--cert", f"certs/{name}.pem", *more)[0] == 0
    before = text()

    for words in ((*call, "c"), ("seal", "secrets.yaml", "--secret", "v", "--key", "c")):
        stdin(b"x")
        code, _, err = ran(*words, "--cert", str(cert.cert))
        assert (code, codes(err), text()) == (1, ["SK537"], before)


def test_values_under_the_certificate_of_another_environment_are_an_error_of_validate_and_check(
    ran: Ran, stdin: Callable[[bytes], None], staging: Made, cert: Made, repo: Path
) -> None:
    """Both clusters had one key once, or somebody said `--new-cert`."""
    call = (
        "seal",
        "secrets.yaml",
        "--secret",
        "w",
        "--env",
        "production",
        "--cert",
        str(staging.cert),
    )
    stdin(b"x")
    assert ran(*call, "--key", "a")[0] == 1
    stdin(b"x")
    assert ran(*call, "--key", "a", "--new-cert")[0] == 0
    stdin(b"x")
    own = ("--env", "production", "--cert", str(cert.cert))
    assert ran("seal", "secrets.yaml", "--secret", "w", "--key", "b", *own, "--new-cert")[0] == 0
    said = (
        "error[SK572]: `a` of `w` was sealed with the certificate of `staging`, while the platform names "
        "another for `production`"
    )

    code, out, _ = ran("validate", ".")
    assert (code, [row for row in out.splitlines() if "]: " in row]) == (1, [said])
    code, out, _ = ran("seal", "secrets.yaml", "--check", "--env", "production")
    assert (code, [row for row in out.splitlines() if "]: " in row]) == (1, [said])

    (repo / "platform.yaml").write_text(PLATFORM.replace("production.pem", "staging.pem"))
    assert ran("validate", ".")[0] == 0  # one key for both


def test_check_by_one_certificate_says_which_environments_it_leaves_out(
    ran: Ran, stdin: Callable[[bytes], None], staging: Made, repo: Path
) -> None:
    for name in ("staging", "production"):
        stdin(b"x")
        ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--env", name)
    code, out, err = ran("seal", "secrets.yaml", "--check", "--cert", str(staging.cert))
    assert (code, out, err) == (2, "", (
        "error: nothing is sealed in the base; production, staging: not checked, since these have values of "
        "their own: give --env NAME\n"
    ))  # fmt: skip

    (repo / "platform.yaml").unlink()
    stdin(b"x")
    assert ran("seal", "secrets.yaml", "--secret", "v", "--key", "a", "--cert", str(staging.cert))[0] == 0  # fmt: skip
    assert ran("seal", "secrets.yaml", "--check", "--cert", str(staging.cert)) == (0, "1 value fine\n", (
        "note: production, staging: not checked, since these have values of their own: give --env NAME\n"
    ))  # fmt: skip


def test_check_goes_through_a_folder(
    ran: Ran, stdin: Callable[[bytes], None], staging: Made, repo: Path
) -> None:
    for name in ("a", "b", "none"):
        (repo / "apps" / name).mkdir(parents=True)
        (repo / "apps" / name / "secrets.yaml").write_text(
            APP.replace("name: shop", f"name: {name}")
        )
    (repo / "apps" / "secrets.yaml").write_text("a: 1\nsealed: 2\n")  # somebody else's
    for name in ("a", "b"):
        stdin(b"x")
        assert ran("seal", f"apps/{name}/secrets.yaml", "--secret", "w", "--key", "k", "--env", "staging")[0] == 0  # fmt: skip
    assert ran("seal", "apps", "--check") == (0, "2 values fine, in production, staging\n", "")
    assert ran("seal", "apps/none", "--check") == (0, "nothing is sealed here\n", "")

    made(repo / "certs", "staging", number=4)
    code, out, _ = ran("seal", "apps", "--check")
    assert (code, [row.strip() for row in out.splitlines() if "-->" in row]) == (1, [
        "--> apps/a/secrets.yaml:19:15", "--> apps/b/secrets.yaml:19:15",
    ])  # fmt: skip
    assert staging


@pytest.mark.parametrize(
    "waiting",
    ["w:", "w: {}", "w: {sealed: {}}", "w:\n      type: x/y\n      sealed:\n      name: w"],
)
def test_a_secret_may_wait_for_its_values(
    ran: Ran, stdin: Callable[[bytes], None], cert: Made, repo: Path, waiting: str
) -> None:
    before = APP.replace("    # made once\n", f"    {waiting}  # later\n    # made once\n")
    (repo / "secrets.yaml").write_text(before)
    stdin(b"hunter2")
    code, _, err = ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--cert", str(cert.cert), "--scope", "cluster-wide")  # fmt: skip

    assert (code, err) == (0, "")
    assert opened(at("secrets", "w", "sealed", "a"), cert.key, b"") == b"hunter2"
    assert list(at("secrets", "w", "sealed")) == ["a"]
    assert "# later\n" in text()
    assert ran("validate", ".")[0] == 0


def test_what_an_environment_takes_away_does_not_wait_for_values(
    ran: Ran, stdin: Callable[[bytes], None], staging: Made, repo: Path
) -> None:
    gone = "  environments: {staging: {spec: {secrets: {session: null}, access: {reader: null}}}}\n"
    (repo / "secrets.yaml").write_text(APP + gone)
    stdin(b"x")
    code, _, err = ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--env", "staging")

    assert (code, err) == (0, "")
    assert at("environments", "staging", "spec", "secrets", "session") is None
    kinds = json.loads(ran("render", ".", "--env", "staging", "--format", "json")[1])["items"]
    assert ([one["kind"] for one in kinds], staging.cert.exists()) == (["SealedSecret"], True)


def test_check_says_what_nobody_recorded_and_does_not_fail_for_it(
    ran: Ran, repo: Path, cert: Made
) -> None:
    from sealing import ciphertext

    (repo / "secrets.yaml").write_text(
        APP.replace("    # made once\n", f"    w: {{sealed: {{a: {ciphertext()}}}}}\n")
    )

    code, out, _ = ran("seal", "secrets.yaml", "--check", "--cert", str(cert.cert))
    assert (code, out.splitlines()[0]) == (
        0, "info[SK546]: nobody recorded which certificate `a` of `w` was sealed with",
    )  # fmt: skip
    assert ran("seal", "secrets.yaml", "--check")[0] == 2


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        pytest.param("absent", "SK530", "cannot be read: there is no such file", id="missing"),
        pytest.param("outside", "SK530", "lies outside the root", id="outside the repository"),
        pytest.param("ec", "SK531", "is of an EC key", id="an EC key"),
        pytest.param("small", "SK531", "1024 bits", id="too small"),
        pytest.param("expired", "SK532", "has expired", id="expired"),
        pytest.param("old", "SK533", "is 40 days old", id="old"),
    ],
)
def test_validate_judges_the_certificates_that_a_platform_names(
    ran: Ran, staging: Made, repo: Path, change: str, code: str, said: str
) -> None:
    match change:
        case "absent":
            staging.cert.unlink()
        case "outside":
            staging.cert.unlink()
            staging.cert.symlink_to("/etc/hostname")
        case "ec":
            made(repo / "certs", "staging", "ec")
        case "small":
            made(repo / "certs", "staging", "rsa-1024")
        case "expired":
            made(repo / "certs", "staging", days_left=-1, days_old=40)
        case "old":
            made(repo / "certs", "staging", days_old=40)

    found, out, _ = ran("validate", ".", "--format", "json")
    said_of = [
        (one["code"], one["file"], one["line"], said in one["message"])
        for one in json.loads(out)["findings"]
    ]
    assert said_of == [(code, "platform.yaml", 6, True)]
    assert found == (0 if code == "SK533" else 1)
    assert ran("render", ".", "--env", "staging")[0] == 0  # without a clock
    assert ran("validate", ".", "--env", "production")[0] == 0

    policy = PLATFORM + f'  policy: {{{code}: "off"}}\n'
    (repo / "platform.yaml").write_text(policy)
    assert ran("validate", ".")[0] == 0


SECRET = """\
apiVersion: v1
kind: Secret
metadata:
  name: NAME
  namespace: prod
  labels: {team: pay, app.kubernetes.io/managed-by: Helm}
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"data": {"password": "aHVudGVyMg=="}}'
type: TYPE
data:
  password: aHVudGVyMg==
  binary: /wAB
stringData:
  url: postgres://root:hunter2@db/shop
  password: wins
"""


def test_the_secrets_of_a_folder_are_sealed_in_one_call(ran: Ran, repo: Path, cert: Made) -> None:
    old = repo / "k8s"
    old.mkdir()
    one = SECRET.replace("NAME", "db").replace("TYPE", "Opaque")
    two = SECRET.replace("NAME", "tls").replace("TYPE", "example.com/pair")
    (old / "all.yaml").write_text(one + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\n" + two)  # fmt: skip
    (old / "note.txt").write_text("not a manifest")

    code, out, err = ran("seal", "secrets.yaml", "--from-secret", "k8s", "--cert", str(cert.cert))

    assert (code, err) == (0, "")  # the annotation that is left behind is kubectl's own
    for name in ("db", "tls"):
        values = {k: opened(v, cert.key, f"prod/{name}".encode()) for k, v in at("secrets", name, "sealed").items()}  # fmt: skip
        assert values == {
            "password": b"wins", "binary": b"\xff\x00\x01", "url": b"postgres://root:hunter2@db/shop",
        }  # fmt: skip
        assert at("secrets", name, "labels") == {"team": "pay"}
    assert (at("secrets", "db", "type"), at("secrets", "tls", "type")) == (None, "example.com/pair")
    for value in ("hunter2", "aHVudGVyMg", "wins"):
        assert value not in out + err + text()
    assert ran("validate", ".")[0] == 0


def test_a_file_begins_with_the_secrets_of_a_folder(ran: Ran, repo: Path, cert: Made) -> None:
    """From plain Secrets to sealed manifests: this call, and `render`."""
    (repo / "k8s").mkdir()
    (repo / "k8s" / "db.json").write_text(json.dumps(
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "prod"},
         "stringData": {"password": "hunter2"}}
    ))  # fmt: skip
    call = ("seal", "apps/web/secrets.yaml", "--from-secret", "k8s", "--cert", str(cert.cert))

    assert ran(*call, "--dry-run")[0] == 0
    assert not (repo / "apps" / "web" / "secrets.yaml").exists()
    code, _, err = ran(*call)

    assert (code, err) == (0, "")
    assert text("apps/web/secrets.yaml").startswith(
        "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\nmetadata:\n  name: web\n  namespace: prod\n"
        "spec:\n  secrets:\n    db:\n      sealed:\n        password: "
    )
    code, out, _ = ran("render", "apps", "--format", "json")
    (sealed,) = json.loads(out)["items"]
    assert opened(sealed["spec"]["encryptedData"]["password"], cert.key, b"prod/db") == b"hunter2"

    (repo / "k8s" / "other.yaml").write_text(
        SECRET.replace("prod", "staging").replace("NAME", "other")
    )
    call = ("seal", "apps/new/secrets.yaml", "--from-secret", "k8s", "--cert", str(cert.cert))
    code, _, err = ran(*call)
    assert (code, err) == (2, (
        "error: apps/new/secrets.yaml: no such file yet, and the Secrets name 2 namespaces (prod, staging), "
        "and an app is of one: say which with --namespace NAME, each into a file of its own\n"
    ))  # fmt: skip
    assert not (repo / "apps" / "new").exists()
    assert ran(*call, "--namespace", "staging")[0] == 0
    assert "namespace: staging\n" in text("apps/new/secrets.yaml")


@pytest.mark.parametrize(
    ("manifest", "code", "why"),
    [
        pytest.param("a: [\n", 1, "SK00", id="no YAML"),
        pytest.param(SECRET.replace("/wAB", "'/wA*B'"), 1, "`data.binary` of the Secret `web` is not base64\n  --> s.yaml:28:3", id="no base64"),
        pytest.param(SECRET.replace("/wAB", "12"), 1, "`data.binary` of the Secret `web` is no text", id="a number"),
        pytest.param(SECRET.replace("  binary: ", "  a b: "), 1, "a key in `data` of the Secret `web` is none", id="no key"),
        pytest.param(SECRET.replace("name: NAME", "name: A_b"), 1, "a name that Kubernetes does not take", id="no name"),
        pytest.param(SECRET.replace("type: TYPE", "type: [Opaque]"), 1, "`type` of the Secret `web` is not text\n  --> s.yaml:25:1", id="a list as type"),
        pytest.param(SECRET.replace("type: TYPE", 'immutable: "true"'), 1, "`immutable` of the Secret `web` is not true or false", id="a text as immutable"),
        pytest.param(SECRET.replace("namespace: prod", "namespace: [prod]"), 1, "`namespace` of the Secret `web` is no text", id="a list as namespace"),
        pytest.param(SECRET.replace("{team: pay, ", "{team: 12, "), 1, "`labels` of the Secret `web` are not texts", id="a number as label"),
        pytest.param(SECRET.replace("stringData", "stringdata"), 1, "a field that none has, did you mean `stringData`?", id="a field that none has"),
        pytest.param(SECRET.replace("prod", "billing"), 1, "the Secret `web` is of the namespace `billing`, and this app is of `prod`", id="another namespace"),
        pytest.param(SECRET.replace("NAME", "first"), 1, "there are two Secrets `first`", id="a Secret twice"),
        pytest.param(SECRET + "sops: {mac: x}\n", 1, "SK549", id="a file of sops"),
        pytest.param(SECRET.replace("wins", "'ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]'"), 1, "`sops decrypt s.yaml | secretkit seal FILE --from-secret -`", id="a value of sops"),
        pytest.param(SECRET.replace("wins", "${DB_PASSWORD}"), 1, "`password` of the Secret `web` holds a placeholder", id="a placeholder"),
        pytest.param(SECRET.replace("aHVudGVyMg==\n  binary", "${DB_PASSWORD}\n  binary"), 1, "`password` of the Secret `web` holds a placeholder", id="a placeholder in place of base64"),
        pytest.param("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", 2, "there is no Secret to seal", id="no Secret"),
        pytest.param(SECRET.replace("TYPE", "kubernetes.io/service-account-token"), 2, "the cluster makes and fills it", id="a token"),
        pytest.param("apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n", 2, "the Secret `x` is passed over: it holds no values", id="no values"),
        pytest.param(SECRET.replace("TYPE", "kubernetes.io/tls"), 1, "SK511", id="a type that lacks its keys"),
        pytest.param(SECRET.replace("TYPE", "kubernetes.io/dockerconfigjson").replace("  url", "  .dockerconfigjson"), 1, "SK512", id="what its type forbids"),
        pytest.param(SECRET.replace("NAME", "session"), 1, "SK535", id="another source"),
    ],
)  # fmt: skip
def test_a_manifest_that_is_refused_changes_nothing(
    ran: Ran, repo: Path, cert: Made, manifest: str, code: int, why: str
) -> None:
    manifest = manifest.replace("NAME", "web").replace("TYPE", "Opaque")
    first = SECRET.replace("NAME", "first").replace("TYPE", "Opaque")
    (repo / "s.yaml").write_text(manifest if code == 2 else first + "---\n" + manifest)

    found, out, err = ran("seal", "secrets.yaml", "--from-secret", "s.yaml", "--cert", str(cert.cert))  # fmt: skip

    assert (found, out, text()) == (code, "", APP)
    assert why in err
    assert "hunter2" not in err


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        pytest.param('{"kind": "Secret", "note": "hunter2", "note": 1}', "SK002", id="no object"),
        pytest.param(
            '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "annotations": {"a": "hunter2"}}, "data": {"p": "*"}}',
            "SK543", id="no base64",
        ),
        pytest.param(
            '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "annotations": {"a": "hunter2"}}, "data": {"p": ""}}',
            "SK547", id="annotations",
        ),
    ],
)  # fmt: skip
def test_no_line_of_a_manifest_is_shown(
    ran: Ran, repo: Path, cert: Made, manifest: str, code: str
) -> None:
    (repo / "s.json").write_text(manifest)

    _, out, err = ran("seal", "secrets.yaml", "--from-secret", "s.json", "--cert", str(cert.cert))

    assert (code in codes(err), "hunter2" in out + err) == (True, False)


@pytest.mark.parametrize("scope", ["strict", "namespace-wide", "cluster-wide"])
def test_a_sealed_secret_is_taken_as_it_is(
    ran: Ran, stdin: Callable[[bytes], None], repo: Path, cert: Made, scope: str
) -> None:
    body = {"apiVersion": "v1", "kind": "Secret", "type": "x/y", "immutable": True, "stringData": {"a": "1", "b": "2"},
            "metadata": {"name": "web", "namespace": "prod", "labels": {"team": "pay"}}}  # fmt: skip
    (repo / "s.json").write_text(json.dumps(body))
    assert ran("seal", "secrets.yaml", "--from-secret", "s.json", "--cert", str(cert.cert), "--scope", scope)[0] == 0  # fmt: skip
    before = at("secrets", "web")
    theirs = ran("render", ".", "--format", "json")[1].encode()
    (repo / "secrets.yaml").write_text(APP)

    stdin(theirs)
    code, out, err = ran("seal", "secrets.yaml", "--from-secret", "-", "--secret", "web")

    assert (code, err) == (0, "")
    assert out.startswith("sealed `web` (new) for ")
    found = at("secrets", "web")
    assert found["sealedFor"] == {"scope": scope, "name": "web", "namespace": "prod"}
    assert {**found, "sealedFor": 0} == {**before, "sealedFor": 0}
    assert ran("render", ".", "--format", "json")[1].encode() == theirs

    for words, exit_code, said in (
        ((), 1, "`web` is sealed in the file already"),
        (("--replace",), 0, ""),
        (
            ("--scope", "strict" if scope != "strict" else "cluster-wide"),
            2,
            f"for the scope {scope}",
        ),
    ):
        stdin(theirs)
        code, _, err = ran("seal", "secrets.yaml", "--from-secret", "-", "--secret", "web", *words)
        assert (code, said in err) == (exit_code, True)
    stdin(theirs.replace(b'"a": "A', b'"a": "*A'))
    code, _, err = ran("seal", "secrets.yaml", "--from-secret", "-", "--secret", "web", "--replace")
    assert (code, codes(err)) == (1, ["SK543"])


NOTES = [
    pytest.param("apiVersion: ENC[AES256_GCM,data:x]\nkind: ENC[AES256_GCM,data:x]\nsops: {mac: x}\n", "encrypted by sops, which `sops decrypt FILE | secretkit seal FILE --from-secret -` takes", id="sops"),
    pytest.param("secretGenerator: [{name: a}]\n", "makes Secrets itself, which `kubectl kustomize k8s | secretkit seal FILE --from-secret -` takes", id="a generator"),
    pytest.param("a: {{ .Values.a }}\nkind: Secret\n", "a template, whose Secrets `helm template CHART | secretkit seal FILE --from-secret -` takes", id="a template"),
    pytest.param("a: [\n", "not a manifest, so passed over", id="no YAML"),
    pytest.param("- a\n", "no Secret in it, so passed over", id="a list"),
    pytest.param("apiVersion: v1\nkind: ConfigMap\n", "no Secret in it, so passed over", id="another kind"),
    pytest.param("extraDeploy:\n- apiVersion: v1\n  kind: Secret\n", "not a manifest, so passed over, though it speaks of Secrets (of a chart `helm template CHART` makes them)", id="values of a chart"),
    pytest.param("apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: x}\n", "sealed already, so passed over (named as a file it is taken as it is)", id="sealed"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "why"), NOTES)
def test_what_is_passed_over_in_a_folder_is_said(
    ran: Ran, repo: Path, cert: Made, content: str, why: str
) -> None:
    (repo / "k8s").mkdir()
    (repo / "k8s" / "a.yaml").write_text(SECRET.replace("NAME", "web").replace("TYPE", "Opaque"))
    (repo / "k8s" / "kustomization.yaml").write_text(content)

    code, _, err = ran("seal", "secrets.yaml", "--from-secret", "k8s", "--cert", str(cert.cert))

    assert (code, err) == (0, f"note: {why}: k8s/kustomization.yaml\n")


@pytest.mark.parametrize(
    "content", ["a: [\nkind: Secret\n", "kind: Secret\nb: \xff\n", '{"kind":"Secret",}}']
)
def test_what_looks_like_a_secret_in_a_folder_and_cannot_be_read_is_refused(
    ran: Ran, repo: Path, cert: Made, content: str
) -> None:
    (repo / "k8s" / "deep").mkdir(parents=True)
    (repo / "k8s" / "a.yaml").write_text(SECRET.replace("NAME", "web").replace("TYPE", "Opaque"))
    (repo / "k8s" / "deep" / "b.yaml").write_bytes(content.encode("latin-1"))

    code, out, err = ran("seal", "secrets.yaml", "--from-secret", "k8s", "--cert", str(cert.cert))

    assert (code, out, "--> k8s/deep/b.yaml:" in err, text()) == (1, "", True, APP)


def test_a_name_that_kustomize_has_made_and_a_placeholder_are_warned_of(
    ran: Ran, repo: Path, cert: Made
) -> None:
    manifest = SECRET.replace("NAME", "app-47kbm87k5c").replace("TYPE", "Opaque")
    (repo / "s.yaml").write_text(manifest.replace("wins", "changeme"))

    code, _, err = ran("seal", "secrets.yaml", "--from-secret", "s.yaml", "--cert", str(cert.cert))

    assert (code, codes(err)) == (0, ["SK547", "SK571"])
    assert "--> s.yaml:15:3" in err


@pytest.mark.parametrize("pick", [False, True])
def test_a_secret_that_something_else_makes_is_sealed_where_it_is_asked_for_by_name(
    ran: Ran, repo: Path, cert: Made, pick: bool
) -> None:
    owner = "  ownerReferences: [{kind: Certificate, name: web}]\n  namespace: prod\n"
    manifest = SECRET.replace("NAME", "web").replace("  namespace: prod\n", owner)
    (repo / "s.yaml").write_text(manifest.replace("TYPE", "Opaque"))
    words = ("--secret", "web") if pick else ()

    code, _, err = ran("seal", "secrets.yaml", "--from-secret", "s.yaml", "--cert", str(cert.cert), *words)  # fmt: skip

    done = "sealed all the same" if pick else "passed over"
    said = f"note: the Secret `web` is {done}: it is made by Certificate (`ownerReferences`), which would write over it\n"
    assert (code, err.startswith(said)) == (0 if pick else 2, True)


def test_values_of_a_type_are_judged_while_they_can_be(ran: Ran, repo: Path, cert: Made) -> None:
    """Sealed one by one, a secret lacks keys for a while: that is for `validate` to say."""
    (repo / "half.pem").write_bytes(cert.key.read_bytes()[:100])
    call = ("seal", "secrets.yaml", "--secret", "tls", "--cert", str(cert.cert))

    code, _, err = ran(*call, "--type", "kubernetes.io/tls", "--from-file", "tls.crt=half.pem")
    assert (code, codes(err), text()) == (1, ["SK514"], APP)
    assert "PRIVATE" not in err

    code, _, err = ran(*call, "--type", "kubernetes.io/tls", "--from-file", f"tls.crt={cert.cert}")
    assert (code, codes(err)) == (0, ["SK511"])  # the key is to follow

    code, _, err = ran(*call, "--from-file", f"tls.crt={cert.cert}", "--from-file", f"tls.key={cert.key}")  # fmt: skip
    assert (code, codes(err)) == (0, [])
    assert ran("validate", ".")[0] == 0

    code, _, err = ran(*call, "--type", "x/y", "--from-file", f"tls.crt={cert.cert}")
    said = "error: --type x/y: `tls` is there already, of type kubernetes.io/tls\n"
    assert (code, err) == (2, said)


def test_a_pair_that_does_not_fit_or_has_ended_is_refused(ran: Ran, repo: Path, cert: Made) -> None:
    """Once they are sealed nobody can look at them any more."""
    other = made(repo, "other", number=7)
    ended = made(repo, "ended", days_old=40, days_left=-1)
    soon = made(repo, "soon", days_left=9)
    call = (
        "seal",
        "secrets.yaml",
        "--secret",
        "tls",
        "--type",
        "kubernetes.io/tls",
        "--cert",
        str(cert.cert),
    )
    said = []
    for crt, key in ((cert.cert, other.key), (ended.cert, ended.key), (soon.cert, soon.key)):
        code, _, err = ran(*call, "--from-file", f"tls.crt={crt}", "--from-file", f"tls.key={key}", "--dry-run")  # fmt: skip
        said.append((code, codes(err), "PRIVATE" in err))
    assert said == [(1, ["SK560"], False), (1, ["SK562"], False), (0, ["SK562"], False)]

    bundle = ("--secret", "ca", "--from-file", f"ca.crt={ended.cert}", "--cert", str(cert.cert))
    code, _, err = ran("seal", "secrets.yaml", *bundle)
    assert (code, codes(err)) == (0, ["SK562"])  # of a bundle one may have ended

    body = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": {"name": "tls"},
            "stringData": {"tls.crt": cert.cert.read_text(), "tls.key": other.key.read_text()}}  # fmt: skip
    (repo / "s.json").write_text(json.dumps(body))
    code, _, err = ran("seal", "secrets.yaml", "--from-secret", "s.json", "--cert", str(cert.cert))
    assert (code, codes(err), "--> s.json:1:" in err) == (1, ["SK560"], True)

    (repo / "platform.yaml").write_text(PLATFORM + "  policy: {SK560: warning}\n")
    code, _, err = ran("seal", "secrets.yaml", "--from-secret", "s.json", "--cert", str(cert.cert), "--scope", "cluster-wide")  # fmt: skip
    assert "error[SK560]" not in err


def test_a_manifest_of_another_type_than_the_secret_that_is_there_is_refused(
    ran: Ran, stdin: Callable[[bytes], None], repo: Path, cert: Made
) -> None:
    stdin(b"x")
    ran("seal", "secrets.yaml", "--secret", "web", "--key", "a", "--cert", str(cert.cert))
    before = text()
    manifest = SECRET.replace("NAME", "web")
    (repo / "s.yaml").write_text(manifest.replace("TYPE", "x/y"))
    code, _, err = ran("seal", "secrets.yaml", "--from-secret", "s.yaml", "--cert", str(cert.cert))
    assert (code, codes(err), text()) == (1, ["SK543"], before)
    assert "the Secret `web` is of type x/y, and here it is of Opaque\n --> s.yaml:9:1" in err

    (repo / "s.yaml").write_text(manifest.replace("TYPE", "Opaque\nimmutable: true"))
    code, _, err = ran("seal", "secrets.yaml", "--from-secret", "s.yaml", "--cert", str(cert.cert))
    assert (code, codes(err)) == (0, ["SK547"])
    assert "`team`, `immutable` of the manifest of `web` are left behind" in err


def test_what_goes_is_said_before_the_file_is_written(
    ran: Ran, stdin: Callable[[bytes], None], repo: Path, cert: Made
) -> None:
    call = ("seal", "secrets.yaml", "--secret", "w", "--cert", str(cert.cert), "--key")
    stdin(b"x")
    ran(*call, "a")
    (repo / "value").write_bytes(b"y")
    order = (
        "from secretkit import files; from secretkit.cli import main\n"
        "def rewrite(*_): print('written', file=__import__('sys').stderr)\n"
        "files.rewrite = rewrite; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", order, *call, "b", "--from-file", "value", "--replace"],
        cwd=repo, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stderr.startswith("warning[SK539]: in this file `w` has no longer: `a`\n")
    assert done.stderr.endswith("written\n")


def test_a_dry_run_writes_nothing(ran: Ran, stdin: Callable[[bytes], None], cert: Made) -> None:
    stdin(b"hunter2")
    code, out, _ = ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--cert", str(cert.cert), "--dry-run")  # fmt: skip

    assert (code, text()) == (0, APP)
    added = [line for line in out.splitlines() if line.startswith("+ ")]
    assert added[:2] == ["+    w:", "+      sealed:"]
    assert [line for line in out.splitlines() if line.startswith("-") and line[:3] != "---"] == []


def test_a_terminal_is_asked_without_echo(repo: Path, cert: Made) -> None:
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [*COMMAND, "secrets.yaml", "--secret", "w", "--key", "a", "--cert", str(cert.cert)],
        stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, cwd=repo, text=True,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while not shown.endswith(b"(it is not shown): "):
        shown += os.read(ours, 1000)
    os.write(ours, b"hunter2\n")
    out, _ = run.communicate(timeout=60)
    try:
        while more := os.read(ours, 1000):
            shown += more
    except OSError:  # Linux: the other end is closed
        pass
    os.close(ours)

    assert (run.returncode, b"hunter2" in shown) == (0, False)
    assert out.startswith("sealed `w` (new) for `prod/w` (strict): a\n")
    assert opened(at("secrets", "w", "sealed", "a"), cert.key, b"prod/w") == b"hunter2"


def test_ctrl_c_at_the_prompt_ends_quietly_and_gives_the_echo_back(repo: Path, cert: Made) -> None:
    import termios

    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [*COMMAND, "secrets.yaml", "--secret", "w", "--key", "a", "--cert", str(cert.cert)],
        stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=repo, text=True,
    )  # fmt: skip
    assert run.stderr
    said = ""
    while not said.endswith("): "):
        said += run.stderr.read(1)
    hidden = termios.tcgetattr(theirs)[3] & termios.ECHO
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)

    assert (hidden, run.returncode, out, err, text()) == (0, 130, "", "\n", APP)
    assert termios.tcgetattr(theirs)[3] & termios.ECHO
    os.close(ours)
    os.close(theirs)


# Runs secretkit, and is killed the moment before the file would change its name.
KILLED = """
import os, signal, sys
def at(event, arguments):
    if event == "os.rename":
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(at)
from secretkit.cli import main
main()
"""


def test_a_killed_run_leaves_the_file_as_it_was_and_the_next_one_sweeps(
    repo: Path, cert: Made
) -> None:
    options = ["secrets.yaml", "--secret", "w", "--key", "a", "--from-file", "secrets.yaml",
               "--cert", str(cert.cert)]  # fmt: skip
    killed = subprocess.run([sys.executable, "-c", KILLED, "seal", *options], cwd=repo)

    assert (killed.returncode, text()) == (-signal.SIGKILL, APP)
    (left,) = (one for one in repo.iterdir() if one.name.startswith(".secretkit"))
    assert b"AQ" in left.read_bytes()  # ciphertext, and no value
    subprocess.run([*COMMAND, *options], cwd=repo, check=True, capture_output=True)
    assert [one.name for one in repo.iterdir() if one.name.startswith(".secretkit")] == []


def test_a_write_that_ends_half_way_leaves_the_file_as_it_was(repo: Path, cert: Made) -> None:
    """The system lets no file grow beyond some bytes, as a full disk would."""
    import resource

    (repo / "value").write_bytes(os.urandom(50_000))
    names = sorted(repo.iterdir())
    ran = subprocess.run(
        [*COMMAND, "secrets.yaml", "--secret", "w", "--key", "a", "--from-file", "value",
         "--cert", str(cert.cert)],
        cwd=repo, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )  # fmt: skip

    assert (ran.returncode, ran.stdout, text(), sorted(repo.iterdir())) == (2, "", APP, names)
    assert "file too large" in ran.stderr


@pytest.mark.parametrize(
    "layout", [{"indent": 2}, {"indent": "\t"}, {}, {"separators": (",", ":")}]
)
def test_a_file_of_json_stays_json(
    ran: Ran, stdin: Callable[[bytes], None], repo: Path, cert: Made, layout: dict[str, Any]
) -> None:
    body = {"apiVersion": "secretkit.dev/v1alpha1", "kind": "AppSecrets",
            "metadata": {"name": "shop", "namespace": "prod", "labels": {"of": "Zürich"}}}  # fmt: skip
    (repo / "secrets.yaml").write_text(json.dumps(body, **layout) + "\n")
    for key in ("a", "b"):
        stdin(b"hunter2")
        call = ("seal", "secrets.yaml", "--secret", "w", "--key", key, "--cert", str(cert.cert))
        assert ran(*call)[0] == 0

    found = json.loads(text())
    assert text() == json.dumps(found, **layout) + "\n"
    assert {key: found[key] for key in body} == body
    assert sorted(found["spec"]["secrets"]["w"]["sealed"]) == ["a", "b"]


def test_json_that_no_program_writes_is_refused(
    ran: Ran, stdin: Callable[[bytes], None], repo: Path, cert: Made
) -> None:
    before = '{"apiVersion": "secretkit.dev/v1alpha1",\n "kind": "AppSecrets", "metadata": {"name": "shop", "namespace": "prod"}}\n'
    (repo / "secrets.yaml").write_text(before)
    stdin(b"hunter2")
    code, _, err = ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--cert", str(cert.cert))  # fmt: skip

    assert (code, codes(err), text()) == (1, ["SK573"], before)


def test_each_line_keeps_its_own_end(
    ran: Ran, stdin: Callable[[bytes], None], repo: Path, cert: Made
) -> None:
    call = ("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--cert", str(cert.cert))
    stdin(b"one")
    ran(*call)
    rows = (repo / "secrets.yaml").read_bytes().split(b"\n")
    mixed = [row + b"\r" if row.lstrip().startswith(b"a: ") else row for row in rows]
    (repo / "secrets.yaml").write_bytes(b"\n".join(mixed))
    stdin(b"two")
    ran(*call)

    after = (repo / "secrets.yaml").read_bytes().split(b"\n")
    assert [row.endswith(b"\r") for row in after] == [row.endswith(b"\r") for row in mixed]
    assert after != mixed


def test_calls_side_by_side_lose_nothing(repo: Path, cert: Made) -> None:
    runs = [
        subprocess.Popen(
            [*COMMAND, "secrets.yaml", "--secret", "w", "--key", f"k{number}", "--from-file", "secrets.yaml",
             "--cert", str(cert.cert)],
            cwd=repo, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for number in range(6)
    ]  # fmt: skip
    assert [run.wait() for run in runs] == [0] * 6
    assert sorted(at("secrets", "w", "sealed")) == [f"k{number}" for number in range(6)]


def test_values_together_above_a_mebibyte_are_refused(ran: Ran, repo: Path, cert: Made) -> None:
    """The file would hold no such text; what is in it already is judged by its length."""
    from sealing import ciphertext

    body = f"    w: {{sealed: {{a: {ciphertext(700_000)}}}}}\n"
    before = APP.replace("    # made once\n", body)
    (repo / "secrets.yaml").write_text(before)
    (repo / "half").write_bytes(bytes(400_000))

    code, _, err = ran("seal", "secrets.yaml", "--secret", "w", "--key", "b", "--from-file", "half", "--cert", str(cert.cert), "--new-cert")  # fmt: skip
    assert (code, codes(err), text()) == (1, ["SK006"], before)


@pytest.mark.parametrize(
    ("cut", "said"),
    [(1, "is not base64"), (12, "is cut short"), (340, "is cut short"), (375, "is not base64")],
)
def test_a_truncated_text_is_told_by_validate(
    ran: Ran, stdin: Callable[[bytes], None], cert: Made, repo: Path, cut: int, said: str
) -> None:
    stdin(b"hunter2")
    ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--cert", str(cert.cert))
    whole = at("secrets", "w", "sealed", "a")
    (repo / "secrets.yaml").write_text(text().replace(whole, whole[:-cut]))

    code, out, _ = ran("validate", ".")
    assert (code, out.splitlines()[0]) == (1, f"error[SK520]: the ciphertext of `a` {said}")


@pytest.mark.parametrize("value", ["changeme", ""])
@pytest.mark.parametrize("source", ["manifest", "line"])
def test_no_placeholder_and_nothing_takes_the_place_of_what_is_sealed(
    ran: Ran, repo: Path, cert: Made, source: str, value: str
) -> None:
    def give(value: str) -> tuple[str, ...]:
        if source == "line":
            (repo / "s.env").write_text(f"password={value}\n")
            return ("--secret", "w", "--from-env-file", "s.env")
        (repo / "s.json").write_text(json.dumps(
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "w"}, "stringData": {"password": value}}
        ))  # fmt: skip
        return ("--from-secret", "s.json")

    call = ("seal", "secrets.yaml", "--cert", str(cert.cert))
    assert ran(*call, *give(value))[0] == 0  # nothing is there yet
    assert ran(*call, *give("hunter2"))[::2] == (0, "")
    before = text()
    code, out, err = ran(*call, *give(value))

    assert (code, out, codes(err), text()) == (1, "", ["SK571" if value else "SK542"], before)
    meant = ran(*call, *give(value), "--allow-empty")[0]
    assert (meant, text() == before) == ((1, True) if value else (0, False))


def test_values_of_an_unknown_certificate_make_none_an_authority(
    ran: Ran, stdin: Callable[[bytes], None], repo: Path, cert: Made
) -> None:
    from sealing import ciphertext

    kept = {"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": {"name": "w", "namespace": "prod"},
            "spec": {"encryptedData": {"a": ciphertext()}}}  # fmt: skip
    (repo / "sealed.json").write_text(json.dumps(kept))
    assert ran("seal", "secrets.yaml", "--from-secret", "sealed.json")[0] == 0
    before = text()
    call = ("seal", "secrets.yaml", "--secret", "w", "--cert", str(cert.cert), "--key")

    stdin(b"x")
    code, out, err = ran(*call, "b")
    assert (code, out, codes(err), text()) == (1, "", ["SK537"], before)
    assert "values of `w` are sealed with one that nobody recorded" in err
    stdin(b"x")
    assert ran(*call, "a", "--dry-run")[0] == 0  # no other value stays

    stdin(b"x")
    assert ran(*call, "b", "--new-cert")[0] == 0
    assert at("secrets", "w", "sealedFor", "older") == {"a": "unknown"}
    stdin(b"y")
    assert ran(*call, "c")[0] == 0


def test_a_certificate_that_the_platform_names_is_known_beside_unknown_values(
    ran: Ran, stdin: Callable[[bytes], None], repo: Path, staging: Made
) -> None:
    from sealing import ciphertext

    inside = f"  environments: {{staging: {{spec: {{secrets: {{w: {{sealed: {{a: {ciphertext()}}}}}}}}}}}}}\n"
    (repo / "secrets.yaml").write_text(APP + inside)
    call = ("seal", "secrets.yaml", "--secret", "w", "--env", "staging", "--key", "b")

    stdin(b"x")
    assert ran(*call)[0] == 0
    assert staging


def test_a_secret_without_a_namespace_goes_into_no_app_by_itself_beside_several(
    ran: Ran, repo: Path, cert: Made
) -> None:
    (repo / "k8s").mkdir()
    for name, inside in (("a", "prod"), ("b", "billing"), ("n", "")):
        body = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name},
            "stringData": {"k": "v"},
        }
        body["metadata"] |= {"namespace": inside} if inside else {}  # type: ignore[operator]
        (repo / "k8s" / f"{name}.json").write_text(json.dumps(body))
    call = ("seal", "secrets.yaml", "--from-secret", "k8s", "--namespace", "prod", "--cert", str(cert.cert))  # fmt: skip

    code, _, err = ran(*call)
    assert (code, err) == (0, (
        "note: of other namespaces, so passed over: billing/b\n"
        "note: without a namespace, where others name another than `prod`, so passed over (--secret NAME takes one): n\n"
    ))  # fmt: skip
    assert (at("secrets", "a") is None, at("secrets", "n")) == (False, None)

    assert ran(*call, "--secret", "n")[0] == 0
    assert at("secrets", "n") is not None
    (repo / "secrets.yaml").write_text(APP)
    (repo / "k8s" / "b.json").unlink()
    assert ran(*call)[::2] == (0, "")
    assert at("secrets", "n") is not None
