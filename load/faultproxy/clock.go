package faultproxy

import "time"

// A Clock says when. Config.Clock injects one; nil means the machine's own. It must
// be safe for concurrent use, and AfterFunc must not run f before it returns.
type Clock interface {
	// Elapsed is the monotonic time since some fixed moment.
	Elapsed() time.Duration
	// AfterFunc runs f once, d from now, as a task of its own.
	AfterFunc(d time.Duration, f func()) Timer
}

// A Timer is what Clock.AfterFunc returns; *time.Timer is one. It is an alias of an
// unnamed interface so that a clock elsewhere needs no import of this package.
type Timer = interface {
	// Stop prevents the timer from firing; false means it had already fired or been
	// stopped.
	Stop() bool
	// Reset makes the timer fire d from now; the result is Stop's.
	Reset(d time.Duration) bool
}

type realClock struct{ start time.Time }

func (c realClock) Elapsed() time.Duration                    { return time.Since(c.start) }
func (c realClock) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }

// A wait is a timer whose function Close awaits.
type wait struct {
	proxy *Proxy
	timer Timer
}

// afterFunc is Clock.AfterFunc with the task counted. The caller is a task itself, or
// holds proxy.mu and has seen that the proxy is open: nobody is counted in behind Close.
func (p *Proxy) afterFunc(d time.Duration, f func()) wait {
	p.tasks.Add(1)
	return wait{p, p.clock.AfterFunc(d, func() {
		defer p.tasks.Done()
		f()
	})}
}

// stop may be called once, also after the timer has fired.
func (w wait) stop() {
	if w.timer.Stop() {
		w.proxy.tasks.Done()
	}
}
