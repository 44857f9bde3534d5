package chat

import (
	"log/slog"
	"net"
	"time"
)

// finish ends the session for why, with last as its last line, unless it has ended
// already: the first to take the lock decides (E1).
func (c *session) finish(why Reason, last []byte) {
	at := c.server.nowOrZero()
	c.server.lock.Lock()
	defer c.server.lock.Unlock()
	c.finishLocked(why, at, last)
}

// finishLocked frees the name and the place, announces once, and lets the writer
// carry what is left. Its caller then wakes the reader with interrupt, outside the
// lock, unless it is the reader.
func (c *session) finishLocked(why Reason, at time.Time, last []byte) {
	s := c.server
	if c.state == stateDisconnecting {
		return
	}
	c.stopTimer() // first: what follows cannot fail (E5)
	was := c.state
	inside := was == stateActive
	if !inside {
		why = why.atPrompt()
	}
	s.exit(c)
	c.state, c.why, c.last, c.hold = stateDisconnecting, why, last, openEnd
	s.stats.Ended[why]++
	switch {
	case !inside:
		if why == RefusedStop {
			c.last = lineStopping
		}
		s.log(slog.LevelInfo, "refused", at, c.addrAttr(), slog.String("state", was.String()), slog.String("reason", why.String()))
	case why != LeftStop:
		// Nothing refuses a leave but a closed room, and then why is LeftStop.
		_ = s.commit(event{kind: eventLeave, at: at, who: &c.member, reason: why, text: c.quitText})
		fallthrough
	default:
		s.log(slog.LevelInfo, "left", at, slog.String("name", c.member.name.shown), c.addrAttr(), slog.String("state", was.String()), slog.String("reason", why.String()))
		delete(s.byMember, &c.member)
	}
	s.flush()
	s.outbox.wake(c)
	c.signal()
}

var lineStopping = notice("Server shutting down...")

// ended says whether finish was here.
func (c *session) ended() bool {
	c.server.lock.Lock()
	defer c.server.lock.Unlock()
	return c.state == stateDisconnecting
}

// interrupt wakes the reader from its Read, by whatever works. The connection may
// be closed by then.
func (c *session) interrupt() {
	var err error
	if !c.server.survive("interrupt", func() { err = c.conn.SetReadDeadline(longPast) }) || err != nil {
		c.cut()
	}
}

// end sees the connection off: what is due is written, then the write side is
// shut, then the client gets LingerTimeout to read it and close (L5). Closing
// with input unread would reset the connection and may destroy the last line on
// its way: 200 of 200 were lost that way, none this way.
func (c *session) end() {
	defer c.server.insist("session", func() { c.server.remove(c) })
	defer c.server.insist("close", c.close)
	whole := false
	c.guard(func() {
		c.cutOneTooMany()
		whole = c.awaitWritten()
	})
	if !whole {
		// A clean end behind part of a line would pass for all there was.
		c.server.insist("cut", c.cut)
		return
	}
	c.guard(func() {
		if !c.closeWrite() || c.eof {
			return
		}
		if !c.startLinger() {
			c.cut() // L5: too many linger already
			return
		}
		c.discard()
	})
}

func (c *session) cutOneTooMany() {
	other := func() *session {
		c.server.lock.Lock()
		defer c.server.lock.Unlock()
		return c.server.tooManyClosing()
	}()
	if other != nil {
		other.cut()
	}
}

// awaitWritten waits until the writer is done with the connection, and reports
// whether the client may have read it all.
func (c *session) awaitWritten() bool {
	s := c.server
	s.lock.Lock()
	defer s.lock.Unlock()
	if c.big != nil {
		s.buffers.put(c.big)
		c.big, c.unread = nil, nil
	}
	for c.out != outDone {
		c.wait()
	}
	return !c.closed && !c.broken
}

// closeWrite ends the output; false means the connection cannot.
func (c *session) closeWrite() bool {
	half, ok := c.conn.(interface{ CloseWrite() error })
	return ok && half.CloseWrite() == nil
}

// startLinger gives the client LingerTimeout to close its side; false means that
// too many are lingering already.
func (c *session) startLinger() bool {
	s := c.server
	s.lock.Lock()
	defer s.lock.Unlock()
	if !c.lingering && s.lingerFull() {
		return false
	}
	s.countLingering(c)
	if s.cfg.LingerTimeout > 0 {
		c.timer = s.afterFunc(s.cfg.LingerTimeout, c.lingerTimedOut)
	}
	return true
}

func (c *session) lingerTimedOut() {
	func() {
		c.server.lock.Lock()
		defer c.server.lock.Unlock()
		c.lingerOver = true
	}()
	c.interrupt()
}

// discard reads to the end of input or of the linger.
func (c *session) discard() {
	for {
		// finish's interrupt may come as late as now; take it back.
		if c.lingered() || c.conn.SetReadDeadline(time.Time{}) != nil || c.lingered() {
			return
		}
		_, err := c.conn.Read(c.small[:])
		if err != nil && !timedOut(err) {
			return
		}
	}
}

func (c *session) lingered() bool {
	c.server.lock.Lock()
	defer c.server.lock.Unlock()
	return c.lingerOver || c.closed
}

func (c *session) close() {
	if c.startClose() {
		// A cut is under way and may not have got to it: a close would overtake it.
		reset(c.conn)
		return
	}
	_ = c.conn.Close()
}

// startClose reports whether a cut has begun.
func (c *session) startClose() (cut bool) {
	c.server.lock.Lock()
	defer c.server.lock.Unlock()
	cut = c.closed
	c.closed = true
	c.stopTimer()
	return cut
}

// cut ends the connection at once, with a reset where it can: nothing more is
// worth sending to this client.
func (c *session) cut() {
	if c.startCut() && !c.server.survive("cut", func() { reset(c.conn) }) {
		c.interrupt()
		c.interruptWrite()
	}
}

// reset closes conn so that nothing lingers on this side. Close wakes whoever is
// blocked on the connection, whatever its kind.
func reset(conn net.Conn) {
	conn = inner(conn)
	defer conn.Close() // whatever SetLinger does
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0)
	}
}

// inner is the connection below a TLS connection, or conn itself.
func inner(conn net.Conn) net.Conn {
	if tls, ok := conn.(interface{ NetConn() net.Conn }); ok {
		return tls.NetConn()
	}
	return conn
}

func (c *session) startCut() bool {
	c.server.lock.Lock()
	defer c.server.lock.Unlock()
	if c.closed {
		return false
	}
	c.closed = true
	c.server.outbox.wake(c)
	c.signal()
	return true
}

func (c *session) stopTimer() {
	if t := c.timer; t != nil {
		c.timer = nil
		t.Stop()
	}
}
