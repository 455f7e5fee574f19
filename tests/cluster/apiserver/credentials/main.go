// Reads a Docker config as the kubelet reads it, and says which registries it has a login for.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"

	"k8s.io/kubernetes/pkg/credentialprovider"
)

// One JSON text a line on stdin, as a JSON string with its bytes in base64, and `true` where it is in
// `auths`; one answer a line on stdout: null where it cannot be read, else the registries with a login.
func main() {
	decoder := json.NewDecoder(os.Stdin)
	encoder := json.NewEncoder(os.Stdout)
	for {
		var asked struct {
			Content []byte
			Wrapped bool
		}
		if err := decoder.Decode(&asked); err == io.EOF {
			return
		} else if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := encoder.Encode(read(asked.Content, asked.Wrapped)); err != nil {
			os.Exit(1)
		}
	}
}

func read(content []byte, wrapped bool) []string {
	var config credentialprovider.DockerConfig
	if wrapped {
		var whole credentialprovider.DockerConfigJSON
		if json.Unmarshal(content, &whole) != nil {
			return nil
		}
		config = whole.Auths
	} else if json.Unmarshal(content, &config) != nil {
		return nil
	}
	names := []string{}
	for name, entry := range config {
		if entry.Username != "" && entry.Password != "" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}
