package netfake

import (
	"io"
	"net"
	"syscall"
	"time"
)

// A Conn is one end of a connection: a net.Conn with the further methods of
// *net.TCPConn that servers use, and with faults and probes. Its methods may be
// called from any task. Concurrent Reads take turns, as do concurrent Writes; a
// Write is not interleaved with another.
type Conn struct {
	// Immutable.
	pair          *pair
	in, out       *stream
	local, remote *net.TCPAddr

	// The lock of the pair guards what follows.
	reads, writes gate
	readBuffer    int           // bytes; the bound of in.unread and in.flight
	writeBuffer   int           // bytes; the bound of out.window
	readMax       int           // bytes per Read; 0 means no limit
	abortive      bool          // Close resets
	closed        bool          // here
	readShut      bool          // CloseRead
	writeShut     bool          // CloseWrite
	dead          bool          // RST arrived
	pending       syscall.Errno // 0, or told once by the next Read or Write, as on Linux
	fault         *writeFault
	pace          pace
	why           Fault // closed for this
	missed        bool  // vanished while something was on its way here
}

// LocalAddr returns this end's *net.TCPAddr.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the other end's *net.TCPAddr.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// Read reads what has arrived, at most len(p) bytes, and blocks while there is
// nothing. It returns io.EOF once the peer has closed its sending side and
// everything has been read. After a reset it returns what had arrived before,
// then ECONNRESET once, then io.EOF, as on Linux. An expired deadline comes first
// even if bytes are waiting. Errors other than io.EOF are a *net.OpError.
func (c *Conn) Read(p []byte) (int, error) {
	c.pair.lock()
	defer c.pair.unlock()
	n, err := c.readLocked(p)
	return n, c.opError("read", err)
}

func (c *Conn) readLocked(p []byte) (int, error) {
	if !c.reads.enter(&c.closed) {
		return 0, net.ErrClosed
	}
	defer c.reads.leave()
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, err := c.receiveLocked(p)
		if n > 0 || err != nil {
			return n, err
		}
		c.reads.wait()
		c.pair.stir()
	}
}

// receiveLocked is one attempt to read; 0, nil means that there is nothing yet.
func (c *Conn) receiveLocked(p []byte) (int, error) {
	if c.closed {
		return 0, net.ErrClosed
	}
	if err := c.reads.err(); err != nil {
		return 0, err
	}
	if c.in.unread.len() > 0 {
		if !c.pace.ready(c) {
			return 0, nil
		}
		n := c.in.pull(c.shorten(p))
		c.pace.read(c)
		return n, nil
	}
	if c.in.arrived {
		return 0, io.EOF
	}
	if err := c.takePending("read"); err != nil {
		return 0, err
	}
	if c.readShut || c.dead {
		return 0, io.EOF
	}
	return 0, nil
}

// Write takes p into the send window and blocks while that is full. It returns as
// soon as the window has taken the last byte; the peer need not have read any. An
// error comes with the number of bytes taken before it and is a *net.OpError:
// around ECONNRESET or EPIPE if the peer is gone, EPIPE after CloseWrite,
// os.ErrDeadlineExceeded, or net.ErrClosed.
func (c *Conn) Write(p []byte) (int, error) {
	c.pair.lock()
	defer c.pair.unlock()
	n, err := c.writeLocked(p)
	return n, c.opError("write", err)
}

func (c *Conn) writeLocked(p []byte) (n int, err error) {
	if !c.writes.enter(&c.closed) {
		return 0, net.ErrClosed
	}
	defer c.writes.leave()
	for {
		taken, err := c.tryWriteLocked(p[n:])
		n += taken
		if n == len(p) || err != nil {
			return n, err
		}
		c.writes.wait()
		c.pair.stir()
	}
}

// tryWriteLocked writes until nothing more fits.
func (c *Conn) tryWriteLocked(p []byte) (n int, err error) {
	for {
		if err := c.writableLocked(); err != nil {
			return n, err
		}
		taken := c.out.push(c.fault.limit(p[n:]))
		c.fault.took(taken)
		n += taken
		if n == len(p) || taken == 0 && !c.fault.due() {
			return n, nil
		}
	}
}

// writableLocked returns why nothing can be written, if so.
func (c *Conn) writableLocked() error {
	if c.closed {
		return net.ErrClosed
	}
	if err := c.writes.err(); err != nil {
		return err
	}
	if err := c.takeFault(); err != nil {
		return err
	}
	if err := c.takePending("write"); err != nil {
		return err
	}
	if c.writeShut || c.dead {
		return errno("write", syscall.EPIPE)
	}
	return nil
}

// takePending returns the error that a reset left, once.
func (c *Conn) takePending(call string) error {
	if c.pending == 0 {
		return nil
	}
	err := errno(call, c.pending)
	c.pending = 0
	return err
}

// wasReset is what an RST does to the end it reaches: bytes not yet sent are
// lost, bytes that had arrived stay readable.
func (c *Conn) wasReset(why Fault) {
	c.out.dropWindow(why)
	if c.dead {
		return
	}
	c.dead = true
	c.pending = syscall.ECONNRESET
	if c.in.arrived {
		c.pending = syscall.EPIPE
	}
	c.reads.wake()
	c.writes.wake()
}

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error { return c.setDeadlines(t, &c.reads, &c.writes) }

// SetReadDeadline sets the time, on the Network's Clock, at which present and
// future Reads fail with os.ErrDeadlineExceeded; the zero time means never. A
// time that has passed wakes a blocked Read at once, and one that is not after
// time.Unix(1, 0) does so whatever the clock says. A later step of the wall clock
// does not move a deadline.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadlines(t, &c.reads) }

// SetWriteDeadline is SetReadDeadline for Writes.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.setDeadlines(t, &c.writes) }

func (c *Conn) setDeadlines(t time.Time, gates ...*gate) error {
	c.pair.lock()
	defer c.pair.unlock()
	if c.closed {
		return c.setError(net.ErrClosed)
	}
	for _, g := range gates {
		g.setDeadline(t)
	}
	return nil
}
