package netfake

// A Wire is one direction of a connection in the hands of whoever commands the
// network: what moves, how far, and what is held back. It is a small value; the
// zero Wire is not valid. Its methods never block and need no task, so a
// scheduler may call them between the tasks it runs. Those that move something
// are for a network with Config.Command; on any other they move what the network
// would have moved later.
type Wire struct{ s *stream }

// Out returns the direction in which this end sends.
func (c *Conn) Out() Wire { return Wire{c.out} }

// In returns the direction in which this end receives.
func (c *Conn) In() Wire { return Wire{c.in} }

// From returns the end that sends.
func (w Wire) From() *Conn { return w.s.from }

// To returns the end that receives.
func (w Wire) To() *Conn { return w.s.to }

// A Kind says what a Segment carries.
type Kind uint8

// What a segment carries.
const (
	Data Kind = iota
	FIN
	RST
)

// String returns "data", "FIN" or "RST".
func (k Kind) String() string { return [...]string{"data", "FIN", "RST"}[k] }

// A Segment is a piece of a stream on the wire.
type Segment struct {
	Kind  Kind
	Bytes int // 0 unless Kind is Data
}

// Send moves at most n bytes from the send window to the wire, as one segment,
// and returns how many: no more than the window has and the reader has room for.
// Negative n means no other limit. A Write that waits for room goes on.
func (w Wire) Send(n int) int {
	w.s.pair.lock()
	defer w.s.pair.unlock()
	return w.s.transmit(n)
}

// SendFIN puts the sender's FIN on the wire if the sender has ended its stream
// and its window is empty. It reports whether it did.
func (w Wire) SendFIN() bool {
	w.s.pair.lock()
	defer w.s.pair.unlock()
	return w.s.transmitFIN()
}

// Deliver moves at most n bytes from the wire to the receive buffer and returns
// how many. It splits and joins segments as n demands, and stops at a FIN or RST.
// Negative n means no limit but that. Bytes that reach a closed end are discarded
// and count.
func (w Wire) Deliver(n int) int {
	w.s.pair.lock()
	defer w.s.pair.unlock()
	return w.s.deliver(n)
}

// DeliverNext moves the next segment, whatever it is, from the wire to the
// receiver; false means that there is none or that it is held.
func (w Wire) DeliverNext() (Segment, bool) {
	w.s.pair.lock()
	defer w.s.pair.unlock()
	return w.s.deliverNext()
}

// DeliverFIN delivers the FIN if it is next on the wire, and reports whether it
// did.
func (w Wire) DeliverFIN() bool { return w.deliverOnly(FIN) }

// DeliverRST delivers the RST if it is next on the wire, and reports whether it
// did. A reset is put on the wire by the Close or Reset that causes it: it
// overtakes the window and nothing else.
func (w Wire) DeliverRST() bool { return w.deliverOnly(RST) }

func (w Wire) deliverOnly(k Kind) bool {
	w.s.pair.lock()
	defer w.s.pair.unlock()
	if g, ok := w.s.next(); !ok || g.Kind != k {
		return false
	}
	_, ok := w.s.deliverNext()
	return ok
}

// Pass lets at most n bytes arrive, first those on the wire, then those of the
// window; it is Deliver and Send in one. It returns how many.
func (w Wire) Pass(n int) int {
	w.s.pair.lock()
	defer w.s.pair.unlock()
	if n < 0 {
		n = w.s.flight.data.len() + w.s.window.len()
	}
	passed := w.s.deliver(n)
	if passed < n && w.s.flight.data.len() == 0 {
		w.s.transmit(n - passed)
		passed += w.s.deliver(n - passed)
	}
	return passed
}

// Flush lets everything arrive that can, FIN and RST included, as far as the
// reader has room. It returns how many segments and how many bytes arrived.
func (w Wire) Flush() (segments, bytes int) {
	p := w.s.pair
	p.mu.Lock() // where nothing moves nothing is stirred
	defer p.unlock()
	for {
		sent := w.s.transmit(-1)
		ended := w.s.transmitFIN()
		g, ok := w.s.deliverNext()
		if sent > 0 || ended || ok {
			p.stir()
		}
		if !ok {
			return segments, bytes
		}
		segments++
		bytes += g.Bytes
	}
}

// A WireProbe looks at one direction of a connection at one instant.
type WireProbe struct {
	Window   int     // bytes written and not sent
	Room     int     // how many of them Send would move
	Ending   bool    // a FIN waits behind them
	InFlight int     // bytes sent and not arrived
	Segments int     // on the wire, FIN and RST included
	Next     Segment // the first of them, if any
	Unread   int     // bytes arrived and not read
	Barrier  Barrier // what stands in the way
	Idle     bool    // nothing is left to send or deliver: no byte, FIN or RST
}

// Probe looks at the wire and changes nothing.
func (w Wire) Probe() WireProbe {
	s := w.s
	s.pair.lock()
	defer s.pair.unlock()
	next, _ := s.next()
	p := WireProbe{
		Window:   s.window.len(),
		Room:     max(s.sendable(), 0),
		Ending:   s.ending && !s.ended,
		InFlight: s.flight.data.len(),
		Segments: s.flight.len(),
		Next:     next,
		Unread:   s.unread.len(),
		Barrier:  s.barrier(),
	}
	p.Idle = p.Window == 0 && !p.Ending && p.Segments == 0
	return p
}
