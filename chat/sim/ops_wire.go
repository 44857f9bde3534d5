package sim

import "example.com/chatd/chat/netfake"

// The operations of a network under command: nothing moves there by itself. The
// bytes of most clients are moved whenever all is quiet; those of a client under
// command move when an operation says so, as many as it says, split at any byte.

// commandOp takes the client under command.
func (w *world) commandOp(op Op) {
	c := w.pick(op.A, func(c *client) bool { return c.active() && !c.commanded })
	if c == nil || !w.commands {
		return
	}
	c.commanded = true
	c.hampered()
	c.cause("idle") // as far as the server can see
}

// carryOp moves bytes of a client under command.
func (w *world) carryOp(op Op) {
	c := w.pick(op.A, func(c *client) bool { return c.commanded })
	if c == nil {
		return
	}
	n := 1 + modulo(op.B, 64)
	if modulo(op.B, 8) == 0 {
		n *= 20
	}
	wire := c.conn.In()
	if modulo(op.C, 2) == 0 {
		wire = c.conn.Out()
		if w.opts.smallTranscript() {
			n = min(n, 48) // more might overtake the observer
		}
		w.unsettled += 12 * n
	}
	moved := 0
	switch modulo(op.C/2, 4) {
	case 0:
		moved = wire.Send(n)
	case 1:
		moved = wire.Deliver(n)
	case 2:
		moved = wire.Pass(n)
	case 3:
		wire.SendFIN()
		if p := wire.Probe(); p.Next.Kind != netfake.Data || p.Next.Bytes <= n {
			wire.DeliverNext()
		}
	}
	if moved > 0 {
		w.marks.hit(MarkCarried)
	}
}

// carry moves what is nobody's to command, all of it; it reports whether anything
// moved.
func (w *world) carry() (any bool) {
	if !w.commands {
		return false
	}
	w.conns = w.net.AppendStirred(w.conns[:0])
	for _, conn := range w.conns {
		if c := w.byID[conn.ID()]; c != nil && c.commanded {
			continue // until its release
		}
		for _, wire := range [...]netfake.Wire{conn.Out(), conn.In()} {
			segments, _ := wire.Flush()
			any = any || segments > 0
		}
	}
	return any
}

// release ends the command over a client.
func (c *client) release() {
	c.arrive()
	c.conn.Probe() // carry looks at it again
	c.commanded = false
}
