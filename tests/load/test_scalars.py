"""Plain scalars, held against a YAML 1.1 and a YAML 1.2 parser that we did not write."""

import datetime
import math
import re
from typing import Any

import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from secretkit.load.scalars import disagreement, resolve

PLAIN = st.text("0123456789abcdefinosxyAEFNOTY_+-.:~=<", min_size=1, max_size=12)


def old(text: str) -> Any:
    """What YAML 1.1 makes of it."""
    return yaml.safe_load(f"k: {text}")["k"]


def new(text: str) -> Any:
    """What YAML 1.2 makes of it."""
    return YAML(typ="safe", pure=True).load(f"k: {text}")["k"]


def is_plain(text: str) -> bool:
    """Whether the text is one plain scalar for both."""
    try:
        events = list(yaml.parse(f"k: {text}"))
    except yaml.YAMLError:
        return False
    scalars = [event for event in events if isinstance(event, yaml.ScalarEvent)]
    return len(scalars) == 2 and scalars[1].value == text


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return type(one) is type(other) and bool(one == other)


@given(PLAIN)
@example("0x1F")
@example("0o17")
@example("1e10")
@example("1_000")
@example("12:30:45")
@example("-.INF")
@settings(max_examples=1500, deadline=None)
def test_a_plain_scalar_is_what_yaml_1_2_says(text: str) -> None:
    assume(is_plain(text) and text not in ("=", "<<"))  # ruamel keeps these tags of 1.1
    try:
        expected = new(text)
    except ValueError:  # ruamel reads some dates that are none
        return
    if isinstance(expected, datetime.date):
        expected = text  # ruamel keeps the timestamps of 1.1, which the core schema has not
    # The core schema has neither digits parted by `_` nor binary numbers; ruamel keeps them.
    assume("_" not in text and not text.lower().lstrip("+-").startswith("0b"))
    # ruamel wants a sign in the exponent where nothing stands before the dot; the core schema does not.
    assume(not re.fullmatch(r"[-+]?\.[0-9]+[eE][0-9]+", text))
    # In the core schema hexadecimal and octal numbers carry no sign.
    assume(not (text[0] in "+-" and text[1:3].lower() in ("0x", "0o")))

    assert same(resolve(text), expected)


@given(PLAIN)
@settings(max_examples=1500, deadline=None)
def test_what_the_two_versions_read_differently_is_found(text: str) -> None:
    assume(is_plain(text))
    try:
        before = old(text)
    except (ValueError, yaml.YAMLError, IndexError):
        return

    if not same(before, resolve(text)):
        assert disagreement(text) is not None


@pytest.mark.parametrize(
    ("text", "old_kind", "new_kind"),
    [
        ("0400", "an octal number", "a number"),
        ("on", "a boolean", "a string"),
        ("y", "a boolean", "a string"),
        ("NO", "a boolean", "a string"),
        ("1e10", "a string", "a number"),
        (".0E0", "a string", "a number"),
        ("0o17", "an octal number", "a number"),
        ("1_000", "a number", "a string"),
        ("12:30:45", "a number to base 60", "a string"),
        ("2026-11-24", "a date", "a string"),
        ("0b101", "a binary number", "a string"),
        ("=", "a default value", "a string"),
    ],
)
def test_a_disagreement_says_what_each_version_takes_it_for(
    text: str, old_kind: str, new_kind: str
) -> None:
    assert disagreement(text) == (old_kind, new_kind)


@pytest.mark.parametrize(
    "text",
    ["true", "null", "~", "", "12", "-7", "1.5", "0x1F", "hello", "a:b", "nothing", "0", "1h"],
)
def test_what_both_versions_read_alike_is_left_alone(text: str) -> None:
    assert disagreement(text) is None
