package netfake

import (
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// gate is where the calls of one kind (reads, writes or accepts) wait: one call
// has its turn, as on a real connection, and the others queue behind it. The lock
// that its Cond belongs to guards it.
type gate struct {
	deadline deadline
	net      *Network
	lock     sync.Locker
	cond     Cond // made when first waited on
	busy     bool // a call has its turn
	wakes    atomic.Uint64
	waiting  int // calls inside Wait, the one that has its turn included
}

func (g *gate) init(n *Network, lock sync.Locker) { g.net, g.lock = n, lock }

// wait parks the caller until something may have changed.
func (g *gate) wait() {
	if g.cond == nil {
		g.cond = g.net.runtime.NewCond(g.lock)
	}
	g.waiting++
	g.cond.Wait()
	g.waiting--
}

// wake makes every waiting call look again.
func (g *gate) wake() {
	g.wakes.Add(1)
	if g.waiting > 0 {
		g.cond.Broadcast()
	}
}

// enter waits for the caller's turn; false means that stop came first.
func (g *gate) enter(stop *bool) bool {
	for g.busy && !*stop {
		g.wait()
	}
	if *stop {
		return false
	}
	g.busy = true
	return true
}

// leave ends the caller's turn.
func (g *gate) leave() {
	g.busy = false
	g.wake()
}

// err returns os.ErrDeadlineExceeded once the deadline has passed.
func (g *gate) err() error {
	if g.deadline.expired {
		return os.ErrDeadlineExceeded
	}
	return nil
}

// close ends the deadline and wakes every waiting call.
func (g *gate) close() {
	g.deadline.stop()
	g.wake()
}

// setDeadline replaces the deadline and wakes whoever it concerns. It is called
// with the lock held, and the timer takes that when it fires.
func (g *gate) setDeadline(t time.Time) {
	if in := g.deadline.set(g.net.clock, t); in > 0 {
		g.deadline.arm(g.net.clock, in, g.expire)
	}
	if g.deadline.expired {
		g.wake()
	}
}

// expire is called by the deadline's timer.
func (g *gate) expire(setting uint64) {
	g.lock.Lock()
	defer g.lock.Unlock()
	if g.deadline.fire(setting) {
		g.wake()
	}
}
