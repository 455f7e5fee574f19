"""What kubeadm makes of a ClusterConfiguration."""

from . import Program
from ._go import Module, advice

_MODULE = Module("kubeadm-pod", "kubeadm", "k8s.io/kubernetes")
PROGRAM = Program(_MODULE.program, advice("about 2 minutes"), _MODULE.find)
