package netfake

// Vanish makes this end disappear as if its machine had lost power: its own calls
// fail like those of a closed Conn, nothing that it had written is delivered any
// more, and the peer is told nothing, now or ever: the peer reads what had
// arrived, then blocks, and its writes fill its window, then block.
func (c *Conn) Vanish() {
	c.pair.lock()
	defer c.pair.unlock()
	p := c.pair
	p.severed = true
	c.missed = c.missed || c.in.flight.len() > 0 || c.in.lost > 0 || c.in.lostEnd
	c.in.dropFlight(FaultVanish)
	c.out.dropFlight(FaultVanish)
	c.out.dropWindow(FaultVanish)
	c.out.aborted = false // a reset it had sent is lost too
	if c.Peer().closed {
		c.in.dropWindow(FaultVanish) // nobody is left to take it back
	}
	if !c.closed {
		c.retireLocked(FaultVanish)
	}
	c.why = FaultVanish
}

// Reboot brings the machine of a vanished end back, without memory of the
// connection: whatever the peer had sent meanwhile, or sends from now on, it
// answers with a reset. A peer that has nothing to send still learns nothing. It
// has no effect on an end that has not vanished.
func (c *Conn) Reboot() {
	c.pair.lock()
	defer c.pair.unlock()
	p := c.pair
	if !p.severed || c.why != FaultVanish {
		return
	}
	if peer := c.Peer(); peer.closed && peer.why == FaultVanish {
		return // nobody is left to answer to
	}
	p.severed = false
	if c.missed {
		c.out.abort(FaultVanish)
	}
	c.in.resume()
}
