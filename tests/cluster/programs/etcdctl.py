"""etcdctl, the machine's own."""

from functools import partial

from . import Program
from ._system import on_path

PROGRAM = Program("etcdctl", "install it (Debian: etcd-client)", partial(on_path, "etcdctl"))
