package sim

import (
	"bytes"
	"errors"
	"sync"
	"time"

	"example.com/chatd/chat"
	"example.com/chatd/chat/netfake"
)

// A stopwatch is when the server did what with one connection. Its calls come from
// any task.
type stopwatch struct {
	mu      sync.Mutex
	writing bool
	since   time.Duration // when the write under way began
	early   time.Duration // when its task may have looked at the clock for it
	overran bool          // a write took its whole WriteTimeout: the next may be broken off for it
	admits  bool
	admit   time.Duration // when it was accepted
	shuts   bool
	shutAt  time.Duration // when its sending side was shut
	closes  bool
	lingers bool // it was closed when LingerTimeout was over
	found   []lapse
	handed  []handed // what was written, where lag is of interest
	late    bool     // a lapse of what has not come was found
	broken  bool     // the server broke off a write
}

// A lapse is a timeout that struck at the wrong moment.
type lapse struct {
	promise, what string
	at, due       time.Duration
}

func (s *stopwatch) accepted(w *world) {
	now := w.clock.Elapsed()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.admits, s.admit = true, now
}

func (s *stopwatch) writes(w *world, p []byte) {
	now := w.clock.Elapsed()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writing, s.since, s.early = true, now, time.Duration(w.calmAt.Load())
	if w.watchesLag() {
		s.hand(w, p)
	}
}

func (s *stopwatch) wrote(w *world) {
	now := w.clock.Elapsed()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writing, s.overran = false, s.overran || now >= s.early+w.opts.write()
}

// brokenOff: the server breaks off the write under way, which is to take WriteTimeout
// at most (R4). It may be over by now.
func (s *stopwatch) brokenOff(w *world) {
	now := w.clock.Elapsed()
	s.mu.Lock()
	defer s.mu.Unlock()
	due, early := s.since+w.opts.write(), s.early+w.opts.write()
	if s.writing && (now > due || now < early && !s.overran) {
		s.found = append(s.found, lapse{"R4", "its write is broken off", now, due})
	}
	s.broken = true
}

func (s *stopwatch) interrupted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken
}

func (s *stopwatch) shut(w *world) {
	now := w.clock.Elapsed()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shuts, s.shutAt = true, now
}

// closed: whoever has been sent his last line has LingerTimeout to close, unless he
// does so before, or others wait for his place (L5), or he is kicked as too slow (R4).
func (s *stopwatch) closed(w *world, conn *netfake.Conn) {
	now, p := w.clock.Elapsed(), conn.Probe()
	s.mu.Lock()
	defer s.mu.Unlock()
	due := s.shutAt + w.opts.linger()
	if s.shuts && !s.closes && now < due && !p.PeerEnded && !p.Reset && !w.halting.Load() && w.opts.MaxPending == 0 && w.opts.Kick == 0 {
		s.found = append(s.found, lapse{"L5", "its connection is closed behind its last line", now, due})
	}
	if s.shuts && !s.closes && !s.late && now > due {
		s.found = append(s.found, lapse{"L5", "its connection is closed behind its last line", now, due})
	}
	s.lingers = s.lingers || s.shuts && !s.closes && now == due
	s.closes = true
}

// overdue finds what should have been done by now. Fresh says whether the connection
// may still be at the prompt.
func (s *stopwatch) overdue(w *world, now time.Duration) (found []lapse, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.findLate(w, now)
	found, s.found = s.found, nil
	return found, s.admits && now <= s.admit+w.opts.login()
}

func (s *stopwatch) findLate(w *world, now time.Duration) {
	switch {
	case s.late:
		return
	case s.writing && now > s.since+w.opts.write():
		s.found = append(s.found, lapse{"R4", "its write goes on", now, s.since + w.opts.write()})
	case s.shuts && !s.closes && now > s.shutAt+w.opts.linger():
		s.found = append(s.found, lapse{"L5", "its connection is still open behind its last line", now, s.shutAt + w.opts.linger()})
	default:
		return
	}
	s.late = true
}

// overdue is oracle 11 whenever all is quiet and time has passed: nothing lasts longer
// than it may.
func (l *ledger) overdue(w *world) {
	now, fresh := w.clock.Elapsed(), 0
	if w.fuse.struck.Load() > 0 || l.looked == now {
		return // a clock that fails may be late
	}
	l.looked = now
	for _, c := range w.clients {
		found, maybe := c.trouble.watch.overdue(w, now)
		if maybe {
			fresh++
		}
		if c.trouble.struck.Load() > 0 {
			continue
		}
		for _, f := range found {
			w.violate(f.promise, 11, "%s: %s at %v, due is %v", c.obs.Client, f.what, f.at, f.due)
		}
	}
	if n := w.server.Stats().Pending; n > fresh {
		w.violate("L3", 11, "%d are at the prompt, %d of them have been there too long", n, n-fresh)
	}
}

// timeouts is oracle 11: a timeout strikes at the moment it is due, the idle sweep
// within its second (L3, R3). It looks at clients that read at once, and only where
// nothing stood between them and the server.
func (l *ledger) timeouts(w *world) {
	l.looked = -1
	l.overdue(w)
	l.drained(w)
	if w.opts.Hurrying > 0 || l.acceptErrors > 0 || w.fuse.struck.Load() > 0 {
		return
	}
	for _, c := range w.clients[1:] {
		if c.faulted || c.far || len(c.obs.Reads) == 0 {
			continue
		}
		at := c.obs.Reads[len(c.obs.Reads)-1].At
		switch {
		case bytes.HasSuffix(c.obs.Bytes, []byte("login timed out, goodbye\n")):
			if due := c.since + w.opts.login(); at != due {
				w.violate("L3", 11, "%s runs out of time at %v, not at %v", c.obs.Client, at, due)
			}
		case bytes.HasSuffix(c.obs.Bytes, []byte("idle for too long, goodbye\n")) && w.opts.RateMillis < 0 && c.lastLine < at:
			const sweep = time.Second
			if due := c.lastLine + w.opts.idle(); at < due || at >= due+sweep {
				w.violate("R3", 11, "%s is ended for being idle at %v, not within a second from %v", c.obs.Client, at, due)
			}
		}
	}
}

// drained: a Stop cuts those who do not read at DrainTimeout exactly, and never
// takes longer (E3).
func (l *ledger) drained(w *world) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.drains || l.calls != 1 || l.returned != 1 || w.fuse.struck.Load() > 0 {
		return
	}
	took, cut := l.stoppedAt-l.stopAt, errors.Is(l.err, chat.ErrDrainTimeout)
	if cut && took != w.opts.drain() || took > w.opts.drain() {
		w.violate("E3", 11, "the stop takes %v (cut: %v), DrainTimeout is %v", took, cut, w.opts.drain())
	}
	if cut {
		w.marks.hit(MarkDrained)
	}
}
