package netfake

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// A Listener is a net.Listener of a Network. Its methods may be called from any
// task.
type Listener struct {
	// Immutable.
	net  *Network
	at   netip.AddrPort
	addr *net.TCPAddr

	spare   leafLock    // mu, in real time
	mu      sync.Locker // guards what follows; never held with another lock
	accepts gate
	backlog []*Conn
	faults  []error
	limit   int // of the backlog
	breaks  int // how many of the next connections are broken when accepted
	closed  bool
}

func newListener(n *Network, at netip.AddrPort) *Listener {
	l := &Listener{net: n, at: at, addr: tcpAddr(at), limit: n.config.Backlog}
	l.mu = n.newLock(&l.spare)
	l.accepts.init(n, l.mu)
	return l
}

// Addr returns the *net.TCPAddr that the listener is bound to.
func (l *Listener) Addr() net.Addr { return l.addr }

// Accept waits for the next connection, a *Conn. Injected errors come first.
// Every error is a *net.OpError.
func (l *Listener) Accept() (net.Conn, error) {
	c, broken, err := l.accept()
	if err != nil {
		return nil, addrError("accept", l.addr, err)
	}
	if broken {
		c.Break()
	}
	return c, nil
}

// accept also tells whether the connection is to be broken.
func (l *Listener) accept() (c *Conn, broken bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, err = l.acceptLocked()
	if broken = err == nil && l.breaks > 0; broken {
		l.breaks--
	}
	return c, broken, err
}

func (l *Listener) acceptLocked() (*Conn, error) {
	if !l.accepts.enter(&l.closed) {
		return nil, net.ErrClosed
	}
	defer l.accepts.leave()
	for {
		c, err := l.nextLocked()
		if c != nil || err != nil {
			return c, err
		}
		l.accepts.wait()
	}
}

// nextLocked is one attempt to accept; nil, nil means that nothing is there.
func (l *Listener) nextLocked() (*Conn, error) {
	if l.closed {
		return nil, net.ErrClosed
	}
	if err := l.accepts.err(); err != nil {
		return nil, err
	}
	if len(l.faults) > 0 {
		err := l.faults[0]
		l.faults = l.faults[1:]
		return nil, sysError("accept4", err)
	}
	if len(l.backlog) > 0 {
		c := l.backlog[0]
		l.backlog[0] = nil
		l.backlog = l.backlog[1:]
		return c, nil
	}
	return nil, nil
}

// InjectAcceptError queues an error for Accept, which returns one per call,
// oldest first, in a *net.OpError. A syscall.Errno is wrapped as the real one is,
// so that EMFILE and ENFILE are temporary and EINVAL is not. Connections wait
// meanwhile and are not lost.
func (l *Listener) InjectAcceptError(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, err)
	l.accepts.wake()
}

// BreakAccepted makes the next n connections that Accept returns ones that are
// reset already, as by Conn.Break: bytes that had arrived can be read, then comes
// ECONNRESET.
func (l *Listener) BreakAccepted(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.breaks = max(n, 0)
}

// SetBacklog sets how many connections may wait to be accepted before Dial is
// refused; 0 or less refuses every one. What waits already stays.
func (l *Listener) SetBacklog(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.limit = n
}

// Waiting returns how many connections wait to be accepted.
func (l *Listener) Waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.backlog)
}

// SetDeadline sets the time at which Accept fails with os.ErrDeadlineExceeded, as
// Conn.SetReadDeadline does for Read.
func (l *Listener) SetDeadline(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return net.ErrClosed // bare, as from *net.TCPListener
	}
	l.accepts.setDeadline(t)
	return nil
}

// Close frees the address, wakes blocked Accepts and resets the connections that
// were not accepted. A second Close returns an error that wraps net.ErrClosed.
func (l *Listener) Close() error {
	waiting, ok := l.retire()
	if !ok {
		return addrError("close", l.addr, net.ErrClosed)
	}
	l.net.forget(l)
	for _, c := range waiting {
		c.reset(FaultUnaccepted)
	}
	return nil
}

// retire refuses further connections and returns those not accepted.
func (l *Listener) retire() (waiting []*Conn, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, false
	}
	l.closed = true
	l.accepts.close()
	waiting, l.backlog = l.backlog, nil
	return waiting, true
}

// offer puts c into the backlog; false means that it is refused.
func (l *Listener) offer(c *Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.backlog) >= l.limit {
		return false
	}
	l.backlog = append(l.backlog, c)
	l.accepts.wake()
	return true
}
