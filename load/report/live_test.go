package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// The moments of a run that golden files show.
var moments = []struct {
	name string
	p    Progress
}{
	{"before the start", Progress{}},
	{"a run", Progress{
		At: 12.3, Length: 30, Stage: "2 of 3: 0-1000c@200/s", Rate: 198_000, P50: 0.0012, P99: 0.0031, Max: 0.021,
		P99s:     []float64{0.0021, 0.0022, 0.0025, 0.0021, 0.003, 0.0031, 0.0029, 0.0022, 0.004, 0.0031, 0.0031, 0.003},
		Expected: 2_376_000, Reached: 2_376_000, Up: 1000, Slow: 51, Lag: 0.00011, CPU: 0.213,
	}},
	{"a fault, with the server's figures", Progress{
		At: 31, Length: 60, Stage: "1 of 1: 100c@200/s", Rate: 1, P50: 0.0012, P99: 1.93, Max: 2,
		P99s:     []float64{0.001, 0.0011, 0, 0, 1.9, 0.9, 0.0012, 0.0011, 0.0013},
		Expected: 1_000_000, Reached: 999_999, Up: 1, Slow: 1, Refused: 1, Lag: 0.00011, CPU: 0.02,
		Server: true, ServerRSS: 41 << 20, ServerTasks: 1013, Fault: "blackhole 5%", FaultLeft: 1.2, Recovered: true, Recovery: 0.81,
	}},
	{"broken, and never recovered", Progress{
		At: 75, Length: 90, Rate: 1234, P50: 0.0012, P99: 0.5, Max: 0.6, Lost: 3, Duplicates: 1, Reordered: 12_345,
		Expected: 100, Reached: 97, Up: 100, Recovered: true, Recovery: -1, Server: true, ServerRSS: 1 << 30, ServerTasks: 1,
	}},
	{"a burst", Progress{
		Burst: true, At: 4, Length: 10, Stage: "256 in flight", Rate: 14_885_100, Rates: []float64{14e6, 14.5e6, 7e6, 14.8e6},
		Expected: 59_000_000, Reached: 59_000_000, Up: 1000, CPU: 0.53, Lag: 1, P99: 1,
	}},
}

func TestLiveGolden(t *testing.T) {
	var b strings.Builder
	for _, style := range []Style{{}, {Width: 40}, {ASCII: true}, {Color: true}} {
		for _, m := range moments {
			b.WriteString("=== " + m.name + "\n" + Live(&m.p, style) + LiveLine(&m.p, style) + "\n")
		}
	}
	golden(t, "live.txt", b.String())
}

// The block has the same height at every moment, so that it can be drawn over itself.
func TestLiveHeight(t *testing.T) {
	for _, m := range moments {
		for _, width := range []int{24, 40, 78} {
			assert.Equal(t, 7, strings.Count(Live(&m.p, Style{Width: width}), "\n"), "%s, %d columns", m.name, width)
			assert.Equal(t, 1, strings.Count(LiveLine(&m.p, Style{Width: width}), "\n"), m.name)
		}
	}
}

// What matters stays where there is little room.
func TestLiveNarrow(t *testing.T) {
	p := moments[3].p
	assert.Regexp(t, `p99 500 ms  max 600 ms`, Live(&p, Style{Width: 40}))
	assert.Regexp(t, `lost 3  dup 1  reorder 12,345`, Live(&p, Style{Width: 40}))
	assert.Regexp(t, `lost 3  dup 1`, LiveLine(&p, Style{Width: 60}))
}

func TestLiveCorrupt(t *testing.T) {
	p := Progress{Corrupt: 2}
	assert.Contains(t, Live(&p, Style{}), "reorder 0  corrupt 2\n")
	assert.Contains(t, LiveLine(&p, Style{Color: true}), "corrupt 2\x1b[0m\n")
	assert.NotContains(t, Live(&Progress{}, Style{}), "corrupt")
}

func TestSpark(t *testing.T) {
	assert.Equal(t, "▁▅█", spark([]float64{1, 10, 100}, 10))
	assert.Equal(t, "▁ █", spark([]float64{1, 0, 100}, 10), "a second without deliveries is a gap")
	assert.Equal(t, "▁▁▁", spark([]float64{1, 1, 1}, 10))
	assert.Equal(t, "▁█", spark([]float64{1, 1, 1, 100}, 2), "the worst of two stays")
	assert.Equal(t, "", spark(nil, 10))
	assert.Equal(t, utf8.RuneCountInString(sparks), len(sparksASCII))
}

func TestLiveAny(t *testing.T) {
	anyProgress := rapid.Custom(func(t *rapid.T) Progress {
		f := func(name string) float64 { return anyFigure.Draw(t, name) }
		n := func(name string) int64 { return anyCount.Draw(t, name) }
		return Progress{
			Burst: rapid.Bool().Draw(t, "burst"), At: f("at"), Length: f("length"), Stage: anyText.Draw(t, "stage"), Rate: f("rate"),
			P50: f("p50"), P99: f("p99"), Max: f("max"), P99s: rapid.SliceOfN(anyFigure, 0, 200).Draw(t, "p99s"),
			Rates: rapid.SliceOfN(anyFigure, 0, 200).Draw(t, "rates"), Expected: n("expected"), Reached: n("reached"), Lost: n("lost"),
			Duplicates: n("dup"), Reordered: n("reordered"), Corrupt: n("corrupt"), Up: n("up"), Slow: n("slow"), Refused: n("refused"), Lag: f("lag"), CPU: f("cpu"),
			Server: rapid.Bool().Draw(t, "server"), ServerRSS: n("rss"), ServerTasks: n("tasks"), Fault: anyText.Draw(t, "fault"),
			FaultLeft: f("left"), Recovered: rapid.Bool().Draw(t, "recovered"), Recovery: f("recovery"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		p := anyProgress.Draw(t, "progress")
		style := Style{Width: rapid.IntRange(24, 78).Draw(t, "width"), ASCII: rapid.Bool().Draw(t, "ascii")}
		block, line := Live(&p, style), LiveLine(&p, style)
		checkText(t, block, style)
		checkText(t, line, style)
		assert.Equal(t, 7, strings.Count(block, "\n"))
		assert.Equal(t, 1, strings.Count(line, "\n"))
	})
}
