package faultproxy

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat/netfake"
)

const target = "127.0.0.1:8989"

// A rig is a proxy on a network in memory, in a bubble, on a clock moved by hand.
type rig struct {
	t       require.TestingT
	clock   *netfake.ManualClock
	network *netfake.Network
	server  *netfake.Listener
	proxy   *Proxy
	events  []Event
}

// inBubble runs f with a rig and closes it behind f.
func inBubble(t *testing.T, seed uint64, faults []string, f func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { withRig(t, seed, faults, f) })
}

func withRig(t require.TestingT, seed uint64, faults []string, f func(r *rig)) {
	r := &rig{t: t, clock: netfake.NewManualClock(time.Time{})}
	r.clock.Settle = synctest.Wait
	r.network = netfake.New(netfake.Config{Clock: r.clock, ReadBuffer: 4 << 20})
	var err error
	r.server, err = r.network.Listen(target)
	require.NoError(t, err)
	r.proxy, err = New(Config{
		Target: target, Faults: parseAll(t, faults), Seed: seed, Clock: r.clock,
		Dial: r.network.DialContext, Listen: r.network.ListenNetwork,
		OnEvent: func(e Event) { r.events = append(r.events, e) },
	})
	require.NoError(t, err)
	defer r.proxy.Close()
	f(r)
}

func parseAll(t require.TestingT, texts []string) (all []Fault) {
	for _, text := range texts {
		f, err := Parse(text)
		require.NoError(t, err)
		all = append(all, f)
	}
	return all
}

// A link is one connection through the proxy: both ends, and what each has read.
type link struct {
	client, server     net.Conn
	toClient, toServer *tap
}

// link connects through the proxy and reads at both ends.
func (r *rig) link() *link {
	client, err := r.proxy.Dial(context.Background())
	require.NoError(r.t, err)
	server, err := r.server.Accept()
	require.NoError(r.t, err)
	return &link{client, server, newTap(client), newTap(server)}
}

func (l *link) close() {
	l.client.Close()
	l.server.Close()
}

// say writes at the client and lets everything settle.
func (r *rig) say(l *link, text string) {
	_, err := io.WriteString(l.client, text)
	require.NoError(r.t, err)
	synctest.Wait()
}

// A tap reads a connection to its end.
type tap struct {
	mu   sync.Mutex
	text []byte
	err  error // io.EOF or what Read returned
}

func newTap(conn net.Conn) *tap {
	t := new(tap)
	go func() {
		buf := make([]byte, 64<<10)
		for {
			n, err := conn.Read(buf)
			t.mu.Lock()
			t.text, t.err = append(t.text, buf[:n]...), err
			t.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return t
}

// seen is what was read so far.
func (t *tap) seen() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}

func (t *tap) end() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}
