"""kube-apiserver 1.34 itself: the last release with storagemigration.k8s.io/v1alpha1, which no newer one plays."""

from ._kubernetes import V1_34

PROGRAM = V1_34.server()
