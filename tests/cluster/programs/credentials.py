"""The kubelet's own reader of logins for registries, out of the API server's module."""

from . import Program
from ._go import Module, advice

_MODULE = Module("credentials", "apiserver", "k8s.io/kubernetes", package="./credentials")
PROGRAM = Program(_MODULE.program, advice("about 2 minutes"), _MODULE.find)
