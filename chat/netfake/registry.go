package netfake

import "slices"

// registry is every connection of a Network that is not over, oldest first, and
// the ledger of those that are. A connection is over when both ends are closed
// and no byte of it is on its way: nothing can happen to it any more.
type registry struct {
	mu          leafLock // held with a pair's lock or Network.mu
	first, last *pair
	live        int
	stirred     []*pair // in the order in which it came about, see AppendStirred
	over        Ledger
}

func (r *registry) add(p *pair) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.older = r.last
	if r.last == nil {
		r.first = p
	} else {
		r.last.newer = p
	}
	r.last = p
	r.live++
}

// settle takes out a pair that is over; its own lock is held.
func (r *registry) settle(p *pair) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.over = true
	if p.older == nil {
		r.first = p.newer
	} else {
		p.older.newer = p.newer
	}
	if p.newer == nil {
		r.last = p.older
	} else {
		p.newer.older = p.older
	}
	p.older, p.newer = nil, nil
	r.live--
	r.over = r.over.Plus(p.up.ledger()).Plus(p.down.ledger())
}

// appendTo lists the client's ends and returns the ledger of all others.
func (r *registry) appendTo(list []*Conn) ([]*Conn, Ledger) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for p := r.first; p != nil; p = p.newer {
		list = append(list, &p.client)
	}
	return list, r.over
}

func (r *registry) stir(p *pair) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.stirred.Store(true)
	r.stirred = append(r.stirred, p)
}

// AppendStirred appends to list the client's end of every connection that may have
// something to flush, in the order of their ids: on a network under command those,
// among Conns, that anything was done with since the last call. A scheduler flushes
// the few that have changed, and not all there are.
func (n *Network) AppendStirred(list []*Conn) []*Conn {
	at := len(list)
	list = n.registry.takeStirred(list)
	slices.SortFunc(list[at:], func(a, b *Conn) int { return a.pair.id - b.pair.id })
	return list
}

func (r *registry) takeStirred(list []*Conn) []*Conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.stirred {
		p.stirred.Store(false)
		if !p.over {
			list = append(list, &p.client)
		}
	}
	r.stirred = r.stirred[:0]
	return list
}

// Conns returns the client's end of every connection that is not over, in the
// order of their ids, which is that of their making; Conn.Peer leads to the other
// end. A connection is over when both ends are closed and none of its bytes is in
// a window, in flight or unread.
func (n *Network) Conns() []*Conn { return n.AppendConns(nil) }

// AppendConns appends what Conns returns to list.
func (n *Network) AppendConns(list []*Conn) []*Conn {
	list, _ = n.registry.appendTo(list)
	return list
}

// OpenEnds returns every end that its owner has not closed, a vanished one not
// among them, in the order of the ids, the client's first: what is left here at
// the end of a test was leaked. Ends that wait to be accepted are open too.
func (n *Network) OpenEnds() (open []*Conn) {
	for _, c := range n.Conns() {
		client, server := c.pair.open()
		if client {
			open = append(open, c)
		}
		if server {
			open = append(open, c.Peer())
		}
	}
	return open
}

// Ledger accounts for every byte ever written on the network, both directions of
// all connections together. It is exact while no task is writing or reading.
func (n *Network) Ledger() Ledger {
	all, sum := n.registry.appendTo(nil)
	for _, c := range all {
		sum = sum.Plus(c.pair.ledger())
	}
	return sum
}

// Flush is Wire.Flush on every wire, again and again until nothing moves. It
// returns how many bytes arrived.
func (n *Network) Flush() (bytes int) {
	for moved := true; moved; {
		moved = false
		for _, c := range n.Conns() {
			for _, w := range [...]Wire{c.Out(), c.In()} {
				segments, arrived := w.Flush()
				moved = moved || segments > 0
				bytes += arrived
			}
		}
	}
	return bytes
}

func (p *pair) open() (client, server bool) {
	p.lock()
	defer p.unlock()
	return !p.client.closed, !p.server.closed
}

// ledger is that of both directions.
func (p *pair) ledger() (sum Ledger) {
	p.lock()
	defer p.unlock()
	return p.up.ledger().Plus(p.down.ledger())
}
