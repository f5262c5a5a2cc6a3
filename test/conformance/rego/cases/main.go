// Prints OPA's own evaluation cases, one JSON object a line. They are embedded in OPA's module; nothing of them is kept
// here. Documents go as JSON text, so that nobody between reads their numbers.
package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"log"
	"os"
	"path"
	"strings"

	"github.com/open-policy-agent/opa/v1/test/cases/testdata"
	"go.yaml.in/yaml/v3"
)

type testCase struct {
	Note          string   `yaml:"note" json:"note"`
	Folder        string   `yaml:"-" json:"folder"`
	Query         string   `yaml:"query" json:"query"`
	Modules       []string `yaml:"modules" json:"modules"`
	Data          any      `yaml:"data" json:"-"`
	Input         any      `yaml:"input" json:"-"`
	DataJSON      string   `yaml:"-" json:"data"`
	InputJSON     string   `yaml:"-" json:"input"`
	InputTerm     string   `yaml:"input_term" json:"input_term"`
	WantDefined   *bool    `yaml:"want_defined" json:"want_defined,omitempty"`
	WantResult    any      `yaml:"want_result" json:"want_result,omitempty"`
	WantErrorCode *string  `yaml:"want_error_code" json:"want_error_code,omitempty"`
	WantError     *string  `yaml:"want_error" json:"want_error,omitempty"`
	SortBindings  bool     `yaml:"sort_bindings" json:"sort_bindings"`
	StrictError   bool     `yaml:"strict_error" json:"strict_error"`
	Experimental  bool     `yaml:"experimental_keywords" json:"experimental"`
}

func text(value any) string {
	if value == nil {
		return ""
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		log.Fatal(err)
	}
	return strings.TrimSpace(out.String())
}

func main() {
	log.SetFlags(0)
	encoder := json.NewEncoder(os.Stdout)
	err := fs.WalkDir(testdata.V1, "v1", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		content, err := fs.ReadFile(testdata.V1, name)
		if err != nil {
			return err
		}
		var file struct {
			Cases []testCase `yaml:"cases"`
		}
		if err := yaml.Unmarshal(content, &file); err != nil {
			return err
		}
		for _, one := range file.Cases {
			one.Folder = path.Base(path.Dir(name))
			one.DataJSON, one.InputJSON = text(one.Data), text(one.Input)
			if err := encoder.Encode(one); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
}
