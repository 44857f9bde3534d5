package faultproxy

import (
	"io"
	"net"
	"sync"
)

// conn is one proxied connection: two connections and a flow each way.
type conn struct {
	// Immutable.
	proxy  *Proxy
	number uint64
	up     flow // from the client to the target
	down   flow

	mu      sync.Mutex // guards what follows; never held across I/O or with a flow's lock
	over    bool       // closed, or being closed
	readers int        // that still read
}

func newConn(p *Proxy, number uint64, client, target net.Conn) *conn {
	c := &conn{proxy: p, number: number, readers: 2}
	c.up.init(c, &c.down, client, target)
	c.down.init(c, &c.up, target, client)
	return c
}

// start is called once, behind Proxy.track, which counted the readers in.
func (c *conn) start(e effects) {
	if e.reset {
		c.abort()
	}
	if e.cut {
		c.up.sever()
	}
	go c.up.read()
	go c.down.read()
}

// apply changes what the faults do to the connection.
func (c *conn) apply(e effects) {
	if e.reset {
		c.abort()
		return
	}
	c.up.set(e)
	c.down.set(e)
	if e.cut {
		c.up.sever()
	}
}

// meaning tells how a stream ended where from's Read failed with err: with an end or
// with a reset.
//
// The kernel tells of a reset once, to whoever calls next. If that was a Write of the
// other flow, Read finds an ordinary end, and passing that on would make a finished
// stream of a broken one. So the socket is asked whether it is still connected; it is,
// after an ordinary end, as long as the proxy has sent none itself.
func (c *conn) meaning(f *flow, err error) mark {
	connected := !gone(f.from) // asked before hasEnded, or our own end could be to blame
	switch {
	case err != io.EOF, f.other.hasBroken():
		return broken
	case connected, f.other.hasEnded():
		return finished
	}
	return broken
}

// stopped is called by each reader as it ends.
func (c *conn) stopped() {
	c.mu.Lock()
	c.readers--
	c.mu.Unlock()
	c.settle()
}

// settle closes the connection once both streams are through.
func (c *conn) settle() {
	if c.up.hasEnded() && c.down.hasEnded() && c.finish(false) {
		c.up.from.Close()
		c.down.from.Close()
		c.proxy.untrack(c)
	}
}

// finish reports whether the caller is the one to close the connection.
func (c *conn) finish(now bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || !now && c.readers > 0 {
		return false
	}
	c.over = true
	return true
}

// abort resets both ends, now. It may be called from anywhere, with no lock held.
func (c *conn) abort() {
	if !c.finish(true) {
		return
	}
	c.up.kill()
	c.down.kill()
	reset(c.up.from)
	reset(c.down.from)
	c.proxy.untrack(c)
}

// reset closes a connection so that the peer reads a reset.
func reset(conn net.Conn) {
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}

// closeWrite shuts the sending side, or all where there is no half.
func closeWrite(conn net.Conn) {
	if tcp, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = tcp.CloseWrite() // fails only where the peer is gone, which Read tells
		return
	}
	conn.Close()
}
