"""Values of files that the real sops encrypted with an age key, and what it says of wrong ones."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import age_keys
import pytest

from secretkit.values import Unreadable, Where, sops

from . import programs
from .vault import Vault, serving

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
def vault() -> Iterator[Vault]:
    with serving() as found:
        yield found


FORMS = {
    "s.yaml": (f"password: {CANARY}\n", ("password",)),
    "s.json": (json.dumps({"password": CANARY}), ("password",)),
    "s.env": (f"password={CANARY}\n", ("password",)),
    "s.ini": (f"[db]\npassword = {CANARY}\n", ("db.password",)),
    "tls.key": (CANARY, ()),
}
GIVEN = {"VAULT_TOKEN": "a-token"}


def encrypted(real: Sops, vault: Vault, name: str) -> Path:
    """A file whose data key is with the Vault, as sops itself writes it."""
    path = real.folder / name
    path.write_text(FORMS[name][0])
    subprocess.run(
        [real.program, "encrypt", "--hc-vault-transit", f"{vault.address}/v1/transit/keys/k", "--in-place", path],
        env={**real.environment, **GIVEN, "SOPS_DISABLE_VERSION_CHECK": "true"},
        check=True, capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    vault.asked.clear()
    return path


@pytest.mark.parametrize("name", FORMS)
def test_a_token_goes_to_no_vault_that_the_caller_has_not_named(
    real: Sops, vault: Vault, name: str
) -> None:
    encrypted(real, vault, name)
    path = FORMS[name][1]
    what = "`vault_address` is not that of VAULT_ADDR"

    assert real.refused(name, *path, **GIVEN) == ("SK559", what)
    elsewhere = {**GIVEN, "VAULT_ADDR": "https://vault.example.com"}
    assert real.refused(name, *path, **elsewhere) == ("SK559", what)
    assert vault.asked == []
    # So it is asked once the caller says that the server is theirs.
    ours = {**GIVEN, "VAULT_ADDR": vault.address + "/"}
    assert real.read(name, *path, **ours) == CANARY.encode()
    assert vault.asked == [("/v1/transit/decrypt/k", "a-token")]


# How each line that names the address can be written so that sops still finds it.
SPELLINGS = [
    pytest.param("s.json", '"vault_address"', '"vault_addre\u017fs"', id="JSON, a letter that Go folds"),
    pytest.param("s.json", '"vault_address"', '"Vault_Address"', id="JSON, another case"),
    pytest.param("tls.key", '"vault_address"', '"vault_addre\u017fs"', id="binary, a letter that Go folds"),
    pytest.param("s.json", '"sops"', '"\u017fops"', id="JSON, the section's name"),
    pytest.param("s.yaml", "vault_address", '!!binary "dmF1bHRfYWRkcmVzcw=="', id="YAML, base64"),
    pytest.param("s.yaml", "vault_address", '"v\\x61ult_address"', id="YAML, escaped"),
    pytest.param("s.yaml", "vault_address", "!!str vault_address", id="YAML, a tag"),
    pytest.param("s.yaml", "\nsops:", '\n!!binary "c29wcw==":', id="YAML, the section's name in base64"),
    pytest.param("s.ini", "hc_vault__list_0__map_vault_address =", "hc_vault__list_0__map_vault_address :",
                 id="ini, a colon"),
    pytest.param("s.ini", "hc_vault__list_0__map_vault_address", '"hc_vault__list_0__map_vault_address"',
                 id="ini, quotes"),
    pytest.param("s.ini", "hc_vault__list_0__map_vault_address", "hc_vault__list_0__map_vault_addre\u017fs",
                 id="ini, a letter that Go folds"),
    pytest.param("s.env", "map_vault_address", "map_vault_addre\u017fs", id="dotenv, a letter that Go folds"),
    pytest.param("s.env", "__list_0__map_vault_address", "__list_x__map_vault_address", id="dotenv, no number"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "plain", "odd"), SPELLINGS)
def test_no_spelling_of_an_address_takes_a_token_there(
    real: Sops, vault: Vault, name: str, plain: str, odd: str
) -> None:
    path = encrypted(real, vault, name)
    text = re.sub(" +=", " =", path.read_text()) if name == "s.ini" else path.read_text()
    path.write_text(text.replace(plain, odd))
    assert path.read_text() != text

    assert (
        real.refused(name, *FORMS[name][1], **GIVEN, VAULT_ADDR="https://x.example.com")[0]
        == "SK564"
    )
    assert vault.asked == []
    # It is no idle care: the program reads what was refused.
    form = {"s.env": "dotenv", "tls.key": "binary"}.get(name, name.removeprefix("s."))
    subprocess.run(
        [real.program, "decrypt", "--input-type", form, path], env={**real.environment, **GIVEN},
        capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert vault.asked == [("/v1/transit/decrypt/k", "a-token")]


@pytest.mark.parametrize("field", ["key_name: k", "engine_path: transit"])
def test_a_token_is_used_on_no_other_path_of_the_caller_s_vault(
    real: Sops, vault: Vault, field: str
) -> None:
    path = encrypted(real, vault, "s.yaml")
    text = path.read_text()
    name = field.partition(":")[0]
    path.write_text(text.replace(field, f"{name}: ../../auth/token/revoke-self"))
    assert path.read_text() != text

    code, what = real.refused("s.yaml", "password", **GIVEN, VAULT_ADDR=vault.address)

    assert (code, what.partition("` ")[0]) == ("SK559", f"`{name}")
    assert vault.asked == []


@pytest.mark.parametrize(
    ("kind", "fields"),
    [("azure_kv", 'vault_url: {address}\n          name: k\n          version: ""')],
)
def test_an_azure_login_goes_to_no_server_of_a_file(
    real: Sops, vault: Vault, kind: str, fields: str
) -> None:
    path = encrypted(real, vault, "s.yaml")
    head, _, rest = path.read_text().partition("    hc_vault:\n")
    said = fields.format(address=vault.address)
    created = '          created_at: "2026-01-01T00:00:00Z"\n          enc: AAAA\n'
    path.write_text(
        f"{head}    {kind}:\n        - {said}\n{created}{rest[rest.index('    lastmodified') :]}"
    )

    assert real.refused("s.yaml", "password") == (
        "SK559", "`vault_url` is not a Key Vault under a name of Microsoft's",
    )  # fmt: skip
    assert vault.asked == []


def test_a_date_is_no_text(real: Sops) -> None:
    real.encrypt("s.yaml", "a: 2020-01-01\nb: '2020-01-01'\nc: 2020-01-01T00:00:00Z\n")

    assert real.refused("s.yaml", "a") == ("SK557", "a date")
    assert real.refused("s.yaml", "c") == ("SK557", "a date")
    assert real.read("s.yaml", "b") == b"2020-01-01"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("s.yaml", "a.pass_unencrypted"), ("s.json", "a.pass_unencrypted"), ("s.env", "pass_unencrypted"),
        ("s.ini", "a.pass_unencrypted"),
    ],
)  # fmt: skip
def test_a_value_that_lies_in_the_clear_is_refused(real: Sops, name: str, path: str) -> None:
    contents = {
        "s.yaml": f"a: {{pass_unencrypted: {CANARY}, b: {CANARY}, c: ''}}\n",
        "s.json": json.dumps({"a": {"pass_unencrypted": CANARY, "b": CANARY, "c": ""}}),
        "s.env": f"pass_unencrypted={CANARY}\nb={CANARY}\nc=\n",
        "s.ini": f"[a]\npass_unencrypted = {CANARY}\nb = {CANARY}\nc =\n",
    }
    real.encrypt(name, contents[name])

    assert real.refused(name, path) == ("SK565", "")
    assert real.read(name, path.replace("pass_unencrypted", "b")) == CANARY.encode()
    assert real.read(name, path.replace("pass_unencrypted", "c")) == b""


def test_a_rule_that_matches_nothing_encrypts_nothing(real: Sops) -> None:
    real.encrypt("s.yaml", f"password: {CANARY}\n", "--encrypted-regex", "^nothing$")

    assert real.refused("s.yaml", "password") == ("SK565", "")


def test_what_sops_wrote_of_aliases_is_read(real: Sops) -> None:
    real.encrypt("s.yaml", f"a: &a {{b: {CANARY}}}\nc: *a\nd: {{<<: *a, e: f}}\n")

    assert real.read("s.yaml", "c.b") == CANARY.encode()
    assert real.read("s.yaml", "d.e") == b"f"


def test_an_alias_that_sops_did_not_write_is_refused(real: Sops) -> None:
    path = real.encrypt("s.yaml", f"a: {CANARY}\n")
    path.write_text(path.read_text().replace("a: ENC", "a: &a ENC") + "b: [*a, *a]\n")

    assert real.refused("s.yaml", "a") == ("SK564", "the file has an anchor or an alias")


def test_a_sops_file_under_its_own_name_of_another_form_is_refused(real: Sops) -> None:
    real.encrypt("s.yaml", BODY).rename(real.folder / "s.json")

    assert real.refused("s.json", "db.password") == ("SK554", "it cannot be read as json")
