package netfake

import "time"

// longPast is a deadline that is past on every clock: it expires at once and
// neither asks the clock nor arms a timer.
var longPast = time.Unix(1, 0)

// deadline is one settable point in time; the lock of its owner guards it.
type deadline struct {
	expired bool
	timer   Timer
	setting uint64 // tells the timer of an earlier setting that it is too late
}

// set replaces the deadline. If t is to come it returns how far off that is, and the
// owner calls arm; else 0.
func (d *deadline) set(clock Clock, t time.Time) (in time.Duration) {
	d.stop()
	d.expired = false
	if t.IsZero() {
		return 0
	}
	if !t.After(longPast) {
		d.expired = true
		return 0
	}
	in = max(t.Sub(clock.Now()), 0)
	d.expired = in == 0
	return in
}

// arm makes expire run as a task of its own when the deadline comes; it takes the
// owner's lock and asks fire whether it still counts.
func (d *deadline) arm(clock Clock, in time.Duration, expire func(setting uint64)) {
	setting := d.setting
	d.timer = clock.AfterFunc(in, func() { expire(setting) })
}

// fire expires the deadline if setting is still the one in force.
func (d *deadline) fire(setting uint64) bool {
	if setting != d.setting {
		return false
	}
	d.expired, d.timer = true, nil
	return true
}

// stop disarms the timer, for good unless the deadline is set again.
func (d *deadline) stop() {
	d.setting++
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}
