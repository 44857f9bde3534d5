package chat

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

// next gives w the session that has been ready longest and has anything to write,
// and its batch; false means there is none. The writer owns the session first: a
// panic while gathering must find one to end.
func (o *outbox) next(w *writer) bool {
	for {
		c := o.ready.pop()
		if c == nil {
			return false
		}
		w.c, c.out = c, outWriting
		o.writing++
		if !c.closed && !c.broken {
			c.gather(&w.batch)
			if w.batch.n > 0 || w.batch.probe {
				return true
			}
		}
		o.release(w)
		o.settle(c)
	}
}

// release takes w's session back.
func (o *outbox) release(w *writer) {
	w.c = nil
	o.writing--
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
