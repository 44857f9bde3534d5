package sim

import (
	"syscall"
	"time"

	"example.com/chatd/chat/check"
	"example.com/chatd/chat/netfake"
)

// The operations of the network: what is cut off, what is late, and what breaks.

// A cut is a partition of the network, and those it cuts off.
type cut struct {
	*netfake.Partition
	clients []*client
}

// partitionOp cuts off an address. Whoever connects across it is refused.
func (w *world) partitionOp(op Op) {
	server, host := "10.0.0.1", hostOf(op.A)
	rule, up := netfake.OneWay(server, host), false
	lossy := modulo(op.B, 2) == 1
	if w.engine.together() && (lossy || w.burstsAllowed()) {
		switch modulo(op.B/2, 3) {
		case 1:
			rule, up = netfake.OneWay(host, server), true
		case 2:
			rule, up = netfake.TwoWay(server, host), true
		}
	}
	barrier := netfake.Holding
	if lossy {
		barrier = netfake.Dropping
	}
	p := &cut{}
	for _, c := range w.clients[1:] {
		if c.host == host && !c.conn.Peer().Probe().Closed {
			c.cutOff(up, lossy)
			p.clients = append(p.clients, c)
		}
	}
	p.Partition = w.net.Partition(rule, barrier)
	w.cuts = append(w.cuts, p)
	w.marks.hit(MarkPartition)
}

// cutOff is what being cut off may lead to. One that is gone may be cut off too: the
// server has not heard of it.
func (c *client) cutOff(up, lossy bool) {
	c.complete()
	c.hampered()
	if up {
		c.cause("idle") // as far as the server can see
	}
	if lossy {
		// What it says may be lost. The connection breaks when the last of what is in
		// its way is mended.
		c.ended, c.lossy = true, true
	}
}

// hampered: from now on what it reads or sends is late, and the server may find it
// too slow; or idle, as its lines wait behind its unread answers.
func (c *client) hampered() {
	c.faulted, c.late, c.obs.MayReset = true, true, true
	c.cause("too slow")
	c.cause("idle")
}

// dropOp loses what goes one way, until it is mended: the connection cannot go on
// then.
func (w *world) dropOp(op Op) {
	c := w.pick(op.A, (*client).active)
	if c == nil {
		return
	}
	wire, up := c.conn.In(), false
	if modulo(op.B, 2) == 0 && w.engine.together() {
		wire, up = c.conn.Out(), true
	}
	c.cutOff(up, true)
	wire.Drop()
	c.held = append(c.held, wire)
	w.marks.hit(MarkPartition)
}

// mendOp ends a partition, or what cuts off one client.
func (w *world) mendOp(op Op) {
	if modulo(op.B, 2) == 0 && len(w.cuts) > 0 {
		i := modulo(op.A, len(w.cuts))
		p := w.cuts[i]
		w.cuts = append(w.cuts[:i:i], w.cuts[i+1:]...)
		w.mendCut(p)
		return
	}
	if c := w.pick(op.A, func(c *client) bool { return len(c.held) > 0 }); c != nil {
		c.mend()
	}
}

func (w *world) mendCut(p *cut) {
	for _, c := range p.clients {
		if c.lossy {
			c.breaks()
		}
	}
	p.Heal()
	w.marks.hit(MarkMended)
}

// mend ends what cuts the client off.
func (c *client) mend() {
	if c.lossy {
		c.breaks()
	}
	for _, wire := range c.held {
		wire.Heal()
	}
	c.held = nil
	c.world.marks.hit(MarkMended)
}

// breaks: its connection may be found broken, from now on. A socket tells of that
// once; if that was a write, a read finds the end of input, and the beginning of a
// line counts as one: so there is none.
func (c *client) breaks() {
	c.complete()
	c.suffers("connection lost")
	c.cause("")
}

// complete sends the rest of the line that the client is at and lets it arrive.
func (c *client) complete() {
	if c.sends() {
		c.dribbles = false
		if c.half != "" {
			c.line("")
		} else {
			c.push(len(c.out))
		}
		c.world.settleApart()
	}
	c.arrive()
}

// arrive lets what the client has sent arrive, where that takes a while. All of it
// at once might overtake the observer.
func (c *client) arrive() {
	w, up := c.world, c.conn.Out()
	if !c.far && !w.commands || c.vanished {
		return
	}
	for w.opts.smallTranscript() && up.Pass(48) > 0 && !w.broken() {
		w.quiet()
	}
	up.Flush()
}

// clogOp lets nothing pass for a while.
func (w *world) clogOp(op Op) {
	c := w.pick(op.A, (*client).active)
	if c == nil {
		return
	}
	d := time.Duration(1+modulo(op.B, 40)) * 100 * time.Millisecond
	if modulo(op.C, 2) == 0 && w.burstsAllowed() {
		c.conn.Clog(d)
		c.cause("idle")
	} else {
		c.conn.Peer().Clog(d)
	}
	w.clogged = max(w.clogged, w.clock.Elapsed()+d)
	c.far = true
	c.hampered()
	w.marks.hit(MarkClogged)
}

// linkOp gives the client a bad link. How often chance is asked there depends on how
// much is written at once, so where tasks are not chosen there is none.
func (w *world) linkOp(op Op) {
	c := w.pick(op.A, (*client).active)
	if c == nil || !w.engine.together() {
		return
	}
	ends := []*netfake.Conn{c.conn.Peer()}
	if w.burstsAllowed() {
		ends = append(ends, c.conn)
		c.cause("idle")
	}
	for _, end := range ends {
		switch modulo(op.B, 3) {
		case 0:
			end.SetJitter(time.Duration(1+modulo(op.C, 30)) * 20 * time.Millisecond)
		case 1:
			end.SetBandwidth(300 << modulo(op.C, 5))
		}
		end.SetSegment(1, 1+modulo(op.C, 200))
	}
	c.far = true
	c.hampered()
	w.marks.hit(MarkBadLink)
}

// breakOp resets both ends, as a firewall does that has forgotten the connection.
func (w *world) breakOp(op Op) {
	if c := w.pick(op.A, (*client).active); c != nil {
		c.breaks()
		c.conn.Break()
		w.marks.hit(MarkBroken)
	}
}

// rebootOp brings the machine of one that vanished back: it knows of no connection,
// and says so to whoever sends to it.
func (w *world) rebootOp(op Op) {
	c := w.pick(op.A, func(c *client) bool { return c.vanished && c.obs.End == check.Gone })
	if c == nil || c.midline {
		return
	}
	c.breaks()
	c.vanished = false
	c.conn.Reboot()
	w.marks.hit(MarkRebooted)
}

// paceOp makes a slow reader of the client, whose time is the clock's.
func (w *world) paceOp(op Op) {
	if c := w.pick(op.A, (*client).active); c != nil {
		c.conn.SetReadPace(1+modulo(op.B, 60), time.Duration(1+modulo(op.C, 64))*10*time.Millisecond)
		c.paced = true
		c.hampered()
	}
}

func (w *world) backlogOp(op Op) {
	w.ln.SetBacklog(modulo(op.A, 3))
	w.backlog = true
}

// refuseOp lets a newcomer be refused by the network.
func (w *world) refuseOp(op Op) {
	errs := []error{syscall.ECONNREFUSED, syscall.ETIMEDOUT, syscall.EHOSTUNREACH}
	w.net.InjectDialError(errs[modulo(op.B, len(errs))])
	if w.connect(hostOf(op.A)) != nil {
		w.violate("L1", 15, "a connection was made that the network refuses")
	}
}

// stillbornOp is a newcomer whose connection is reset by the time the server accepts
// it. With others waiting it would be one of them.
func (w *world) stillbornOp(op Op) {
	if w.stopping || w.ln.Waiting() > 0 {
		return
	}
	w.ln.BreakAccepted(1)
	c := w.connectTo(hostOf(op.A), port)
	if c == nil {
		w.ln.BreakAccepted(0)
		return
	}
	c.breaks()
	if modulo(op.C, 2) == 0 && w.engine.together() {
		c.ask(person(op.B)) // which it can be let in under, before that is noticed
		c.line(c.chatter(op.C))
	}
	w.marks.hit(MarkStillborn)
}

// healNet is the end of all that the network does.
func (w *world) healNet() {
	w.ln.SetBacklog(1 << 12)
	w.ln.BreakAccepted(0)
	w.backlog = false
	for _, p := range w.cuts {
		w.mendCut(p)
		w.settleApart()
	}
	w.cuts = nil
	for _, c := range w.clients {
		if len(c.held) > 0 {
			c.late = true
			c.mend()
			w.settleApart()
		}
		if c.paced {
			c.conn.SetReadPace(0, 0)
		}
		if !c.far {
			continue
		}
		for _, end := range []*netfake.Conn{c.conn, c.conn.Peer()} {
			end.SetLatency(0)
			end.SetJitter(0)
			end.SetBandwidth(0)
			end.SetSegment(1, 0)
		}
	}
}

// settleApart keeps one cause from another, where together they would be luck.
func (w *world) settleApart() {
	if !w.engine.together() {
		w.quiet()
	}
}

// land lets what is on its way arrive.
func (w *world) land() {
	const most = 10_000
	for n := 0; n < most && w.flying() && !w.broken(); n++ {
		w.pass(100 * time.Millisecond)
	}
}

func (w *world) flying() bool {
	for _, c := range w.clients {
		if c.far && (c.conn.Out().Probe().Segments > 0 || !c.gone && c.conn.In().Probe().Segments > 0) {
			return true
		}
	}
	return false
}
