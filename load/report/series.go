package report

import (
	"math"

	"example.com/chatd/load"
)

// pointsMax is how many points a curve over time has at most, so that the report of an
// hour is no larger than that of a minute.
const pointsMax = 150

// A series is a run over time, in bins of equal length.
type series struct {
	length float64 // seconds, more than 0
	bin    float64 // seconds
	points []point // one for each bin; some may have no second
}

// A point is one bin: the worst of its seconds, so that no freeze is averaged away.
type point struct {
	seconds       int     // seconds in it
	p50, p99, max float64 // greatest of deliver; 0 where nothing was due
	slowest       float64 // least and greatest deliveries/s of a second
	fastest       float64
	inside        float64 // least
	rss, tasks    float64 // greatest
}

func newSeries(r *load.Result) *series {
	s := &series{length: lengthOf(r), bin: 1}
	if s.length > pointsMax {
		s.bin = math.Ceil(s.length / pointsMax)
	}
	s.points = make([]point, int(math.Ceil(s.length/s.bin)))
	for i := range r.Seconds {
		at := r.Seconds[i].At
		if finite(at) && at >= 0 && at < s.length {
			s.points[min(int(at/s.bin), len(s.points)-1)].add(&r.Seconds[i], r.Elapsed)
		}
	}
	return s
}

// lengthMax is the longest run that is drawn, in seconds.
const lengthMax = 1e8

// lengthOf is how long the run's pictures are, in seconds: at least one, and to the end
// of the last second.
func lengthOf(r *load.Result) float64 {
	length := 1.0
	longer := func(v float64) {
		if finite(v) && v < lengthMax {
			length = max(length, v)
		}
	}
	longer(math.Ceil(r.Elapsed))
	for i := range r.Seconds {
		longer(math.Floor(r.Seconds[i].At) + 1)
	}
	return length
}

func (p *point) add(s *load.Second, elapsed float64) {
	p.p50 = max(p.p50, positive(s.P50))
	p.p99 = max(p.p99, positive(s.P99))
	p.max = max(p.max, positive(s.Max))
	p.rss = max(p.rss, float64(s.RSS))
	p.tasks = max(p.tasks, float64(s.Tasks))
	// The last second may be cut short: its count is no rate.
	left := elapsed - s.At
	if left > 0 && left < 0.5 {
		return
	}
	rate := max(float64(s.Delivered), 0)
	if left > 0 && left < 1 {
		rate /= left
	}
	if p.seconds == 0 {
		p.slowest, p.fastest, p.inside = rate, rate, float64(s.Inside)
	}
	p.slowest, p.fastest = min(p.slowest, rate), max(p.fastest, rate)
	p.inside = min(p.inside, float64(s.Inside))
	p.seconds++
}

func positive(v float64) float64 {
	if !finite(v) || v < 0 {
		return 0
	}
	return v
}
