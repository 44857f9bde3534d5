package chat

import (
	"cmp"
	"slices"
	"time"
)

// stopWatchdog is for a server that has no writers left.
func (o *outbox) stopWatchdog() {
	if o.watchdog != nil {
		o.watchdog.Stop()
		o.watching = false
	}
	o.spare = nil
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
		s.insist("interrupt", c.interruptWrite)
		s.insist("interrupt", c.interrupt) // the write may be over by now: then its failure ends no read
	}
}

func (c *session) interruptWrite() {
	var err error
	if !c.server.survive("interrupt", func() { err = c.conn.SetWriteDeadline(longPast) }) || err != nil {
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
			slow = append(slow, w.c)
			continue
		}
		if next == 0 || left < next {
			next = left
		}
	}
	// Which writer has whom is chance; in which order they leave must not be.
	slices.SortFunc(slow, func(a, b *session) int { return cmp.Compare(a.index, b.index) })
	for _, c := range slow {
		c.finishLocked(LeftSlow, at, nil)
	}
	if next > 0 {
		s.outbox.watch(next)
		s.outbox.watching = true
	}
	return slow
}
