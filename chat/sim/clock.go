package sim

import (
	"sync"
	"sync/atomic"
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
	elapsed atomic.Int64 // a time.Duration; changed with the lock held
	step    atomic.Int64 // of the wall clock alone, likewise
	armed   []*timer     // a heap, the next due first
	armings uint64
	spare   []timer // made together: the next timers are in it
}

// timersMade is how many timers are made at a time.
const timersMade = 32

// timer makes a timer and arms it.
func (c *clock) timer(d time.Duration, f func(), server bool) *timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.spare) == 0 {
		c.spare = make([]timer, timersMade)
	}
	t := &c.spare[0]
	c.spare = c.spare[1:]
	t.clock, t.f, t.server = c, f, server
	c.arm(t, d)
	return t
}

func newClock(spawn func(string, func())) *clock {
	return &clock{spawn: spawn, start: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)}
}

// Now implements chat.Clock.
func (c *clock) Now() time.Time {
	return c.start.Add(time.Duration(c.elapsed.Load() + c.step.Load()))
}

// Elapsed implements chat.Clock.
func (c *clock) Elapsed() time.Duration {
	return time.Duration(c.elapsed.Load())
}

// AfterFunc implements chat.Clock.
func (c *clock) AfterFunc(d time.Duration, f func()) chatTimer {
	return c.timer(d, f, false)
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
	c.advance(t.due)
	c.mu.Unlock()
	c.spawn("timer", t.f)
	return true
}

// set moves on to a time by which no timer is due.
func (c *clock) set(now time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance(now)
}

// advance moves on, never back; the lock is held.
func (c *clock) advance(to time.Duration) {
	c.elapsed.Store(max(c.elapsed.Load(), int64(to)))
}

// stepWall moves the wall clock alone.
func (c *clock) stepWall(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.step.Add(int64(d))
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
	return c.timer(d, f, true)
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
	c.arm(t, d)
	return was
}

// arm puts a timer that is not armed into the heap; the lock is held.
func (c *clock) arm(t *timer, d time.Duration) {
	c.armings++
	t.due, t.key, t.index = c.Elapsed()+max(d, 0), c.armings, len(c.armed)
	c.armed = append(c.armed, t)
	c.up(t.index)
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
