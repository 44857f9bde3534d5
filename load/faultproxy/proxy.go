package faultproxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Config says what to break. Only Target has to be set.
type Config struct {
	Target string  // host:port of the server
	Faults []Fault // nil means that nothing breaks
	Seed   uint64  // chooses who is hit

	// Clock nil means the machine's own.
	Clock Clock

	// OnEvent, if not nil, is called when a fault has begun or ended, one call after
	// the other and in order. It must not call Close, and while it runs the schedule
	// waits.
	OnEvent func(Event)

	// Dial connects to Target; nil means a net.Dialer. It is given the context of
	// Proxy.Dial, or one that ends with Close. Its connections should have CloseWrite
	// and SetLinger, as *net.TCPConn does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Listen replaces net.Listen, which nil means; the proxy then dials itself with
	// Dial. It is the door for a network in memory.
	Listen func(network, address string) (net.Listener, error)
}

// A Proxy forwards connections to a target and breaks them by schedule. Its methods
// may be called concurrently.
type Proxy struct {
	// Immutable.
	target   string
	faults   []Fault
	choices  []choice
	clock    Clock
	onEvent  func(Event)
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	dialSelf func(ctx context.Context, network, address string) (net.Conn, error)
	door     net.Listener // for everybody
	own      net.Listener // for Dial
	ctx      context.Context
	cancel   context.CancelFunc

	tasks   sync.WaitGroup // goroutines and timers, which Close awaits
	numbers atomic.Uint64  // the next connection's

	// pairing makes calls of Dial take turns at own, where they dial and accept: who
	// dialled is then who is accepted. It is held for a connect over loopback.
	pairing sync.Mutex

	mu      sync.Mutex // guards what follows; never held across I/O
	conns   map[*conn]struct{}
	closed  bool
	started bool
	zero    time.Duration // of the schedule, on the clock
	moments []moment      // still to come
	timer   wait          // for the first of them
	active  []bool        // by fault
	hits    []int         // by fault
	events  []Event
}

// New opens a proxy on a free loopback port. It forwards at once; faults wait for
// Start. Close it when done.
func New(cfg Config) (*Proxy, error) {
	p := &Proxy{
		target: cfg.Target, clock: cfg.Clock, onEvent: cfg.OnEvent, dial: cfg.Dial,
		conns: make(map[*conn]struct{}), active: make([]bool, len(cfg.Faults)), hits: make([]int, len(cfg.Faults)),
	}
	if p.target == "" {
		return nil, errors.New("faultproxy: Config.Target is empty")
	}
	for i, f := range cfg.Faults {
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("faultproxy: Config.Faults[%d]: %w", i, err)
		}
		p.faults = append(p.faults, f.withDefaults())
		p.choices = append(p.choices, newChoice(cfg.Seed, i, f.Percent))
	}
	p.moments = moments(p.faults)
	if p.clock == nil {
		p.clock = realClock{time.Now()}
	}
	if p.dial == nil {
		p.dial = new(net.Dialer).DialContext
	}
	if err := p.listen(cfg.Listen); err != nil {
		return nil, fmt.Errorf("faultproxy: %w", err)
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.tasks.Go(p.serve)
	return p, nil
}

const loopback = "127.0.0.1:0"

func (p *Proxy) listen(listen func(network, address string) (net.Listener, error)) (err error) {
	p.dialSelf = p.dial
	if listen == nil {
		listen, p.dialSelf = net.Listen, new(net.Dialer).DialContext
	}
	if p.door, err = listen("tcp", loopback); err != nil {
		return err
	}
	if p.own, err = listen("tcp", loopback); err != nil {
		p.door.Close()
	}
	return err
}

// Addr is where clients connect to be forwarded. One whose target cannot be reached is
// reset.
func (p *Proxy) Addr() net.Addr { return p.door.Addr() }

// Dial connects to the target through the proxy, under the next number. Unlike a
// client at Addr it gets the error of dialling the target as it is. After Close the
// error is net.ErrClosed.
func (p *Proxy) Dial(ctx context.Context) (net.Conn, error) {
	return p.DialNumber(ctx, p.numbers.Add(1)-1)
}

// DialNumber is Dial under a number of the caller's: a client that always dials under
// the same one is always treated the same, in whatever order clients connect.
func (p *Proxy) DialNumber(ctx context.Context, number uint64) (net.Conn, error) {
	if p.ctx.Err() != nil {
		return nil, net.ErrClosed
	}
	target, err := p.dial(ctx, "tcp", p.target)
	if err != nil {
		return nil, err
	}
	client, inner, err := p.pair(ctx)
	if err != nil {
		reset(target)
		if p.ctx.Err() != nil {
			err = net.ErrClosed
		}
		return nil, err
	}
	if !p.join(number, inner, target) {
		client.Close()
		return nil, net.ErrClosed
	}
	return client, nil
}

// pair makes a connection from the proxy to itself and returns both ends.
func (p *Proxy) pair(ctx context.Context) (client, inner net.Conn, err error) {
	p.pairing.Lock()
	defer p.pairing.Unlock()
	if client, err = p.dialSelf(ctx, "tcp", p.own.Addr().String()); err != nil {
		return nil, nil, err
	}
	for {
		if inner, err = p.own.Accept(); err != nil {
			client.Close()
			return nil, nil, err
		}
		if inner.RemoteAddr().String() == client.LocalAddr().String() {
			return client, inner, nil
		}
		reset(inner) // a stranger; they have Addr
	}
}

// serve accepts clients at Addr until Close.
func (p *Proxy) serve() {
	for {
		client, err := p.door.Accept()
		switch {
		case err == nil:
			number := p.numbers.Add(1) - 1
			p.tasks.Go(func() { p.forward(number, client) })
		case errors.Is(err, net.ErrClosed) || !p.rest():
			return
		}
	}
}

func (p *Proxy) forward(number uint64, client net.Conn) {
	target, err := p.dial(p.ctx, "tcp", p.target)
	if err != nil {
		reset(client)
		return
	}
	p.join(number, client, target)
}

// acceptPause keeps serve from spinning while descriptors are short.
const acceptPause = 20 * time.Millisecond

// rest waits for acceptPause; false means that the proxy was closed meanwhile.
func (p *Proxy) rest() bool {
	over := make(chan struct{})
	timer := p.afterFunc(acceptPause, func() { close(over) })
	defer timer.stop()
	select {
	case <-over:
		return true
	case <-p.ctx.Done():
		return false
	}
}

// join begins forwarding, or resets both where the proxy is closed.
func (p *Proxy) join(number uint64, client, target net.Conn) bool {
	c := newConn(p, number, client, target)
	e, ok := p.track(c)
	if !ok {
		reset(client)
		reset(target)
		return false
	}
	c.start(e)
	return true
}

// track registers a connection, in one critical section with finding out what the
// faults under way do to it: a fault that begins later finds it among the others.
func (p *Proxy) track(c *conn) (e effects, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return e, false
	}
	p.conns[c] = struct{}{}
	for i, choice := range p.choices {
		if p.active[i] && choice.hits(c.number) {
			p.hits[i]++
		}
	}
	e = p.effectsLocked(c.number)
	c.up.effects, c.down.effects = e, e
	p.tasks.Add(2) // its readers
	return e, true
}

func (p *Proxy) untrack(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

// Close stops listening, resets every connection and ends the schedule. When it returns
// no goroutine of the proxy is left. The error is always nil.
func (p *Proxy) Close() error {
	p.cancel()
	p.door.Close()
	p.own.Close()
	for _, c := range p.shut() {
		c.abort()
	}
	p.tasks.Wait()
	return nil
}

// shut lets nothing new begin and returns the connections there are.
func (p *Proxy) shut() (all []*conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed && p.timer.timer != nil {
		p.timer.stop()
	}
	p.closed = true
	for c := range p.conns {
		all = append(all, c)
	}
	return all
}
