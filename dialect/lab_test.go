package dialect

import (
	"flag"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat"
	"example.com/chatd/chat/conversation"
	"example.com/chatd/chat/netfake"
)

var update = flag.Bool("update", false, "rewrite what is read in testdata/conversations")

// TestConversations plays testdata/conversations in memory. cmd/chatd plays those
// that need no lab over TCP.
func TestConversations(t *testing.T) {
	all, err := conversation.Load("testdata/conversations")
	require.NoError(t, err)
	require.NotEmpty(t, all)
	for _, c := range all {
		t.Run(strings.TrimSuffix(filepath.Base(c.Path), ".txt"), func(t *testing.T) {
			inBubble(t, func(t *testing.T) { playInLab(t, c) })
		})
	}
}

func playInLab(t *testing.T, c conversation.Conversation) {
	l := newLab(t, c)
	defer func() { _ = l.server.Close() }()
	played, err := conversation.Play(c, l)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(c.Path, []byte(played.String()), 0o644))
		return
	}
	if diff := conversation.Diff(c, played); diff != "" {
		t.Error(diff)
	}
}

// A lab is a conversation.Lab, but for the faults, which are the core's business.
type lab struct {
	conversation.Lab
	clock   *netfake.ManualClock
	network *netfake.Network
	server  *chat.Server
	clients []*labClient
	stopped atomic.Bool
}

func newLab(t *testing.T, c conversation.Conversation) *lab {
	d, cfg := configOf(t, c)
	clock := netfake.NewManualClock(rigStart)
	l := &lab{clock: clock, network: netfake.New(netfake.Config{Clock: clock})}
	clock.Settle = l.Settle
	cfg.Clock, cfg.Listen = clock, func(network, addr string) (net.Listener, error) {
		ln, err := l.network.ListenNetwork(network, addr)
		if err != nil {
			return nil, err
		}
		return Listen(ln, d), nil
	}
	require.NoError(t, d.Check(cfg))
	var err error
	l.server, err = chat.New(cfg)
	require.NoError(t, err)
	require.NoError(t, l.server.Start())
	return l
}

// configOf turns the flags of a conversation into a dialect and a Config.
func configOf(t *testing.T, c conversation.Conversation) (Dialect, chat.Config) {
	d := Chatd
	for _, f := range c.Flags {
		if f.Name == "dialect" {
			d = Dialect(f.Value)
		}
	}
	cfg := d.Config()
	cfg.MOTD = c.MOTD
	for _, f := range c.Flags {
		if f.Name == "dialect" {
			continue
		}
		field := reflect.ValueOf(&cfg).Elem().FieldByNameFunc(func(name string) bool {
			return strings.EqualFold(name, strings.ReplaceAll(f.Name, "-", ""))
		})
		require.True(t, field.IsValid(), f.Name)
		n, err := strconv.ParseInt(f.Value, 10, 64)
		if field.Type() == reflect.TypeFor[time.Duration]() {
			var span time.Duration
			span, err = time.ParseDuration(f.Value)
			n = int64(span)
		}
		require.NoError(t, err, f.Name)
		if n == 0 {
			n = -1 // a flag's 0 lifts a limit
		}
		field.SetInt(n)
	}
	return d, cfg
}

func (l *lab) Dial(from string) (conversation.Client, error) {
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

func (l *lab) Pass(d time.Duration) { l.clock.Advance(d) }
func (l *lab) Kick(name string)     { l.server.Kick(name) }

// Guest comes in under the name without its dash, which not every dialect allows.
func (l *lab) Guest(name string) error {
	c, err := l.Dial("")
	if err != nil {
		return err
	}
	_, err = c.Write([]byte(strings.ReplaceAll(name, "-", "") + "\n"))
	l.Settle()
	return err
}

// StopReading leaves no room on the way.
func (l *lab) StopReading(c conversation.Client) { c.(*labClient).setDeaf(true, 1) }

func (l *lab) ReadAgain(c conversation.Client) { c.(*labClient).setDeaf(false, 64<<10) }

// A labClient is a conversation.Client.
type labClient struct {
	*netfake.Conn
	lab      *lab
	deaf     bool
	received conversation.Output
	end      conversation.End // told already
}

func (c *labClient) setDeaf(deaf bool, room int) {
	c.deaf = deaf
	_ = c.SetReadBuffer(room)
	_ = c.Peer().SetWriteBuffer(room) // it may be closed
}

func (c *labClient) Reset() error {
	c.Conn.Reset()
	return nil
}

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
