"""openssl, the machine's own."""

from functools import partial

from . import Program
from ._system import on_path

PROGRAM = Program("openssl", "install it (Debian: openssl)", partial(on_path, "openssl"))
