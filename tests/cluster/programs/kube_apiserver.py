"""kube-apiserver of the release in apiserver/go.mod, which plays the three before it too."""

from ._kubernetes import NEWEST

PROGRAM = NEWEST.server()
