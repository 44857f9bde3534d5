package chat

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/chatd/chat/netfake"
)

// A rig is a server in a bubble: a clock that stands still until it is told, a
// network in memory, a runtime that counts. Nothing happens but what a test does;
// settle lets it happen to the end.
type rig struct {
	t      *testing.T
	srv    *Server
	clock  *netfake.ManualClock
	net    *netfake.Network
	ln     *netfake.Listener
	tasks  *countingRuntime
	log    *logbook
	served *result // Serve's
}

var rigStart = time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC)

// rigTime is how lines show the time until the clock is moved by a second.
const rigTime = "[2006-01-02 15:04:05]"

const rigGreeting = "[SYSTEM]: Welcome to TCP Chat!\nEnter your name: "

// inRig runs play on a server with cfg, then closes it and looks for what it left
// behind (E4). Clock, Runtime and Logger are the rig's where cfg names none. The t
// that play gets is the bubble's.
func inRig(t *testing.T, cfg Config, play func(*testing.T, *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, cfg)
		defer r.abandon()
		play(t, r)
		r.end()
	})
}

// abandon lets a test that has failed leave the bubble.
func (r *rig) abandon() {
	if r.t.Failed() {
		r.log.setStuck(false)
		r.async(r.srv.Close)
		r.settle()
	}
}

func newRig(t *testing.T, cfg Config) *rig {
	r := &rig{t: t, clock: netfake.NewManualClock(rigStart), tasks: &countingRuntime{}, log: &logbook{}}
	r.clock.Settle = synctest.Wait
	r.net = netfake.New(netfake.Config{Clock: r.clock})
	if cfg.Clock == nil {
		cfg.Clock = r.clock
	}
	if cfg.Runtime == nil {
		cfg.Runtime = r.tasks
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(r.log)
	}
	srv, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.srv = srv
	ln := r.listen()
	r.ln, r.served = ln, r.async(func() error { return srv.Serve(ln) })
	return r
}

func (r *rig) listen() *netfake.Listener {
	ln, err := r.net.Listen("127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	return ln
}

func (r *rig) settle() { synctest.Wait() }

// end closes the server; nothing of it may be left.
func (r *rig) end() {
	r.t.Helper()
	closed := r.async(r.srv.Close)
	r.settle()
	if !closed.over() {
		r.t.Fatalf("E4: Close does not return")
	}
	r.wantNothingLeft()
}

func (r *rig) wantNothingLeft() {
	r.t.Helper()
	r.settle()
	expect(r.t, "E4: no task is left", r.tasks.names(), nil)
	expect(r.t, "E4: no timer is left", r.clock.Pending(), 0)
	st := r.srv.Stats()
	expect(r.t, "E4: no connection is left", []int{st.Active, st.Connecting, st.Pending, st.Closing, st.Writers}, []int{0, 0, 0, 0, 0})
	expect(r.t, "E4: the server remembers nobody", len(r.srv.sessions)+len(r.srv.byMember)+len(r.srv.perIP), 0)
	expect(r.t, "L5: nobody lingers", r.srv.lingering, 0)
	expect(r.t, "R5: every borrowed buffer is back", r.srv.buffers.lent, 0)
}

// wantStats checks what is true of any snapshot.
func (r *rig) wantStats(reason string) Stats {
	r.t.Helper()
	r.settle()
	st := r.srv.Stats()
	ended := uint64(0)
	left := uint64(0)
	for why, n := range st.Ended {
		ended += n
		if !Reason(why).Refused() {
			left += n
		}
	}
	expect(r.t, reason+": accepted = inside + at the prompt + ended", uint64(st.Active+st.Pending)+ended, st.Accepted)
	expect(r.t, reason+": every connection is in one state", st.Active+st.Pending+st.Closing, len(r.srv.sessions))
	expect(r.t, reason+": joined = inside + left", uint64(st.Active)+left, st.Joins)
	if st.Connecting < 0 || st.Connecting > st.Pending {
		r.t.Fatalf("%s: %d are connecting, of %d who have no name", reason, st.Connecting, st.Pending)
	}
	return st
}

// A result is what a call that may take its time returned.
type result struct {
	mu   sync.Mutex
	done bool
	err  error
}

func (r *result) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.done
}

func (r *rig) async(f func() error) *result {
	res := &result{}
	go func() {
		err := f()
		res.mu.Lock()
		defer res.mu.Unlock()
		res.done, res.err = true, err
	}()
	return res
}

// want waits until everything has happened and checks that the call returned err.
func (r *rig) want(reason string, res *result, err error) {
	r.t.Helper()
	r.settle()
	if !res.over() {
		r.t.Fatalf("%s: it has not returned", reason)
	}
	if !errors.Is(res.err, err) {
		r.t.Fatalf("%s: it returned %v, want %v", reason, res.err, err)
	}
}

func (r *rig) wantWaiting(reason string, res *result) {
	r.t.Helper()
	r.settle()
	if res.over() {
		r.t.Fatalf("%s: it returned %v, and should wait", reason, res.err)
	}
}

// A peer is one client of a rig.
type peer struct {
	*netfake.Conn
	r *rig
}

func (r *rig) dial() *peer {
	r.t.Helper()
	c, err := r.net.Dial(r.ln.Addr().String())
	if err != nil {
		r.t.Fatal(err)
	}
	return &peer{c, r}
}

// join dials, gives a name and reads up to the end of its own join line.
func (r *rig) join(name string) *peer {
	r.t.Helper()
	p := r.dial()
	p.send(name + "\n")
	expectIn(r.t, "L4: "+name+" comes in", p.read(), name+" has joined our chat...\n")
	return p
}

func (p *peer) send(text string) {
	p.r.t.Helper()
	if _, err := p.Write([]byte(text)); err != nil {
		p.r.t.Fatalf("sending %q: %v", text, err)
	}
	p.r.settle()
}

// The marks that end what a peer reads when the connection has ended.
const (
	markEnd   = "<end>"
	markReset = "<reset>"
)

// read returns what has come since the last read, without waiting for more.
func (p *peer) read() string {
	p.r.t.Helper()
	var text strings.Builder
	buf := make([]byte, 64<<10)
	for {
		p.r.settle()
		if pr := p.Probe(); pr.Unread == 0 && !pr.PeerEnded && !pr.Reset {
			return text.String()
		}
		n, err := p.Read(buf)
		text.Write(buf[:n])
		switch {
		case err == io.EOF:
			return text.String() + markEnd
		case err != nil:
			return text.String() + markReset
		}
	}
}

// stall makes the peer a reader that does not read: one byte more is written to it,
// and then every Write blocks.
func (p *peer) stall() {
	_ = p.SetReadBuffer(1)
	_ = p.Peer().SetWriteBuffer(1)
}

// resume takes a stall back.
func (p *peer) resume() { _ = p.SetReadBuffer(1 << 20) }

func (p *peer) want(reason, text string) {
	p.r.t.Helper()
	expect(p.r.t, reason, p.read(), text)
}

// countingRuntime is Go's own, with a list of the tasks that run.
type countingRuntime struct {
	realRuntime
	mu      sync.Mutex
	running []string
}

func (c *countingRuntime) Go(name string, f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = append(c.running, name)
	c.realRuntime.Go(name, func() {
		defer c.ended(name)
		f()
	})
}

func (c *countingRuntime) ended(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.running, name)
	c.running = slices.Delete(c.running, i, i+1)
}

func (c *countingRuntime) names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.running) == 0 {
		return nil
	}
	return slices.Sorted(slices.Values(c.running))
}

// A logbook is a slog.Handler that keeps the messages. While stuck, it blocks.
type logbook struct {
	mu      sync.Mutex
	wake    *sync.Cond
	stuck   bool
	records []slog.Record
}

func (b *logbook) Enabled(context.Context, slog.Level) bool { return true }
func (b *logbook) WithAttrs([]slog.Attr) slog.Handler       { return b }
func (b *logbook) WithGroup(string) slog.Handler            { return b }

func (b *logbook) Handle(_ context.Context, r slog.Record) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.stuck {
		b.wake.Wait()
	}
	b.records = append(b.records, r)
	return nil
}

func (b *logbook) setStuck(stuck bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.wake == nil {
		b.wake = sync.NewCond(&b.mu)
	}
	b.stuck = stuck
	b.wake.Broadcast()
}

// count returns how many records have the message.
func (b *logbook) count(msg string) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.records {
		if r.Message == msg {
			n++
		}
	}
	return n
}

// text is all records, one a line.
func (b *logbook) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var text strings.Builder
	h := slog.NewTextHandler(&text, nil)
	for _, r := range b.records {
		_ = h.Handle(context.Background(), r)
	}
	return text.String()
}

// A listener of a test's own: connections pass through wrap on their way.
type wrapListener struct {
	net.Listener
	wrap func(net.Conn) net.Conn
}

func (l wrapListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.wrap(c), nil
}
