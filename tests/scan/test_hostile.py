"""Texts that are made to hurt: none takes long, none ends the process."""

import time

import pytest

from secretkit.scan import judging
from secretkit.scan.reading import File

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
MERGES = "a0: &a0 {x: y, password: foobarbaz}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 12)
)
CHAIN = "a0: &a0 {k: v}\n" + "".join(
    f"a{n}: &a{n} {{<<: *a{n - 1}, k{n}: v}}\n" for n in range(1, 10_000)
)
LISTS = "a0: &a0 {kind: Secret, apiVersion: v1}\n" + "".join(
    f"a{n}: &a{n} {{kind: List, apiVersion: v1, items: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n"
    for n in range(1, 12)
)


def within(text: str) -> str:
    """A text as one of a ConfigMap."""
    rows = "".join(f"    {row}\n" for row in text.splitlines())
    return f"apiVersion: v1\nkind: ConfigMap\ndata:\n  a.yaml: |\n{rows}"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{{ x }} " * 3_000 + "a\n", id="actions in a row"),
        pytest.param("a: " + "{{" * 50_000, id="actions without an end"),
        pytest.param("{{ " + '"a' * 20_000, id="quotes without an end"),
        pytest.param("[" * 50_000, id="open brackets"),
        pytest.param("- " * 20_000 + "a", id="lists in lists"),
        pytest.param("? " * 20_000 + "a", id="keys in keys"),
        pytest.param(BOMB, id="aliases of aliases"),
        pytest.param(MERGES, id="merge keys of merge keys"),
        pytest.param(within(MERGES), id="merge keys of merge keys within a text"),
        pytest.param(CHAIN, id="a long chain of merge keys"),
        pytest.param(
            "apiVersion: x/v1\nkind: HelmRelease\n" + BOMB, id="aliases of aliases in a release"
        ),
        pytest.param(LISTS + "kind: List\napiVersion: v1\nitems: [*a11]\n", id="Lists of Lists"),
        pytest.param(
            "a: &a '{" + '"k": 1, ' * 20_000 + "'\nb: [" + "*a, " * 20_000 + "]\n",
            id="aliases of a text",
        ),
        pytest.param("&a [*a]\n", id="a list of itself"),
        pytest.param("&a {b: *a, password: hunter2}\n", id="a mapping of itself"),
        pytest.param("{%" * 200_000, id="statements without an end"),
        pytest.param("<%" * 200_000, id="tags without an end"),
        pytest.param(
            "kind: Secret\nstringData:\n\ta: " + "${" * 200_000, id="holes without an end"
        ),
        pytest.param(
            "kind: Secret\nstringData: {a: '" + "{{" * 200_000 + "'}\n", id="actions in a Secret"
        ),
        pytest.param(
            "kind: Secret\nstringData:\n\ta: " + "'a\" # " * 3_000, id="quotes and comments"
        ),
        pytest.param(
            "kind: Secret\nstringData: {a: '" + "a://${X}:" * 20_000 + "'}\n", id="URLs of holes"
        ),
        pytest.param(
            "kind: Secret\nstringData: {a: '" + "${X}a=" * 1_600 + "'}\n", id="pairs of holes"
        ),
        pytest.param("a: {{ dict " + '"a" "b" ' * 2_000 + "\n", id="a dict without an end"),
        pytest.param('a: {{ "a" ' + "| a 1 " * 20_000 + "\n", id="functions without an end"),
        pytest.param("-p" * 200_000 + ": {password: hunter2}\n", id="a long name"),
        pytest.param("password=" * 20_000, id="one long line"),
        pytest.param("a: " + "://x:y" * 20_000, id="URLs without an end"),
        pytest.param("mysql " * 20_000, id="commands"),
        pytest.param("<a name='" * 20_000, id="XML without an end"),
        pytest.param("a: '" + '{"a":' * 20_000 + "'\n", id="JSON in YAML"),
    ],
)
@pytest.mark.parametrize("name", ["a.yaml", ".env", "a.json"])
def test_it_is_over_soon(name: str, text: str) -> None:
    begun = time.monotonic()
    judging.of_file(File(name, text))

    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("text", [CHAIN, within(CHAIN)])
def test_what_aliases_and_merges_make_too_big_is_said_and_looked_at_as_text(text: str) -> None:
    file = File("a.yaml", text + "password: hunter2\n")
    found = judging.of_file(file)

    assert file.is_too_much
    assert [one.at.line for one in found if one.is_found][-1:] == [file.text.count("\n")]


def test_a_merge_key_gives_what_is_not_there_already() -> None:
    file = File("a.yaml", "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {x: 5, <<: [*a, *b]}\n")
    merged = file.documents[0].get("c")

    assert merged
    assert [(key, one.text) for key, one in merged.fields or ()] == [
        ("y", "2"), ("z", "4"), ("x", "5"),
    ]  # fmt: skip
