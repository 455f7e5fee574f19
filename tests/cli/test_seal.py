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
    assert out.splitlines()[0] == (
        "sealed `webhook` (new) for `prod/webhook` (strict): api-key (7 bytes)"
    )
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


def test_a_line_end_and_an_empty_value_are_warned_of_and_sealed(
    ran: Ran, stdin: Callable[[bytes], None], cert: Made
) -> None:
    call = ("seal", "secrets.yaml", "--secret", "w", "--cert", str(cert.cert), "--key")
    said = []
    for key, value, more in (
        ("a", b"hunter2\n", ()), ("b", b"", ()), ("c", b"two\nlines\n", ()),
        ("d", b"hunter2\n", ("--keep-newline",)), ("e", b"\n", ()),
    ):  # fmt: skip
        stdin(value)
        code, _, err = ran(*call, key, *more)
        said.append((code, codes(err)))
        assert opened(at("secrets", "w", "sealed", key), cert.key, b"prod/w") == value

    assert said == [(0, ["SK541"]), (0, ["SK542"]), (0, []), (0, []), (0, ["SK541"])]


# What is asked, the exit code, and the codes or the line that says why.
REFUSALS = [
    pytest.param(["--secret", "session", "--key", "a"], 1, "SK535", id="another source"),
    pytest.param(["--secret", "w", "--key", "..a"], 2, "the key '..a' is none", id="no key"),
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

    code, _, err = ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--cert", str(cert.cert))  # fmt: skip

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


def test_a_certificate_that_the_platform_does_not_name_is_warned_of(
    ran: Ran, stdin: Callable[[bytes], None], staging: Made, cert: Made
) -> None:
    stdin(b"x")
    code, _, err = ran("seal", "secrets.yaml", "--secret", "w", "--key", "a", "--env", "staging", "--cert", str(cert.cert))  # fmt: skip

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

    assert (code, codes(err)) == (0, ["SK547", "SK547"])
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

    (repo / "k8s" / "other.yaml").write_text(SECRET.replace("prod", "staging"))
    call = ("seal", "apps/new/secrets.yaml", "--from-secret", "k8s", "--cert", str(cert.cert))
    code, _, err = ran(*call)
    assert (code, "the Secrets name 2 namespaces" in err) == (2, True)
    assert not (repo / "apps" / "new").exists()


@pytest.mark.parametrize(
    ("manifest", "code", "why"),
    [
        pytest.param("a: [\n", 1, "SK00", id="no YAML"),
        pytest.param(SECRET.replace("/wAB", "'/wA*B'"), 1, "`data.binary` of the Secret `NAME` is not base64", id="no base64"),
        pytest.param(SECRET.replace("/wAB", "12"), 1, "`data.binary` of the Secret `NAME` is no text", id="a number"),
        pytest.param(SECRET.replace("TYPE", "kubernetes.io/service-account-token"), 1, "the cluster makes and fills it", id="a token"),
        pytest.param("apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n", 1, "holds no values", id="no values"),
        pytest.param("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", 2, "no Secret lies here", id="no Secret"),
        pytest.param(SECRET.replace("NAME", "session"), 1, "SK535", id="another source"),
    ],
)  # fmt: skip
def test_a_manifest_that_is_refused_changes_nothing(
    ran: Ran, repo: Path, cert: Made, manifest: str, code: int, why: str
) -> None:
    (repo / "s.yaml").write_text(SECRET.replace("NAME", "first") + "---\n" + manifest)
    if code == 2:
        (repo / "s.yaml").write_text(manifest)

    found, out, err = ran("seal", "secrets.yaml", "--from-secret", "s.yaml", "--cert", str(cert.cert))  # fmt: skip

    assert (found, out, text()) == (code, "", APP)
    assert why in err
    assert "hunter2" not in err


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        pytest.param('{"note": "hunter2"}', "SK070", id="no object"),
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


def test_values_of_a_type_are_judged_while_they_can_be(ran: Ran, repo: Path, cert: Made) -> None:
    """Sealed one by one, a secret lacks keys for a while: that is for `validate` to say."""
    (repo / "half.pem").write_bytes(cert.key.read_bytes()[:100])
    call = ("seal", "secrets.yaml", "--secret", "tls", "--cert", str(cert.cert))

    code, _, err = ran(*call, "--type", "kubernetes.io/tls", "--from-file", "tls.crt=half.pem")
    assert (code, codes(err)) == (0, ["SK511", "SK514"])
    assert "PRIVATE" not in err

    code, _, err = ran(*call, "--from-file", f"tls.crt={cert.cert}", "--from-file", f"tls.key={cert.key}")  # fmt: skip
    assert (code, codes(err)) == (0, [])
    assert ran("validate", ".")[0] == 0

    code, _, err = ran(*call, "--type", "x/y", "--from-file", f"tls.crt={cert.cert}")
    said = "error: --type x/y: `tls` is there already, of type kubernetes.io/tls\n"
    assert (code, err) == (2, said)


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
    assert "a (7 bytes)" in out
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

    code, _, err = ran("seal", "secrets.yaml", "--secret", "w", "--key", "b", "--from-file", "half", "--cert", str(cert.cert))  # fmt: skip
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
