"""Findings of all stations at once: none is hidden by another, and a gap makes none of its own."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from examples import EXAMPLES, raw
from secretkit import pipeline
from secretkit.check import Checker
from secretkit.load.positions import Positions
from secretkit.target import Target
from secretkit.text import Layer, Path, Source, Tree

HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"
SHOP = HEAD + "metadata: {name: shop, namespace: prod}\nspec:\n"
VAULT = "  stores:\n    vault: {vault: {server: https://vault.example.com, path: kv, auth: {kubernetes: {role: r}}}}\n"


def told(text: str) -> list[tuple[str, int]]:
    source = Source("secrets.yaml", text)
    positions = Positions(lambda _: source)
    found = pipeline.judge(source, pipeline.Options())
    return sorted((one.code, positions.span(one.place).line) for one in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            VAULT + """\
  secrets:
    db: {from: valt, refrsh: 1h, keys: {password: db#password}}
  workloads:
    api: {kind: Deployment, env: {PASSWORD: {secret: dbb, key: password}}}
""",
            [("SK010", 8), ("SK201", 8), ("SK301", 10)],
            id="a wrong field hides no wrong reference, in its own secret neither",
        ),
        pytest.param(
            VAULT + """\
  secrets:
    db: {from: vault, keys: {password: db#password}}
    other: {from: vault, keys: {password: "db#${nobody}"}}
  access:
    reader: {serviceAccount: api, secrets: [dbb]}
""",
            [("SK020", 9), ("SK301", 11)],
            id="an unknown variable hides no wrong reference",
        ),
        pytest.param(
            VAULT + """\
  secrets:
    db: {from: vault, keys: {password: db#password, on: db#on}}
    db2: {from: valt, keys: {password: db#password}}
    db3: {frm: valt, keys: {password: db#password}}
""",
            [("SK005", 8), ("SK010", 10), ("SK201", 9)],
            id="a wrong text hides neither fields nor references",
        ),
        pytest.param(
            VAULT + """\
  secrets:
    db: {from: vault, keys: {password: db#password}}
  access:
    reader: {serviceAccount: api, secrets: [dbb]}
  patches:
    ExternalSecret/db: {spec: {refreshIntervall: 1h}}
""",
            [("SK301", 10), ("SK612", 12)],
            id="a wrong reference hides no wrong patch",
        ),
        pytest.param(
            VAULT + """\
  secrets:
    db: {from: vault, keys: {password: db#password}}
    other: {generate: {lenght: 20}}
  patches:
    ExternalSecret/db: {spec: {refreshIntervall: 1h}}
    Password/other: {spec: {size: 1}}
""",
            [("SK010", 9), ("SK612", 11)],
            id="a wrong field hides no wrong patch but its own",
        ),
    ],
)  # fmt: skip
def test_every_station_speaks(text: str, expected: list[tuple[str, int]]) -> None:
    assert told(SHOP + text) == expected


@pytest.mark.parametrize(
    ("metadata", "code"), [("{name: Shop, namespace: prod}", "SK014"), ("{name: shop}", "SK021")]
)
def test_a_name_that_does_not_pass_hides_nothing(metadata: str, code: str) -> None:
    text = f"{HEAD}metadata: {metadata}\nspec:\n{VAULT}  secrets:\n    db: {{from: valt, keys: {{a: b#c}}}}\n"

    assert told(text) == [(code, 3), ("SK201", 8)]


def test_a_store_that_is_wrong_is_still_there() -> None:
    text = (
        SHOP
        + VAULT.replace("auth:", "outh:")
        + "  secrets:\n    db: {from: vault, keys: {a: b#c}}\n"
    )

    assert {code for code, _ in told(text)} == {"SK010"}


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    items = (
        value.items()
        if isinstance(value, Mapping)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for step, item in items:
        yield from places(item, (*path, step))


def broken(body: Any, path: Path, how: str) -> Any:
    """The file with one thing that the schema refuses, most often."""
    result = deepcopy(body)
    parent = result
    for step in path[:-1]:
        parent = parent[step]
    match how:
        case "a field more" if isinstance(parent[path[-1]], dict):
            parent[path[-1]]["surplus"] = "x"
        case "gone" if isinstance(parent, dict):
            del parent[path[-1]]
        case "a number":
            parent[path[-1]] = 17
        case "a list":
            parent[path[-1]] = [[]]
        case _:
            parent[path[-1]] = {"surplus": {}}
    return result


BODIES = [raw(path) for example in EXAMPLES for path in example.inputs]


def before(body: Any) -> set[str]:
    """What the file is told already: notes and warnings that its author lives with."""
    source = Source("secrets.yaml", yaml.safe_dump(body, sort_keys=False))
    return {one.code for one in pipeline.judge(source, pipeline.Options())}


@given(st.data())
def test_a_gap_makes_no_finding_of_its_own(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from(BODIES))
    path = data.draw(st.sampled_from([path for path in places(body) if len(path) > 1]))
    wrong = broken(
        body, path, data.draw(st.sampled_from(["a field more", "gone", "a number", "a list"]))
    )
    source = Source("secrets.yaml", yaml.safe_dump(wrong, sort_keys=False))
    tree = Tree(wrong, (Layer(source, (), wrong),))
    first = {one.code for one in Checker.published("app").check(tree, Target())}

    found = pipeline.judge(source, pipeline.Options())

    if first:
        assert {one.code for one in found} <= first | before(body)
