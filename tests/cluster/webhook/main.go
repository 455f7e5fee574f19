// Validates objects as the operator's admission webhook does: one JSON object a line on stdin, one
// line of JSON for each on stdout, `{"kind", "name", "error"}`. Kinds that the webhook does not
// cover are passed over.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	esv1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	_ "github.com/external-secrets/external-secrets/pkg/provider/register"
)

type object struct {
	Kind     string
	Metadata struct{ Name string }
}

func validate(kind string, text []byte) error {
	ctx := context.Background()
	switch kind {
	case "ExternalSecret":
		found := &esv1.ExternalSecret{}
		if err := json.Unmarshal(text, found); err != nil {
			return err
		}
		_, err := (&esv1.ExternalSecretValidator{}).ValidateCreate(ctx, found)
		return err
	case "SecretStore":
		found := &esv1.SecretStore{}
		if err := json.Unmarshal(text, found); err != nil {
			return err
		}
		_, err := (&esv1.GenericStoreValidator{}).ValidateCreate(ctx, found)
		return err
	default:
		found := &esv1.ClusterSecretStore{}
		if err := json.Unmarshal(text, found); err != nil {
			return err
		}
		_, err := (&esv1.GenericStoreValidator{}).ValidateCreate(ctx, found)
		return err
	}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<24)
	for lines.Scan() {
		var found object
		if err := json.Unmarshal(lines.Bytes(), &found); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		switch found.Kind {
		case "ExternalSecret", "SecretStore", "ClusterSecretStore":
		default:
			continue
		}
		said := ""
		if err := validate(found.Kind, lines.Bytes()); err != nil {
			said = err.Error()
		}
		row, _ := json.Marshal(map[string]string{
			"kind": found.Kind, "name": found.Metadata.Name, "error": said,
		})
		fmt.Println(string(row))
	}
}
