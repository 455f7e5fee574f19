// What kubeadm makes of a ClusterConfiguration: a text on stdin is decoded strictly and validated, and the
// static pod of its API server is printed as JSON. Built from the release in go.mod, the last one that
// reads v1beta3 as well as v1beta4.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"k8s.io/klog/v2"

	"k8s.io/kubernetes/cmd/kubeadm/app/constants"
	"k8s.io/kubernetes/cmd/kubeadm/app/phases/controlplane"
	"k8s.io/kubernetes/cmd/kubeadm/app/util/config"
)

func run() error {
	klog.SetOutput(io.Discard)
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	// The strict half: an unknown field is an error here, and a warning everywhere else in kubeadm.
	if err := config.ValidateConfig(text, true, false); err != nil {
		return err
	}
	found, err := config.BytesToInitConfiguration(text, true)
	if err != nil {
		return err
	}
	pods := controlplane.GetStaticPodSpecs(&found.ClusterConfiguration, &found.LocalAPIEndpoint, nil)
	return json.NewEncoder(os.Stdout).Encode(pods[constants.KubeAPIServer])
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
