"""etcd, the machine's own."""

from functools import partial

from . import Program
from ._system import on_path

PROGRAM = Program("etcd", "install it (Debian: etcd-server)", partial(on_path, "etcd"))
