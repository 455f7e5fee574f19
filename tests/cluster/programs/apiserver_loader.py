"""The API server's own loaders of its two files, without the server."""

from . import Program
from ._go import Module, advice

_MODULE = Module("apiserver-loader", "loader", "k8s.io/apiserver")
PROGRAM = Program(_MODULE.program, advice("about a minute"), _MODULE.find)
