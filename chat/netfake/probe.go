package netfake

// A Probe looks at one end of a connection from outside, at one instant.
type Probe struct {
	// Unread is how many bytes have arrived here and wait for a Read.
	Unread int
	// Closed says that this end was closed, reset or vanished by its owner.
	Closed bool
	// Reset says that a reset has arrived here.
	Reset bool
	// PeerEnded says that the peer's FIN has arrived here: after Unread bytes
	// more Read returns io.EOF.
	PeerEnded bool
	// PeerClosed is the peer's Closed, whether or not this end could know.
	PeerClosed bool
	// BlockedReads and BlockedWrites count the calls that wait, the ones that
	// wait for their turn included.
	BlockedReads, BlockedWrites int
	// Sent accounts for every byte written here.
	Sent Ledger
}

// ID returns the number of the connection in its Network, counted from 1; both
// ends have the same.
func (c *Conn) ID() int { return c.pair.id }

// Peer returns the other end, so that a test reaches the server's side of what it
// has dialed.
func (c *Conn) Peer() *Conn { return c.out.to }

// Probe looks at this end. It changes nothing and works on a closed Conn.
func (c *Conn) Probe() (p Probe) {
	c.pair.lock()
	defer c.pair.unlock()
	p.Unread = c.in.unread.len()
	p.Closed = c.closed
	p.Reset = c.dead
	p.PeerEnded = c.in.arrived
	p.PeerClosed = c.out.to.closed
	p.BlockedReads = c.reads.waiting
	p.BlockedWrites = c.writes.waiting
	c.out.fill(&p.Sent)
	return p
}
