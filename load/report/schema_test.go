package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/chatd/load"
)

// A schema is as much of JSON Schema as docs/chatload.schema.json uses.
type schema struct {
	Ref        string             `json:"$ref"`
	Type       string             `json:"type"`
	Const      any                `json:"const"`
	Enum       []any              `json:"enum"`
	Required   []string           `json:"required"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	Defs       map[string]*schema `json:"$defs"`
}

func published(t *testing.T) *schema {
	t.Helper()
	text, err := os.ReadFile("../../docs/chatload.schema.json")
	require.NoError(t, err)
	s := new(schema)
	require.NoError(t, json.Unmarshal(text, s))
	return s
}

func (s *schema) resolve(root *schema) *schema {
	if name, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
		return root.Defs[name]
	}
	return s
}

// check says in what v does not keep to the schema.
func (s *schema) check(root *schema, at string, v any) (wrong []string) {
	s = s.resolve(root)
	if s.Const != nil && v != s.Const || s.Enum != nil && !slices.Contains(s.Enum, v) {
		return []string{fmt.Sprintf("%s is %v", at, v)}
	}
	if kind := kindOf(v); s.Type != "" && kind != s.Type && (kind != "integer" || s.Type != "number") {
		return []string{fmt.Sprintf("%s is a %s, no %s", at, kind, s.Type)}
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				wrong = append(wrong, at+"."+name+" is missing")
			}
		}
		for name, item := range v {
			if of := s.Properties[name]; of == nil {
				wrong = append(wrong, at+"."+name+" is not in the schema")
			} else {
				wrong = append(wrong, of.check(root, at+"."+name, item)...)
			}
		}
	case []any:
		for i, item := range v {
			wrong = append(wrong, s.Items.check(root, fmt.Sprintf("%s[%d]", at, i), item)...)
		}
	}
	return wrong
}

func kindOf(v any) string {
	switch v := v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "null"
}

// Every report keeps to the published schema, and the schema knows every field of it.
func TestJSONKeepsToTheSchema(t *testing.T) {
	root := published(t)
	for name, run := range runsByName {
		var b bytes.Buffer
		require.NoError(t, WriteJSON(&b, run()))
		var v any
		require.NoError(t, json.Unmarshal(b.Bytes(), &v))
		assert.Empty(t, root.check(root, name, v))
	}
	var b bytes.Buffer
	require.NoError(t, WriteJSON(&b, new(load.Result)))
	var v any
	require.NoError(t, json.Unmarshal(b.Bytes(), &v))
	v.(map[string]any)["setup"].(map[string]any)["mode"] = "run" // an empty result has none
	assert.Empty(t, root.check(root, "empty", v))
}

// The checker above sees what is wrong: else the test before it proves nothing.
func TestSchemaSees(t *testing.T) {
	root := published(t)
	for broken, want := range map[string]string{
		`{"schema":"chatload/v2"}`:   "x.schema is chatload/v2",
		`{"elapsed":"1"}`:            "x.elapsed is a string, no number",
		`{"totals":{"due":1.5}}`:     "x.totals.due is a number, no integer",
		`{"new":1}`:                  "x.new is not in the schema",
		`{}`:                         "x.verdict is missing",
		`{"latency":{"deliver":{}}}`: "x.latency.deliver.p99 is missing",
		`{"events":[{"at":0}]}`:      "x.events[0].kind is missing",
	} {
		var v any
		require.NoError(t, json.Unmarshal([]byte(broken), &v))
		assert.Contains(t, root.check(root, "x", v), want)
	}
}

// Schema and load.Result have the same fields, of the same kinds, and the schema asks
// for exactly those that are always written.
func TestSchemaIsTheResult(t *testing.T) {
	root := published(t)
	same(t, root, root, "result", reflect.TypeFor[load.Result]())
}

func same(t *testing.T, root, s *schema, at string, typ reflect.Type) {
	s = s.resolve(root)
	switch {
	case typ.Kind() == reflect.Pointer:
		same(t, root, s, at, typ.Elem())
	case typ == reflect.TypeFor[time.Time]():
		assert.Equal(t, "string", s.Type, at)
	case typ.Kind() == reflect.Slice:
		if assert.Equal(t, "array", s.Type, at) {
			same(t, root, s.Items, at+"[]", typ.Elem())
		}
	case typ.Kind() == reflect.Struct:
		sameStruct(t, root, s, at, typ)
	case s.Type == "" && (s.Const != nil || s.Enum != nil):
		assert.Equal(t, reflect.String, typ.Kind(), at)
	default:
		kinds := map[reflect.Kind]string{
			reflect.String: "string", reflect.Bool: "boolean", reflect.Float64: "number",
			reflect.Int: "integer", reflect.Int64: "integer", reflect.Uint64: "integer",
		}
		assert.Equal(t, kinds[typ.Kind()], s.Type, at)
	}
}

func sameStruct(t *testing.T, root, s *schema, at string, typ reflect.Type) {
	assert.Equal(t, "object", s.Type, at)
	var names, always []string
	for i := range typ.NumField() {
		f := typ.Field(i)
		if !f.IsExported() {
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
		if options != "omitempty" {
			always = append(always, name)
		}
		of := s.Properties[name]
		if assert.NotNil(t, of, "docs/chatload.schema.json does not know %s.%s", at, name) {
			same(t, root, of, at+"."+name, f.Type)
		}
	}
	for name := range s.Properties {
		assert.Contains(t, names, name, "%s of the schema is no field of load.Result", at)
	}
	assert.ElementsMatch(t, always, s.Required, "%s: required", at)
}
