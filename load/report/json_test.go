package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"example.com/chatd/load"
)

func jsonOf(t require.TestingT, r *load.Result) string {
	var b bytes.Buffer
	require.NoError(t, WriteJSON(&b, r))
	return b.String()
}

func TestJSONGolden(t *testing.T) {
	for _, name := range []string{"short", "freeze", "nobody"} {
		t.Run(name, func(t *testing.T) { golden(t, name+".json", jsonOf(t, runsByName[name]())) })
	}
}

// sameResult compares results by what a file can hold of them.
var sameResult = cmp.Options{cmpopts.IgnoreUnexported(load.Distribution{}), cmpopts.EquateEmpty()}

// What is written is read back, histograms included.
func TestJSONRoundTrip(t *testing.T) {
	for name, run := range runsByName {
		r := run()
		got, err := ReadJSON(strings.NewReader(jsonOf(t, r)))
		require.NoError(t, err, name)
		assert.Empty(t, cmp.Diff(r, got, sameResult), name)
		want, err := r.Latency.Deliver.Hist()
		require.NoError(t, err)
		h, err := got.Latency.Deliver.Hist()
		require.NoError(t, err)
		assert.True(t, want.Equals(h), name)
		assert.Equal(t, textOf(t, r, Style{}), textOf(t, got, Style{}), "%s: a report from a file is the same", name)
	}
}

func TestJSONRoundTripAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// What is no text is replaced the first time; from then on nothing changes.
		first, err := ReadJSON(strings.NewReader(jsonOf(t, anyResult.Draw(t, "result"))))
		require.NoError(t, err)
		once := jsonOf(t, first)
		again, err := ReadJSON(strings.NewReader(once))
		require.NoError(t, err)
		assert.Equal(t, once, jsonOf(t, again))
	})
}

func TestReadJSONRefuses(t *testing.T) {
	whole := jsonOf(t, shortRun())
	damaged := shortRun()
	damaged.Latency.Spread.Histogram = "AAAA"
	for _, c := range []struct{ text, want string }{
		{"", "report: not a JSON report: it is empty"},
		{"OBJECTIVES MET\n", "report: not a JSON report: invalid character 'O'"},
		{whole[:len(whole)/2], "report: not a JSON report: unexpected EOF"},
		{whole + "{}", "report: something follows the JSON report"},
		{`{"run":"x"}`, `report: not a chatload report: expected schema "chatload/v1", found none`},
		{`[1]`, `report: not a chatload report: expected an object with schema "chatload/v1"`},
		{`{"schema":"chatload/v2"}`, `report: expected schema "chatload/v1", found "chatload/v2"`},
		{`{"schema":"chatload/v1","elapsed":"ten"}`, "report: damaged chatload/v1 report: json: cannot unmarshal string"},
		{jsonOf(t, damaged), "report: latency spread: load: the distribution's histogram"},
	} {
		r, err := ReadJSON(strings.NewReader(c.text))
		assert.ErrorContains(t, err, c.want)
		assert.Nil(t, r)
	}
}

// A later chatload may add fields.
func TestReadJSONPassesOverUnknownFields(t *testing.T) {
	text := strings.Replace(jsonOf(t, shortRun()), `"run":`, `"colour": {"of": ["the", "sky"]}, "run":`, 1)
	text = strings.Replace(text, `"due":`, `"undue": 3, "due":`, 1)
	r, err := ReadJSON(strings.NewReader(text))
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(shortRun(), r, sameResult))
}
