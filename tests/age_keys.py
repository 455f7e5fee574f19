"""Keys of age, made for a test: X25519 in bech32, as `age-keygen` writes them."""

from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


class Key(NamedTuple):
    recipient: str
    identity: str


def new() -> Key:
    key = X25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    identity = _bech32("age-secret-key-", key.private_bytes_raw()).upper()
    return Key(_bech32("age", public), identity)


def _bech32(prefix: str, content: bytes) -> str:
    """BIP 173, without its limit on the length."""
    bits = "".join(f"{byte:08b}" for byte in content)
    bits += "0" * (-len(bits) % 5)
    data = [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]
    spread = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    check = _checksum([*spread, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    data += [check >> 5 * (5 - at) & 31 for at in range(6)]
    return prefix + "1" + "".join(_LETTERS[number] for number in data)


def _checksum(numbers: list[int]) -> int:
    found = 1
    for number in numbers:
        top = found >> 25
        found = (found & 0x1FFFFFF) << 5 ^ number
        for at, generator in enumerate(_GENERATOR):
            found ^= generator if top >> at & 1 else 0
    return found
