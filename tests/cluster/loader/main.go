// Loads the API server's own files with the API server's own code: one JSON request a line on stdin,
// one line of JSON for each on stdout. `encryption` and `policy` load a text and say what is wrong with
// it; `evaluate` says which rule of a policy each request meets.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apiserver/pkg/apis/audit"
	"k8s.io/apiserver/pkg/audit/policy"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/server/options/encryptionconfig"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/klog/v2"
)

type question struct {
	Do       string // encryption, policy or evaluate
	Text     string
	Reload   bool // as with --encryption-provider-config-automatic-reload
	Requests []request
}

type request struct {
	User, Verb, Namespace, Group, Version, Resource, Subresource, Name, Path string
	Groups                                                                   []string
}

type hit struct {
	Rule       int      `json:"rule"` // counted from 0; -1 where none matches
	Level      string   `json:"level"`
	OmitStages []string `json:"omitStages"`
}

type answer struct {
	Error string `json:"error"`
	Hits  []hit  `json:"hits,omitempty"`
}

func encryption(folder, text string, reload bool) (err error) {
	defer func() {
		if found := recover(); found != nil {
			err = fmt.Errorf("panic: %v", found)
		}
	}()
	path := filepath.Join(folder, "encryption.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel() // ends what looks after plugins
	_, err = encryptionconfig.LoadEncryptionConfig(ctx, path, reload, "loader")
	return err
}

func attributes(r request) authorizer.Attributes {
	found := authorizer.AttributesRecord{
		Verb: r.Verb, Namespace: r.Namespace, APIGroup: r.Group, APIVersion: r.Version, Resource: r.Resource,
		Subresource: r.Subresource, Name: r.Name, Path: r.Path, ResourceRequest: r.Path == "",
		FieldSelectorRequirements: fields.Requirements{}, LabelSelectorRequirements: labels.Requirements{},
	}
	if r.User != "" {
		found.User = &user.DefaultInfo{Name: r.User, Groups: r.Groups}
	}
	return found
}

// evaluate asks the policy as it is for the level, and one whose rules' only stage is their own number for the rule.
func evaluate(text string, requests []request) answer {
	asItIs, err := policy.LoadPolicyFromBytes([]byte(text))
	if err != nil {
		return answer{Error: err.Error()}
	}
	numbered, err := policy.LoadPolicyFromBytes([]byte(text))
	if err != nil {
		return answer{Error: err.Error()}
	}
	numbered.OmitStages = nil
	for at := range numbered.Rules {
		numbered.Rules[at].OmitStages = []audit.Stage{audit.Stage(fmt.Sprint(at))}
	}
	levels, rules := policy.NewPolicyRuleEvaluator(asItIs), policy.NewPolicyRuleEvaluator(numbered)
	var hits []hit
	for _, one := range requests {
		config := levels.EvaluatePolicyRule(attributes(one))
		found := hit{Rule: -1, Level: string(config.Level), OmitStages: []string{}}
		for _, stage := range config.OmitStages {
			found.OmitStages = append(found.OmitStages, string(stage))
		}
		for _, stage := range rules.EvaluatePolicyRule(attributes(one)).OmitStages {
			if _, err := fmt.Sscan(string(stage), &found.Rule); err != nil {
				return answer{Error: err.Error()}
			}
		}
		hits = append(hits, found)
	}
	return answer{Hits: hits}
}

func main() {
	gates := flag.String("feature-gates", "", "as kube-apiserver takes them")
	flag.Parse()
	klog.SetLogger(klog.Logger{})
	if err := utilfeature.DefaultMutableFeatureGate.Set(*gates); *gates != "" && err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	folder, err := os.MkdirTemp("", "loader-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer os.RemoveAll(folder)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		var said answer
		switch asked.Do {
		case "encryption":
			if err := encryption(folder, asked.Text, asked.Reload); err != nil {
				said.Error = err.Error()
			}
		case "policy":
			if _, err := policy.LoadPolicyFromBytes([]byte(asked.Text)); err != nil {
				said.Error = err.Error()
			}
		case "evaluate":
			said = evaluate(asked.Text, asked.Requests)
		}
		if err := out.Encode(said); err != nil {
			os.Exit(1)
		}
	}
}
