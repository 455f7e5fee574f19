"""What is sealed opens by another implementation, and by nothing else than what it was sealed for."""

import base64
import os
from pathlib import Path

import pytest
from certificates import made
from opening import opened

from secretkit.hidden import Hidden
from secretkit.looks import sealed_problem
from secretkit.sealing.certificate import parsed
from secretkit.sealing.crypto import label, seal
from secretkit.text import Source, Span

AT = Span(Source("cert", ""), 1, 1, 1, 1)
LABELS = {
    "strict": b"prod/webhook",
    "namespace-wide": b"prod",
    "cluster-wide": b"",
}


def sealed(folder: Path, value: bytes, bound: bytes, kind: str = "rsa-2048") -> tuple[str, Path]:
    found = made(folder, "controller", kind)
    key = parsed(found.cert.read_bytes(), "cert", AT).key
    return seal(Hidden(value), key, bound), found.key


@pytest.mark.parametrize("scope", LABELS)
def test_a_scope_has_the_label_of_the_controller(scope: str) -> None:
    assert label(scope, "prod", "webhook") == LABELS[scope]


@pytest.mark.parametrize("scope", LABELS)
@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"x", id="a byte"),
        pytest.param(bytes(range(256)) * 9, id="binary"),
        pytest.param("пароль\n".encode(), id="a line"),
    ],
)
def test_a_value_opens_as_what_it_was_sealed_for(tmp_path: Path, scope: str, value: bytes) -> None:
    text, key = sealed(tmp_path, value, LABELS[scope])

    assert opened(text, key, LABELS[scope]) == value


def test_a_value_of_a_mebibyte_opens(tmp_path: Path) -> None:
    value = os.urandom(1024 * 1024)
    text, key = sealed(tmp_path, value, b"prod/webhook")

    assert opened(text, key, b"prod/webhook") == value


@pytest.mark.parametrize(
    ("kind", "begin"),
    [("rsa-2048", "AQ"), ("rsa-3072", "AY"), ("rsa-4096", "Ag")],
)
def test_every_size_of_key_has_its_form(tmp_path: Path, kind: str, begin: str) -> None:
    text, key = sealed(tmp_path, b"hunter2", b"prod", kind)

    assert text.startswith(begin)
    assert sealed_problem(text) is None
    assert len(base64.b64decode(text)) == 2 + int(kind[4:]) // 8 + 7 + 16
    assert opened(text, key, b"prod") == b"hunter2"


@pytest.mark.parametrize("scope", LABELS)
@pytest.mark.parametrize("other", [b"prod/webhoo", b"staging/webhook", b"prod", b"", b"PROD"])
def test_a_value_opens_as_nothing_else(tmp_path: Path, scope: str, other: bytes) -> None:
    if other == LABELS[scope]:
        return
    text, key = sealed(tmp_path, b"hunter2", LABELS[scope])

    with pytest.raises(ValueError, match="openssl refuses it"):
        opened(text, key, other)


def test_a_changed_byte_is_seen(tmp_path: Path) -> None:
    text, key = sealed(tmp_path, b"hunter2", b"prod")
    data = bytearray(base64.b64decode(text))
    data[-17] ^= 1

    with pytest.raises(ValueError, match="the tag differs"):
        opened(base64.b64encode(data).decode(), key, b"prod")


def test_each_call_has_a_key_of_its_own(tmp_path: Path) -> None:
    """With one key the nonce of zeros would give equal values equal bodies."""
    first, _ = sealed(tmp_path, b"hunter2", b"prod")
    second, _ = sealed(tmp_path, b"hunter2", b"prod")

    assert base64.b64decode(first)[258:] != base64.b64decode(second)[258:]
