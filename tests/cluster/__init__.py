"""Tests on a real kube-apiserver, and the harness that finds, builds, starts and ends it."""
