package sim

import (
	"fmt"
	"runtime"
)

// mutex is a lock of the serial runtime.
type mutex struct {
	serial *serial
	taken  bool
}

// Lock takes the lock. Before that others may have their turn.
func (m *mutex) Lock() {
	s := m.serial
	t := s.cur
	if s.abandoning {
		return
	}
	if t != nil {
		if t.locks > 0 {
			s.fail(fmt.Sprintf("task %s takes a lock, or begins I/O, while it holds another lock", t))
		} else {
			s.before(t)
		}
		t.locks++
	}
	if m.taken {
		s.fail(fmt.Sprintf("task %v wants a lock that is never given back", t))
		if t != nil {
			t.locks--
			t.parkForever()
		}
	}
	m.taken = true
}

// Unlock gives the lock back.
func (m *mutex) Unlock() {
	m.taken = false
	if t := m.serial.cur; t != nil && t.locks > 0 {
		t.locks--
	}
}

// parkForever ends the part of a task in a world that has failed.
func (t *task) parkForever() {
	for {
		t.park()
	}
}

// cond is a condition variable of the serial runtime.
type cond struct {
	lock    *mutex
	waiters []*task
}

// Wait gives the lock back and parks until woken.
func (c *cond) Wait() {
	s := c.lock.serial
	if s.abandoning {
		runtime.Goexit()
	}
	t := s.cur
	if t == nil {
		panic("sim: the driver of the simulation would block")
	}
	if t.locks > 1 {
		s.fail(fmt.Sprintf("task %s waits while it holds another lock", t))
	}
	c.waiters = append(c.waiters, t)
	c.lock.Unlock()
	t.park()
	for c.lock.taken {
		s.fail(fmt.Sprintf("task %s wants a lock that is never given back", t))
		t.parkForever()
	}
	c.lock.taken = true
	t.locks++
}

// Signal wakes one that waits: any of them may be the one.
func (c *cond) Signal() {
	if n := len(c.waiters); n > 0 {
		s := c.lock.serial
		i := s.chance.n(n)
		s.ready = append(s.ready, c.waiters[i])
		c.waiters[i] = c.waiters[n-1]
		c.waiters = c.waiters[:n-1]
	}
}

// Broadcast wakes all that wait.
func (c *cond) Broadcast() {
	s := c.lock.serial
	s.ready = append(s.ready, c.waiters...)
	c.waiters = c.waiters[:0]
}
