package report

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"example.com/chatd/load"
)

func comparedOf(t require.TestingT, base, later *load.Result, style Style) string {
	var b bytes.Buffer
	require.NoError(t, Compare(base, later).Text(&b, 0.2, style))
	return b.String()
}

// comparable are two runs of one setup, the later one with a slow server.
func comparableRuns() (base, later *load.Result) {
	base, later = freezeRun(), freezeRun()
	base.Latency = goodRun().Latency
	return base, later
}

func TestCompareGolden(t *testing.T) {
	base, later := comparableRuns()
	golden(t, "compare.txt", comparedOf(t, base, later, Style{}))
	golden(t, "compare-better.txt", comparedOf(t, later, base, Style{}))
	golden(t, "compare-40.txt", comparedOf(t, base, later, Style{Width: 40}))
	golden(t, "compare-same.txt", comparedOf(t, base, base, Style{}))
	golden(t, "compare-short.txt", comparedOf(t, shortRun(), shortRun(), Style{}))
	golden(t, "compare-burst.txt", comparedOf(t, burstRun(), burstRun(), Style{}))
	golden(t, "compare-doubts.txt", comparedOf(t, invalidRun(), interruptedRun(), Style{}))
}

// regressions of a change to the later of two equal runs.
func regressionsOf(t *testing.T, most float64, change func(base, later *load.Result)) map[string]string {
	t.Helper()
	base, later := freezeRun(), freezeRun()
	change(base, later)
	all, err := Compare(base, later).Regressions(most)
	require.NoError(t, err)
	byName := map[string]string{}
	for _, r := range all {
		byName[r.Metric] = r.Sentence
	}
	return byName
}

func TestRegressions(t *testing.T) {
	for _, c := range []struct {
		what   string
		change func(base, later *load.Result)
		want   map[string]string
	}{
		{"equal runs", func(_, _ *load.Result) {}, map[string]string{}},
		{"p99 within the limit", func(b, l *load.Result) { b.Latency.Deliver.P99, l.Latency.Deliver.P99 = 1, 1.19 }, map[string]string{}},
		{"p99 over it", func(b, l *load.Result) { b.Latency.Deliver.P99, l.Latency.Deliver.P99 = 1, 1.3 },
			map[string]string{"deliver.p99": "deliver.p99 rose from 1.00 s to 1.30 s: 30 % worse, over the 20 % allowed."}},
		{"p99 better", func(b, l *load.Result) { b.Latency.Deliver.P99, l.Latency.Deliver.P99 = 1, 0.1 }, map[string]string{}},
		{"fewer deliveries are worse", func(_, l *load.Result) { l.Totals.Delivered /= 2 },
			map[string]string{"deliveries": "deliveries fell from 1,800/s to 900/s: 50 % worse, over the 20 % allowed."}},
		{"more are not", func(_, l *load.Result) { l.Totals.Delivered *= 2 }, map[string]string{}},
		{"one loss is worse, whatever is allowed", func(b, l *load.Result) { b.Totals.Lost, l.Totals.Lost = 100, 101 },
			map[string]string{"lost": "lost rose from 100 to 101."}},
		{"from nothing to something", func(_, l *load.Result) { l.Totals.Announced = 1 },
			map[string]string{"announced": "announced rose from 0 to 1."}},
		{"fewer losses", func(b, _ *load.Result) { b.Totals.Lost = 1 }, map[string]string{}},
		{"the maximum gates nothing", func(b, _ *load.Result) { b.Latency.Deliver.Max = 1e-6 }, map[string]string{}},
		{"chatload's own cost neither", func(b, _ *load.Result) { b.Own.PerDelivery = 1e-9 }, map[string]string{}},
		{"few samples", func(b, l *load.Result) {
			b.Latency.Deliver.Count, b.Latency.Deliver.P99, b.Latency.Deliver.P50 = 999, 1e-6, 1e-6
		}, map[string]string{"deliver.p50": "deliver.p50 rose from 1.00 µs to 1.17 ms: 116,900 % worse, over the 20 % allowed."}},
		{"too little CPU to be counted", func(_, l *load.Result) { l.Own.ServerCPU, l.Own.PerDeliveryOut = 0, 0 }, map[string]string{}},
		{"the server's CPU is no longer known", func(b, l *load.Result) { b.Own.ServerCPU, l.Own.PerDeliveryOut = 2, 0 },
			map[string]string{"server.cpu/delivery": "server.cpu/delivery was 50.0 µs and is no longer known."}},
		{"nothing was delivered", func(_, l *load.Result) {
			l.Latency.Deliver, l.Totals.Delivered = load.Distribution{}, 0
		}, map[string]string{
			"deliver.p50":  "deliver.p50 was 1.17 ms and is no longer known.",
			"deliver.p90":  "deliver.p90 was 802 ms and is no longer known.",
			"deliver.p99":  "deliver.p99 was 1.88 s and is no longer known.",
			"deliver.p999": "deliver.p999 was 1.99 s and is no longer known.",
			"deliveries":   "deliveries fell from 1,800/s to 0/s: 100 % worse, over the 20 % allowed.",
		}},
		{"it was not known before", func(b, _ *load.Result) { b.Own.PerDeliveryOut = 0 }, map[string]string{}},
	} {
		assert.Equal(t, c.want, regressionsOf(t, 0.2, c.change), c.what)
	}
}

// The limit is exact: what is worse by just that much passes.
func TestRegressionLimit(t *testing.T) {
	at := func(p99 float64) map[string]string {
		return regressionsOf(t, 0.25, func(b, l *load.Result) { b.Latency.Deliver.P99, l.Latency.Deliver.P99 = 1, p99 })
	}
	assert.Empty(t, at(1.25))
	assert.Contains(t, at(1.251), "deliver.p99")
}

// What proves nothing is not judged, and says so first.
func TestCompareDoubts(t *testing.T) {
	for _, c := range []struct {
		base, later *load.Result
		want        string
	}{
		{goodRun(), invalidRun(), "the later measurement is invalid: its own lag p99 was 12.0 ms, over 5 ms; it sent 95.10 % of the rate asked for, under 98 %"},
		{invalidRun(), goodRun(), "the earlier measurement is invalid: its own lag p99 was 12.0 ms, over 5 ms; it sent 95.10 % of the rate asked for, under 98 %"},
		{goodRun(), interruptedRun(), "the later run did not run to its end"},
		{goodRun(), burstRun(), "the setups differ: mode: run and burst; clients: 10 and 1000; senders: 5 and 4; rate: 200 and 0; warmup: 1 and 0; stages: 10s:0-10c@200/s and 10s:1000c; window: 0 and 256"},
	} {
		cmp := Compare(c.base, c.later)
		require.Equal(t, []string{c.want}, cmp.Doubts)
		regressions, err := cmp.Regressions(0.2)
		assert.ErrorIs(t, err, ErrDoubtful)
		assert.ErrorContains(t, err, c.want)
		assert.Nil(t, regressions)
		text := comparedOf(t, c.base, c.later, Style{})
		assert.Regexp(t, `^NOT COMPARABLE\n`, text)
		assert.NotContains(t, text, "WORSE")
	}
	other := goodRun()
	other.Machine.Cores = 64
	assert.Equal(t, []string{"the machines differ: linux/amd64 with 2 cores and linux/amd64 with 64 cores"}, Compare(goodRun(), other).Doubts)
	other = goodRun()
	other.Setup.Seed, other.Setup.Preset, other.Setup.Objectives, other.Machine.Go = 9, "x", nil, "go1.27"
	assert.Empty(t, Compare(goodRun(), other).Doubts, "none of these changes what is measured")
}

func TestCompareAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, later := anyResult.Draw(t, "base"), anyResult.Draw(t, "later")
		style := Style{Width: rapid.SampledFrom([]int{0, 24, 40, 78}).Draw(t, "width")}
		checkText(t, comparedOf(t, base, later, style), style)
		c := Compare(base, later)
		c.Doubts = nil
		all, err := c.Regressions(0.2)
		assert.NoError(t, err)
		for _, r := range all {
			checkFigures(t, r.Sentence)
		}
	})
}

// A run is never worse than itself.
func TestCompareSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyResult.Draw(t, "result")
		c := Compare(r, r)
		c.Doubts = nil
		all, err := c.Regressions(0)
		assert.NoError(t, err)
		assert.Empty(t, all)
	})
}

func TestParsePercent(t *testing.T) {
	for text, want := range map[string]float64{"20%": 0.2, "0%": 0, "12.5%": 0.125, "5 %": 0.05} {
		v, err := ParsePercent(text)
		assert.NoError(t, err)
		assert.InDelta(t, want, v, 1e-12)
	}
	for _, text := range []string{"", "20", "-1%", "NaN%", "%", "x%"} {
		_, err := ParsePercent(text)
		assert.EqualError(t, err, `report: "`+text+`" is no percentage such as 20%`)
	}
}
