// A kube-apiserver of our own build, for the tests marked `cluster`, and a kube-controller-manager
// where it is called by such a name: the release is the one that go.mod requires, or 1.34/go.mod, built
// and kept outside the tree. One program, since the two share nearly all of their code.
package main

import (
	"os"
	"path/filepath"
	"strings"

	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	manager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

func main() {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "kube-controller-manager") {
		os.Exit(cli.Run(manager.NewControllerManagerCommand()))
	}
	os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
}
