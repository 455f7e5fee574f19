"""A JSON 6902 patch makes of one object exactly the other."""

import copy
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secretkit.emit import json_patch
from secretkit.emit.json_patch import diff

KEYS = st.one_of(st.sampled_from(["", "a", "b", "/", "~", "~1", "a/b~0", "-", "0"]), st.text())
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from([0.0, 1.0, 0.5]), st.text()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)  # fmt: skip
BODIES = st.dictionaries(KEYS, VALUES, max_size=5)


def applied(patch: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
    """What RFC 6902 says of operations on members of objects."""
    result = copy.deepcopy(body)
    for operation in patch:
        first, *steps = operation["path"].split("/")
        assert first == ""
        names = [step.replace("~1", "/").replace("~0", "~") for step in steps]
        parent = result
        for name in names[:-1]:
            parent = parent[name]
            assert isinstance(parent, dict)
        name = names[-1]
        match operation["op"]:
            case "add":
                parent[name] = operation["value"]
            case "replace":
                assert name in parent, "nothing to replace"
                parent[name] = operation["value"]
            case "remove":
                del parent[name]
            case other:
                raise AssertionError(other)
    return result


@given(BODIES, BODIES)
@example({"a": 1}, {"a": True})
@example({"a": [1]}, {"a": [1.0]})
@example({"a": None}, {"a": {}})
@example({"a": None}, {})
@example({}, {"a": None})
@example({"~1": {"/": 1}}, {"~1": {"/": {}}})
def test_a_patch_makes_of_one_object_the_other(before: Any, after: Any) -> None:
    found = applied(diff(before, after), before)

    # Python holds 1, 1.0 and true for equal; JSON texts tell them apart.
    assert json.dumps(found, sort_keys=True) == json.dumps(after, sort_keys=True)


@given(BODIES, BODIES)
def test_what_we_apply_ourselves_is_what_the_operations_say(before: Any, after: Any) -> None:
    kept = copy.deepcopy(before)
    patch = diff(before, after)

    assert json_patch.applied(patch, before) == applied(patch, before)
    assert before == kept


@given(BODIES)
def test_there_is_nothing_to_do_between_equal_objects(body: dict[str, Any]) -> None:
    assert diff(body, copy.deepcopy(body)) == []


@given(BODIES, BODIES)
def test_what_is_null_is_added_since_some_find_nothing_there_to_replace(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    def at(path: str) -> Any:
        value: Any = before
        for step in path.split("/")[1:]:
            value = value[step.replace("~1", "/").replace("~0", "~")]
        return value

    replaced = [one["path"] for one in diff(before, after) if one["op"] == "replace"]
    assert [path for path in replaced if at(path) is None] == []


@pytest.mark.parametrize(
    ("before", "after", "patch"),
    [
        pytest.param(
            {"m": {"n": "a", "l": [1, 2]}}, {"m": {"n": "b", "l": [1]}},
            [
                {"op": "replace", "path": "/m/l", "value": [1]},
                {"op": "replace", "path": "/m/n", "value": "b"},
            ],
            id="maps are followed and lists replaced whole",
        ),
        pytest.param(
            {"a/b": 1, "c~d": 1}, {"c~d": 2},
            [
                {"op": "remove", "path": "/a~1b"},
                {"op": "replace", "path": "/c~0d", "value": 2},
            ],
            id="slash and tilde are escaped",
        ),
        pytest.param({}, {"a": {}}, [{"op": "add", "path": "/a", "value": {}}], id="an empty map"),
    ],
)  # fmt: skip
def test_what_the_operations_are(
    before: dict[str, Any], after: dict[str, Any], patch: list[dict[str, Any]]
) -> None:
    assert diff(before, after) == patch
