"""Certificates are taken and refused as kubeseal takes and refuses them, in words that say what to do."""

import subprocess
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from certificates import made
from opening import _openssl, opened

from secretkit.finding import Rejected
from secretkit.hidden import Hidden
from secretkit.looks import sealed_problem
from secretkit.sealing.certificate import parsed
from secretkit.sealing.crypto import seal
from secretkit.text import Source, Span

AT = Span(Source("cert", ""), 1, 1, 1, 1)


def refusal(content: bytes) -> str:
    with pytest.raises(Rejected) as caught:
        parsed(content, "c.pem", AT)
    (found,) = caught.value.findings
    assert found.code == "SK531"
    return found.message


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("ec", "`c.pem` is of an EC key, and only RSA seals"),
        ("ed25519", "`c.pem` is of an Ed25519 key, and only RSA seals"),
        ("rsa-1024", "`c.pem` is of an RSA key of 1024 bits, and 2048 are the fewest"),
    ],
)
def test_a_key_that_cannot_seal_is_refused(tmp_path: Path, kind: str, said: str) -> None:
    assert refusal(made(tmp_path, "c", kind).cert.read_bytes()) == said


def test_what_is_no_certificate_is_refused(tmp_path: Path) -> None:
    found = made(tmp_path, "c")
    pem = found.cert.read_bytes()
    lines = pem.splitlines(keepends=True)
    der = _openssl(["x509", "-outform", "DER"], pem)
    public = _openssl(["x509", "-pubkey", "-noout"], pem)

    assert [refusal(one) for one in (
        b"", b"garbage \xff\x00", der, public, found.key.read_bytes(), pem[:300],
        b"".join([*lines[:3], b"AAAA\n", *lines[4:]]),
    )] == [
        "`c.pem` holds nothing in PEM", "`c.pem` holds nothing in PEM", "`c.pem` is in DER, not in PEM",
        "`c.pem` holds a bare public key",
        "`c.pem` holds a private key, which nobody but the controller needs",
        "`c.pem` is cut short", "`c.pem` cannot be parsed",
    ]  # fmt: skip


def test_the_first_certificate_counts_whatever_stands_around(tmp_path: Path) -> None:
    first, second = made(tmp_path, "a", number=1), made(tmp_path, "b", number=2)
    text = b"# ours\r\n" + first.cert.read_bytes().replace(b"\n", b"\r\n")

    assert parsed(text + second.cert.read_bytes(), "c", AT).fingerprint == first.fingerprint


@pytest.mark.parametrize("first", ["key", "cert"])
def test_a_private_key_beside_the_certificate_is_refused(tmp_path: Path, first: str) -> None:
    """Whoever commits that file gives the cluster's key away."""
    found = made(tmp_path, "c")
    parts = [found.key.read_bytes(), found.cert.read_bytes()]

    said = refusal(b"".join(parts if first == "key" else reversed(parts)))
    assert said.startswith("`c.pem` holds a private key beside its certificate: ")


@pytest.mark.parametrize("bits", [2056, 4094, 5120])
def test_a_key_of_any_size_that_kubeseal_takes_seals_what_opens(tmp_path: Path, bits: int) -> None:
    found = made(tmp_path, "c", f"rsa-{bits}")
    text = seal(Hidden(b"hunter2"), parsed(found.cert.read_bytes(), "c", AT).key, b"prod/web")

    assert opened(text, found.key, b"prod/web") == b"hunter2"
    assert sealed_problem(text) is None


def test_a_serial_of_zero_is_taken_without_a_word_of_the_library(tmp_path: Path) -> None:
    found = made(tmp_path, "c")
    command = ["req", "-x509", "-key", str(found.key), "-set_serial", "0", "-subj", "/CN=x"]
    pem = _openssl([*command, "-days", "9"], b"")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parsed(pem, "c", AT).fingerprint == found.fingerprint


def test_the_fingerprint_is_that_of_openssl(tmp_path: Path) -> None:
    found = made(tmp_path, "c")
    public = _openssl(["x509", "-pubkey", "-noout"], found.cert.read_bytes())
    der = _openssl(["pkey", "-pubin", "-outform", "DER"], public)
    said = _openssl(["dgst", "-sha256", "-r"], der).decode().split()[0]

    assert parsed(found.cert.read_bytes(), "c", AT).fingerprint == f"sha256:{said}"


@pytest.mark.parametrize(
    ("days_old", "days_left", "codes"),
    [
        pytest.param(29, 10, [], id="of this month"),
        pytest.param(31, 10, ["SK533"], id="older than the controller's newest"),
        pytest.param(31, -1, ["SK532"], id="expired"),
        pytest.param(-5, 10, ["SK570"], id="not yet valid"),
    ],
)
def test_age_is_judged_by_the_clock(
    tmp_path: Path, days_old: float, days_left: float, codes: list[str]
) -> None:
    found = made(tmp_path, "c", days_old=days_old, days_left=days_left)
    certificate = parsed(found.cert.read_bytes(), "c", AT)

    assert [one.code for one in certificate.judged(datetime.now(UTC))] == codes


def test_it_is_good_to_its_last_second(tmp_path: Path) -> None:
    certificate = parsed(made(tmp_path, "c").cert.read_bytes(), "c", AT)

    last = certificate.judged(certificate.until)
    after = certificate.judged(certificate.until + timedelta(seconds=1))
    assert [one.code for one in (*last, *after)] == ["SK533", "SK532"]


def test_the_command_line_starts_without_the_library() -> None:
    code = "import sys, secretkit.cli, secretkit.cli.render, secretkit.cli.validate, secretkit.cli.seal; print('cryptography' in sys.modules)"
    import sys

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
