"""Ciphertext of the right form that opens nowhere, the same on every run."""

import base64
from hashlib import sha256


def ciphertext(plain_size: int = 0, *, rsa_bytes: int = 512, seed: str = "fake") -> str:
    """Base64 as sealed-secrets writes it: length, RSA part, AES-GCM of `plain_size` bytes and tag."""
    size = rsa_bytes + plain_size + 16
    blocks = (sha256(f"{seed}{at}".encode()).digest() for at in range(size // 32 + 1))
    noise = b"".join(blocks)[:size]
    return base64.b64encode(rsa_bytes.to_bytes(2, "big") + noise).decode()
