package netfake

import "net"

// SetReadBuffer sets how many bytes wait unread at this end, in flight included,
// exactly; less than 1 counts as 1. What waits already stays. The error is always
// nil unless the Conn is closed.
func (c *Conn) SetReadBuffer(bytes int) error {
	return c.setOption(func() {
		c.readBuffer = max(bytes, 1)
		c.in.resume()
	})
}

// SetWriteBuffer sets the send window: how many bytes Write takes, beyond what
// the peer has room for, before it blocks, exactly; less than 1 counts as 1.
func (c *Conn) SetWriteBuffer(bytes int) error {
	return c.setOption(func() {
		c.writeBuffer = max(bytes, 1)
		c.out.resume()
	})
}

// setOption fails like the setters of *net.TCPConn once the Conn is closed.
func (c *Conn) setOption(set func()) error {
	c.pair.lock()
	defer c.pair.unlock()
	if c.closed {
		return c.setError(net.ErrClosed)
	}
	set()
	return nil
}
