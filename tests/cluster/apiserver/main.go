// A kube-apiserver of our own build, for the tests marked `cluster`, and a kube-controller-manager
// where it is called by that name: the release is the one that go.mod requires, built and kept
// outside the tree by programs.py. One program, since the two share nearly all of their code.
package main

import (
	"os"
	"path/filepath"

	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	manager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

func main() {
	if filepath.Base(os.Args[0]) == "kube-controller-manager" {
		os.Exit(cli.Run(manager.NewControllerManagerCommand()))
	}
	os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
}
