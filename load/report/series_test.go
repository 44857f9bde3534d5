package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/chatd/load"
)

// A long run is drawn in bins, and one slow second among them is still seen.
func TestSeriesKeepsTheWorstSecond(t *testing.T) {
	r := &load.Result{Elapsed: 3600}
	for i := range 3600 {
		r.Seconds = append(r.Seconds, load.Second{At: float64(i), P99: 0.001, Max: 0.002, Delivered: 100, Inside: 10})
	}
	r.Seconds[1234].Max, r.Seconds[1234].Delivered, r.Seconds[1234].Inside = 2, 0, 3
	s := newSeries(r)
	assert.Len(t, s.points, pointsMax)
	assert.Equal(t, 24.0, s.bin)
	p := s.points[1234/24]
	assert.Equal(t, point{seconds: 24, p99: 0.001, max: 2, slowest: 0, fastest: 100, inside: 3}, p)
}

// The last second of a run may be short: its count is no rate of a whole one.
func TestSeriesShortLastSecond(t *testing.T) {
	r := &load.Result{Elapsed: 2.5, Seconds: []load.Second{{At: 0, Delivered: 100}, {At: 1, Delivered: 100}, {At: 2, Delivered: 50}}}
	s := newSeries(r)
	assert.Equal(t, 100.0, s.points[2].slowest)
	r.Elapsed, r.Seconds[2].Delivered = 2.1, 10
	s = newSeries(r)
	assert.Zero(t, s.points[2].seconds, "a tenth of a second says nothing")
}
