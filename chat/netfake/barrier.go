package netfake

// A Barrier stands in the way of one direction of a connection.
type Barrier uint8

// The barriers, each worse than the one before.
const (
	Open     Barrier = iota // none
	Holding                 // nothing arrives; what is in flight waits
	Dropping                // what is in flight is lost, and so is all that follows
)

// String returns "open", "holding" or "dropping".
func (b Barrier) String() string { return [...]string{"open", "holding", "dropping"}[b] }

// Hold lets nothing arrive until Heal: what is in flight stays there, and what
// follows joins it until the reader's room is used up.
func (w Wire) Hold() { w.bar(Holding) }

// Drop loses what is in flight and all that follows until Heal. As on a real
// network the sender does not notice: what is lost takes up the reader's room as
// if it were in flight, and Write blocks in the end.
func (w Wire) Drop() { w.bar(Dropping) }

// Heal ends Hold and Drop. What was held moves on. A connection that has lost
// bytes, a FIN or a RST cannot go on without them: both of its ends are reset, as
// if broken by Conn.Break. A Partition that still stands keeps its effect.
func (w Wire) Heal() { w.bar(Open) }

func (w Wire) bar(b Barrier) {
	w.s.pair.lock()
	defer w.s.pair.unlock()
	w.s.byHand = b
	w.s.barred()
}

func (s *stream) barrier() Barrier { return max(s.byHand, s.byRule) }

// barred puts a change of the barrier into effect.
func (s *stream) barred() {
	switch b := s.barrier(); {
	case b == Dropping:
		s.lose()
	case b == Open && (s.lost > 0 || s.lostEnd):
		s.pair.breakOff(FaultPartition)
	case b == Open:
		s.schedule()
		s.pump()
	default:
		s.schedule()
	}
}

// lose discards what is in flight to a barrier that drops.
func (s *stream) lose() {
	for s.flight.len() > 0 {
		g := s.flight.pop()
		s.dropped(g.kind, g.bytes)
		s.flight.data.drop(g.bytes)
	}
	s.schedule()
}

// dropped notes the loss of a segment.
func (s *stream) dropped(k Kind, n int) {
	s.lost += n
	s.lostEnd = s.lostEnd || k != Data
	s.discard(n, FaultPartition)
}

// Break resets both ends at once, as a firewall does that has forgotten the
// connection: what is in flight or in a window is lost, what had arrived stays
// readable.
func (c *Conn) Break() {
	c.pair.lock()
	defer c.pair.unlock()
	c.pair.breakOff(FaultBreak)
}

func (p *pair) breakOff(why Fault) {
	for _, s := range [...]*stream{&p.up, &p.down} {
		s.lost, s.lostEnd = 0, false
		if !p.severed {
			s.dropWindow(why)
			s.dropFlight(why)
			s.aborted = true
		}
	}
	if p.severed {
		return // what is left of it learns nothing
	}
	p.client.wasReset(why)
	p.server.wasReset(why)
}
