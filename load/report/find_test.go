package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

var searches = []struct {
	name string
	f    Search
}{
	{"a limit", Search{Of: "clients", Steps: []Step{
		{Clients: 1000, Rate: 1000, P99: 0.004, Met: true},
		{Clients: 2000, Rate: 2000, P99: 0.019, Met: true},
		{Clients: 4000, Rate: 4000, P99: 0.231, Why: "deliver.p99 was 231 ms, over 100 ms"},
		{Clients: 3000, Rate: 3000, P99: 0.061, Met: true},
		{Clients: 3500, Rate: 3500, P99: 0.12, Why: "deliver.p99 was 120 ms, over 100 ms"},
	}}},
	{"chatload was the limit", Search{Of: "rate", Steps: []Step{
		{Clients: 1, Rate: 200, P99: 0.004, Met: true},
		{Clients: 1, Rate: 400, P99: 0.004, Invalid: true, Why: "its own CPU was 97 % of the cores"},
	}}},
	{"nothing held", Search{Of: "clients", Steps: []Step{{Clients: 1, Rate: 1, Why: "every connection was refused"}}}},
	{"nothing can be said", Search{Of: "clients", Steps: []Step{{Clients: 10, Rate: 1, Invalid: true}}}},
	{"no limit", Search{Of: "clients", Capped: true, Steps: []Step{{Clients: 1, Rate: 1, P99: 0.001, Met: true}}}},
	{"interrupted", Search{Of: "rate", Steps: []Step{{Clients: 10, Rate: 100, P99: 0.001, Met: true}}}},
	{"nothing", Search{}},
}

func TestSearchGolden(t *testing.T) {
	var b bytes.Buffer
	for _, style := range []Style{{}, {Width: 40}, {Color: true}} {
		for _, s := range searches {
			b.WriteString("=== " + s.name + "\n")
			assert.NoError(t, s.f.Text(&b, style))
		}
	}
	golden(t, "find.txt", b.String())
}

// The limit lies between the greatest load that held and the least above it that did
// not; a step that failed below the former, by bad luck, is no limit.
func TestSearchLimit(t *testing.T) {
	f := Search{Of: "clients", Steps: []Step{
		{Clients: 100, Why: "bad luck"}, {Clients: 200, Met: true}, {Clients: 400, Why: "too many"}, {Clients: 300, Why: "too many as well"},
	}}
	held, failed := f.limit()
	assert.Equal(t, 200, held.Clients)
	assert.Equal(t, 300, failed.Clients)
	assert.Contains(t, f.Sentence(), "at 300 clients it does not: too many as well.")
}

func TestSearchAny(t *testing.T) {
	anyStep := rapid.Custom(func(t *rapid.T) Step {
		return Step{
			Clients: int(anyCount.Draw(t, "clients")), Rate: anyFigure.Draw(t, "rate"), P99: anyFigure.Draw(t, "p99"),
			Met: rapid.Bool().Draw(t, "met"), Invalid: rapid.Bool().Draw(t, "invalid"), Why: anyText.Draw(t, "why"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		f := Search{Of: rapid.SampledFrom([]string{"clients", "rate"}).Draw(t, "of"), Steps: rapid.SliceOfN(anyStep, 0, 9).Draw(t, "steps")}
		style := Style{Width: rapid.IntRange(24, 78).Draw(t, "width")}
		var b strings.Builder
		assert.NoError(t, f.Text(&b, style))
		checkText(t, b.String(), style)
	})
}
