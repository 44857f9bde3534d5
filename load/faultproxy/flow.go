package faultproxy

import (
	"bytes"
	"net"
	"sync"
	"time"
)

// flow is one direction of a connection. Its reader reads and, while nothing is
// broken, writes. While a fault acts the reader queues what it reads, and a drainer,
// which lives as long as the queue, writes.
type flow struct {
	// Immutable.
	conn     *conn
	other    *flow
	from, to net.Conn

	mu       sync.Mutex // guards what follows; never held across I/O
	changed  sync.Cond  // something of it did
	effects  effects
	queue    []piece       // in order
	queued   int           // bytes
	free     time.Duration // when a limited rate lets the next byte go, on the clock
	busy     bool          // the reader is in Write, the drainer must wait
	draining bool          // there is a drainer
	severed  bool          // halfclose: what is still read is thrown away
	ended    bool          // the peer is being told the end
	broken   bool          // a Write failed
	dead     bool          // the connection is being closed
}

// A piece is what one Read returned, or the stream's end.
type piece struct {
	data []byte
	due  time.Duration // on the clock
	mark mark
}

type mark uint8

const (
	goesOn   mark = iota
	finished      // the end of the stream
	broken        // a reset
)

// What may be under way while latency acts; the package documentation names both.
// Otherwise one piece waits.
const (
	queuedMax = 1 << 20 // bytes
	piecesMax = 4096
)

func (f *flow) init(c *conn, other *flow, from, to net.Conn) {
	f.conn, f.other, f.from, f.to = c, other, from, to
	f.changed.L = &f.mu
}

// read is the reader: it forwards until the stream ends.
func (f *flow) read() {
	defer f.conn.proxy.tasks.Done()
	defer f.conn.stopped()
	var buf readBuffer
	defer buf.free()
	for {
		n, err := f.from.Read(buf.next())
		if n > 0 && !f.pass(buf.read(n)) {
			return
		}
		if err != nil {
			f.end(f.conn.meaning(f, err))
			return
		}
	}
}

// pass hands p on, or queues it and waits until there is room for more. False means
// that there is no point in reading on.
func (f *flow) pass(p []byte) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.severed:
		return !f.dead
	case f.dead || f.broken:
		return false
	case f.effects.passing() && !f.draining:
		return f.writeLocked(p)
	}
	f.pushLocked(piece{data: bytes.Clone(p)})
	for !f.dead && !f.broken && !f.roomLocked() {
		f.changed.Wait()
	}
	return !f.dead && !f.broken
}

// writeLocked writes with the lock released meanwhile.
func (f *flow) writeLocked(p []byte) bool {
	f.busy = true
	f.mu.Unlock()
	_, err := f.to.Write(p)
	if err != nil {
		f.breakOff()
	}
	f.mu.Lock()
	f.busy = false
	f.changed.Broadcast()
	return err == nil
}

// breakOff follows a failed Write: the receiver is gone or takes no more. What it had
// sent before may still be on its way the other direction; the end of that, a reset
// by then, ends the connection. If the other direction has ended, nothing is left.
func (f *flow) breakOff() {
	f.mu.Lock()
	f.broken = true
	f.changed.Broadcast()
	f.mu.Unlock()
	if f.other.hasEnded() {
		f.conn.abort()
	}
}

// end queues the end of the stream. Where sever has queued one, or does so later, the
// second does nothing.
func (f *flow) end(m mark) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pushLocked(piece{mark: m})
}

// sever ends the stream behind what is queued, while the sender goes on.
func (f *flow) sever() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.severed || f.dead {
		return
	}
	f.severed = true
	f.pushLocked(piece{mark: finished})
}

// pushLocked queues a piece and sees that there is a drainer. Its caller is a task, or
// the connection's readers are counted in already: see Proxy.afterFunc.
func (f *flow) pushLocked(p piece) {
	p.due = f.conn.proxy.clock.Elapsed() + f.effects.delay
	f.queue = append(f.queue, p)
	f.queued += len(p.data)
	f.changed.Broadcast()
	if !f.draining {
		f.draining = true
		f.conn.proxy.tasks.Go(f.drain)
	}
}

// roomLocked says whether the reader may read on.
func (f *flow) roomLocked() bool {
	if f.effects.delay > 0 && !f.effects.hold {
		return f.queued < queuedMax && len(f.queue) < piecesMax
	}
	return len(f.queue) == 0
}

// set changes what the faults do.
func (f *flow) set(e effects) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.effects = e
	f.changed.Broadcast()
}

// kill makes everybody who waits for the flow give up.
func (f *flow) kill() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dead = true
	f.changed.Broadcast()
}

func (f *flow) hasEnded() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ended
}

func (f *flow) hasBroken() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.broken
}
