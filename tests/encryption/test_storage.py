"""What the first bytes of a value tell, and nothing after them."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretkit.encryption.etcd import pairs
from secretkit.encryption.running import Failed
from secretkit.encryption.storage import OTHER, PLAIN, Form, Stored, Tally, form, named, ranges
from secretkit.model.control_plane import Kind


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(b"k8s:enc:secretbox:v1:key-1:\xff\0", Form("secretbox", "v1", "key-1"), id="secretbox"),
        pytest.param(b"k8s:enc:aescbc:v1:a.b_c:\xff", Form("aescbc", "v1", "a.b_c"), id="aescbc"),
        pytest.param(b"k8s:enc:kms:v2:aws:\xff", Form("kms", "v2", "aws"), id="KMS v2"),
        pytest.param(b"k8s:enc:kms:v2:my plugin:\xff", Form("kms", "v2", "my plugin"), id="known"),
        pytest.param(b"k8s:enc:kms:v2:a plugin:\xff", OTHER, id="a name with odd characters"),
        pytest.param(b"k8s:enc:rot13:v1:k:abc", OTHER, id="a provider that we do not know"),
        pytest.param(b"k8s:enc:secretbox:v1:" + b"a" * 400 + b":", OTHER, id="a name without end"),
        pytest.param(b"k8s:enc:secretbox:v1:key", OTHER, id="cut short"),
        pytest.param(b"k8s\0\n\x0c\n\x02v1", PLAIN, id="protobuf"),
        pytest.param(b'{"apiVersion":"v1"}', PLAIN, id="JSON"),
        pytest.param(b"\xd9\xd9\xf7\xa1", PLAIN, id="CBOR"),
        pytest.param(b"", OTHER, id="nothing"),
        pytest.param(b"\x8a\xff", OTHER, id="noise"),
    ],
)  # fmt: skip
def test_a_value_is_known_by_what_it_begins_with(head: bytes, expected: Form) -> None:
    assert form(head, [Form("kms", "v2", "my plugin")]) == expected


@given(st.binary(max_size=80))
def test_what_follows_the_prefix_changes_nothing(rest: bytes) -> None:
    assert str(form(b"k8s:enc:secretbox:v1:key-1:" + rest)) == "secretbox:key-1"
    assert str(form(b"k8s\0" + rest)) == "plain"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("secrets/default/a", ("secrets", "default/a"), id="core"),
        pytest.param("services/endpoints/d/a", ("endpoints", "d/a"), id="endpoints"),
        pytest.param("services/specs/d/a", ("services", "d/a"), id="services"),
        pytest.param("minions/n", ("nodes", "n"), id="nodes"),
        pytest.param("ingress/d/a", ("ingresses.networking.k8s.io", "d/a"), id="ingresses"),
        pytest.param("deployments/d/a", ("deployments.apps", "d/a"), id="a built-in group"),
        pytest.param("example.com/widgets/d/a", ("widgets.example.com", "d/a"), id="custom"),
        pytest.param("apiregistration.k8s.io/apiservices/v1.",
                     ("apiservices.apiregistration.k8s.io", "v1."), id="the aggregator's"),
        pytest.param("ranges/serviceips", ("ranges", "serviceips"), id="the API server's own"),
    ],
)  # fmt: skip
def test_an_object_is_named_by_its_path(path: str, expected: tuple[str, str]) -> None:
    assert named(path) == expected


def test_resources_lie_where_the_api_server_puts_them() -> None:
    texts = (
        "secrets",
        "deployments.apps",
        "widgets.example.com",
        "nodes",
        "*.example.org",
        "*.batch",
    )

    found = ranges(map(Kind.of, texts))

    assert [one.path for one in found] == [
        "secrets/", "deployments/", "example.com/widgets/", "minions/", "example.org/", "cronjobs/", "jobs/",
    ]  # fmt: skip


def test_everything_is_looked_through_once() -> None:
    found = ranges([Kind.of("secrets"), Kind.of("*.*")])

    assert [one.path for one in found] == [""]


def test_the_core_group_holds_no_object_of_another() -> None:
    found = ranges([Kind("", "*")])

    assert "secrets/" in [one.path for one in found]
    assert {one.kind.group for one in found if one.kind} == {""}


def test_counting_keeps_the_first_few_names_alone() -> None:
    writer, old = Form("secretbox", "v1", "new"), Form("secretbox", "v1", "old")
    tally = Tally([writer, old])
    tally.expect("configmaps")
    for number in range(9):
        tally.add(f"secrets/default/a{number}", old.prefix)
    tally.add("secrets/default/\x1b[31m", writer.prefix)
    tally.add("secrets/other/odd", b"k8s\0")
    tally.add("pods/default/\x1b[31m\n", b"k8s\0")
    tally.add("masterleases/10.0.0.1", b"k8s\0")

    assert tally.result() == (
        Stored("configmaps", ()),
        Stored("pods", ((PLAIN, 1),), ("default/\\x1b[31m\\x0a",)),
        Stored("secrets", ((old, 9), (PLAIN, 1), (writer, 1)),
               ("default/a0", "default/a1", "default/a2", "default/a3", "default/a4")),
    )  # fmt: skip
    assert tally.never == {"masterleases": 1}


def test_an_exception_strays_where_it_is_encrypted() -> None:
    writer = Form("secretbox", "v1", "new")
    tally = Tally([writer], lambda kind: kind != Kind("", "events"))
    for head in (writer.prefix, b"k8s\0"):
        tally.add("events/default/a", head)
        tally.add("secrets/default/b", head)

    assert [(one.resource, one.strays) for one in tally.result()] == [
        ("events", ("default/a",)), ("secrets", ("default/b",)),
    ]  # fmt: skip
    assert tally.result()[0].counts == ((PLAIN, 1), (writer, 1))


ANSWER = (
    b'{"header":{"cluster_id":1,"revision":9},"kvs":['
    b'{"key":"L3IvYQ==","create_revision":6,"mod_revision":6,"version":1,"value":"azhzAA=="},'
    b'{"key":"L3IvYg==","create_revision":6,"mod_revision":6,"version":1},'
    b'{"key":"L3IvYw==","create_revision":6,"mod_revision":6,"version":1,"value":"'
    + b"QUJD" * 50_000
    + b'","lease":7}],"more":true,"count":12}\n'
)


def cut(text: bytes, size: int) -> Iterable[bytes]:
    return (text[at : at + size] for at in range(0, len(text), size))


@pytest.mark.parametrize("size", [1, 7, 4096, 1_000_000])
def test_an_answer_is_read_piece_by_piece_and_of_a_value_its_head(size: int) -> None:
    found = list(pairs(cut(ANSWER, size)))

    assert [(key, head[:6], len(head)) for key, head in found] == [
        (b"/r/a", b"k8s\0", 4),
        (b"/r/b", b"", 0),
        (b"/r/c", b"ABCABC", 513),
    ]


@pytest.mark.parametrize("text", [b"", b"hello", b"Error: no\n"])
def test_what_is_no_answer_of_etcdctl_is_no_empty_etcd(text: bytes) -> None:
    with pytest.raises(Failed, match="is not its JSON"):
        list(pairs([text]))
