"""Terraform: whatever the input says, HCL reads back the very text, and nothing is evaluated."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from secretkit.emit import hcl
from secretkit.wiring import Block, Expression

texts = st.text(st.characters(exclude_categories=["Cs"]))

# The tokens of HCL that we write. A quoted template ends at the first quote that no backslash escapes,
# and `${` and `%{` begin a sequence; a new line inside is an error.
_TOKEN = re.compile(
    r'[ ]+|(?P<line>\n)|"(?P<text>(?:\\[nrt"\\]|\\u[0-9a-f]{4}|[^"\\\n\r$%])*)"'
    r"|(?P<name>[a-z_][\w.]*)|(?P<mark>[={}\[\],])"
)
_ESCAPE = re.compile(r'\\(?:u([0-9a-f]{4})|([nrt"\\]))')
_MEANS = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def read(text: str) -> list[Any]:
    """Blocks as (type, labels, arguments, blocks); raises AssertionError on anything else."""
    tokens = list(_tokens(text))
    found = _blocks(tokens)
    assert tokens == [], tokens[:5]
    return found[1]


def _tokens(text: str) -> Any:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        assert found, text[at : at + 40]
        at = found.end()
        if found.lastgroup == "text":
            yield ("text", _ESCAPE.sub(_meant, found["text"]))
        elif found.lastgroup and found.lastgroup != "line":
            yield (found.lastgroup, found[found.lastgroup])
        elif found.lastgroup:
            yield ("line", "")


def _meant(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _MEANS[found[2]]


def _blocks(tokens: list[tuple[str, str]]) -> tuple[dict[str, Any], list[Any]]:
    arguments: dict[str, Any] = {}
    blocks: list[Any] = []
    while tokens and tokens[0] != ("mark", "}"):
        kind, name = tokens.pop(0)
        if kind == "line":
            continue
        assert kind == "name"
        if tokens[0] == ("mark", "="):
            tokens.pop(0)
            arguments[name] = _value(tokens)
            assert tokens.pop(0)[0] == "line"
            continue
        labels = []
        while tokens[0][0] == "text":
            labels.append(tokens.pop(0)[1])
        assert tokens.pop(0) == ("mark", "{")
        assert tokens.pop(0)[0] == "line"
        inner = _blocks(tokens)
        assert tokens.pop(0) == ("mark", "}")
        blocks.append((name, tuple(labels), *inner))
    return arguments, blocks


def _value(tokens: list[tuple[str, str]]) -> Any:
    kind, text = tokens.pop(0)
    if (kind, text) != ("mark", "["):
        return Expression(text) if kind == "name" and text not in ("true", "false") else (
            text == "true" if kind == "name" else text
        )  # fmt: skip
    values = []
    while tokens[0] != ("mark", "]"):
        values.append(_value(tokens))
        if tokens[0] == ("mark", ","):
            tokens.pop(0)
    tokens.pop(0)
    return values


@given(texts, st.lists(texts, max_size=3), texts)
def test_blocks_are_read_back(key: str, members: list[str], label: str) -> None:
    inner = Block("provider", (), {"key_arn": key})
    arguments: dict[str, Any] = {"types": members, "on": True, "at": Expression("var.project")}
    blocks = (Block("resource", ("aws_eks_cluster", label), arguments, (inner, inner)), inner)

    provider: tuple[Any, ...] = ("provider", (), {"key_arn": key}, [])
    assert read(hcl.text(blocks)) == [
        ("resource", ("aws_eks_cluster", label), arguments, [provider, provider]),
        provider,
    ]


@given(texts)
def test_nothing_of_a_text_is_evaluated(text: str) -> None:
    shown = hcl.quoted(f"${{{text}}}%{{{text}}}$${{")

    assert not re.search(r"[$%]", shown)
    assert shown.isprintable() or re.search(r"[^\x00-\x7f]", shown)


def test_the_layout_is_that_of_terraform_fmt() -> None:
    inner = Block("log", (), {"category": "audit"})
    block = Block("resource", ("a", "b"), {"name": "x", "long_name": ["y", "z"]}, (inner, inner))

    assert hcl.text((block,)) == (
        'resource "a" "b" {\n'
        '  name      = "x"\n'
        '  long_name = ["y", "z"]\n'
        "\n"
        "  log {\n"
        '    category = "audit"\n'
        "  }\n"
        "\n"
        "  log {\n"
        '    category = "audit"\n'
        "  }\n"
        "}\n"
    )
