package netfake

import "time"

// A Clock drives deadlines and latency. Config.Clock injects one; nil means the
// machine's own clock. It must be safe for concurrent use, and AfterFunc, Stop
// and Reset must not call back before they return: a Network calls them with a
// lock held.
type Clock interface {
	// Now is the wall time; a deadline is compared with it once, when set.
	Now() time.Time
	// Elapsed is the monotonic time since some fixed moment.
	Elapsed() time.Duration
	// AfterFunc runs f once, d of monotonic time from now, as a task of its own.
	AfterFunc(d time.Duration, f func()) Timer
}

// A Timer is what Clock.AfterFunc returns; *time.Timer is one. It is an alias of
// an unnamed interface so that a Clock written elsewhere fits without importing
// netfake.
type Timer = interface {
	// Stop prevents the timer from firing; false means it had already fired
	// or been stopped.
	Stop() bool
	// Reset makes the timer fire d from now; the result is Stop's.
	Reset(d time.Duration) bool
}

// realClock is the Clock used when none is given.
type realClock struct{ start time.Time }

func newRealClock() realClock { return realClock{start: time.Now()} }

func (c realClock) Now() time.Time         { return time.Now() }
func (c realClock) Elapsed() time.Duration { return time.Since(c.start) }
func (c realClock) AfterFunc(d time.Duration, f func()) Timer {
	return time.AfterFunc(d, f)
}
