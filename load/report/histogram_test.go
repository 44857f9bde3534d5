package report

import (
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"example.com/chatd/load"
)

func distributionOf(micros ...int64) load.Distribution {
	h := hdrhistogram.New(1, int64(time.Hour/time.Microsecond), 3)
	for _, v := range micros {
		_ = h.RecordValue(v)
	}
	return load.NewDistribution(h)
}

func TestBars(t *testing.T) {
	d := distributionOf(1000, 1500, 1999, 2000, 9000)
	assert.Equal(t, []bar{{0.001, 0.002, 3}, {0.002, 0.005, 1}, {0.005, 0.01, 1}}, bars(&d))
	assert.Nil(t, bars(&load.Distribution{Count: 3}), "no histogram, no bars")
}

// From a microsecond to an hour there are too many steps of 1, 2 and 5: decades remain.
func TestBarsOfAll(t *testing.T) {
	d := distributionOf(1, 15, 3_500_000_000)
	all := bars(&d)
	var labels []string
	for _, b := range all {
		labels = append(labels, b.label())
	}
	assert.Equal(t, []string{
		"under 10 µs", "10 µs to 100 µs", "100 µs to 1 ms", "1 ms to 10 ms", "10 ms to 100 ms", "100 ms to 1 s", "1 s to 10 s",
		"10 s to 100 s", "100 s to 1,000 s", "over 1,000 s",
	}, labels)
}

// No value is left out, whatever the values are, and the bars join without a gap.
func TestBarsCountAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := distributionOf(rapid.SliceOfN(rapid.Int64Range(0, 3_600_000_000), 1, 50).Draw(t, "µs")...)
		all := bars(&d)
		assert.LessOrEqual(t, len(all), barsMax)
		var sum int64
		for i, b := range all {
			sum += b.count
			if i > 0 {
				assert.Equal(t, all[i-1].to, b.from)
			}
		}
		assert.Equal(t, d.Count, sum)
		assert.NotZero(t, all[0].count)
		assert.NotZero(t, all[len(all)-1].count)
	})
}

// The worst bars say when: the seconds, and the freeze that went on then.
func TestMoments(t *testing.T) {
	r := &load.Result{Seconds: []load.Second{
		{At: 0, P50: 0.001, P99: 0.002, Max: 0.004},
		{At: 4, P50: 1.1, P99: 1.9, Max: 2.1},
		{At: 5, P50: 0.1, P99: 1, Max: 1.01},
		{At: 9, P50: 0.001, P99: 0.002, Max: 1.5},
	}}
	assert.Equal(t, "4-6 s, 9 s", bar{from: 1, to: 2}.moments(r))
	assert.Equal(t, "4 s", bar{from: 2, to: 5}.moments(r))
	assert.Equal(t, "", bar{from: 5, to: 10}.moments(r))
	r.Events = []load.Event{{At: 4.02, End: 6, Kind: "freeze"}}
	assert.Equal(t, "4 s (freeze)", bar{from: 2, to: 5}.moments(r))
	assert.Equal(t, "4-6 s, 9 s", bar{from: 1, to: 2}.moments(r), "9 s has nothing to do with it")
	r.Worst = &load.Worst{At: 7.3, Latency: 7}
	assert.Equal(t, "7 s", bar{from: 5, to: 10}.moments(r), "known from the worst message alone")
}

func TestRunsOfSeconds(t *testing.T) {
	assert.Equal(t, "", runs(nil))
	assert.Equal(t, "0 s", runs([]float64{0}))
	assert.Equal(t, "0-3 s", runs([]float64{0, 1, 2}))
	assert.Equal(t, "0 s, 5 s ...", runs([]float64{0, 5, 9, 12}))
}

func TestDrawn(t *testing.T) {
	assert.Equal(t, "", drawn(0, 100, 10))
	assert.Equal(t, "▏", drawn(1, 100, 10), "one in a hundred can be seen")
	assert.Equal(t, "█████", drawn(50, 100, 10))
	assert.Equal(t, "██████████", drawn(100, 100, 10))
}
