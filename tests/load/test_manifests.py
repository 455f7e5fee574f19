"""Files of others are read as kubectl reads them: held against kubectl itself where it is there."""

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml as parser
from hypothesis import given, settings
from hypothesis import strategies as st

from secretkit.emit import yaml
from secretkit.finding import Rejected
from secretkit.load.go_scalars import resolve
from secretkit.load.manifests import load_manifests
from secretkit.text import Source, Span

HEAD = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\n"


def bodies(text: str) -> list[dict[str, Any]]:
    return [found.body for found in load_manifests(Source("w.yaml", text))]


def spec(text: str) -> Any:
    """What stands under `spec` in an object whose spec is the text."""
    return bodies(f"{HEAD}spec:\n{text}\n")[0]["spec"]


def named(*names: str) -> list[dict[str, Any]]:
    return [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}} for name in names]


def faults(text: str) -> list[tuple[str, int]]:
    with pytest.raises(Rejected) as caught:
        load_manifests(Source("w.yaml", text))
    places = [(one.code, one.place) for one in caught.value.findings]
    return [(code, place.line) for code, place in places if isinstance(place, Span)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0644", 420),
        ("-0644", -420),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b101", 5),
        ("08", 8),
        ("1_000", 1000),
        ("1e3", 1000),
        ("1.0", 1),
        ("5.", 5),
        (".5", 0.5),
        ("1e400", "1e400"),
        ("1e22", 1e22),
        ("18446744073709551615", 2**64 - 1),
        ("+9223372036854775808", 2**63),
        ("0" * 5000 + "7", 7),
        ("y", True),
        ("Off", False),
        ("~", None),
        ("12:30:45", "12:30:45"),
        ("2001-01-01", "2001-01-01"),
        ("=", "="),
        ("_1", "_1"),
        ("0x", "0x"),
        ("._5", "._5"),
        (".1_5", 0.15),
        ("0b-11", -3),
    ],
)
def test_a_plain_scalar_is_what_kubectl_says(text: str, value: Any) -> None:
    found = resolve(text)

    assert (type(found), found) == (type(value), value)


def _plain(text: str) -> bool:
    """Whether the text is one plain scalar, and not an anchor or a comment."""
    try:
        events = list(parser.parse(f"k: {text}", Loader=parser.CSafeLoader))
    except parser.YAMLError:
        return False
    scalars = [event for event in events if isinstance(event, parser.ScalarEvent)]
    return len(events) == 8 and scalars[-1].value == text and not scalars[-1].style


def _scalars() -> list[str]:
    """Texts that look like numbers, words and dates, the same in every run."""
    dice = random.Random(4)
    alphabet = "0011223789abefnosxyEFNOTY_+-.:~="
    made = {"".join(dice.choices(alphabet, k=dice.randint(1, 7))) for _ in range(6000)}
    numbers = {"".join(dice.choices("01789_+-.eExob", k=dice.randint(1, 6))) for _ in range(6000)}
    endless = (".inf", ".nan")  # no JSON, so kubectl refuses the file
    found = sorted(text for text in made | numbers if _plain(text))
    kept = [text for text in found if not text.lower().endswith(endless)]
    assert len(kept) > 5000
    return kept


KUBECTL = shutil.which("kubectl")


def by_kubectl(text: str, folder: Path) -> Any:
    assert KUBECTL is not None
    path = folder / "w.yaml"
    path.write_text(text, encoding="utf-8")
    command = [KUBECTL, "label", "--local", "-f", str(path), "a=b", "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["spec"]


@pytest.mark.skipif(KUBECTL is None, reason="needs kubectl on the PATH")
def test_thousands_of_scalars_are_what_the_real_kubectl_reads(tmp_path: Path) -> None:
    scalars = _scalars()
    text = f"{HEAD}spec:\n" + "".join(f"- {one}\n" for one in scalars)

    theirs = by_kubectl(text, tmp_path)

    ours = bodies(text)[0]["spec"]
    different = [
        (text, one, other)
        for text, one, other in zip(scalars, ours, theirs, strict=True)
        if type(one) is not type(other) or one != other
    ]
    assert different == []


TRICKY = [
    "base: &b {p: 1, q: 1}\nm:\n  p: 2\n  <<: *b\n",
    "base: &b {p: 1, q: 1}\nm:\n  <<: *b\n  p: 2\n",
    "base: &b {p: 1, q: 1}\nm: {<<: [*b, {r: 5, p: 7}]}\n",
    '"<<": {a: 1}\n',
    "1: one\nyes: two\n0x10: three\n08a: four\n",
    '- !!str 123\n- !!int "5"\n- !!float 3\n- !!bool "yes"\n- !mine 5\n- ! 5\n- !!null ""\n',
    "- !!binary aGVsbG8=\n- !!timestamp 2001-01-01\n",
    "a: &x [1, {b: 0644}]\nc: *x\nd: &y on\ne: *y\n",
    "a: |\n  0644\n  yes\nb: >-\n  1e3\nc: \"0644\"\nd: 'on'\n",
]


@pytest.mark.skipif(KUBECTL is None, reason="needs kubectl on the PATH")
@pytest.mark.parametrize("text", TRICKY)
def test_tags_merges_and_keys_are_what_the_real_kubectl_reads(text: str, tmp_path: Path) -> None:
    whole = f"{HEAD}spec:\n" + "".join(f"  {row}\n" for row in text.splitlines())

    assert bodies(whole)[0]["spec"] == by_kubectl(whole, tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="an empty file"),
        pytest.param("---\n---\n# nothing\n---\nnull\n", [], id="documents without anything"),
        pytest.param(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n\n---\n"
            "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n...\n",
            named("a", "b"),
            id="many documents",
        ),
        pytest.param(
            "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n"
            "- apiVersion: v1\n  kind: PodList\n"
            "  items: [{apiVersion: v1, kind: Pod, metadata: {name: b}}]\n",
            named("a", "b"),
            id="lists in a list",
        ),
        pytest.param(
            '{"apiVersion": "v1", "kind": "Pod",\n\t"metadata": {"name": "a"}}',
            named("a"),
            id="JSON",
        ),
        pytest.param("apiVersion: v1\nkind: List\nitems: []\n", [], id="an empty list"),
    ],
)
def test_objects_are_found_in_documents_and_lists(text: str, expected: list[Any]) -> None:
    assert bodies(text) == expected


def test_an_object_knows_the_line_where_it_begins() -> None:
    pod = "apiVersion: v1\nkind: Pod\n"
    text = f"# first\n{pod}---\n{pod}---\napiVersion: v1\nkind: List\nitems:\n- kind: Pod\n  apiVersion: v1\n"

    found = load_manifests(Source("w.yaml", text))

    assert [one.span.line for one in found] == [2, 5, 11]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{HEAD}spec: {{a: 1, a: 2}}\n", [("SK002", 4)], id="a key twice"),
        pytest.param(
            f'{HEAD}spec: {{1: a, "1": b}}\n', [("SK002", 4)], id="two spellings of a key"
        ),
        pytest.param(
            f"{HEAD}spec:\n  <<: {{a: 1}}\n  a: 2\n  a: 3\n",
            [("SK002", 7)],
            id="a key twice after a merge",
        ),
        pytest.param(f"{HEAD}spec: [\n", [("SK001", 4)], id="no YAML"),
        pytest.param(
            f"{HEAD}spec: &a 1\n---\n{HEAD}spec: *a\n", [("SK001", 9)], id="an anchor elsewhere"
        ),
        pytest.param(f"{HEAD}spec: {{? [a] : 1}}\n", [("SK009", 4)], id="a list as key"),
        pytest.param(f"{HEAD}spec: {{~: 1}}\n", [("SK009", 4)], id="null as key"),
        pytest.param(f"{HEAD}spec: {{1.5: 1}}\n", [("SK009", 4)], id="a fraction as key"),
        pytest.param(f"{HEAD}spec: {'[' * 200}\n", [("SK006", 4)], id="too deep"),
        pytest.param(
            f"{HEAD}spec: {{{'x' * 900}: 1}}\n", [("SK006", 4)], id="a key of 900 characters"
        ),
        pytest.param(
            f"{HEAD}a: &a [{'x,' * 999}]\nb: &b [{'*a,' * 49}]\nc: [*b, *b]\n",
            [("SK006", 6)],
            id="aliases of aliases",
        ),
        pytest.param(f"{HEAD}spec: .inf\n", [("SK071", 4)], id="an infinite number"),
        pytest.param(f"{HEAD}spec: !!int x\n", [("SK071", 4)], id="a text tagged as number"),
        pytest.param(f"{HEAD}spec: !!int true\n", [("SK071", 4)], id="a boolean tagged as number"),
        pytest.param(f"{HEAD}spec: !!binary /w==\n", [("SK071", 4)], id="bytes that are no text"),
        pytest.param(f"{HEAD}spec: {{<<: 5}}\n", [("SK071", 4)], id="a merge of a number"),
        pytest.param("kind: Pod\n---\n- a\n", [("SK070", 1), ("SK070", 3)], id="no objects"),
        pytest.param("apiVersion: v1\nkind: 5\n", [("SK070", 1)], id="a kind that is no text"),
        pytest.param(
            "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1}\n",
            [("SK070", 4)],
            id="an item without a kind",
        ),
    ],
)
def test_what_kubectl_would_not_take_is_found(text: str, expected: list[tuple[str, int]]) -> None:
    assert faults(text) == expected


NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(
    allow_nan=False, allow_infinity=False
).filter(lambda number: not (number.is_integer() and abs(number) < 1e21))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
TREES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | st.from_regex(r"[-+0-9.:_eyYnNoOxtf~=<]{1,9}"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(TREES)
@settings(deadline=None)
def test_what_we_write_reads_back_as_it_was(tree: Any) -> None:
    body = {"apiVersion": "v1", "kind": "Thing", "spec": tree}

    assert bodies(yaml.document(body)) == [body]
