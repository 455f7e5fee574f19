"""Sops files that somebody changed at random: of those that we pass on, the real sops goes nowhere else.

The changes are those that could make two readers differ. A seed makes the run the same each time.
"""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from secretkit.sops_file import NoSection, Unparsed, Unusual, read
from secretkit.sops_keys import elsewhere

from . import programs
from .vault import Vault, serving

PLAIN = {
    "yaml": "a: x\nb:\n  c: y # note\n", "json": '{"a": "x"}', "ini": "[db]\na = x\n", "dotenv": "A=x\n",
}  # fmt: skip
_FLAT = "hc_vault__list_0__map_vault_address"
_REST = 'engine_path: t\n          key_name: k\n          created_at: "2026-01-01T00:00:00Z"\n          enc: x\n'
# What names another address, and may stand anywhere.
LINES = {
    "yaml": [
        "vault_address: ELSE", "          vault_address: ELSE\n",
        f"        - vault_address: ELSE\n          {_REST}",
        f"sops:\n    hc_vault:\n        - vault_address: ELSE\n          {_REST}    version: 3.11.0\n",
    ],
    "json": [
        '"vault_address": "ELSE",', '"Vault_address": "ELSE",',
        '"sops": {"hc_vault": [{"vault_address": "ELSE", "engine_path": "t", "key_name": "k", "enc": "x"}]},',
    ],
    "ini": [f"{_FLAT} = ELSE\n", f"{_FLAT}: ELSE\n", f"[sops]\n{_FLAT} = ELSE\n"],
    "dotenv": [f"sops_{_FLAT}=ELSE\n", f"sops_{_FLAT.title()}=ELSE\n", "sops_hc_vault__list_+0__map_vault_address=ELSE\n"],
}  # fmt: skip
ODD = [
    "&a ", "*a", "!!str ", '"', "'", "\n", "{", "}", ": ", "- ", "? ", "#", " #", "\r", "\r\n", "<<: ", "|\n", ">-\n",
    "---\n", "...\n", "\t", "\\", "\\\n", '"""', "`", " ", "  ", "\x85", "\u2028", "\ufeff", "%YAML 1.1\n---\n", ";", "=",
    "[x]\n", ",", "\0", "\xa0",
]  # fmt: skip
MUTANTS = 1500


class Mutants:
    """Changed files of a form, each with a line that names another address."""

    def __init__(self, form: str, whole: str, ours: str, other: str) -> None:
        self._chance = random.Random(form)
        self._whole, self._ours, self._other = whole, ours, other
        self._lines = [line.replace("ELSE", other) for line in LINES[form]]

    def make(self) -> str:
        chance, text = self._chance, self._whole
        begins = [0, *(at + 1 for at, letter in enumerate(text) if letter == "\n")]
        line = chance.choice(self._lines)
        at = chance.choice(begins) if chance.random() < 0.8 else chance.randrange(len(text))
        text = text[:at] + line + text[at:]
        for _ in range(chance.randrange(4)):
            places = (
                at,
                at + len(line),
                chance.choice(begins),
                text.find("sops"),
                text.find("vault_address"),
            )
            place = max(chance.choice(places), 0)
            cut = 0 if chance.random() < 0.75 else chance.randrange(1, 12)
            text = text[:place] + ("" if cut else chance.choice(ODD)) + text[place + cut :]
        return text.replace(self._ours, self._other, 1) if chance.random() < 0.3 else text


@pytest.fixture
def servers() -> Iterator[tuple[Vault, Vault]]:
    with serving() as ours, serving() as other:
        yield ours, other


@pytest.mark.parametrize("form", PLAIN)
def test_what_we_pass_on_goes_where_it_may(
    servers: tuple[Vault, Vault], tmp_path: Path, form: str
) -> None:
    try:
        program = programs.find("sops")
    except programs.Missing as missing:
        pytest.skip(str(missing))
    ours, other = servers
    path = tmp_path / "file"
    environment = {"VAULT_TOKEN": "a-token", "HOME": str(tmp_path), "VAULT_MAX_RETRIES": "0"}

    def run(*words: str) -> None:
        subprocess.run(
            [program, *words, path],
            env=environment,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    path.write_text(PLAIN[form])
    kinds = ("--input-type", form, "--output-type", form)
    run("encrypt", *kinds, "--hc-vault-transit", f"{ours.address}/v1/transit/keys/k", "--in-place")
    mutants = Mutants(form, path.read_text(), ours.address, other.address)
    passed = astray = 0
    for number in range(MUTANTS):
        content = mutants.make().encode()
        is_passed = passes(content, form, ours.address)
        if not is_passed and number % 6:
            continue
        path.write_bytes(content)
        ours.asked.clear()
        other.asked.clear()
        run("decrypt", "--input-type", form, "--output-type", "json")
        if is_passed:
            passed += 1
            assert {path for path, _ in ours.asked} <= {"/v1/transit/decrypt/k"}
            assert other.asked == [], content.decode()
        else:
            astray += bool(other.asked)

    assert passed, "nothing was passed on, so nothing was tried"
    assert astray, "of what is refused the real sops goes nowhere either"


def passes(content: bytes, form: str, address: str) -> bool:
    try:
        return elsewhere(read(content, form).keys, address) is None
    except (Unparsed, NoSection, Unusual):
        return False
