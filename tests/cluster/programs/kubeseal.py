"""kubeseal, which seals as sealed-secrets' users do."""

from functools import partial

from . import Program
from ._go import advice
from ._sealed_secrets import find

PROGRAM = Program("kubeseal", advice("about 2 minutes"), partial(find, "kubeseal", "kubeseal"))
