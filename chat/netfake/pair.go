package netfake

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// pair is a connection: its two ends and its two streams, in one piece of memory.
type pair struct {
	net *Network
	id  int
	mu  sync.Locker // guards both ends and both streams

	client, server Conn
	up, down       stream
	severed        bool        // an end vanished
	over           bool        // settled with the registry
	stirred        atomic.Bool // listed with the registry; changed with its lock held

	older, newer *pair  // in the registry, whose lock guards them
	rules        uint64 // the version of Network.partitions in force

	spare                  leafLock // mu, in real time
	clientAddr, serverAddr addr
}

// newPair connects a client at from with a server at to.
func newPair(n *Network, id int, from, to netip.AddrPort) *pair {
	p := &pair{net: n, id: id}
	p.mu = n.newLock(&p.spare)
	p.client.init(p, &p.up, &p.down, p.clientAddr.set(from), p.serverAddr.set(to))
	p.server.init(p, &p.down, &p.up, p.client.remote, p.client.local)
	p.up.init(&p.client, &p.server)
	p.down.init(&p.server, &p.client)
	return p
}

func (p *pair) lock() {
	p.mu.Lock()
	p.stir()
}

// stir notes that there may be something to flush; the lock is held.
func (p *pair) stir() {
	if p.net.config.Command && !p.stirred.Load() {
		p.net.registry.stir(p)
	}
}

// unlock notes first whether the connection is over.
func (p *pair) unlock() {
	if p.client.closed && p.server.closed && !p.over && p.up.empty() && p.down.empty() {
		p.net.registry.settle(p)
	}
	p.mu.Unlock()
}

func (c *Conn) init(p *pair, out, in *stream, local, remote *net.TCPAddr) {
	c.pair, c.out, c.in, c.local, c.remote = p, out, in, local, remote
	c.readBuffer, c.writeBuffer = p.net.config.ReadBuffer, p.net.config.WriteBuffer
	c.reads.init(p.net, p.mu)
	c.writes.init(p.net, p.mu)
}

func (s *stream) init(from, to *Conn) {
	config := &from.pair.net.config
	s.pair, s.from, s.to, s.back = from.pair, from, to, to.out
	s.link.latency, s.link.jitter, s.link.bandwidth = config.Latency, config.Jitter, config.Bandwidth
}

// discard ends a connection that was refused.
func (p *pair) discard() {
	p.lock()
	defer p.unlock()
	p.client.closed, p.server.closed = true, true
}

// empty says whether no byte of the stream is on its way.
func (s *stream) empty() bool {
	return s.window.len() == 0 && s.flight.data.len() == 0 && s.unread.len() == 0
}
