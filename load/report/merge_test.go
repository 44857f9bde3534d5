package report

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"example.com/chatd/load"
)

// Two runs are one of twice the length: the percentiles are those of all samples, not
// the mean of two.
func TestMerge(t *testing.T) {
	a, b := goodRun(), goodRun()
	b.Setup.Seed, b.Run = 8, "other"
	slow := freezeRun().Latency.Deliver
	b.Latency.Deliver = slow
	b.Verdict.Code, b.Verdict.Objectives[0].Value, b.Verdict.Objectives[0].Met = codeMissed, 1.88, false
	b.Worst.Latency = 2
	b.Failures = []load.Broken{{At: 1, Promise: "M3"}}
	m, err := Merge(a, b)
	require.NoError(t, err)

	assert.Equal(t, 20.0, m.Elapsed)
	assert.Equal(t, a.Totals.Delivered+b.Totals.Delivered, m.Totals.Delivered)
	assert.Equal(t, a.Totals.Inside+b.Totals.Inside, m.Totals.Inside)
	assert.Len(t, m.Seconds, 20)
	assert.Equal(t, 19.0, m.Seconds[19].At)
	assert.Equal(t, 10.0, m.Events[2].At)
	assert.Equal(t, 20.0, m.Events[2].End)
	assert.Equal(t, b.Worst.At+10, m.Worst.At)
	assert.Equal(t, 11.0, m.Failures[0].At)

	assert.Equal(t, a.Latency.Deliver.Count+slow.Count, m.Latency.Deliver.Count)
	assert.Equal(t, slow.Max, m.Latency.Deliver.Max)
	assert.Less(t, m.Latency.Deliver.P90, slow.P90)
	assert.Greater(t, m.Latency.Deliver.P99, a.Latency.Deliver.P99)

	assert.Equal(t, codeMissed, m.Verdict.Code)
	assert.Equal(t, []load.ObjectiveResult{
		{Text: "deliver.p99<50ms", Value: 1.88, Unit: "s", Judged: true},
		{Text: "lost<1", Unit: "1", Met: true, Judged: true},
	}, m.Verdict.Objectives)
	assert.InDelta(t, (a.Own.CPU+b.Own.CPU)/float64(m.Totals.Delivered), m.Own.PerDelivery, 1e-12)
	assert.Empty(t, cmp.Diff(goodRun(), a, sameResult), "what was merged is as it was")
	golden(t, "merged.txt", textOf(t, m, Style{}))
}

// The worst verdict wins: a broken guarantee over everything, success over nothing.
func TestMergeVerdict(t *testing.T) {
	for _, c := range []struct{ a, b, want int }{
		{0, 1, 1}, {1, 5, 5}, {4, 5, 5}, {4, 1, 4}, {3, 4, 3}, {0, 130, 130}, {130, 1, 1}, {0, 0, 0}, {77, 5, 77},
	} {
		a, b := goodRun(), goodRun()
		a.Verdict.Code, b.Verdict.Code = c.a, c.b
		m, err := Merge(a, b)
		require.NoError(t, err)
		assert.Equal(t, c.want, m.Verdict.Code, "%d and %d", c.a, c.b)
	}
}

func TestMergeObjectiveFromBelow(t *testing.T) {
	a, b := goodRun(), goodRun()
	a.Verdict.Objectives = []load.ObjectiveResult{{Text: "reach>99%", Value: 1, Met: true, Judged: true}}
	b.Verdict.Objectives = []load.ObjectiveResult{{Text: "reach>99%", Value: 0.995, Met: true, Judged: true}}
	m, err := Merge(a, b)
	require.NoError(t, err)
	assert.Equal(t, 0.995, m.Verdict.Objectives[0].Value)
}

func TestMergeRefuses(t *testing.T) {
	_, err := Merge()
	assert.EqualError(t, err, "report: nothing to merge")

	other := goodRun()
	other.Setup.Rate, other.Setup.Faults = 400, []string{"1s:1s:reset:5%"}
	_, err = Merge(goodRun(), goodRun(), other)
	assert.EqualError(t, err, "report: run 1 and run 3 are of different setups: rate: 200 and 400; faults: none and 1s:1s:reset:5%")

	other = goodRun()
	other.Target.Proto = "nats"
	_, err = Merge(goodRun(), other)
	assert.EqualError(t, err, "report: run 1 and run 2 speak different protocols: line and nats")

	other = goodRun()
	other.Latency.Deliver = load.Distribution{Count: 7}
	_, err = Merge(goodRun(), other)
	assert.EqualError(t, err, "latency deliver: run 2: load: the distribution has no histogram")
}

// Merging one changes nothing, and counts add up in whatever order.
func TestMergeAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyResult.Draw(t, "result")
		for _, d := range latencies(r) {
			if _, err := d.Hist(); err != nil {
				*d = load.Distribution{}
			}
		}
		one, err := Merge(r)
		require.NoError(t, err)
		assert.Empty(t, cmp.Diff(r, one, sameResult))
		two, err := Merge(r, r)
		require.NoError(t, err)
		was, is := reflect.ValueOf(r.Totals), reflect.ValueOf(two.Totals)
		for i := range was.NumField() {
			assert.Equal(t, 2*was.Field(i).Int(), is.Field(i).Int(), was.Type().Field(i).Name)
		}
		assert.Equal(t, 2*r.Latency.Deliver.Count, two.Latency.Deliver.Count)
		assert.Equal(t, r.Latency.Deliver.Max, two.Latency.Deliver.Max)
		checkFigures(t, textOf(t, two, Style{}))
	})
}
