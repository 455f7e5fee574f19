"""A KMS v2 plugin with a key of its own."""

from . import Program
from ._go import Module, advice

_MODULE = Module("kms-plugin", "kms", "k8s.io/kms")
PROGRAM = Program(_MODULE.program, advice("some seconds"), _MODULE.find)
