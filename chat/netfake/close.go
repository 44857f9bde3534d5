package netfake

import (
	"net"
	"syscall"
)

// Close closes the connection and wakes its blocked Reads and Writes. What was
// written still reaches the peer, as far as the peer reads it. If bytes had
// arrived unread, or SetLinger(0) was called, or bytes arrive later, the peer
// gets a reset instead of what it has not been sent yet. A second Close returns
// an error that wraps net.ErrClosed.
func (c *Conn) Close() error {
	c.pair.lock()
	defer c.pair.unlock()
	if c.closed {
		return c.opError("close", net.ErrClosed)
	}
	c.closeLocked(c.abortive, FaultClose)
	return nil
}

// Reset closes the connection with a reset: SetLinger(0) and Close in one. It has
// no effect on a closed Conn but to take back what it has not sent yet.
func (c *Conn) Reset() { c.reset(FaultReset) }

func (c *Conn) reset(why Fault) {
	c.pair.lock()
	defer c.pair.unlock()
	if c.closed {
		c.out.abort(why)
		return
	}
	c.closeLocked(true, why)
}

func (c *Conn) closeLocked(abort bool, why Fault) {
	if c.abortive && why == FaultClose {
		why = FaultReset
	}
	abort = abort || c.in.unread.len() > 0
	c.retireLocked(why)
	switch {
	case c.dead || c.pair.severed:
		c.out.dropWindow(why)
	case abort:
		c.out.abort(why)
	default:
		c.out.ending = true
		c.out.pump()
	}
	c.in.resume()
}

// retireLocked ends all that this end does.
func (c *Conn) retireLocked(why Fault) {
	c.closed, c.why = true, why
	c.reads.close()
	c.writes.close()
	c.pace.stop()
	c.in.dropUnread(why)
}

// CloseRead makes Read return io.EOF once it has returned what has arrived. The
// peer is told nothing and may go on writing, and what still arrives is read as
// before; so it is on Linux.
func (c *Conn) CloseRead() error {
	c.pair.lock()
	defer c.pair.unlock()
	if err := c.shutLocked(); err != nil {
		return c.opError("close", err)
	}
	c.readShut = true
	c.reads.wake()
	return nil
}

// CloseWrite makes the peer read io.EOF after all that was written. Further and
// blocked Writes fail with EPIPE; Read works on.
func (c *Conn) CloseWrite() error {
	c.pair.lock()
	defer c.pair.unlock()
	if err := c.shutLocked(); err != nil {
		return c.opError("close", err)
	}
	c.writeShut = true
	c.out.ending = true
	c.out.pump()
	c.writes.wake()
	return nil
}

// shutLocked returns why shutdown(2) would fail, if so.
func (c *Conn) shutLocked() error {
	if c.closed {
		return net.ErrClosed
	}
	if c.dead || c.in.arrived && c.out.arrived {
		return errno("shutdown", syscall.ENOTCONN)
	}
	return nil
}

// SetLinger with sec = 0 makes Close reset the connection. Any other value makes
// Close deliver in the background, which is the default; Close never waits.
func (c *Conn) SetLinger(sec int) error {
	c.pair.lock()
	defer c.pair.unlock()
	if c.closed {
		return c.opError("set", net.ErrClosed)
	}
	c.abortive = sec == 0
	return nil
}
