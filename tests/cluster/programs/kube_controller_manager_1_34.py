"""kube-controller-manager 1.34 itself."""

from ._kubernetes import V1_34

PROGRAM = V1_34.manager()
