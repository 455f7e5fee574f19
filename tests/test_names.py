"""Kubernetes' names and Go's durations."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretkit.names import (
    duration,
    is_data_key,
    is_label,
    is_subdomain,
    shortened,
    spelled,
)


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("1h", "1h0m0s"), ("30m", "30m0s"), ("90s", "1m30s"), ("1h30m", "1h30m0s"), ("0", "0s"),
        ("0s", "0s"), ("1.5h", "1h30m0s"), ("1500ms", "1.5s"), ("100ms", "100ms"), ("1.5us", "1.5µs"),
        (".5m", "30s"), ("1.m", "1m0s"), ("-1h", "-1h0m0s"), ("+5m", "5m0s"), ("999ns", "999ns"),
        ("24h", "24h0m0s"), ("1m1ms", "1m0.001s"),
    ],
)  # fmt: skip
def test_a_duration_is_spelled_as_go_prints_it(text: str, spelling: str) -> None:
    assert spelled(duration(text)) == spelling


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1d",
        "1h 30m",
        "h",
        "1x",
        "1h1",
        "--1h",
        ".h",
        "1..5h",
        "9999999999h",
        "1H",
        "\uff11h",
    ],
)
def test_what_go_cannot_parse_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        duration(text)


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_a_spelled_duration_reads_back(nanoseconds: int) -> None:
    assert duration(spelled(nanoseconds)) == nanoseconds


@pytest.mark.parametrize(
    ("check", "name", "expected"),
    [
        (is_subdomain, "a.b-c", True), (is_subdomain, "A", False), (is_subdomain, "-a", False),
        (is_subdomain, "a..b", False), (is_subdomain, "a" * 254, False), (is_subdomain, "a\n", False),
        (is_label, "a.b", False), (is_label, "a" * 63, True), (is_label, "a" * 64, False),
        (is_data_key, "tls.crt", True), (is_data_key, "..data", False), (is_data_key, ".", False),
        (is_data_key, "a b", False), (is_data_key, "", False),
    ],
)  # fmt: skip
def test_names_are_what_kubernetes_takes(check: object, name: str, expected: bool) -> None:
    assert callable(check)
    assert check(name) is expected


def test_a_long_name_is_cut_and_marked_with_its_hash() -> None:
    name = "secret-" + "a" * 80

    digest = sha256(name.encode()).hexdigest()[:8]
    assert shortened(name, 63) == f"{name[:54]}-{digest}"
    assert shortened("short", 63) == "short"
