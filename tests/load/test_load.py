"""Text to a tree: strict, bounded, every fault with its place."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from secretkit.finding import Rejected
from secretkit.load import decode, load
from secretkit.load.positions import DOTS, Positions
from secretkit.text import Place, Source, Span


def faults(text: str) -> list[tuple[str, int, int]]:
    with pytest.raises(Rejected) as caught:
        load(Source("secrets.yaml", text))
    spans = [found.place for found in caught.value.findings]
    assert all(isinstance(span, Span) for span in spans)
    return [
        (found.code, found.place.line, found.place.column)  # type: ignore[union-attr]
        for found in caught.value.findings
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: [1, 2", [("SK001", 1, 9)], id="an open list"),
        pytest.param("a: b: c", [("SK001", 1, 5)], id="two colons"),
        pytest.param("a: 1\na: 2\n", [("SK002", 2, 1)], id="a key twice"),
        pytest.param("a: {b: 1, b: 2}\nc: !!str 3\n", [("SK002", 1, 11), ("SK004", 2, 4)], id="all at once"),
        pytest.param("a: 1\n---\nb: 2\n", [("SK003", 2, 1)], id="two documents"),
        pytest.param("a: &x {b: 1}\nc:\n  <<: *x\n", [("SK004", 3, 3)], id="a merge key"),
        pytest.param("a: on\nb: 0400\n", [("SK005", 1, 4), ("SK005", 2, 4)], id="ambiguous scalars"),
        pytest.param("on: 1\n", [("SK005", 1, 1)], id="an ambiguous key"),
        pytest.param("1: x\n", [("SK009", 1, 1)], id="a number as key"),
        pytest.param("? [a]\n: b\n", [("SK009", 1, 3)], id="a list as key"),
        pytest.param("a: *b\n", [("SK001", 1, 4)], id="an alias without anchor"),
        pytest.param("a: &a [*a]\n", [("SK001", 1, 8)], id="an alias to itself"),
        pytest.param('a: "\\0"\n', [("SK007", 1, 4)], id="an escaped NUL"),
        pytest.param("", [("SK008", 1, 1)], id="empty"),
        pytest.param("# only a comment\n", [("SK008", 1, 1)], id="a comment alone"),
    ],
)  # fmt: skip
def test_a_fault_is_found_where_it_stands(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert faults(text) == expected


def test_deep_nesting_is_a_finding() -> None:
    assert [code for code, _, _ in faults("[" * 5000)] == ["SK006"]


def test_an_alias_bomb_is_a_finding() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    assert [code for code, _, _ in faults("\n".join(rows))] == ["SK006"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"a: \xff\xfe", "SK007", id="not UTF-8"),
        pytest.param("a: 1\n".encode("utf-16"), "SK007", id="UTF-16"),
        pytest.param(b"a: \0", "SK007", id="a NUL byte"),
        pytest.param(b"a: \x1b[31m", "SK007", id="a terminal's escape"),
        pytest.param("a: 'x\u2028y'".encode(), "SK007", id="a line end of YAML 1.1 alone"),
        pytest.param(b"#" * (1024 * 1024 + 1), "SK006", id="above 1 MiB"),
    ],
)
def test_bytes_that_are_no_text_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        decode("secrets.yaml", content)

    assert [found.code for found in caught.value.findings] == [code]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"a": "x\\ud83d\\ude00y"}', id="a pair"),
        pytest.param('{"a": "\\ud83d\\ude00\\uD83D\\uDE00"}', id="two that touch"),
        pytest.param(r'{"a": "\\ud83d\\ude00"}', id="backslashes that are meant"),
        pytest.param('{"a": "\\\\\\ud83d\\ude00"}', id="behind a backslash that is meant"),
        pytest.param('{"\\ud83d\\ude00": "\\u00e9\\t"}', id="in a key, beside other escapes"),
    ],
)
def test_json_is_read_as_json(text: str) -> None:
    assert load(decode("secrets.json", text.encode())).value == json.loads(text)


def test_half_of_a_pair_is_no_character() -> None:
    with pytest.raises(Rejected) as raised:
        load(decode("secrets.json", b'{"a": "\\ud83d x"}'))
    assert [one.code for one in raised.value.findings] == ["SK001"]


def test_a_byte_order_mark_and_crlf_change_nothing() -> None:
    plain = load(decode("s", b"a:\n  b: 1\n")).value

    assert load(decode("s", b"\xef\xbb\xbfa:\r\n  b: 1\r\n")).value == plain


# What is left out is refused, since no API server stores it.
STORABLE = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[*map(chr, range(0x7F, 0xA0)), "\ufffe", "\uffff"],
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(STORABLE, max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(STORABLE, max_size=8), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.text(STORABLE, max_size=8), TREES, min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_quoted_yaml_comes_back_as_it_was(tree: dict[str, Any]) -> None:
    import json

    text = json.dumps(tree)
    if any(mark in text for mark in ("\\u0000", "\\ud8", "\\udb", "\\udc", "\\ud9", "\\uda", "\\udd",
                                     "\\ude", "\\udf", "\x7f")):  # fmt: skip
        return

    assert load(decode("s", text.encode())).value == yaml.safe_load(text)


@given(st.text("abk:-[]{}&*!|>'\"#%@`,? \n\t0123456789\\", max_size=60))
@settings(max_examples=800, deadline=None)
def test_any_text_is_a_tree_or_a_finding(text: str) -> None:
    try:
        outcome: object = load(Source("s", text)).value
    except Rejected as rejected:
        outcome = rejected.findings or None

    assert outcome is not None


TEXT = """\
metadata: {name: shop}
spec:
  secrets:
    tls:
      values:
        tls.key: {literal: "not-so-secret"}
        other: {env: NAME}
      labels:
        team: core
"""


@pytest.mark.parametrize(
    ("path", "on", "expected"),
    [
        pytest.param(("metadata", "name"), "value", (1, 18, 22), id="a value"),
        pytest.param(("metadata", "name"), "key", (1, 12, 16), id="a key"),
        pytest.param(("spec", "secrets", "tls"), "key", (4, 5, 8), id="the key of a mapping"),
        pytest.param(("spec", "secrets", "tls", "type"), "value", (4, 5, 8), id="a field that is absent"),
        pytest.param(("spec", "secrets", "tls", "labels"), "value", (9, 9, 19), id="a block's first line"),
    ],
)  # fmt: skip
def test_a_path_has_its_place(
    path: tuple[str, ...], on: str, expected: tuple[int, int, int]
) -> None:
    tree = load(Source("s", TEXT))

    span = Positions().span(Place(tree, path, on))

    assert (span.line, span.column, span.end_column) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (6, f"        tls.key: {{literal: {DOTS}}}"),
        (7, f"        other: {{env: {DOTS}}}"),
        (9, "        team: core"),
    ],
)
def test_an_excerpt_shows_dots_for_values(line: int, expected: str) -> None:
    source = Source("s", TEXT)

    assert Positions().excerpt(Span(source, line, 1, line, 2)).text == expected


def test_the_excerpt_of_a_file_that_does_not_parse_ends_at_the_first_colon() -> None:
    source = Source("s", "password: hunter2: x\n")

    assert Positions().excerpt(Span(source, 1, 1, 1, 2)).text == "password:"
