package chat

import (
	"runtime/debug"
	"slices"
	"time"
)

// The outbox hands sessions with something to read to the writers.
//
// A room of a thousand has a thousand sessions to write to and two cores to do it
// with. A writer task per session costs a wake-up per session and line, 1 to 3 us
// each, more than the line itself; and the sooner each wakes, the fewer lines it
// finds. So there are as many writers as can run, and one more: each takes the
// session that has waited longest, writes all it has to read in one call, and
// takes the next. While they make their round, lines gather for the sessions they
// come to last; that is all the batching there is, and it needs no timer.
//
// A write may block for as long as a client pleases (up to WriteTimeout), and then
// the writer is stuck with it. Therefore the rule that keeps everybody else going:
// while sessions are ready, there is a writer that is not in Write. Whoever is
// about to write and would break it hires another first. A stalled reader thus
// costs one parked task and delays nobody; in a healthy room the extra writer
// waits its turn behind the others and is no cost at all.
//
// The server's lock guards it.
type outbox struct {
	server  *Server
	waiting []*session // at the head, with nothing to read: one line readies them all
	ready   queue
	writers []*writer // all there are
	writing int       // how many of them are in Write
	flushed uint64    // the head up to which flush has readied everybody
	spare   []*writer // ended, with their scratch buffers, for the next hire

	watchdog Timer // bounds the longest Write; nil where there is no WriteTimeout
	watching bool
}

// spareWriters is how many ended writers are kept for reuse.
const spareWriters = 4

// flush readies everybody who waits for the line just appended. It costs nothing
// for those who are ready already, so a burst costs one wake-up per member.
func (s *Server) flush() {
	o := &s.outbox
	if o.flushed == s.room.log.head {
		return
	}
	o.flushed = s.room.log.head
	for _, c := range o.waiting {
		c.out = outReady
		o.ready.push(c)
	}
	clear(o.waiting)
	o.waiting = o.waiting[:0]
	o.hire()
}

// wake readies one session.
func (o *outbox) wake(c *session) {
	switch c.out {
	case outWaiting:
		last := o.waiting[len(o.waiting)-1]
		o.waiting[c.waiting], last.waiting = last, c.waiting
		o.waiting[len(o.waiting)-1] = nil
		o.waiting = o.waiting[:len(o.waiting)-1]
		fallthrough
	case outAside:
		c.out = outReady
		o.ready.push(c)
		o.hire()
	}
}

// hire keeps the rule: while sessions are ready, a writer is not in Write.
func (o *outbox) hire() {
	if o.ready.len() == 0 || o.writing < len(o.writers) {
		return
	}
	var w *writer
	if n := len(o.spare); n > 0 {
		w, o.spare = o.spare[n-1], o.spare[:n-1]
	} else {
		w = &writer{server: o.server}
		w.run = w.loop
	}
	o.writers = append(o.writers, w)
	o.server.runtime.Go("writer", w.run)
}

// next takes the session that has been ready longest and has anything to write.
func (o *outbox) next(b *batch) *session {
	for {
		c := o.ready.pop()
		if c == nil {
			return nil
		}
		if !c.closed {
			c.gather(b)
			if b.n > 0 || b.probe {
				c.out = outWriting
				return c
			}
		}
		o.settle(c)
	}
}

// settle puts a session whose write is over where it belongs now.
func (o *outbox) settle(c *session) {
	switch {
	case c.closed || c.broken:
		c.out = outDone
		c.signal()
	case c.pending():
		c.out = outReady
		o.ready.push(c)
	case c.state == stateDisconnecting:
		c.out = outDone
		c.signal()
	case c.joined && c.hold == openEnd:
		c.out = outWaiting
		c.waiting = len(o.waiting)
		o.waiting = append(o.waiting, c)
	default:
		c.out = outAside
	}
}

// stopWatchdog is for a server that has no writers left.
func (o *outbox) stopWatchdog() {
	if o.watchdog != nil {
		o.watchdog.Stop()
		o.watching = false
	}
	o.spare = nil
}

// A writer is one task that writes to one session after another.
type writer struct {
	server *Server
	run    func() // loop, bound once: starting a writer allocates nothing

	// The lock guards these; while c is not nil the writer owns its batch.
	c     *session
	since time.Duration // when the write began

	batch   batch
	scratch []byte
}

func (w *writer) loop() {
	for w.step() {
	}
}

// step writes one batch; false means there is nothing left to do. A panic in a
// connection ends its session (E5) and not the writer.
func (w *writer) step() (more bool) {
	defer func() {
		if v := recover(); v != nil {
			more = w.panicked(v)
		}
	}()
	now := time.Duration(0)
	if w.server.cfg.WriteTimeout > 0 {
		now = w.server.clock.Elapsed()
	}
	if !w.take(now) {
		return false
	}
	text, passed := w.batch.bytes(&w.scratch)
	var err error
	if len(text) > 0 || w.batch.probe {
		_, err = w.c.conn.Write(text)
	}
	if broken := w.wrote(len(text), passed, err); broken != nil {
		broken.cut()
	}
	return true
}

// take finds the next session and its batch, or ends the writer.
func (w *writer) take(now time.Duration) bool {
	s, o := w.server, &w.server.outbox
	s.lock.Lock()
	defer s.lock.Unlock()
	w.c = o.next(&w.batch)
	if w.c == nil {
		w.batch.reset(0) // pin no chunk
		i := slices.Index(o.writers, w)
		o.writers = slices.Delete(o.writers, i, i+1)
		if len(o.spare) < spareWriters {
			o.spare = append(o.spare, w)
		}
		s.idle.Broadcast()
		return false
	}
	w.since = now
	o.writing++
	o.hire()
	if s.cfg.WriteTimeout > 0 && !o.watching {
		o.watch(s.cfg.WriteTimeout)
		o.watching = true // after: the clock may panic (E5)
	}
	return true
}

// wrote settles a write. It returns the session if its connection has failed and is
// to be cut.
func (w *writer) wrote(n int, passed uint64, err error) (broken *session) {
	s := w.server
	at := time.Time{}
	if err != nil {
		at = s.nowOrZero()
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	c := w.c
	w.c = nil
	s.outbox.writing--
	c.passed += passed
	if err == nil {
		s.stats.Bytes += uint64(n)
		s.stats.Deliveries += w.batch.lines - passed
	} else {
		// Nothing more can be written; whoever ended the session first said why.
		c.broken = true
		c.finishLocked(LeftLost, at, nil)
		broken = c
	}
	s.outbox.settle(c)
	return broken
}

// panicked ends the session the writer was at, if any.
func (w *writer) panicked(v any) (more bool) {
	s := w.server
	s.panicked("writer", v, debug.Stack())
	if c := w.drop(s.nowOrZero()); c != nil {
		c.cut()
	}
	return true
}

// drop gives up the session the writer has, and returns it.
func (w *writer) drop(at time.Time) *session {
	s := w.server
	s.lock.Lock()
	defer s.lock.Unlock()
	c := w.c
	if c == nil {
		return nil
	}
	w.c = nil
	s.outbox.writing--
	c.broken = true
	c.finishLocked(LeftError, at, nil)
	s.outbox.settle(c)
	return c
}

// watch sets the watchdog. One timer serves all writers: all have the same time.
func (o *outbox) watch(d time.Duration) {
	if o.watchdog == nil {
		o.watchdog = o.server.afterFunc(d, o.server.watchWriters)
		return
	}
	o.watchdog.Reset(d)
}

// watchWriters disconnects whoever takes longer than WriteTimeout for one write
// (R4), and looks again when the next may be due. Setting a deadline for each
// write would cost 178 ns of every one.
func (s *Server) watchWriters() {
	s.unwatch() // first: whatever goes wrong below, the next write watches again
	at, now := s.clock.Now(), s.clock.Elapsed()
	for _, c := range s.slowWriters(at, now) {
		c.interruptWrite()
		c.interrupt() // the write may be over by now: then its failure ends no read
	}
}

func (c *session) interruptWrite() {
	if !c.server.survive("interrupt", func() { _ = c.conn.SetWriteDeadline(longPast) }) {
		c.cut()
	}
}

func (s *Server) unwatch() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.outbox.watching = false
}

func (s *Server) slowWriters(at time.Time, now time.Duration) (slow []*session) {
	s.lock.Lock()
	defer s.lock.Unlock()
	next := time.Duration(0)
	for _, w := range s.outbox.writers {
		if w.c == nil {
			continue
		}
		left := w.since + s.cfg.WriteTimeout - now
		if left <= 0 {
			w.c.finishLocked(LeftSlow, at, nil)
			slow = append(slow, w.c)
			continue
		}
		if next == 0 || left < next {
			next = left
		}
	}
	if next > 0 {
		s.outbox.watch(next)
		s.outbox.watching = true
	}
	return slow
}

// A queue is a first-in first-out queue of sessions; none is in it twice.
type queue struct {
	items []*session
	first int
}

func (q *queue) len() int { return len(q.items) - q.first }

func (q *queue) push(c *session) {
	if q.first > len(q.items)/2 {
		n := copy(q.items, q.items[q.first:])
		clear(q.items[n:])
		q.items, q.first = q.items[:n], 0
	}
	q.items = append(q.items, c)
}

func (q *queue) pop() *session {
	if q.len() == 0 {
		return nil
	}
	c := q.items[q.first]
	q.items[q.first] = nil
	if q.first++; q.len() == 0 {
		q.items, q.first = q.items[:0], 0
	}
	return c
}
