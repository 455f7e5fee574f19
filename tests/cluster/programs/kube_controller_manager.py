"""kube-controller-manager of the same release."""

from ._kubernetes import NEWEST

PROGRAM = NEWEST.manager()
