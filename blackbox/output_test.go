package blackbox

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// sample is a report with every verdict in it, and text that the formats must
// escape.
func sample() *Report {
	return &Report{
		Target: "127.0.0.1:8989", Profile: "netcat", Took: 2345 * time.Millisecond,
		Results: []Result{
			{Case: "greeting", Promise: "L1", Title: "who connects is greeted", Severity: Must, Verdict: Holds, Took: time.Millisecond},
			{
				Case: "packet", Promise: "W4", Title: "three lines | one packet", Severity: Must, Verdict: Broken,
				Finding: "bob reads \"\x1b[2J<b>\" & not \"two\"", Advice: "Read up to the line end.", Note: "not in the audit",
				Lanes: "   ann     bob\n   > one\n=>         < one]]>\n", Took: 1500 * time.Millisecond,
			},
			{
				Case: "name-case", Promise: "N1", Title: "ANN is ann", Severity: Beyond, Verdict: Broken,
				Finding: "ANN is accepted", Advice: "Compare in one case.", Lanes: "=> > ANN\n",
			},
			{Case: "stalled", Promise: "R4", Title: "nobody freezes the room", Severity: Must, Verdict: CouldNotTell, Finding: "rock cannot connect"},
			{Case: "telnet", Promise: "W3", Title: "telnet", Verdict: NotApplicable, Finding: "the profile does not promise it"},
		},
	}
}

// TestOutputs: the four forms of a report, as the golden files have them.
func TestOutputs(t *testing.T) {
	r := sample()
	for name, write := range map[string]func(*bytes.Buffer) error{
		"report.txt":        func(b *bytes.Buffer) error { return r.WriteText(b) },
		"report.md":         func(b *bytes.Buffer) error { return r.WriteMarkdown(b) },
		"report.json":       func(b *bytes.Buffer) error { return r.WriteJSON(b) },
		"report.xml":        func(b *bytes.Buffer) error { return r.WriteJUnit(b, false) },
		"report-strict.xml": func(b *bytes.Buffer) error { return r.WriteJUnit(b, true) },
	} {
		var b bytes.Buffer
		require.NoError(t, write(&b))
		golden(t, name, b.String())
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-update rewrites it):\n%s", name, d)
	}
}

// TestOutputsParse: what machines read is well formed and has everything in it.
func TestOutputsParse(t *testing.T) {
	r := sample()
	var b bytes.Buffer
	require.NoError(t, r.WriteJSON(&b))
	var back Report
	require.NoError(t, json.Unmarshal(b.Bytes(), &back))
	assert.Equal(t, *r, back)

	b.Reset()
	require.NoError(t, r.WriteJUnit(&b, false))
	var suite junitSuite
	require.NoError(t, xml.Unmarshal(b.Bytes(), &suite))
	assert.Equal(t, []int{5, 1, 1, 2}, []int{suite.Tests, suite.Failures, suite.Errors, suite.Skipped})
}

// TestBroken: what fails a check.
func TestBroken(t *testing.T) {
	r := &Report{Results: []Result{{Severity: Beyond, Verdict: Broken}, {Severity: Must, Verdict: CouldNotTell}}}
	assert.False(t, r.Broken(false))
	assert.True(t, r.Broken(true))
	r.Results[1].Verdict = Broken
	assert.True(t, r.Broken(false))
}
