package sim

import (
	"errors"
	"sync"
	"time"

	"example.com/chatd/chat"
	"example.com/chatd/chat/check"
)

// A ledger is what the world itself knows of what it did, for the oracles that
// what clients sent and read cannot tell: 10 to 12, 14, 15, 17 and 18.
type ledger struct {
	stopAt       time.Duration // when the first call to stop began
	atOnce       bool
	drains       bool // that was a Stop
	cancelled    bool // the context of a Shutdown has ended
	acceptErrors int
	calm         []int         // steps at whose end all was quiet, ascending
	observed     []timed       // see world.observed
	order        []check.Line  // see world.order
	looked       time.Duration // when overdue did last

	mu              sync.Mutex    // guards what follows
	calls, returned int           // of the ways to stop
	stoppedAt       time.Duration // when the last returned
	err             error         // what the first to return returned, if it was an error
}

// stopping notes that a call to stop begins.
func (l *ledger) stopping() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
}

// hasStopped notes that one has returned; it reports whether it was the last.
func (l *ledger) hasStopped(err error, at time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.returned++
	l.stoppedAt = at
	if l.err == nil {
		l.err = err
	}
	return l.returned == l.calls
}

// over says whether all calls to stop have returned.
func (l *ledger) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls > 0 && l.returned == l.calls
}

// check is done whenever all is quiet.
func (l *ledger) check(w *world) {
	l.bounds(w)
	l.overdue(w)
	if w.stepNo%16 == 0 {
		l.bytes(w)
	}
}

// bytes is oracle 15: every byte written is delivered, on its way, or lost to a
// fault with a name.
func (l *ledger) bytes(w *world) {
	for _, c := range w.clients {
		for _, p := range []struct {
			end string
			ok  bool
		}{{"client", c.conn.Probe().Sent.Balanced()}, {"server", c.conn.Peer().Probe().Sent.Balanced()}} {
			if !p.ok {
				w.violate("M3", 15, "bytes that the %s's end of %s wrote are unaccounted for", p.end, c.obs.Client)
			}
		}
	}
}

// bounds is oracle 10: tasks and bytes are bounded by the configuration (R5).
func (l *ledger) bounds(w *world) {
	st := w.server.Stats()
	if most := w.opts.transcriptBytes(); st.Transcript > most {
		w.violate("R5", 10, "the transcript takes %d bytes, %d are allowed", st.Transcript, most)
	}
	conns := st.Active + st.Pending + st.Closing
	if n := w.engine.tasks(); n > 2*conns+6 {
		w.violate("R5", 10, "%d tasks for %d connections", n, conns)
	}
	if most := w.opts.MaxClients; most > 0 && st.Active > most {
		w.violate("L5", 10, "%d clients are inside, %d are allowed", st.Active, most)
	}
	if most := w.opts.MaxPending; most > 0 && st.Pending > most {
		w.violate("L3", 10, "%d connections are at the prompt, %d are allowed", st.Pending, most)
	}
}

// final is done when the server has stopped.
func (l *ledger) final(w *world) {
	l.bytes(w)
	l.leftovers(w)
	l.stats(w)
	l.timeouts(w)
	l.lag(w)
}

// leftovers is oracle 14: after Stop nothing of the server is left (E4).
func (l *ledger) leftovers(w *world) {
	if n := w.engine.tasks(); n > 0 {
		w.violate("E4", 14, "%d tasks are left after the stop", n)
	}
	if n := w.clock.pending(); n > 0 {
		w.violate("E4", 14, "%d timers are left after the stop", n)
	}
	for _, c := range w.clients {
		if !c.conn.Peer().Probe().Closed {
			w.violate("E4", 14, "the server's end of %s's connection is left open", c.obs.Client)
		}
	}
	for _, d := range w.doors {
		fine := errors.Is(d.err, chat.ErrServerClosed) || d.fails != nil && errors.Is(d.err, d.fails)
		if !d.served || !fine {
			w.violate("E6", 12, "Serve returned %v", d.err)
		}
	}
	if err := l.err; err != nil && !errors.Is(err, chat.ErrDrainTimeout) && !(l.cancelled && errors.Is(err, errEnded)) {
		w.violate("E3", 13, "the stop returned %v", err)
	}
}

// stats is oracle 18: the counters say what happened.
func (l *ledger) stats(w *world) {
	st := w.server.Stats()
	if st.Active != 0 || st.Pending != 0 || st.Closing != 0 || st.Writers != 0 {
		w.violate("O2", 18, "after the stop there are %d inside, %d pending, %d closing, %d writers", st.Active, st.Pending, st.Closing, st.Writers)
	}
	struck := int(w.fuse.struck.Load())
	for _, c := range w.clients {
		struck += int(c.trouble.struck.Load())
	}
	if int(st.Panics) != struck {
		w.violate("E5", 17, "%d panics were recovered, %d were caused", st.Panics, struck)
	}
	if n := int(st.Ended[chat.LeftError] + st.Ended[chat.RefusedError]); n > struck {
		w.violate("E5", 17, "%d sessions were ended by a panic, %d were caused", n, struck)
	}
	if int(st.AcceptFails) > l.acceptErrors {
		w.violate("E6", 18, "%d accept errors are counted, there were %d", st.AcceptFails, l.acceptErrors)
	}
	var joins, renames, messages, leaves uint64
	for _, line := range w.order() {
		switch line.Kind {
		case check.Join:
			joins++
		case check.Rename:
			renames++
		case check.Say, check.Me:
			messages++
		case check.Leave:
			leaves++
		}
	}
	if l.atOnce || w.unobserved {
		return // the observer was cut
	}
	counted := uint64(0)
	for _, r := range chat.Reasons() {
		if !r.Refused() && r != chat.LeftStop {
			counted += st.Ended[r]
		}
	}
	// A panic before the name counts as an error too, and has no leave line.
	if st.Joins != joins || st.Renames != renames || st.Messages != messages || counted < leaves || counted > leaves+uint64(struck) {
		w.violate("O2", 18, "counted are %d joins, %d renames, %d messages, %d leaves; read were %d, %d, %d, %d",
			st.Joins, st.Renames, st.Messages, counted, joins, renames, messages, leaves)
	}
}
