"""Edits in place: what is meant changes, every other byte and comment stays."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretkit.emit import yaml as emit
from secretkit.load import load
from secretkit.rewriting import Layout, Text, assigned, entry, exchanged, nulled
from secretkit.text import Source

TEXT = """\
# head
spec:
  # about encryption
  encryption:
    resources: [secrets]   # odd   spacing
    provider: secretbox
    keys:
      # the old key
      - {name: a, state: active, from: {file: /k/a}}
      # the new one
      - {name: b, state: next}   # soon
    # why readable
    readUnencrypted: true

  # after
  stores: {}
"""
AT = ("spec", "encryption")


def lines(text: str) -> set[str]:
    return set(text.splitlines())


def test_an_item_goes_with_its_own_comment_alone() -> None:
    gone = lines(TEXT) - lines(Text(TEXT).delete((*AT, "keys", 0)).text)

    assert gone == {
        "      # the old key", "      - {name: a, state: active, from: {file: /k/a}}",
    }  # fmt: skip


def test_an_entry_comes_after_another_in_its_style() -> None:
    text = Text(TEXT).insert(AT, entry("kms", {"name": "x"}), "provider").text

    assert text == TEXT.replace(
        "    provider: secretbox\n", "    provider: secretbox\n    kms:\n      name: x\n"
    )


def test_blocks_change_places_with_their_comments() -> None:
    text = (
        "e:\n  resources: [a]\n  # ours\n  provider: p  # p!\n  keys:\n    # k\n    - {name: k}\n"
        "  moveTo:\n    # theirs\n    provider: q\n    kms:\n      # deep\n      name: one\n  last: 1\n"
    )

    assert exchanged(text, ("e",), ("provider", "kms", "keys"), "moveTo", "moveFrom") == (
        "e:\n  resources: [a]\n  # theirs\n  provider: q\n  kms:\n    # deep\n    name: one\n"
        "  moveFrom:\n    # ours\n    provider: p  # p!\n    keys:\n      # k\n      - {name: k}\n"
        "  last: 1\n"
    )


def test_blocks_change_places_in_whatever_order_they_stand() -> None:
    text = (
        "e:\n  # k\n  keys: [{name: k}]  # k!\n  moveTo:\n    provider: q\n    keys: [{name: l}]\n"
        "  # ours\n  provider: p  # p!\n"
    )

    assert exchanged(text, ("e",), ("provider", "kms", "keys"), "moveTo", "moveFrom") == (
        "e:\n  moveFrom:\n    # k\n    keys: [{name: k}]  # k!\n    # ours\n    provider: p  # p!\n"
        "  provider: q\n  keys: [{name: l}]\n"
    )


@pytest.mark.parametrize(
    ("text", "path", "new", "wanted"),
    [
        pytest.param("a: {b: 1, c: 2}\n", ("a", "b"), None, "a: {c: 2}\n", id="the first of a flow"),
        pytest.param("a: {b: 1, c: 2}\n", ("a", "c"), None, "a: {b: 1}\n", id="the last of a flow"),
        pytest.param("a: {b: 1}  # x\n", ("a", "b"), None, "a: {}  # x\n", id="the only one of a flow"),
        pytest.param("a:  # x\n  b: 1\nc: 2\n", ("a", "b"), None, "a: {}  # x\nc: 2\n", id="the only one"),
        pytest.param("a:\nc: 2\n", ("a", "b"), {"d": True}, "a:\n  b:\n    d: true\nc: 2\n", id="into nothing"),
        pytest.param("a: {}\n", ("a", "b"), True, "a: {b: true}\n", id="into an empty flow"),
        pytest.param("a: {} # x\nb: 1\n", ("a", "c", "d"), {"e": True}, "a: # x\n  c:\n    d:\n      e: true\nb: 1\n", id="below an empty flow"),
        pytest.param("a: {b: {}}\n", ("a", "b", "d"), {"e": True}, "a: {b: {d: {e: true}}}\n", id="into an empty flow in a flow"),
        pytest.param("a: 'x'\n", ("a",), "y: z", 'a: "y: z"\n', id="a text that needs quotes"),
        pytest.param("a: xx", ("b",), "yy", "a: xx\nb: yy\n", id="no line end at the end"),
        pytest.param("a: {b: 1}\n", ("a", "d", "e"), True, "a: {b: 1, d: {e: true}}\n", id="two levels"),
        pytest.param("a: |\n  t\n\n# c\nb: 1\n", ("a",), "x", "a: x\n\n# c\nb: 1\n", id="a block text"),
        pytest.param("a: t\n  u # c\nb: 1\n", ("a",), "x", "a: x # c\nb: 1\n", id="a text on two lines"),
        pytest.param("a: {b: 1, c: 2  # of the line\n  }\n", ("a", "c"), None, "a: {b: 1  # of the line\n  }\n", id="the last on a line that has a comment"),
        pytest.param("a: {b: {}, c: 1}\n", ("a", "b"), {"d": "x"}, "a: {b: {d: x}, c: 1}\n", id="the first, empty"),
        pytest.param("a:\n  b: {}\nc: 1\n", ("a", "b"), {"d": "x"}, "a:\n  b:\n    d: x\nc: 1\n", id="the only one, empty"),
        pytest.param(
            "a:\n- {name: xx, s: 1}\n- {name: yy}\n", ("a",), [{"name": "yy", "t": True}],
            "a:\n- {name: yy, t: true}\n", id="a list at the indent of its key",
        ),
        pytest.param(
            "a:\n  - name: xx\n    s: 1\n", ("a",), [{"name": "xx", "s": 1}, {"name": "yy", "s": 2}],
            "a:\n  - name: xx\n    s: 1\n  - name: yy\n    s: 2\n", id="items in block style",
        ),
        pytest.param(
            "# why\na: [x]  # c\n", ("a",), ["x", "zz"], "# why\na: [x, zz]  # c\n", id="a list of texts",
        ),
        pytest.param(
            "a:\n  # why\n  - x  # c\n  - z\n", ("a",), ["x", "zz"],
            "a:\n  # why\n  - x  # c\n  - zz\n", id="a list of texts in block style",
        ),
        pytest.param("# why\na: x  # c\n", ("a",), {"b": 1}, "# why\na: {b: 1}  # c\n", id="a mapping for a text"),
        pytest.param("# why\na: {b: 1}  # c\n", ("a",), True, "# why\na: true  # c\n", id="a text for a mapping"),
        pytest.param(
            "# why\na:\n  b: 1\nc: 2\n", ("a",), ["x"], "# why\na:\n- x\nc: 2\n", id="a list for a mapping",
        ),
    ],
)  # fmt: skip
def test_layouts(text: str, path: tuple[str, ...], new: Any, wanted: str) -> None:
    assert assigned(text, path, new) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("a: {}\n", "a: {b: null}\n", id="an empty flow"),
        pytest.param("a:\n  c: 1\n", "a:\n  c: 1\n  b: null\n", id="a block"),
        pytest.param("c: 1\n", "c: 1\na:\n  b: null\n", id="no mapping yet"),
        pytest.param("a: {b: null}  # x\n", "a: {b: null}  # x\n", id="null already"),
        pytest.param("a: {b: {c: 1}}  # x\n", "a: {b: null}  # x\n", id="for the only one of a flow"),
        pytest.param(
            "a:\n  # why\n  b:\n    # k\n    c: 1  # c\n  # of d\n  d: 2\n",
            "a:\n  b: null\n  # of d\n  d: 2\n", id="for a block, whose comments go",
        ),
        pytest.param("a:\n  d: 2\n  b:\n    c: 1\n", "a:\n  d: 2\n  b: null\n", id="for the last one"),
    ],
)  # fmt: skip
def test_null_is_written_where_nothing_would_mean_something_else(text: str, wanted: str) -> None:
    assert nulled(text, ("a", "b")) == wanted


def test_null_is_not_written_where_an_anchor_would_go() -> None:
    with pytest.raises(Layout):
        nulled("a:\n  b: &x {c: 1}\nd: *x\n", ("a", "b"))


@pytest.mark.parametrize(
    ("text", "path", "new"),
    [
        pytest.param("a: &x {b: 1}\nc: *x\n", ("a", "b"), 2, id="an anchor that others use"),
        pytest.param("- x\n", ("a",), "x", id="a list where a mapping belongs"),
        pytest.param("- x\n", (0,), [], id="an item that becomes another kind of value"),
        pytest.param(
            "a: {b: 1,  # b\n    c: 2}\n", ("a", "c"), None, id="a comment of its neighbour"
        ),
        pytest.param(
            "a: {b: 1,  # b\n    c: 2}\n", ("a", "b"), None, id="a comment that may be its own"
        ),
        pytest.param(
            "a: [  # all\n  {name: xx}, {name: yy}]\n",
            ("a",),
            [{"name": "yy"}],
            id="a comment of all",
        ),
        pytest.param("a: {  # all\n  }\n", ("a", "b"), 1, id="a comment in an empty mapping"),
        pytest.param("a:\n  b: 1  # b\n", ("a",), True, id="comments that would have no place"),
    ],
)
def test_what_is_not_edited(text: str, path: tuple[str, ...], new: Any) -> None:
    with pytest.raises(Layout):
        assigned(text, path, new)


names = st.sampled_from(["alpha", "beta", "gamma", "delta", "on", "ключ", "a b"])
scalars = st.one_of(st.booleans(), st.text("abc: #'\"-{}[]é\n", max_size=8), names)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.dictionaries(names, inner, max_size=4),
        st.lists(st.fixed_dictionaries({"name": names, "v": inner}), max_size=3, unique_by=lambda one: one["name"]),
    ),
    max_leaves=12,
)  # fmt: skip
roots = st.dictionaries(names, trees, min_size=1, max_size=4)


def written(tree: dict[str, Any], data: st.DataObject) -> str:
    """A tree in a layout of the drawing's choice: flow or block, with comments between lines."""
    rows: list[str] = []
    for key, value in tree.items():
        if data.draw(st.booleans()):
            rows.append(f"{emit.key(key)}: {emit.flow(value)}  # beside {key!r}")
        else:
            rows += emit.field(key, value, 0).splitlines()
    found = []
    for number, row in enumerate(rows):
        if data.draw(st.integers(0, 4)) == 0:
            indent = len(row) - len(row.lstrip(" "))
            found.append(" " * indent + f"# comment {number}")
        if data.draw(st.integers(0, 6)) == 0:
            found.append("")
        found.append(row)
    return "\n".join(found) + "\n"


@given(st.data(), roots, trees)
def test_any_value_changes_alone(data: st.DataObject, tree: dict[str, Any], new: Any) -> None:
    text = written(tree, data)
    if load(Source("", text)).value != tree:
        return  # a comment fell into a block text
    path: tuple[str, ...] = ()
    at: Any = tree
    while isinstance(at, dict) and at and (not path or data.draw(st.booleans())):
        key = data.draw(st.sampled_from(list(at)))
        path, at = (*path, key), at[key]
    wanted = copy.deepcopy(tree)
    parent = wanted
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = new

    try:
        found = assigned(text, path, new)
    except Layout:
        return

    assert load(Source("", found)).value == wanted
    top = path[0]
    others = [key for key in tree if key != top]
    for key in others:
        assert [line for line in text.splitlines() if line.endswith(f"# beside {key!r}")] == [
            line for line in found.splitlines() if line.endswith(f"# beside {key!r}")
        ]


@given(roots, st.lists(names, min_size=1, max_size=3), scalars)
def test_plain_block_text_takes_every_new_value(
    tree: dict[str, Any], path: list[str], new: Any
) -> None:
    text = "".join(emit.field(key, value, 0) for key, value in tree.items())
    at: Any = tree
    for step in path[:-1]:
        at = at.get(step, {}) if isinstance(at, dict) else None
    if not isinstance(at, dict) or isinstance(at.get(path[-1]), dict | list | str):
        return

    found = assigned(text, tuple(path), new)

    wanted = load(Source("", found)).value
    for step in path:
        wanted = wanted[step]
    assert wanted == new
