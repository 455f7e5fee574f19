"""Opens ciphertext of sealed-secrets by OpenSSL's command line and a GCM of its own.

Nothing of secretkit and nothing of the library that seals has a part in it.
"""

import base64
import shutil
import subprocess
from pathlib import Path

import pytest

_POLYNOMIAL = 0xE1 << 120


def opened(ciphertext: str, key: Path, label: bytes) -> bytes:
    """The value; raises ValueError where key, label or bytes are wrong."""
    data = base64.b64decode(ciphertext, validate=True)
    size = int.from_bytes(data[:2], "big")
    session, body, tag = data[2 : 2 + size], data[2 + size : -16], data[-16:]
    aes = _rsa_opened(session, key, label)
    if len(aes) != 32:
        raise ValueError("no AES key of 256 bits")
    if _tag(aes, body) != tag:
        raise ValueError("the tag differs")
    return _openssl(["enc", "-d", "-aes-256-ctr", "-K", aes.hex(), "-iv", _counter(2).hex()], body)


def _rsa_opened(session: bytes, key: Path, label: bytes) -> bytes:
    options = ["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"]
    options += [f"rsa_oaep_label:{label.hex()}"] if label else []
    flags = [word for option in options for word in ("-pkeyopt", option)]
    return _openssl(["pkeyutl", "-decrypt", "-inkey", str(key), *flags], session)


def _tag(aes: bytes, body: bytes) -> bytes:
    """The tag of AES-GCM with a nonce of zeros and nothing beside the body (NIST SP 800-38D)."""
    subkey = int.from_bytes(_block(aes, bytes(16)), "big")
    multiples = [subkey]  # the subkey times x to the power of the bit's number, from the left
    for _ in range(127):
        last = multiples[-1]
        multiples.append(last >> 1 ^ (_POLYNOMIAL if last & 1 else 0))
    padded = body + bytes(-len(body) % 16) + bytes(8) + (len(body) * 8).to_bytes(8, "big")
    state = 0
    for at in range(0, len(padded), 16):
        left = state ^ int.from_bytes(padded[at : at + 16], "big")
        state = 0
        for bit, multiple in enumerate(multiples):
            if left >> (127 - bit) & 1:
                state ^= multiple
    mask = int.from_bytes(_block(aes, _counter(1)), "big")
    return (state ^ mask).to_bytes(16, "big")


def _counter(number: int) -> bytes:
    return bytes(12) + number.to_bytes(4, "big")


def _block(aes: bytes, block: bytes) -> bytes:
    return _openssl(["enc", "-aes-256-ecb", "-nopad", "-K", aes.hex()], block)


def _openssl(arguments: list[str], stdin: bytes) -> bytes:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl here to open what was sealed: install it (Debian: openssl)")
    ran = subprocess.run([program, *arguments], input=stdin, capture_output=True)
    if ran.returncode:
        raise ValueError("openssl refuses it")
    return ran.stdout
