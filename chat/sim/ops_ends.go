package sim

import (
	"slices"
	"strings"
	"syscall"
	"time"

	"example.com/chatd/chat/check"
)

// The operations of clients that read badly, that go, and of things that break.

func (w *world) stallOp(op Op) {
	if c := w.pick(op.A, (*client).active); c != nil {
		c.readBadly(readsNone)
	}
}

func (w *world) slowOp(op Op) {
	if c := w.pick(op.A, (*client).active); c != nil {
		c.readBadly(readsSlow)
	}
}

// readBadly: from now on the server may find it too slow.
func (c *client) readBadly(how readMode) {
	c.mode = how
	c.faulted = true
	c.obs.MayReset = true
	c.cause("too slow")
}

func (w *world) readOp(op Op) {
	if c := w.pick(op.A, func(c *client) bool { return c.active() && c.mode == readsSlow }); c != nil {
		c.read(1 + modulo(op.B*op.C, 300))
	}
}

func (w *world) resumeOp(op Op) {
	if c := w.pick(op.A, func(c *client) bool { return c.active() && c.mode != readsAll }); c != nil {
		c.mode = readsAll
	}
}

func (w *world) shutOp(op Op) {
	if c := w.pick(op.A, (*client).sends); c != nil {
		c.halfClose()
	}
}

// halfClose ends its input. What it typed last counts as a line (W1).
func (c *client) halfClose() {
	c.endInput()
	_ = c.conn.Hand().CloseWrite()
	c.shut = true
	c.obs.HalfClosed = true
	c.cause("")
}

// endInput sends what is typed. The beginning of a line counts as a line.
func (c *client) endInput() {
	c.dribbles = false
	c.push(len(c.out))
	if c.half != "" {
		c.typed = append(c.typed, typed{c.taken + len(c.out), check.Sent{Line: c.half}})
		c.half = ""
		c.flushTyped()
	}
}

// flushTyped writes down lines that end where nothing is left to be sent.
func (c *client) flushTyped() {
	if len(c.out) > 0 {
		return
	}
	for _, t := range c.typed {
		t.sent.Step, t.sent.At = c.world.stepNo, c.world.clock.Elapsed()
		c.obs.Sent = append(c.obs.Sent, t.sent)
		c.spend(t.sent.At)
	}
	c.typed = nil
}

func (w *world) closeOp(op Op) {
	if c := w.pick(op.A, (*client).active); c != nil {
		c.endInput()
		c.arrive()
		_ = c.conn.Hand().Close()
		c.lost("", "connection lost")
	}
}

func (w *world) resetOp(op Op) {
	if c := w.pick(op.A, (*client).active); c != nil {
		if c.conn.Probe().Unread > 0 {
			w.marks.hit(MarkResetUnread)
		}
		c.endInput()
		c.arrive()
		c.conn.Reset()
		// A socket tells of a reset once. If that was a write, a read finds the
		// end of input, and the beginning of a line counts as one.
		c.lost("connection lost", "")
	}
}

func (w *world) vanishOp(op Op) {
	if c := w.pick(op.A, (*client).active); c != nil {
		sent := c.conn.Out().Probe()
		c.midline = c.half != "" || len(c.out) > 0 || !sent.Idle
		if !sent.Idle {
			c.cause("idle") // its last line may never have come
		}
		c.conn.Vanish()
		c.vanished = true
		c.lost("too slow")
		w.marks.hit(MarkVanished)
	}
}

// lost is what is left of a client that is gone, and why the others may think it
// went.
func (c *client) lost(reasons ...string) {
	c.gone, c.ended = true, true
	c.obs.End = check.Gone
	c.obs.MayReset = true
	for _, r := range reasons {
		c.cause(r)
	}
}

func (w *world) failWriteOp(op Op) {
	c := w.pick(op.A, (*client).active)
	if c == nil {
		return
	}
	if c.armed && !w.engine.together() {
		return // which of two faults strikes first would be luck
	}
	c.armed = true
	err := []error{syscall.ECONNRESET, syscall.EPIPE, syscall.ETIMEDOUT}[modulo(op.C, 3)]
	c.conn.Peer().FailWrite(modulo(op.B, 100), err)
	c.suffers("connection lost")
}

// suffers is something that ends the connection, now or later, by no doing of the
// client's.
func (c *client) suffers(reason string) {
	c.faulted, c.ended, c.obs.MayReset = true, true, true
	c.cause(reason)
}

// holdOp cuts off one direction, until the end of all faults: nothing is lost, and
// nothing arrives. The server may find the client too slow, or idle.
func (w *world) holdOp(op Op) {
	c := w.pick(op.A, (*client).active)
	if c == nil {
		return
	}
	wire := c.conn.In()
	if op.B%2 == 0 && w.burstsAllowed() {
		wire = c.conn.Out()
	}
	c.complete()
	wire.Hold()
	c.held = append(c.held, wire)
	c.faulted, c.obs.MayReset = true, true
	c.cause("too slow")
	c.cause("idle") // as far as the server can see
	w.marks.hit(MarkPartition)
}

// burstsAllowed says whether much of what was said may arrive at one moment: with a
// small transcript that would overtake the observer, and where tasks are not chosen,
// what comes of it would depend on who is first.
func (w *world) burstsAllowed() bool { return w.engine.together() && !w.opts.smallTranscript() }

// farOp puts the client far away, and its bytes into small packets.
func (w *world) farOp(op Op) {
	if c := w.pick(op.A, (*client).active); c != nil {
		if w.burstsAllowed() {
			c.conn.SetLatency(time.Duration(modulo(op.B, 8)) * 50 * time.Millisecond)
		}
		c.conn.Peer().SetLatency(time.Duration(modulo(op.C, 8)) * 50 * time.Millisecond)
		c.far = true
		c.obs.MayReset = true
		c.cause("too slow") // with a small window
		c.cause("idle")     // its lines count when they arrive
	}
}

func (w *world) shortReadOp(op Op) {
	if c := w.pick(op.A, (*client).active); c != nil {
		c.conn.Peer().SetReadMax(1 + modulo(op.B, 9))
	}
}

func (w *world) panicOp(op Op) {
	c := w.pick(op.A, (*client).active)
	if c == nil || c.trouble.panics.Load() > 0 {
		return
	}
	call := 1 + modulo(op.B, 4)
	if !w.engine.together() {
		if c.armed {
			return
		}
		call = 1 // how many calls a batch takes is luck, and so is whether a write comes first
		c.trouble.reads.Store(true)
	}
	c.armed = true
	c.trouble.panics.Store(int32(call))
	c.suffers("error")
}

func (w *world) kickOp(op Op) {
	c := w.pick(op.A, func(c *client) bool { return c.active() && c.inside() })
	if c == nil || !w.mayKick(c.name) {
		return
	}
	name := c.name
	w.kicked = append(w.kicked, nameKey(name))
	w.engine.runtime().Go("kick", func() { w.server.Kick(name) })
}

// mayBeKicked gives whoever asks for a name that is being kicked a cause: the kick
// may come late, and find its next holder.
func (c *client) mayBeKicked(line string) {
	if len(c.world.kicked) == 0 {
		return
	}
	key := strings.TrimPrefix(nameKey(line), "/name ")
	if slices.Contains(c.world.kicked, key) {
		c.suffers("kicked")
	}
}

// mayKick gives everybody that may go by the name a cause.
func (w *world) mayKick(name string) bool {
	if name == "observer" {
		return false
	}
	for _, c := range w.clients[1:] {
		for i := range c.obs.Sent {
			if nameKey(c.obs.Sent[i].Line) == nameKey(name) || nameKey(c.obs.Sent[i].Line) == "/name "+nameKey(name) {
				c.suffers("kicked")
				break
			}
		}
	}
	return true
}
