package badserver

import (
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat/netfake"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// A rig is a server on a network in memory, in a bubble, on a clock moved by hand.
type rig struct {
	t       *testing.T
	clock   *netfake.ManualClock
	network *netfake.Network
	server  *Server
}

func inBubble(t *testing.T, cfg Config, f func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, clock: netfake.NewManualClock(noon)}
		r.clock.Settle = synctest.Wait
		r.network = netfake.New(netfake.Config{Clock: r.clock})
		ln, err := r.network.Listen("127.0.0.1:8989")
		require.NoError(t, err)
		require.NoError(t, cfg.check())
		cfg.Clock = r.clock
		if cfg.Banner == "" {
			cfg.Banner = bannerDefault
		}
		r.server = serve(cfg, ln)
		defer r.server.Close()
		f(r)
	})
}

// A client reads to its connection's end; its methods let everything settle.
type client struct {
	r    *rig
	conn *netfake.Conn

	mu   sync.Mutex
	text []byte
	err  error
}

func (r *rig) dial() *client {
	conn, err := r.network.Dial("127.0.0.1:8989")
	require.NoError(r.t, err)
	r.t.Cleanup(func() { conn.Close() })
	c := &client{r: r, conn: conn}
	go func() {
		buf := make([]byte, 64<<10)
		for {
			n, err := conn.Read(buf)
			c.mu.Lock()
			c.text, c.err = append(c.text, buf[:n]...), err
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	synctest.Wait()
	return c
}

// join returns a client inside, who has read all that came until then.
func (r *rig) join(name string) *client {
	c := r.dial()
	c.send(name + "\n")
	require.Equal(r.t, greeting+r.clock.Now().Format("[2006-01-02 15:04:05]")+"[SYSTEM]: "+name+" has joined our chat...\n", c.read())
	return c
}

const greeting = "[SYSTEM]: Welcome to TCP Chat!\nEnter your name: "

func (c *client) send(text string) {
	_, err := io.WriteString(c.conn, text)
	require.NoError(c.r.t, err)
	synctest.Wait()
}

// read returns what came since the last time.
func (c *client) read() string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	text := string(c.text)
	c.text = nil
	return text
}

// said returns the texts of the messages that came since the last time, in order, and
// notices in brackets; joins and leaves are left out.
func (c *client) said() string {
	var all []string
	for line := range strings.Lines(c.read()) {
		line = strings.TrimSuffix(line, "\n")
		if notice, ok := strings.CutPrefix(line, "[SYSTEM]: "); ok {
			all = append(all, "("+notice+")")
		} else if who, text, ok := strings.Cut(line[len("[2026-01-02 12:00:00]"):], "]: "); ok && who != "[SYSTEM" {
			all = append(all, text)
		}
	}
	return strings.Join(all, " ")
}

func (c *client) end() error {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

func (r *rig) counts() Counts {
	synctest.Wait()
	return r.server.Counts()
}
