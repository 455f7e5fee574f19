"""Values of files that the real sops encrypted with an age key, and what it says of wrong ones."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import age_keys
import pytest

from secretkit.values import Unreadable, Where, sops

from . import programs

CANARY = "Kanarienvogel"
BODY = f"""\
db:
  password: {CANARY}
  "": nothing
  empty: ""
  lines: |
    one
    two
  odd: "\\u00fc \\u2028 \\0 ' \\" $(x)"
stringData:
  tls.crt: of a key with dots
  plain: text
list: [zero, {{a: one}}]
number: 5432
version: 1.10
flag: true
nothing: null
"""


class Sops:
    """The real program, a folder, and a key of its own."""

    def __init__(self, folder: Path, program: Path) -> None:
        self.folder = folder
        self.key = age_keys.new()
        self.program = program
        keys = folder.parent / "keys.txt"
        keys.write_text(self.key.identity + "\n")
        self.environment = {
            "PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(folder.parent),
            "SOPS_AGE_KEY_FILE": str(keys),
        }  # fmt: skip

    def encrypt(self, name: str, content: str | bytes, *options: str) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        subprocess.run(
            [self.program, "encrypt", "--age", self.key.recipient, "--in-place", *options, path],
            env={**self.environment, "SOPS_DISABLE_VERSION_CHECK": "true"},
            check=True, capture_output=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return path

    def read(self, name: str, *path: str, **environment: str) -> bytes:
        around = Where(self.folder, self.folder, {**self.environment, **environment}, {})
        return sops.read(name, around, *path)

    def refused(self, name: str, *path: str, **environment: str) -> tuple[str, str]:
        with pytest.raises(Unreadable) as caught:
            self.read(name, *path, **environment)
        assert CANARY not in repr((caught.value.words, caught.value.args))
        return caught.value.code.code, str(caught.value.words.get("what", ""))


@pytest.fixture
def real(tmp_path: Path) -> Sops:
    try:
        program = programs.find("sops")
    except programs.Missing as missing:
        pytest.skip(str(missing))
    (tmp_path / "app").mkdir()
    return Sops(tmp_path / "app", program)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("db.password", CANARY.encode()),
        ("db.empty", b""),
        ("db.lines", b"one\ntwo\n"),
        ("db.odd", "ü \u2028 \0 ' \" $(x)".encode()),
        ('stringData."tls.crt"', b"of a key with dots"),
        ('"stringData"."plain"', b"text"),
        ("list.0", b"zero"),
        ("list.1.a", b"one"),
    ],
)
def test_a_path_leads_to_a_text_and_its_exact_bytes(real: Sops, path: str, expected: bytes) -> None:
    real.encrypt("s.enc.yaml", BODY)

    assert real.read("s.enc.yaml", path) == expected


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("db.pasword", ("SK556", "its step 2 is not there")),
        ("stringData.tls.crt", ("SK556", "its step 2 is not there")),
        ("db.password.more", ("SK556", "its step 3 is below a plain value")),
        ("list.2", ("SK556", "its step 2 is not there")),
        ("list.00", ("SK556", "its step 2 is not there")),
        ("list.-1", ("SK556", "its step 2 is not there")),
        ("sops.mac", ("SK556", "its step 1 is not there")),
        ("db", ("SK557", "a mapping")),
        ("list", ("SK557", "a list")),
        ("number", ("SK557", "a number")),
        ("version", ("SK557", "a number")),
        ("flag", ("SK557", "true or false")),
        ("nothing", ("SK557", "null")),
    ],
)
def test_what_is_no_text_at_a_path_is_refused(real: Sops, path: str, told: tuple[str, str]) -> None:
    real.encrypt("s.enc.yaml", BODY)

    assert real.refused("s.enc.yaml", path) == told


@pytest.mark.parametrize(
    ("name", "content", "path", "expected"),
    [
        ("s.json", json.dumps({"a": {"b": CANARY}}), ("a.b",), CANARY.encode()),
        ("s.env", f"A_B={CANARY}\n", ("A_B",), CANARY.encode()),
        ("s.ini", f"[db]\npassword = {CANARY}\n", ("db.password",), CANARY.encode()),
        ("tls.key", f"{CANARY}\n", (), f"{CANARY}\n".encode()),
        ("keystore.p12", b"\x00\xff\r\n\xc3\x28 \n\n", (), b"\x00\xff\r\n\xc3\x28 \n\n"),
        ("none.bin", b"", (), b""),
    ],
)
def test_every_form_that_sops_has_is_read(
    real: Sops, name: str, content: str | bytes, path: tuple[str, ...], expected: bytes
) -> None:
    real.encrypt(name, content)

    assert real.read(name, *path) == expected


def _of_another(real: Sops, _: Path) -> None:
    (real.folder.parent / "keys.txt").write_text(age_keys.new().identity)


def _no_key(real: Sops, _: Path) -> None:
    (real.folder.parent / "keys.txt").unlink()


def _clear_part(_: Sops, path: Path) -> None:
    path.write_text(path.read_text().replace("clear_unencrypted: a", "clear_unencrypted: b"))


def _no_mac(_: Sops, path: Path) -> None:
    path.write_text(re.sub(r"^ +mac: .*\n", "", path.read_text(), flags=re.M))


def _ciphertext(_: Sops, path: Path) -> None:
    text = path.read_text()
    first = text.index("data:") + 5
    path.write_text(text[:first] + ("A" if text[first] != "A" else "B") + text[first + 1 :])


def _renamed(_: Sops, path: Path) -> None:
    path.write_text(path.read_text().replace("password:", "pass:"))


def _in_the_clear(_: Sops, path: Path) -> None:
    path.write_text(f"db: {{password: {CANARY}}}\n")


def _badge(_: Sops, path: Path) -> None:
    path.write_text(f"db: {{password: {CANARY}}}\nsops: {{}}\n")


def _no_yaml(_: Sops, path: Path) -> None:
    path.write_text(f"{CANARY}: [\n")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_of_another, ("SK551", "")),
        (_no_key, ("SK551", "")),
        (_clear_part, ("SK552", "")),
        (_no_mac, ("SK552", "")),
        (_ciphertext, ("SK553", "")),
        (_renamed, ("SK553", "")),
        (_in_the_clear, ("SK554", "it has no `sops` section")),
        (_badge, ("SK555", "it ended with 1")),
        (_no_yaml, ("SK554", "it cannot be read as yaml")),
    ],
)  # fmt: skip
def test_each_way_of_failing_has_words_of_ours(
    real: Sops, spoil: Callable[[Sops, Path], None], told: tuple[str, str]
) -> None:
    path = real.encrypt("s.yaml", f"db: {{password: {CANARY}}}\nclear_unencrypted: a\n")
    assert real.read("s.yaml", "db.password") == CANARY.encode()

    spoil(real, path)

    assert real.refused("s.yaml", "db.password") == told


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server's address, and the tokens that were sent to it."""
    tokens: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            tokens.append(self.headers.get("X-Vault-Token", ""))
            self.send_error(403)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", tokens
        server.shutdown()


@pytest.mark.parametrize("field", ["vault_address", '"v\\x61ult_address"'])
def test_a_token_goes_to_no_vault_that_the_caller_has_not_named(
    real: Sops, asked: tuple[str, list[str]], field: str
) -> None:
    address, tokens = asked
    path = real.encrypt("s.yaml", f"password: {CANARY}\n")
    text = re.sub(r"(?ms)^    age:.*?(?=^    \w)", "", path.read_text())
    path.write_text(
        f"{text}    hc_vault:\n        - {field}: {address}\n          engine_path: sops\n"
        '          key_name: k\n          created_at: "2026-01-01T00:00:00Z"\n          enc: "vault:v1:x"\n'
    )
    given = {"VAULT_TOKEN": "a-token"}

    assert real.refused("s.yaml", "password", **given) == ("SK559", "")
    elsewhere = {**given, "VAULT_ADDR": "https://vault.example.com"}
    assert real.refused("s.yaml", "password", **elsewhere) == ("SK559", "")
    assert tokens == []
    # What would have happened: so it does once the caller says that the server is theirs.
    ours = {**given, "VAULT_ADDR": address + "/"}
    assert real.refused("s.yaml", "password", **ours) == ("SK551", "")
    assert set(tokens) == {"a-token"}


def test_a_sops_file_under_its_own_name_of_another_form_is_refused(real: Sops) -> None:
    real.encrypt("s.yaml", BODY).rename(real.folder / "s.json")

    assert real.refused("s.json", "db.password") == ("SK554", "it cannot be read as json")
