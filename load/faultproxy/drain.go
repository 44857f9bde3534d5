package faultproxy

import "time"

// drain is the drainer: it hands on what is queued, as the faults allow, until
// nothing is left.
func (f *flow) drain() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.awaitLocked() {
		switch p := &f.queue[0]; p.mark {
		case finished:
			f.takeLocked(0)
			f.finishLocked()
		case broken:
			f.takeLocked(0)
			f.abortLocked()
		default:
			n := f.effects.portion(len(p.data))
			f.free = f.conn.proxy.clock.Elapsed() + f.effects.lasts(n)
			if f.writeLocked(p.data[:n]) {
				f.takeLocked(n)
			}
		}
	}
	f.draining = false
}

// awaitLocked waits until the first piece may go; false means that none will.
func (f *flow) awaitLocked() bool {
	for !f.dead && !f.broken && len(f.queue) > 0 {
		if f.busy || f.effects.hold {
			f.changed.Wait()
			continue
		}
		at := f.queue[0].due
		if f.effects.rate > 0 {
			at = max(at, f.free)
		}
		d := at - f.conn.proxy.clock.Elapsed()
		if d <= 0 {
			return true
		}
		f.sleepLocked(d)
	}
	return false
}

// sleepLocked waits for d or for a change.
func (f *flow) sleepLocked(d time.Duration) {
	timer := f.conn.proxy.afterFunc(d, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.changed.Broadcast()
	})
	defer timer.stop()
	f.changed.Wait()
}

// takeLocked removes n bytes from the front of the queue, and the piece with its last.
func (f *flow) takeLocked(n int) {
	p := &f.queue[0]
	p.data = p.data[n:]
	f.queued -= n
	if len(p.data) > 0 {
		return
	}
	*p = piece{}
	f.queue = f.queue[1:]
	if len(f.queue) == 0 {
		f.queue = nil
	}
	f.changed.Broadcast()
}

// finishLocked passes the end of the stream on.
func (f *flow) finishLocked() {
	f.ended = true // before the peer can tell: see conn.meaning
	f.mu.Unlock()
	defer f.mu.Lock()
	closeWrite(f.to)
	if f.other.hasBroken() {
		f.conn.abort()
	}
	f.conn.settle()
}

// abortLocked passes a reset on.
func (f *flow) abortLocked() {
	f.mu.Unlock()
	defer f.mu.Lock()
	f.conn.abort()
}
