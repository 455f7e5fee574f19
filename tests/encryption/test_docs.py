"""The page on encryption: its commands, in its order, on a file like a reader's."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from secretkit.cli import group

PAGE = Path(__file__).parents[2] / "docs" / "encryption.md"
FILE = """\
apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  targets: {kubernetes: "1.34", provider: kubeadm}
  environments: {staging: {}, production: {}}
"""


def commands() -> list[list[str]]:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line.partition("|")[0], comments=True) for line in lines if line.strip()]


def test_every_option_is_one() -> None:
    for words in commands():
        assert words[0] == "secretkit"
        ran = CliRunner().invoke(group, [*words[1:], "--help"], standalone_mode=False)
        assert ran.exception is None, (words, ran.exception)
        options = set(re.findall(r"(?<!\w)(--?[a-z][-a-z]*)", ran.output))
        assert {word for word in words if word.startswith("-")} <= options, words


def test_the_page_walks_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "platform.yaml").write_text(FILE)
    for words in commands():
        is_of_a_host = words[2] in ("keygen", "materialize", "rewrite", "verify")
        if is_of_a_host or "--env" in words:
            continue
        ran = CliRunner().invoke(group, words[1:], standalone_mode=False)
        assert (ran.exception, ran.return_value) == (None, 0), (words, ran.output)
    assert (tmp_path / "platform.yaml").read_text() == FILE
