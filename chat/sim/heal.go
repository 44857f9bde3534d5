package sim

import (
	"bytes"
	"time"

	"example.com/chatd/chat/check"
)

// heal is the calm at the end of every run: all faults end, everybody reads, time
// passes until all that was sent can have been carried out (oracle 16).
func (w *world) heal() {
	w.nextStep()
	w.engine.begin(w.stepNo, uint32(w.opts.Seed)+1)
	w.fuse.takeOut()
	w.healNet()
	for _, c := range w.clients {
		c.dribbles = false
		c.push(len(c.out))
		w.settleApart()
	}
	w.pass(max(w.clogged-w.clock.Elapsed(), 0)) // what waits for room is not on its way yet
	w.land()
	for _, c := range w.clients {
		// It may all come only now: what was held or is far on its way, and the lines of
		// those who did not read, which wait behind their unread answers (R4).
		late := c.late || c.far || c.mode != readsAll
		c.mode = readsAll
		if c.commanded {
			c.release()
		}
		if interval, _ := w.opts.rate(); late && interval > 0 {
			c.full = w.clock.Elapsed() + time.Duration(len(c.obs.Sent))*interval
		}
		w.settleApart()
	}
	w.quiet()
	w.catchUp()
	w.reclaim()
	if w.stopping {
		return
	}
	for _, c := range w.clients[1:] {
		c.obs.KeepsUp = !c.gone
		whole := c.obs.End == check.Open || c.obs.End == check.EOF && c.obs.HalfClosed && !c.faulted
		c.obs.Processed = whole && !c.ended && len(c.out) == 0 && !c.idledOut()
	}
}

// idledOut says whether the client was ended for idling, by what it read last. What it
// sent may have been on its way then: the server is right, and so is the client.
func (c *client) idledOut() bool {
	return bytes.HasSuffix(c.obs.Bytes, []byte("idle for too long, goodbye\n"))
}

// catchUp lets the time pass that the rate limit and the listener's pauses take.
func (w *world) catchUp() {
	until := w.clock.Elapsed() + 2*time.Second
	for _, c := range w.clients {
		if !c.gone {
			until = max(until, c.behind()+time.Second)
		}
	}
	w.pass(until - w.clock.Elapsed())
}

// reclaim asks for names that nobody should have any more (N4).
func (w *world) reclaim() {
	tried := 0
	for _, gone := range w.clients[1:] {
		if !gone.gone || gone.name == "" || tried == 2 || w.stopping {
			continue
		}
		tried++
		w.nextStep()
		if c := w.connect("10.0.2.1"); c != nil {
			c.ask(gone.name)
		}
		w.quiet()
	}
}

// stopMax is how long a stop may take when somebody does not read: DrainTimeout,
// and what the log handler is given.
func (w *world) stopMax() time.Duration { return w.opts.drain() + time.Second }

// end stops the server, if it has not been stopped, and waits for it (E3).
func (w *world) end() {
	w.nextStep()
	w.engine.begin(w.stepNo, uint32(w.opts.Seed)+2)
	if w.broken() {
		return
	}
	w.stop(false)
	w.quiet()
	limit := w.clock.Elapsed() + w.stopMax()
	for !w.stopped && !w.broken() {
		due, ok := w.clock.next()
		if w.ending != nil && (!ok || due > limit) {
			w.cancel()
			w.ending = nil
			w.quiet()
			continue
		}
		if !ok {
			w.violate("E3", 13, "the stop waits for something that never comes")
			return
		}
		if due > limit {
			w.violate("E3", 13, "the stop takes longer than %v", w.stopMax())
			return
		}
		w.fire(due)
		w.quiet()
	}
	w.deliver()
}

// deliver lets what is still on its way arrive.
func (w *world) deliver() {
	const most = 100_000
	for range most {
		due, ok := w.clock.next()
		if !ok || w.clock.pending() > 0 || w.broken() {
			return
		}
		w.fire(due)
		w.quiet()
	}
}
