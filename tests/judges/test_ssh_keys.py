"""What SK513 says of SSH keys in many dresses, beside what the real ssh-keygen says."""

import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from secretkit.rules.sk5_values.sk513_ssh_key import problem

FORMS = serialization.PrivateFormat
OPENSSH, PKCS8, TRADITIONAL = FORMS.OpenSSH, FORMS.PKCS8, FORMS.TraditionalOpenSSL


@cache
def key(
    kind: str,
) -> (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
):
    match kind:
        case "rsa":
            return rsa.generate_private_key(65537, 2048)
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        case "ed448":
            return ed448.Ed448PrivateKey.generate()
    return ec.generate_private_key({
        "p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1(), "k1": ec.SECP256K1(),
        "brainpool": ec.BrainpoolP256R1(),
    }[kind])  # fmt: skip


@cache
def text(kind: str, form: FORMS, passphrase: bytes = b"") -> bytes:
    secret: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        secret = serialization.BestAvailableEncryption(passphrase)
    return key(kind).private_bytes(serialization.Encoding.PEM, form, secret)


KINDS = [
    ("rsa", OPENSSH), ("rsa", PKCS8), ("rsa", TRADITIONAL), ("p256", OPENSSH), ("p384", OPENSSH), ("p521", OPENSSH),
    ("p256", PKCS8), ("p384", PKCS8), ("p521", PKCS8), ("p256", TRADITIONAL), ("p384", TRADITIONAL),
    ("p521", TRADITIONAL), ("k1", PKCS8), ("k1", TRADITIONAL), ("brainpool", PKCS8), ("ed25519", OPENSSH),
    ("ed448", PKCS8),
]  # fmt: skip


def lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


DRESSES: dict[str, Callable[[bytes], bytes]] = {
    "as it was written": lambda key: key,
    "no final newline": lambda key: key.rstrip(b"\n"),
    "CRLF": lambda key: key.replace(b"\n", b"\r\n"),
    "CRLF and no final newline": lambda key: key.replace(b"\n", b"\r\n").rstrip(),
    "CRLF in the body": lambda key: b"".join(
        line if line.startswith(b"--") or after.startswith(b"--") else line.replace(b"\n", b"\r\n")
        for line, after in zip(lines(key), [*lines(key)[1:], b""], strict=True)
    ),
    "CRLF behind the end": lambda key: key.rstrip(b"\n") + b"\r\n",
    "a newline before": lambda key: b"\n" + key,
    "a blank before": lambda key: b" " + key,
    "text before": lambda key: b"Bag Attributes\n    localKeyID: 01\n" + key,
    "a public key behind": lambda key: key + b"ssh-ed25519 AAAA me@host\n",
    "blank lines behind": lambda key: key + b"\n\n",
    "a blank behind": lambda key: key.rstrip(b"\n") + b" \n",
    "indented": lambda key: b"".join(b"  " + line for line in lines(key)),
    "a byte order mark": lambda key: b"\xef\xbb\xbf" + key,
    "on one line": lambda key: b" ".join(key.split(b"\n")),
    "cut short": lambda key: b"".join([*lines(key)[:2], lines(key)[-1]]),
    "no end": lambda key: b"".join(lines(key)[:-1]),
    "no beginning": lambda key: b"".join(lines(key)[1:]),
    "a wrong letter": lambda key: key.replace(lines(key)[1], b"!" + lines(key)[1][1:]),
}


def is_read(content: bytes, folder: Path) -> bool:
    path = folder / "key"
    path.write_bytes(content)
    path.chmod(0o600)
    asked = subprocess.run(
        ["ssh-keygen", "-y", "-P", "", "-f", path],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return asked.returncode == 0


pytestmark = pytest.mark.skipif(
    not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed"
)


@pytest.mark.parametrize("dress", DRESSES)
def test_we_say_what_ssh_keygen_says(tmp_path: Path, dress: str) -> None:
    said, expected = {}, {}
    for kind, form in KINDS:
        content = DRESSES[dress](text(kind, form))
        name = f"{kind} {form}"
        said[name] = problem(content) is None
        expected[name] = is_read(content, tmp_path)

    assert said == expected


ASKS = "is encrypted with a passphrase, which nothing in the cluster can ask for"


@pytest.mark.parametrize(
    ("kind", "form"), [("rsa", PKCS8), ("rsa", TRADITIONAL), ("p256", PKCS8), ("p256", TRADITIONAL)]
)
def test_a_passphrase_is_refused_by_both(tmp_path: Path, kind: str, form: FORMS) -> None:
    content = text(kind, form, b"a passphrase")

    assert not is_read(content, tmp_path)
    assert problem(content) == ASKS


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_passphrase_of_ssh_keygen_is_refused_by_both(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "encrypted"
    words = ["ssh-keygen", "-q", "-t", kind, "-a", "1", "-N", "a passphrase", "-f", str(path)]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)

    assert not is_read(path.read_bytes(), tmp_path)
    assert problem(path.read_bytes()) == ASKS
