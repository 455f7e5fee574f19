"""The controller of sealed-secrets, which opens."""

from functools import partial

from . import Program
from ._go import advice
from ._sealed_secrets import find

PROGRAM = Program(
    "sealed-secrets", advice("about 2 minutes"), partial(find, "sealed-secrets", "controller")
)
