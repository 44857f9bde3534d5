package chat

import (
	"runtime/debug"
	"slices"
	"time"
)

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
	switch {
	case len(text) > 0:
		_, err = w.c.conn.Write(text)
	case w.batch.probe:
		// TLS makes no record of nothing: ask the connection below.
		_, err = inner(w.c.conn).Write(nil)
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
	if !o.next(w) {
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
	if err != nil {
		c.stopTimer() // it may panic, and then the writer must still have the session (E5)
	}
	s.outbox.release(w)
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
	s.outbox.release(w)
	c.broken = true
	c.finishLocked(LeftError, at, nil)
	s.outbox.settle(c)
	return c
}
