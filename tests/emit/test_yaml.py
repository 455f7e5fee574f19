"""What we write means the same to PyYAML (YAML 1.1), ruamel.yaml (1.2) and kubectl's Go parser."""

import io
import json
import math
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml as pyyaml
from cluster import programs
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from secretkit.emit import yaml
from secretkit.objects import Document

# Texts that some parser, of some version, takes for something else, or that end a scalar.
HOSTILE = (
    "", " ", "a", " a", "a ", "\ta", "a\n", "\na", "a\n\n", "a\nb", "a\n b", "a\n\tb", "\n", "\r", "a\rb",
    "a\r\nb", "y", "n", "yes", "No", "ON", "off", "true", "False", "null", "Null", "~", "nan", ".nan", ".inf",
    "-.inf", "inf", "0", "1", "-1", "+1", "0400", "0o17", "0x1F", "0b1", "1_000", "1e10", "1E5", "1.5", "1.",
    ".5", "1e400", "685_230.15", "190:20:30", "12:30:45", "2001-01-01", "2001-12-14t21:59:43.10-05:00", "=", "<<",
    "-", "--", "---", "--- a", "...", "-a", "- a", "?", "? a", ":", ": a", "a:", "a: b", "a:b", "a #b", "#a", "a#b",
    "&a", "*a", "*", "!a", "!!str a", "|", ">", "|-", "%a", "%YAML 1.1", "@a", "`a", "'", "''", "'a'", '"', '"a"',
    "\\", "\\n", "{", "}", "{}", "{a: b}", "[", "]", "[]", "[a]", ",", "a, b", "{{ .a }}", "${a}", "$${a}",
    "a\u0000b", "\u0001", "\u007f", "\u0080", "\u0085", "\u00a0", "\u00ad", "\u2028", "\u2029", "\ufeff", "\ufffe",
    "\uffff", "\ufffd", "\U0001f600", "\U0010ffff", "e\u0301", "\u202e", "a\u0085b", "a\u2028b\nc", "\ufeffa\nb",
    "a" * 500, "a " * 200, "a\n" * 50, "x: |\n  y\n", "---\na\n...\n", "- a\n- b", "# a\n# b", "a\n\n\nb", "a \nb",
    "-----BEGIN A-----\nb\n-----END A-----\n",
)  # fmt: skip

# Without lone surrogates, which no UTF-8 file can hold.
characters = st.characters(exclude_categories=["Cs"])
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(characters, max_size=30),
    st.text("ab01 :#-\n\r\t'\"\\{}[],&*!|>%@`~?=<.", max_size=12),
    st.text("a\n \t#:-", max_size=20),
    st.lists(st.sampled_from(HOSTILE), max_size=4).map("\n".join),
)
keys = texts.filter(lambda text: len(yaml.scalar(text)) <= 1000)
floats = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.one_of(
    texts, texts.map(Document), st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), floats
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
mappings = st.dictionaries(keys, trees, min_size=1, max_size=5)


def by_pyyaml(text: str) -> Any:
    return pyyaml.load(text, Loader=pyyaml.CSafeLoader)


def by_pyyaml_in_python(text: str) -> Any:
    return pyyaml.safe_load(text)


def by_ruamel(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(io.StringIO(text))


PARSERS: tuple[Callable[[str], Any], ...] = (by_pyyaml, by_pyyaml_in_python, by_ruamel)
every_parser = pytest.mark.parametrize("parse", PARSERS, ids=lambda parse: parse.__name__)


@every_parser
@given(value=mappings)
def test_a_document_parses_back_to_its_value(parse: Callable[[str], Any], value: Any) -> None:
    assert same(parse(yaml.document(value)), value)


@every_parser
@given(value=mappings)
def test_a_flow_node_parses_back_to_its_value(parse: Callable[[str], Any], value: Any) -> None:
    text = yaml.flow(value)

    assert "\n" not in text
    assert same(parse(text), value)


@every_parser
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_itself(parse: Callable[[str], Any], text: str) -> None:
    value = {"plain": text, text: "key", "list": [text, [text]], "below": {"there": {"it": text}}}

    assert same(parse(yaml.document(value)), value)


@given(value=texts)
@example("a" * 2000)
def test_a_scalar_is_one_line(value: str) -> None:
    assert len(yaml.scalar(value).splitlines()) == 1


def test_a_key_that_needs_an_explicit_form_is_refused() -> None:
    with pytest.raises(ValueError, match="a key above 1,000 characters"):
        yaml.key("a" * 1001)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_number_that_json_does_not_know_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON knows no such number"):
        yaml.scalar(value)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="not a scalar: bytes"):
        yaml.scalar(b"a")


def same(found: Any, meant: Any) -> bool:
    """Equal, and of equal types all the way down: 1 is neither True nor 1.0."""
    if isinstance(meant, dict):
        return (
            isinstance(found, dict)
            and list(found) == list(meant)
            and all(same(found[key], meant[key]) for key in meant)
        )
    if isinstance(meant, list):
        return isinstance(found, list) and len(found) == len(meant) and all(map(same, found, meant))
    kind = str if isinstance(meant, Document) else type(meant)
    return type(found) is kind and bool(found == meant)


def test_kubectls_own_parser_reads_hostile_texts_as_we_mean_them(tmp_path: Path) -> None:
    try:
        kubectl = programs.find("kubectl")
    except programs.Missing as missing:
        pytest.skip(str(missing))
    data = {f"text-{number}": text for number, text in enumerate(HOSTILE)}
    named = {f"key {text}": "value" for text in HOSTILE if text}
    body: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "hostile", "annotations": {"list": "x", **named}},
        "data": {**data, **{text: "key" for text in HOSTILE if text}},
    }
    (tmp_path / "hostile.yaml").write_text(yaml.document(body), encoding="utf-8", newline="\n")

    # `--local` asks no server, and the tool that `apply` reads files with is the same.
    ran = subprocess.run(
        [kubectl, "label", "--local", "-f", "hostile.yaml", "-o=json", "read=back"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        timeout=60,
    )

    assert ran.returncode == 0, ran.stderr.decode()
    found = json.loads(ran.stdout)
    assert found["data"] == body["data"]
    assert found["metadata"] == {**body["metadata"], "labels": {"read": "back"}}


def test_a_file_within_a_file_stands_as_a_block() -> None:
    text = "a:\n  b: 1\n"

    assert yaml.document({"text": text}) == 'text: "a:\\n  b: 1\\n"\n'
    assert yaml.document({"text": Document(text)}) == "text: |\n  a:\n    b: 1\n"
