// A kube-apiserver of our own build, for the tests marked `cluster`: the release is the one that
// go.mod requires, built and kept outside the tree by programs.py.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() { os.Exit(cli.Run(app.NewAPIServerCommand())) }
