"""The bytes of a local provider's key: made here, never shown."""

import base64
import os

from secretkit.hidden import Hidden

LENGTH = 32  # bytes: secretbox takes no other, and of the AES sizes it is the largest


def new() -> Hidden:
    """A key as its file holds it: standard base64 of 32 random bytes, and a newline."""
    return Hidden(base64.b64encode(os.urandom(LENGTH)) + b"\n")
