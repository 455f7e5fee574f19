"""The bytes of a local provider's key: made, decoded, compared and judged here, never shown."""

import base64
import binascii
import hmac
import os
import re
from itertools import pairwise

from secretkit.hidden import Hidden

LENGTH = 32  # bytes: secretbox takes no other, and of the AES sizes it is the largest
# What the API server takes. Source: k8s.io/apiserver, validation_encryption.go
TAKEN = {"secretbox": (LENGTH,), "aesgcm": (16, 24, LENGTH), "aescbc": (16, 24, LENGTH)}
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
# Of random bytes two in five are so; 32 of them in a row are nobody's luck.
_TEXT = frozenset((0, 9, 10, 13, *range(32, 127)))
_FEW = 4  # of as many bytes one must be new


def new() -> Hidden:
    """A key as its file holds it: standard base64 of 32 random bytes, and a newline."""
    return Hidden(base64.b64encode(os.urandom(LENGTH)) + b"\n")


def decoded(text: Hidden) -> Hidden | None:
    """The bytes behind standard base64, padded; line ends in it count for nothing, as in Go."""
    plain = text.reveal().replace(b"\r", b"").replace(b"\n", b"")
    if not _BASE64.fullmatch(plain):
        return None
    return Hidden(binascii.a2b_base64(plain))


def of_file(content: Hidden) -> Hidden | None:
    """The bytes of a key in a file or a variable: base64 on one line, and at most one newline."""
    text = content.reveal().removesuffix(b"\n")
    return None if b"\n" in text or b"\r" in text else decoded(Hidden(text))


def wrong_length(provider: str, key: Hidden) -> str | None:
    """How many bytes a key has where its provider takes another number, or None."""
    *others, last = map(str, TAKEN[provider])
    taken = f"{', '.join(others)} or {last}" if others else last
    return None if len(key) in TAKEN[provider] else f"are {len(key)} and not {taken}"


def encoded(key: Hidden) -> Hidden:
    """Standard base64 of a key."""
    return Hidden(base64.b64encode(key.reveal()))


def is_same(one: Hidden, other: Hidden) -> bool:
    """Whether two keys have the same bytes."""
    return hmac.compare_digest(one.reveal(), other.reveal())


def weakness(key: Hidden) -> str | None:
    """What shows that nobody drew the key at random, or None.

    Each form is so rare among random keys of 32 bytes (less than one in ten million million) that
    none will ever be met.
    """
    value = key.reveal()
    if len(value) < 8:
        return None
    if _TEXT.issuperset(value):
        return "they are readable text, such as a sample, a password or hex digits"
    if any(
        value == (value[:size] * len(value))[: len(value)] for size in range(1, len(value) // 2 + 1)
    ):
        return "they repeat themselves"
    if len({(after - before) % 256 for before, after in pairwise(value)}) == 1:
        return "they count up or down"
    if len(set(value)) * _FEW <= len(value):
        return "they are a few values over and over"
    return None
