"""sops; never the machine's own, since another release may answer in other words."""

from . import Program
from ._go import Module, advice

_PACKAGE = "github.com/getsops/sops/v3"
_MODULE = Module("sops", "sops", _PACKAGE, package=f"{_PACKAGE}/cmd/sops")
PROGRAM = Program(_MODULE.program, advice("about 3 minutes"), _MODULE.find)
