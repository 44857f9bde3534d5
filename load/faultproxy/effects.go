package faultproxy

import "time"

// effects is what the faults under way do to one connection. The zero value is
// nothing.
type effects struct {
	delay time.Duration // each way
	rate  int64         // bytes a second each way; 0 means no limit
	piece int           // bytes of one write; 0 means no limit
	hold  bool          // nothing passes
	cut   bool          // the target has read the end, once for all
	reset bool          // both ends are reset, once for all
}

// add joins what one more fault does.
func (e *effects) add(f Fault) {
	switch f.Kind {
	case Latency:
		e.delay += f.Delay
	case Bandwidth:
		e.rate = smaller(e.rate, f.Rate)
	case Slice:
		e.piece = smaller(e.piece, f.Piece)
	case Blackhole:
		e.hold = true
	case HalfClose:
		e.cut = true
	case Reset:
		e.reset = true
	}
}

// smaller is the smaller limit, where 0 is none.
func smaller[T int | int64](a, b T) T {
	if a == 0 {
		return b
	}
	return min(a, b)
}

// passing says whether bytes may go straight through.
func (e *effects) passing() bool {
	return e.delay == 0 && e.rate == 0 && e.piece == 0 && !e.hold
}

// portion is how much of n bytes goes out in one write.
func (e *effects) portion(n int) int {
	if e.piece > 0 {
		n = min(n, e.piece)
	}
	if e.rate > 0 {
		n = int(min(int64(n), max(e.rate/portionsPerSecond, 1)))
	}
	return n
}

// A limited rate goes out in portions of 50 ms: small enough to look like a slow line,
// large enough to cost nothing.
const portionsPerSecond = 20

// lasts is how long n bytes take at the rate.
func (e *effects) lasts(n int) time.Duration {
	if e.rate == 0 {
		return 0
	}
	return time.Duration(float64(n) / float64(e.rate) * float64(time.Second))
}
