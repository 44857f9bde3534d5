package chat

import "time"

// A Clock tells the server the time and wakes it up. Config.Clock injects one;
// nil means the machine's own clock. A Clock must be safe for concurrent use.
type Clock interface {
	// Now is the wall time. It is shown in lines and log records and decides
	// nothing, so a step of the wall clock reorders nothing and cuts nobody (O6).
	Now() time.Time

	// Elapsed is the monotonic time since some fixed moment. Every decision
	// (rates, timeouts, idling) is made on it.
	Elapsed() time.Duration

	// AfterFunc runs f once, d of monotonic time from now, as a task of its
	// own: it must not run f before it returns.
	AfterFunc(d time.Duration, f func()) Timer
}

// A Timer is what Clock.AfterFunc returns; *time.Timer is one. It is an alias of
// an unnamed interface so that a clock elsewhere needs no import of this package.
type Timer = interface {
	// Stop prevents the timer from firing; false means it had already fired
	// or been stopped.
	Stop() bool
	// Reset makes the timer fire d from now; the result is Stop's.
	Reset(d time.Duration) bool
}

// longPast is the deadline that wakes a blocked Read or Write at once. net/http
// does the same: a time that is past on every clock needs no clock to compare with.
var longPast = time.Unix(1, 0)

// realClock is the Clock used when Config.Clock is nil.
type realClock struct{ start time.Time }

func newRealClock() realClock { return realClock{start: time.Now()} }

func (c realClock) Now() time.Time         { return time.Now() }
func (c realClock) Elapsed() time.Duration { return time.Since(c.start) }
func (c realClock) AfterFunc(d time.Duration, f func()) Timer {
	return time.AfterFunc(d, f)
}
