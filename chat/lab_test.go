package chat_test

import (
	"net"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/chatd/chat"
	"example.com/chatd/chat/conversation"
	"example.com/chatd/chat/netfake"
)

// conversationStart is when every conversation begins.
var conversationStart = time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)

// A lab is a conversation.Lab: a server on a fake network.
type lab struct {
	clock    *netfake.ManualClock
	network  *netfake.Network
	server   *chat.Server
	listener *netfake.Listener
	clients  []*labClient
	faulty   map[*netfake.Conn]*faultyConn // by the server's end
	stopped  atomic.Bool
}

func newLab(t *testing.T, c conversation.Conversation) *lab {
	clock := netfake.NewManualClock(conversationStart)
	l := &lab{
		clock:   clock,
		network: netfake.New(netfake.Config{Clock: clock}),
		faulty:  map[*netfake.Conn]*faultyConn{},
	}
	clock.Settle = l.Settle
	cfg, err := configOf(c)
	if err != nil {
		t.Fatalf("%s: %v", c.Path, err)
	}
	cfg.Clock, cfg.Listen = clock, l.listen
	if l.server, err = chat.New(cfg); err != nil {
		t.Fatalf("%s: %v", c.Path, err)
	}
	if err := l.server.Start(); err != nil {
		t.Fatal(err)
	}
	return l
}

// close ends what is left of the server at once.
func (l *lab) close() { _ = l.server.Close() }

func (l *lab) listen(network, addr string) (net.Listener, error) {
	ln, err := l.network.ListenNetwork(network, addr)
	if err != nil {
		return nil, err
	}
	l.listener = ln.(*netfake.Listener)
	return faultyListener{ln, l}, nil
}

func (l *lab) Dial(from string) (conversation.Client, error) {
	c, err := l.dial(from)
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (l *lab) dial(from string) (*labClient, error) {
	conn, err := l.network.DialFrom(from, l.server.Addr().String())
	if err != nil {
		return nil, err
	}
	c := &labClient{Conn: conn, lab: l}
	l.clients = append(l.clients, c)
	return c, nil
}

// Settle lets everything happen that can, and everybody read who does.
func (l *lab) Settle() {
	for again := true; again; {
		synctest.Wait()
		again = false
		for _, c := range l.clients {
			again = c.read() || again
		}
	}
}

func (l *lab) Stop() {
	go func() {
		_ = l.server.Stop()
		l.stopped.Store(true)
	}()
}

func (l *lab) Stopped(bool) bool {
	l.Settle()
	return l.stopped.Load()
}

func (l *lab) Pass(d time.Duration)     { l.clock.Advance(d) }
func (l *lab) StepWall(d time.Duration) { l.clock.StepWall(d) }
func (l *lab) Kick(name string)         { l.server.Kick(name) }

func (l *lab) RunOut() { l.listener.InjectAcceptError(syscall.EMFILE) }

func (l *lab) Guest(name string) error {
	c, err := l.dial("")
	if err != nil {
		return err
	}
	_, err = c.Write([]byte(name + "\n"))
	l.Settle()
	return err
}

// StopReading leaves no room on the way: the first byte that is written stays, and
// the write of the second waits.
func (l *lab) StopReading(c conversation.Client) { c.(*labClient).setDeaf(true, 1) }

func (l *lab) ReadAgain(c conversation.Client) { c.(*labClient).setDeaf(false, 64<<10) }

func (l *lab) PanicAt(c conversation.Client) {
	l.faulty[c.(*labClient).Peer()].panics.Store(true)
}

// A labClient is a conversation.Client.
type labClient struct {
	*netfake.Conn
	lab      *lab
	deaf     bool // it stopped reading
	received conversation.Output
	end      conversation.End // told already
}

func (c *labClient) setDeaf(deaf bool, room int) {
	c.deaf = deaf
	_ = c.SetReadBuffer(room)
	_ = c.Peer().SetWriteBuffer(room) // it may be closed
}

// Reset breaks the connection.
func (c *labClient) Reset() error {
	c.Conn.Reset()
	return nil
}

// Receive returns what has arrived; nothing more will, as time stands still.
func (c *labClient) Receive(conversation.Output) (conversation.Output, error) {
	c.lab.Settle()
	got := c.received
	c.received = conversation.Output{}
	return got, nil
}

// read takes what has arrived, and says whether it was anything.
func (c *labClient) read() bool {
	p := c.Probe()
	if c.deaf || p.Closed {
		return false
	}
	if p.Unread > 0 {
		text := make([]byte, p.Unread)
		n, err := c.Read(text)
		c.received.Text += string(text[:n])
		return err == nil
	}
	end := conversation.Open
	switch {
	case p.Reset:
		end = conversation.Reset
	case p.PeerEnded:
		end = conversation.Closed
	}
	if end == c.end {
		return false
	}
	c.received.End, c.end = end, end
	return true
}

// A faultyListener gives the server connections that can be made to panic.
type faultyListener struct {
	net.Listener
	lab *lab
}

func (f faultyListener) Accept() (net.Conn, error) {
	conn, err := f.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &faultyConn{Conn: conn.(*netfake.Conn)}
	f.lab.faulty[c.Conn] = c
	return c, nil
}

// A faultyConn is the server's end of a connection. Its Read panics (E5) when told.
type faultyConn struct {
	*netfake.Conn
	panics atomic.Bool
}

func (c *faultyConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.panics.Load() && n > 0 {
		panic("a bug in the server")
	}
	return n, err
}
