package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"example.com/chatd/load"
)

func textOf(t assert.TestingT, r *load.Result, style Style) string {
	var b bytes.Buffer
	assert.NoError(t, Text(&b, r, style))
	return b.String()
}

func TestTextGolden(t *testing.T) {
	for name, run := range runsByName {
		t.Run(name, func(t *testing.T) { golden(t, name+".txt", textOf(t, run(), Style{})) })
	}
	golden(t, "freeze-40.txt", textOf(t, freezeRun(), Style{Width: 40}))
	golden(t, "freeze-ascii.txt", textOf(t, freezeRun(), Style{ASCII: true}))
	golden(t, "broken-color.txt", textOf(t, brokenRun(), Style{Color: true}))
}

// The verdict is the first thing that is read.
func TestTextVerdictFirst(t *testing.T) {
	for name, first := range map[string]string{
		"good": "OBJECTIVES MET", "short": "GUARANTEES KEPT", "freeze": "OBJECTIVE MISSED", "invalid": "MEASUREMENT INVALID",
		"broken": "GUARANTEE BROKEN", "interrupted": "INTERRUPTED", "nobody": "TARGET NOT REACHED (PARTIAL RUN)",
	} {
		got, _, _ := strings.Cut(textOf(t, runsByName[name](), Style{}), "\n")
		assert.Equal(t, first, got, name)
	}
}

// A burst measures no latency, so none is shown, whatever the result holds.
func TestBurstShowsNoLatency(t *testing.T) {
	r := burstRun()
	r.Latency = freezeRun().Latency
	r.Worst, r.Stalled = freezeRun().Worst, freezeRun().Stalled
	r.Events = freezeRun().Events
	r.Verdict.Objectives = []load.ObjectiveResult{
		{Text: "deliver.p99<50ms", Value: 1.93, Unit: "s"}, {Text: "reach>99%", Value: 1, Unit: "1", Met: true, Judged: true},
	}
	var page, picture, bench, comparison bytes.Buffer
	assert.NoError(t, HTML(&page, r, goodRun()))
	assert.NoError(t, SVG(&picture, r, goodRun()))
	assert.NoError(t, Benchfmt(&bench, r))
	assert.NoError(t, Compare(r, r).Text(&comparison, 0.2, Style{}))
	p := &Progress{Burst: true, P50: 0.001, P99: 0.002, Max: 0.003, P99s: []float64{0.002}, Lag: 0.004, Recovered: true, Recovery: 0.5}
	for name, got := range map[string]string{
		"text": textOf(t, r, Style{}), "page": page.String(), "picture": picture.String(), "benchfmt": bench.String(),
		"comparison": comparison.String(), "live": Live(p, Style{}), "line": LiveLine(p, Style{}),
	} {
		assert.NotRegexp(t, `deliver\.p|deliver-p|\bp50\b|\bp99\b|p99\.9|recovered|[0-9] ms|lag|worst single`, styles.ReplaceAllString(got, ""), name)
	}
	assert.Contains(t, textOf(t, r, Style{}), "reach>99%", "an objective that is no latency stays")
}

// styles are the names of colours in pages and pictures, which show nothing.
var styles = regexp.MustCompile(`(?s)<style>.*</style>`)

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Whatever a result holds, no line is wider than asked for, no figure is nonsense, and
// nothing reaches the terminal but text.
func TestTextAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyResult.Draw(t, "result")
		style := Style{Width: rapid.SampledFrom([]int{0, 24, 40, 60, 78}).Draw(t, "width"), ASCII: rapid.Bool().Draw(t, "ascii")}
		got := textOf(t, r, style)
		checkText(t, got, style)
		style.Color = true
		colored := textOf(t, r, style)
		assert.Equal(t, got, ansi.ReplaceAllString(colored, ""), "colours change nothing but colour")
	})
}

// checkText holds a text against what is promised of all of them.
func checkText(t assert.TestingT, text string, style Style) {
	for _, line := range strings.Split(text, "\n") {
		assert.LessOrEqual(t, columns(line), style.width(), "%q", line)
		assert.Equal(t, strings.TrimRight(line, " "), line, "trailing spaces")
		assert.Equal(t, clean(line), line, "controls")
		if style.ASCII {
			assert.NotRegexp(t, `[^ -~]`, line)
		}
	}
	checkFigures(t, text)
}

var noFigure = regexp.MustCompile(`\b(NaN|[+-]?Inf)\b`)

func checkFigures(t assert.TestingT, text string) { assert.NotRegexp(t, noFigure, text) }

// An empty result is no run at all, and yet no reason to print nonsense.
func TestTextEmpty(t *testing.T) {
	checkText(t, textOf(t, new(load.Result), Style{}), Style{})
}
