"""A standing EncryptionConfiguration is read as strictly as upstream does, and shows no key."""

import base64
import json
import random
from io import StringIO

import pytest
import yaml

from secretkit import pipeline, report
from secretkit.encryption import key_bytes
from secretkit.encryption.configuration import read, read_bytes
from secretkit.encryption.configuration_model import Reader
from secretkit.finding import Finding, Rejected
from secretkit.hidden import Hidden
from secretkit.model.control_plane import Kind
from secretkit.text import Source

HEAD = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
ONE = base64.b64encode(random.Random("one").randbytes(32)).decode()
TWO = "w5zO1KiD2+1xk/fmb6tLRf3Q1B8cqZxKTo7lA0mHsyc="
SECRETS = "- resources: [secrets]\n  providers:\n"
IDENTITY = "  - identity: {}\n"


def keys(*keys: tuple[str, str], provider: str = "secretbox") -> str:
    rows = "".join(f"      - name: {name}\n        secret: {secret}\n" for name, secret in keys)
    return f"  - {provider}:\n      keys:\n{rows}"


def kms(**fields: str) -> str:
    said = {"apiVersion": "v2", "name": "aws", "endpoint": "unix:///run/kms.sock"} | fields
    return (
        f"  - kms: {json.dumps({name: value for name, value in said.items() if value != '...'})}\n"
    )


def findings(text: str, *, rendered: bool = False) -> tuple[Finding, ...]:
    try:
        return read(Source("encryption.yaml", text), rendered=rendered).warnings
    except Rejected as rejected:
        return rejected.findings


def told(text: str, *, rendered: bool = False) -> list[tuple[str, str, int]]:
    spots = pipeline.spots(findings(text, rendered=rendered))
    return [(one.finding.code, one.severity, one.span.line) for one in spots]


def shown(found: tuple[Finding, ...]) -> str:
    out = StringIO()
    report.get("text").write(pipeline.spots(found), out, False)
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [("SK480", "error", 1)], id="empty"),
        pytest.param("a: b: c\n", [("SK001", "error", 1)], id="no YAML"),
        pytest.param("apiVersion: v1\nkind: Secret\nresources: [{resources: [secrets], providers: [{identity: {}}]}]\n",
                     [("SK480", "error", 2)], id="another kind"),
        pytest.param(HEAD + SECRETS + IDENTITY + "---\n", [("SK480", "error", 7)], id="a second document"),
        pytest.param(HEAD + SECRETS + IDENTITY + "metadata: {name: x}\n", [("SK481", "error", 7)], id="metadata"),
        pytest.param(HEAD + "- resource: [secrets]\n  providers:\n" + IDENTITY, [("SK481", "error", 4)],
                     id="a field misspelled is one finding"),
        pytest.param(HEAD + SECRETS + keys(("20261101", ONE)), [("SK482", "error", 8)], id="a number for a name"),
        pytest.param(HEAD + "- resources: []\n  providers:\n" + IDENTITY, [("SK483", "error", 4)], id="no resource"),
        pytest.param(HEAD + "- resources: [secrets]\n", [("SK483", "error", 4)], id="no provider"),
        pytest.param(HEAD + SECRETS + "  - identity: {}\n    aescbc: {keys: []}\n",
                     [("SK484", "error", 6), ("SK483", "error", 7)], id="two providers in one element"),
        pytest.param(HEAD + "- resources: [Secrets]\n  providers:\n" + IDENTITY, [("SK485", "error", 4)], id="a capital"),
        pytest.param(HEAD + "- resources: [pods/exec]\n  providers:\n" + IDENTITY, [("SK485", "warning", 4)],
                     id="a subresource, which nothing finds"),
        pytest.param(HEAD + "- resources: [secret]\n  providers:\n" + IDENTITY, [("SK485", "warning", 4)],
                     id="a singular, which nothing finds"),
        pytest.param(HEAD + "- resources: [secrets, '*.']\n  providers:\n" + IDENTITY, [("SK486", "error", 4)],
                     id="an overlap"),
        pytest.param(HEAD + "- resources: ['*.*']\n  providers:\n" + IDENTITY + SECRETS + IDENTITY,
                     [("SK486", "error", 7)], id="masked by an earlier entry"),
        pytest.param(HEAD + SECRETS + IDENTITY + SECRETS + IDENTITY, [("SK487", "warning", 7)], id="in two entries"),
        pytest.param(HEAD + SECRETS + kms(cachesize="..."), [], id="a plugin"),
        pytest.param(HEAD + SECRETS + kms(timeout="0s"), [("SK488", "error", 6)], id="no time"),
        pytest.param(HEAD + SECRETS + kms(endpoint="unix://run/kms.sock"), [("SK488", "warning", 6)], id="two slashes"),
        pytest.param(HEAD + SECRETS + kms() + kms(endpoint="unix:///b"), [("SK489", "error", 7)], id="one plugin twice"),
        pytest.param(HEAD + SECRETS + kms(apiVersion="...") + kms(apiVersion="v1"), [("SK489", "warning", 7)],
                     id="one plugin twice with v1, which a reload refuses"),
        pytest.param(HEAD + SECRETS + keys(("a", "AAAA")), [("SK490", "error", 9)], id="three bytes"),
        pytest.param(HEAD + SECRETS + keys(("a", "<base64-encoded-32-byte-key>")), [("SK490", "error", 9)],
                     id="a placeholder"),
        pytest.param(HEAD + SECRETS + keys(("a", base64.b64encode(b"secret is secure, so is this one").decode())),
                     [("SK491", "warning", 9)], id="a sample"),
        pytest.param(HEAD + SECRETS + keys(("a", ONE), ("a", TWO)), [("SK492", "warning", 10)], id="a name twice"),
        pytest.param(HEAD + SECRETS + keys(("a", ONE), ("b", ONE)), [("SK492", "warning", 10)], id="the bytes twice"),
        pytest.param(HEAD + SECRETS + keys(("a", ONE)) + keys(("a", ONE), provider="aesgcm"),
                     [("SK492", "warning", 12)], id="a key of two providers"),
        pytest.param(HEAD + SECRETS + keys(("a:b", ONE)), [("SK492", "warning", 8)], id="a colon in a name"),
        pytest.param(HEAD + SECRETS + keys(("a", ONE)) + "- resources: [events]\n  providers:\n" + keys(("a", ONE)),
                     [], id="one key in two entries"),
        pytest.param(HEAD.replace("apiserver.config.k8s.io/v1", "v1").replace("Configuration", "Config")
                     + SECRETS + keys(("a", ONE)), [], id="the old form"),
    ],
)  # fmt: skip
def test_each_fault_stands_where_it_is(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert told(text) == expected


def test_a_rendered_file_may_hold_placeholders() -> None:
    text = HEAD + SECRETS + keys(("a", "<base64-encoded-32-byte-key>"))

    assert told(text, rendered=True) == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param("secrets", (Reader("secretbox", name="a"), Reader("identity")), id="by itself"),
        pytest.param("configmaps", (Reader("identity"),), id="by its group"),
        pytest.param("deployments.apps", (Reader("kms", "v2", "aws"), Reader("identity")), id="by everything"),
        pytest.param("*.", (Reader("identity"),), id="the group itself"),
    ],
)  # fmt: skip
def test_a_kind_has_the_readers_that_upstream_looks_up(
    kind: str, expected: tuple[Reader, ...]
) -> None:
    text = (
        HEAD + SECRETS + keys(("a", "<base64-encoded-32-byte-key>")) + IDENTITY
        + "- resources: ['*.']\n  providers:\n" + IDENTITY
        + "- resources: ['*.*']\n  providers:\n" + kms() + IDENTITY
    )  # fmt: skip
    found = read(Source("e.yaml", text), rendered=True).configuration

    assert found.readers(Kind("", "*") if kind == "*." else Kind.of(kind)) == expected


def test_providers_of_two_entries_for_one_kind_are_joined() -> None:
    text = HEAD + SECRETS + IDENTITY + SECRETS + keys(("a", ONE))

    readers = read(Source("e.yaml", text)).configuration.readers(Kind("", "secrets"))

    assert [str(one) for one in readers or ()] == ["identity", "the secretbox key `a`"]


def test_what_each_reader_writes_begins_with_its_prefix() -> None:
    found = [Reader("identity"), Reader("kms", "v2", "aws"), Reader("aescbc", name="a")]

    assert [one.prefix for one in found] == ["", "k8s:enc:kms:v2:aws:", "k8s:enc:aescbc:v1:a:"]


def test_no_random_key_is_ever_weak() -> None:
    rng = random.Random(5)
    sizes = [32] * 30_000 + [24] * 3_000

    found = [key_bytes.weakness(Hidden(rng.randbytes(size))) for size in sizes]

    assert [one for one in found if one] == []


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(bytes(32), id="zeros"),
        pytest.param(b"\xff" * 32, id="one value"),
        pytest.param(bytes(range(32)), id="counting up"),
        pytest.param(bytes(range(255, 223, -1)), id="counting down"),
        pytest.param(bytes(range(0, 64, 2)), id="counting by two"),
        pytest.param(b"\x8f\x03\xd1\xfe" * 8, id="a short period"),
        pytest.param(bytes(range(200, 216)) * 2, id="half a key twice"),
        pytest.param(b"this is password" * 2, id="a sample"),
        pytest.param(b"0123456789abcdef0fedcba987654321", id="hex digits"),
        pytest.param(b"password".ljust(32, b"\0"), id="a padded password"),
        pytest.param(b"correct horse battery staple 1!\n", id="a phrase"),
        pytest.param(bytes([1, 2, 3, 250, 9, 7] * 5 + [250, 1]), id="a few values"),
    ],
)
def test_what_nobody_drew_is_weak(value: bytes) -> None:
    assert key_bytes.weakness(Hidden(value))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        pytest.param(ONE.encode(), 32, id="as it is"),
        pytest.param(ONE.encode() + b"\n", 32, id="a newline after it"),
        pytest.param(ONE.encode() + b"\n\n", None, id="two newlines"),
        pytest.param(ONE.encode() + b"\r\n", None, id="of another system"),
        pytest.param(b" " + ONE.encode(), None, id="a space before it"),
        pytest.param(ONE.rstrip("=").encode(), None, id="without padding"),
        pytest.param(base64.urlsafe_b64encode(b"\xff" * 32), None, id="the alphabet of URLs"),
        pytest.param(b"\xef\xbb\xbf" + ONE.encode(), None, id="a byte order mark"),
        pytest.param(b"", 0, id="nothing"),
    ],
)
def test_a_key_file_is_one_line_of_standard_base64(text: bytes, size: int | None) -> None:
    found = key_bytes.of_file(Hidden(text))

    assert (None if found is None else len(found)) == size


FORMS = {
    "in its place": "- name: 5\n        secret: KEY",
    "misspelled": "- name: a\n        secrets: KEY",
    "in the name's place": "- name: KEY\n        secret: a",
    "as a list": "- name: a\n        secret: [KEY]",
    "as a mapping": "- name: a\n        secret: {value: KEY}",
    "as a field's name": "- name: a\n        KEY: secret",
    "without a space": "- name: a\n        secret:KEY",
    "in the name's next row": "- name: a\n            secret:KEY",
    "as a block": "- name: a\n        secret: |\n          KEY\n          KEY",
    "quoted over rows": '- name: 5\n        secret: "KEY\\\n          KEY"',
    "with an anchor": "- name: a\n        secret: &x KEY\n      - name: 5\n        secret: *x",
    "with a tag": "- name: 5\n        secret: !!str KEY",
    "in a comment": "- name: 5  # KEY\n        secret: AAAA # KEY",
    "in a version": "- name: a\n        secret: AAAA\n  - kms: {apiVersion: v2, name: KEY, endpoint: KEY}",
    "bare": "- KEY",
    "on one row": "- {name: 5, secret: KEY}  # KEY",
    "twice": "- {name: a, secret: KEY, secret: KEY}",
    "on a broken row": "- {name: a, secret: KEY",
    "on a row before a broken one": "- name: a\n        secret: KEY\n       name: b",
    "among resources": "- name: a\n        secret: AAAA\n- resources: [KEY, KEY/x]\n  providers: [KEY]",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("key", [ONE, "cGFzc3dvcmRwYXNzd29yZA=="])
def test_no_finding_shows_a_key_wherever_it_stands(form: str, key: str) -> None:
    text = (
        HEAD
        + SECRETS
        + "  - secretbox:\n      keys:\n      "
        + FORMS[form].replace("KEY", key)
        + "\n"
    )

    found = findings(text)

    assert found, "nothing is wrong, so nothing is shown"
    pieces = {key[at : at + 8] for at in range(len(key) - 8)}
    said = shown(found) + repr(found)
    assert {piece for piece in pieces if piece in said} == set()


@pytest.mark.parametrize("odd", [b"\0", b"\x0c", b"\xff", "\u2028".encode(), b"\r"])
def test_no_finding_shows_a_key_beside_what_is_no_text(odd: bytes) -> None:
    text = (
        (HEAD + SECRETS + keys(("5", ONE)))
        .encode()
        .replace(b"      - name", b"      - name: a" + odd)
    )

    with pytest.raises(Rejected) as caught:
        read_bytes("e.yaml", text)

    assert ONE[:8] not in shown(caught.value.findings) + repr(caught.value.findings)


def test_what_was_read_shows_no_key() -> None:
    text = HEAD + SECRETS + keys(("a", ONE))

    found = read(Source("e.yaml", text))

    assert ONE[:8] not in repr(found)
    assert repr(base64.b64decode(ONE))[2:10] not in repr(found)


def test_the_shown_rows_are_those_of_the_file() -> None:
    text = (
        HEAD
        + SECRETS
        + "  - secretbox:\n      keys:\n      - {nam: a, secret: "
        + ONE
        + "}  # old\n"
    )

    assert shown(findings(text)).splitlines()[1:5] == [
        " --> encryption.yaml:8:10",
        "  |",
        "8 |       - {nam: ........, secret: ........}",
        "  |          ^^^",
    ]


def test_masking_keeps_the_form_of_any_document() -> None:
    from secretkit.encryption.masking import masked

    rng = random.Random(9)
    for _ in range(200):
        body = {"apiVersion": "v1", "kind": "x", "resources": [
            {"resources": ["secrets"], "providers": [{"secretbox": {"keys": [
                {"name": f"k{number}", "secret": base64.b64encode(rng.randbytes(rng.randint(8, 90))).decode()}
                for number in range(rng.randint(1, 3))
            ]}}]},
        ]}  # fmt: skip
        text = yaml.safe_dump(body, width=rng.choice([20, 80]), default_style=rng.choice([None, '"', "'", "|", ">"]),
                              default_flow_style=rng.choice([True, False]))  # fmt: skip
        found = yaml.safe_load(masked(Source("e.yaml", text)).text)

        assert found["kind"] == "x"
        assert [
            list(key) for key in found["resources"][0]["providers"][0]["secretbox"]["keys"]
        ] == [
            ["name", "secret"]
            for _ in body["resources"][0]["providers"][0]["secretbox"]["keys"]  # type: ignore[index]
        ]
