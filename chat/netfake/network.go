package netfake

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// Config says what a Network is made of. The zero value is an ordinary network in
// real time.
type Config struct {
	// Clock drives deadlines and latency; nil means the machine's own.
	Clock Clock
	// Runtime supplies locks and condition variables; nil means package sync.
	Runtime Runtime
	// ReadBuffer is how many bytes wait unread at each end of a connection, in
	// flight included; 0 or less means 64 KiB. Conn.SetReadBuffer overrides it.
	ReadBuffer int
	// WriteBuffer is how many bytes beyond those Write takes at each end before
	// it blocks; 0 or less means 64 KiB. Conn.SetWriteBuffer overrides it.
	WriteBuffer int
	// Latency is how long a byte, a FIN or a reset is in flight; 0 or less means
	// that it arrives within the call that sends it. Conn.SetLatency overrides it.
	Latency time.Duration
	// Backlog is how many connections wait to be accepted per listener before
	// Dial is refused; 0 or less means 4096.
	Backlog int
	// Jitter is added to the latency of each segment, a random time below it; 0
	// or less adds none. Conn.SetJitter overrides it.
	Jitter time.Duration
	// Bandwidth is how many bytes pass each way of a connection in a second; 0
	// or less means no limit. Conn.SetBandwidth overrides it.
	Bandwidth int
	// Seed is where the random numbers of jitter and segment sizes come from,
	// those of each direction of each connection apart from all others.
	Seed uint64
	// Command lets nothing move by itself, neither out of a send window nor
	// onto a receive buffer: the methods of Wire and Network.Flush say what
	// moves. Latency, Jitter, Bandwidth, segment sizes and clogs have no effect
	// then. Connecting, accepting and the buffers' bounds are as ever.
	Command bool
}

const (
	defaultBuffer  = 64 << 10
	defaultBacklog = 4096
)

func (c Config) withDefaults() Config {
	if c.ReadBuffer <= 0 {
		c.ReadBuffer = defaultBuffer
	}
	if c.WriteBuffer <= 0 {
		c.WriteBuffer = defaultBuffer
	}
	if c.Backlog <= 0 {
		c.Backlog = defaultBacklog
	}
	return c
}

// A Network connects listeners and dialers in memory. Its methods may be called
// from any task. It starts no task but the functions of its timers and holds
// nothing that needs closing.
type Network struct {
	// Immutable.
	config  Config
	clock   Clock
	runtime Runtime

	mu         leafLock // guards what follows
	listeners  map[netip.AddrPort]*Listener
	partitions []*Partition
	rules      uint64  // the version of partitions
	refusals   []error // of the next dials
	pairs      int
	ports      ports

	registry registry
}

// New returns a Network without listeners.
func New(config Config) *Network {
	n := &Network{
		config:    config.withDefaults(),
		clock:     config.Clock,
		runtime:   config.Runtime,
		listeners: make(map[netip.AddrPort]*Listener),
		ports:     newPorts(),
	}
	if n.clock == nil {
		n.clock = newRealClock()
	}
	if n.runtime == nil {
		n.runtime = realRuntime{}
	}
	return n
}

// Listen opens a listener at addr, "host:port": the host is an IP address,
// "localhost" or empty for every address; port 0 takes the next free one, counted
// up from 30001. An address in use gives EADDRINUSE in a *net.OpError.
func (n *Network) Listen(addr string) (*Listener, error) {
	at, err := parseAddr(addr)
	if err != nil {
		return nil, addrError("listen", nil, err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if at.Port() == 0 {
		at = netip.AddrPortFrom(at.Addr(), n.freePortLocked(at.Addr()))
	}
	if n.listeners[at] != nil {
		return nil, addrError("listen", tcpAddr(at), errno("bind", syscall.EADDRINUSE))
	}
	l := newListener(n, at)
	n.listeners[at] = l
	return l, nil
}

func (n *Network) freePortLocked(host netip.Addr) uint16 {
	for {
		port := n.ports.nextListen()
		if n.listeners[netip.AddrPortFrom(host, port)] == nil {
			return port
		}
	}
}

// ListenNetwork is Listen with the signature of net.Listen; the network, "tcp" or
// any other, is ignored.
func (n *Network) ListenNetwork(_, addr string) (net.Listener, error) {
	l, err := n.Listen(addr)
	if err != nil {
		return nil, err
	}
	return l, nil
}

// Dial connects to the listener at addr from the loopback address of its family
// and the next port, counted up from 40001. It never blocks: the connection
// exists before it is accepted. If nobody listens there, or the backlog is full,
// the error is a *net.OpError around ECONNREFUSED.
func (n *Network) Dial(addr string) (*Conn, error) { return n.DialFrom("", addr) }

// DialFrom is Dial from a source address of choice, "ip:port" or "ip"; port 0
// takes the next one, and an empty source is Dial's.
func (n *Network) DialFrom(source, addr string) (*Conn, error) {
	to, err := parseAddr(addr)
	if err != nil {
		return nil, addrError("dial", nil, err)
	}
	from, err := parseSource(source, to)
	if err != nil {
		return nil, addrError("dial", tcpAddr(to), err)
	}
	return n.connect(from, to)
}

// DialContext is Dial with the signature that http.Transport and net.Dialer have;
// the network is ignored. A ctx that is done gives its error in a *net.OpError.
func (n *Network) DialContext(ctx context.Context, _, addr string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, addrError("dial", nil, err)
	}
	c, err := n.Dial(addr)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// InjectDialError queues an error for Dial, which fails with one per call, oldest
// first, in a *net.OpError; a syscall.Errno is wrapped as the real one is. A dial
// to a bad address does not count.
func (n *Network) InjectDialError(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.refusals = append(n.refusals, err)
}

// Pipe returns the two ends of a connection that no listener saw.
func (n *Network) Pipe() (client, server *Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	host := loopback(netip.Addr{})
	to := netip.AddrPortFrom(host, n.ports.nextListen())
	p := n.newPairLocked(netip.AddrPortFrom(host, 0), to)
	return &p.client, &p.server
}

func (n *Network) connect(from, to netip.AddrPort) (*Conn, error) {
	l, p, err := n.reach(from, to)
	if err == nil && !l.offer(&p.server) {
		p.discard()
		err = syscall.ECONNREFUSED
	}
	if err != nil {
		return nil, addrError("dial", tcpAddr(to), sysError("connect", err))
	}
	return &p.client, nil
}

// reach makes a connection to whoever listens at to.
func (n *Network) reach(from, to netip.AddrPort) (*Listener, *pair, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.refusals) > 0 {
		err := n.refusals[0]
		n.refusals = n.refusals[1:]
		return nil, nil, err
	}
	l := n.listeners[to]
	if l == nil {
		l = n.listeners[netip.AddrPortFrom(netip.IPv6Unspecified(), to.Port())]
	}
	there, back := worst(n.partitions, from.Addr(), to.Addr()), worst(n.partitions, to.Addr(), from.Addr())
	switch {
	case there != Open || back != Open:
		return nil, nil, syscall.ETIMEDOUT
	case l == nil:
		return nil, nil, syscall.ECONNREFUSED
	}
	return l, n.newPairLocked(from, to), nil
}

func (n *Network) newPairLocked(from, to netip.AddrPort) *pair {
	if from.Port() == 0 {
		from = netip.AddrPortFrom(from.Addr(), n.ports.nextDial())
	}
	n.pairs++
	p := newPair(n, n.pairs, from, to)
	p.apply(n.partitions, n.rules)
	n.registry.add(p)
	return p
}

// forget frees the address of a closed listener.
func (n *Network) forget(l *Listener) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[l.at] == l {
		delete(n.listeners, l.at)
	}
}
