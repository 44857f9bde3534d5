package netfake

import (
	"iter"
	"sync"
)

// serialRuntime runs one task at a time, each a coroutine. A task gives the turn
// back at every Lock and in Wait. The driver is whoever calls turn.
type serialRuntime struct {
	running *serialTask // nil: the driver has the turn
	ready   []*serialTask
}

type serialTask struct {
	resume func() (struct{}, bool)
	yield  func(struct{}) bool
}

func (r *serialRuntime) Go(_ string, f func()) {
	t := new(serialTask)
	t.resume, _ = iter.Pull(func(yield func(struct{}) bool) {
		t.yield = yield
		f()
	})
	r.ready = append(r.ready, t)
}

// turn lets the task that has waited longest run to its next switch; false means
// that all are parked.
func (r *serialRuntime) turn() bool {
	if len(r.ready) == 0 {
		return false
	}
	r.running, r.ready = r.ready[0], r.ready[1:]
	r.running.resume()
	r.running = nil
	return true
}

func (r *serialRuntime) park() { r.running.yield(struct{}{}) }

func (r *serialRuntime) NewMutex() sync.Locker      { return &serialMutex{r: r} }
func (r *serialRuntime) NewCond(l sync.Locker) Cond { return &serialCond{r: r, l: l.(*serialMutex)} }

// serialMutex is never found taken: no task gives the turn away while it has one.
type serialMutex struct {
	r     *serialRuntime
	taken bool
}

func (m *serialMutex) Lock() {
	if m.r.running != nil {
		m.r.ready = append(m.r.ready, m.r.running)
		m.r.park()
	}
	m.take()
}

func (m *serialMutex) take() {
	if m.taken {
		panic("a task was switched while it held a lock")
	}
	m.taken = true
}

func (m *serialMutex) Unlock() { m.taken = false }

type serialCond struct {
	r       *serialRuntime
	l       *serialMutex
	waiting []*serialTask
}

func (c *serialCond) Wait() {
	if c.r.running == nil {
		panic("the driver would park")
	}
	c.waiting = append(c.waiting, c.r.running)
	c.l.Unlock()
	c.r.park()
	c.l.take()
}

func (c *serialCond) Signal() {
	if len(c.waiting) > 0 {
		c.r.ready = append(c.r.ready, c.waiting[0])
		c.waiting = c.waiting[1:]
	}
}

func (c *serialCond) Broadcast() {
	c.r.ready = append(c.r.ready, c.waiting...)
	c.waiting = nil
}
