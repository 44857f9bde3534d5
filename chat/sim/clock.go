package sim

import (
	"sync"
	"time"
)

// clock is the time of a world: it stands still until the world moves it on, and
// timers of one instant go off in the order in which they were armed. Its lock is a
// sync.Mutex in every runtime: it is held for a few instructions, so that a lock of
// the world may be held around it.
type clock struct {
	spawn func(name string, f func())

	mu      sync.Mutex
	start   time.Time
	elapsed time.Duration
	step    time.Duration // of the wall clock alone
	armed   []*timer      // a heap, the next due first
	armings uint64
}

func newClock(spawn func(string, func())) *clock {
	return &clock{spawn: spawn, start: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)}
}

// Now implements chat.Clock.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.start.Add(c.elapsed + c.step)
}

// Elapsed implements chat.Clock.
func (c *clock) Elapsed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.elapsed
}

// AfterFunc implements chat.Clock.
func (c *clock) AfterFunc(d time.Duration, f func()) chatTimer {
	t := &timer{clock: c, f: f, index: -1}
	t.Reset(d)
	return t
}

type chatTimer = interface {
	Stop() bool
	Reset(time.Duration) bool
}

// next returns when the next timer is due; false means that none is armed.
func (c *clock) next() (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.armed) == 0 {
		return 0, false
	}
	return c.armed[0].due, true
}

// fire moves on to the next timer that is due by end and starts its function.
func (c *clock) fire(end time.Duration) bool {
	c.mu.Lock()
	if len(c.armed) == 0 || c.armed[0].due > end {
		c.mu.Unlock()
		return false
	}
	t := c.armed[0]
	c.remove(0)
	c.elapsed = max(c.elapsed, t.due)
	c.mu.Unlock()
	c.spawn("timer", t.f)
	return true
}

// set moves on to a time by which no timer is due.
func (c *clock) set(now time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.elapsed = max(c.elapsed, now)
}

// stepWall moves the wall clock alone.
func (c *clock) stepWall(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.step += d
}

// pending counts the armed timers of the server's.
func (c *clock) pending() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.armed {
		if t.server {
			n++
		}
	}
	return n
}

// serverClock is the clock as the server has it: its timers are told from the
// network's.
type serverClock struct{ *clock }

// AfterFunc implements chat.Clock.
func (c serverClock) AfterFunc(d time.Duration, f func()) chatTimer {
	t := &timer{clock: c.clock, f: f, index: -1, server: true}
	t.Reset(d)
	return t
}

// timer is a chat.Timer of a clock, whose lock guards it.
type timer struct {
	clock  *clock
	f      func()
	server bool
	due    time.Duration
	key    uint64 // breaks ties
	index  int    // in clock.armed; -1: not armed
}

// Stop implements chat.Timer.
func (t *timer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	if t.index < 0 {
		return false
	}
	t.clock.remove(t.index)
	return true
}

// Reset implements chat.Timer.
func (t *timer) Reset(d time.Duration) bool {
	c := t.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	was := t.index >= 0
	if was {
		c.remove(t.index)
	}
	c.armings++
	t.due, t.key, t.index = c.elapsed+max(d, 0), c.armings, len(c.armed)
	c.armed = append(c.armed, t)
	c.up(t.index)
	return was
}

func (t *timer) before(u *timer) bool {
	return t.due < u.due || t.due == u.due && t.key < u.key
}

func (c *clock) swap(i, j int) {
	a := c.armed
	a[i], a[j] = a[j], a[i]
	a[i].index, a[j].index = i, j
}

func (c *clock) up(i int) {
	for i > 0 && c.armed[i].before(c.armed[(i-1)/2]) {
		c.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (c *clock) down(i int) {
	for {
		least := i
		for _, k := range [2]int{2*i + 1, 2*i + 2} {
			if k < len(c.armed) && c.armed[k].before(c.armed[least]) {
				least = k
			}
		}
		if least == i {
			return
		}
		c.swap(i, least)
		i = least
	}
}

func (c *clock) remove(i int) {
	last := len(c.armed) - 1
	c.armed[i].index = -1
	if i != last {
		moved := c.armed[last]
		c.armed[i], moved.index = moved, i
	}
	c.armed[last] = nil
	c.armed = c.armed[:last]
	if i < last {
		c.down(i)
		c.up(i)
	}
}
