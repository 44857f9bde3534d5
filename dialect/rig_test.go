package dialect

import (
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat"
	"example.com/chatd/chat/netfake"
)

// A tester is a *testing.T or a *rapid.T.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	FailNow()
}

var rigStart = time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)

// rigTime is how lines show the time.
const rigTime = "[2026-01-02 15:04:05]"

// A rig is a server in a bubble with two doors: one where a dialect is spoken, and
// one where chatd's own is. The clock stands still.
type rig struct {
	t      tester
	srv    *chat.Server
	net    *netfake.Network
	spoken *netfake.Listener
	own    *netfake.Listener
}

// newRig fills what cfg leaves zero with the dialect's settings that matter here. The
// test closes it.
func newRig(t tester, d Dialect, change func(*chat.Config)) *rig {
	t.Helper()
	clock := netfake.NewManualClock(rigStart)
	clock.Settle = synctest.Wait
	r := &rig{t: t, net: netfake.New(netfake.Config{Clock: clock})}
	cfg := d.Config()
	cfg.Clock, cfg.RateInterval = clock, -1
	if change != nil {
		change(&cfg)
	}
	require.NoError(t, d.Check(cfg))
	var err error
	r.srv, err = chat.New(cfg)
	require.NoError(t, err)
	asItIs := func(c net.Conn) net.Conn { return c }
	r.spoken, r.own = r.serve(asItIs, d), r.serve(asItIs, Chatd)
	return r
}

// serve opens another door where d is spoken, at which the server's connections are
// wrapped.
func (r *rig) serve(wrap func(net.Conn) net.Conn, d Dialect) *netfake.Listener {
	r.t.Helper()
	ln, err := r.net.Listen("127.0.0.1:0")
	require.NoError(r.t, err)
	door := wrapListener{Listen(ln, d), wrap}
	go func() { _ = r.srv.Serve(door) }()
	return ln
}

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

func (r *rig) close() {
	r.t.Helper()
	require.NoError(r.t, r.srv.Close())
}

// inBubble runs play where time stands still and synctest.Wait settles everything.
func inBubble(t *testing.T, play func(*testing.T)) {
	t.Helper()
	synctest.Test(t, play)
}

// A peer is a client.
type peer struct {
	*netfake.Conn
	t tester
}

func (r *rig) dial(to *netfake.Listener) *peer {
	r.t.Helper()
	c, err := r.net.Dial(to.Addr().String())
	require.NoError(r.t, err)
	return &peer{c, r.t}
}

// join comes in where the dialect is spoken and returns what it read of that.
func (r *rig) join(name string) (*peer, string) {
	r.t.Helper()
	p := r.dial(r.spoken)
	p.send(name + "\n")
	return p, p.read()
}

// joinOwn comes in where chatd's own dialect is spoken.
func (r *rig) joinOwn(name string) *peer {
	r.t.Helper()
	p := r.dial(r.own)
	p.send(name + "\n")
	require.Contains(r.t, p.read(), name+" has joined our chat...\n")
	return p
}

func (p *peer) send(text string) {
	p.t.Helper()
	_, err := p.Write([]byte(text))
	require.NoError(p.t, err)
	synctest.Wait()
}

// read returns what has come since the last read, and "<end>" behind it where the
// server has ended it, "<reset>" where it broke.
func (p *peer) read() string {
	p.t.Helper()
	var text strings.Builder
	buf := make([]byte, 64<<10)
	for {
		synctest.Wait()
		if pr := p.Probe(); pr.Unread == 0 && !pr.PeerEnded && !pr.Reset {
			return text.String()
		}
		n, err := p.Read(buf)
		text.Write(buf[:n])
		switch {
		case err == io.EOF:
			return text.String() + "<end>"
		case err != nil:
			return text.String() + "<reset>"
		}
	}
}
