//go:build unix

package chat_test

import (
	"bufio"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat"
)

// The tests in tcp_*_test.go are about what only the kernel shows: resets, half
// closes, full buffers, descriptors. They run over loopback and in real time, but
// wait for conditions only; patience is how long before a test gives up.
const patience = 30 * time.Second

// startTCP serves a room on a free loopback port. What the test does not say is set
// so that nothing times out by itself on a busy machine.
func startTCP(t *testing.T, cfg chat.Config) *chat.Server {
	t.Helper()
	cfg.Addr = "127.0.0.1:0"
	if cfg.RateInterval == 0 {
		cfg.RateInterval = -1
	}
	if cfg.LingerTimeout == 0 {
		cfg.LingerTimeout = patience
	}
	if cfg.DrainTimeout == 0 {
		cfg.DrainTimeout = patience
	}
	s, err := chat.New(cfg)
	require.NoError(t, err)
	require.NoError(t, s.Start())
	t.Cleanup(func() { s.Close() })
	return s
}

// A tcpClient is a client that reads lines. Its methods fail the test; use them on
// the test's own goroutine.
type tcpClient struct {
	t    *testing.T
	name string
	conn *net.TCPConn
	in   *bufio.Reader
}

// dialTCP connects; nothing is read yet.
func dialTCP(t *testing.T, addr net.Addr) *tcpClient {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr.String(), patience)
	require.NoError(t, err)
	return newTCPClient(t, conn)
}

func newTCPClient(t *testing.T, conn net.Conn) *tcpClient {
	t.Helper()
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	return &tcpClient{t: t, conn: conn.(*net.TCPConn), in: bufio.NewReader(conn)}
}

// joinTCP connects a client and sees it inside: its own join line is read.
func joinTCP(t *testing.T, addr net.Addr, name string) *tcpClient {
	t.Helper()
	c := dialTCP(t, addr)
	c.join(name)
	return c
}

func (c *tcpClient) join(name string) {
	c.t.Helper()
	c.name = name
	c.send(name + "\n")
	c.until("own join line", "[time][SYSTEM]: "+name+" has joined our chat...")
}

func (c *tcpClient) send(text string) {
	c.t.Helper()
	require.NoError(c.t, c.conn.SetDeadline(time.Now().Add(patience)))
	_, err := io.WriteString(c.conn, text)
	require.NoError(c.t, err, "%s sends %q", c.name, text)
}

// line reads the next line, without its end, as shownLine shows it.
func (c *tcpClient) line(why string) string {
	c.t.Helper()
	require.NoError(c.t, c.conn.SetDeadline(time.Now().Add(patience)))
	text, err := c.in.ReadString('\n')
	require.NoError(c.t, err, "%s: %s reads %q", why, c.name, text)
	return shownLine(text)
}

// want reads the next line and compares it.
func (c *tcpClient) want(why, line string) {
	c.t.Helper()
	require.Equal(c.t, line, c.line(why), "%s: %s", c.name, why)
}

// until reads up to and including line, and returns what came before it.
func (c *tcpClient) until(why, line string) (before []string) {
	c.t.Helper()
	for {
		got := c.line(why)
		if got == line {
			return before
		}
		before = append(before, got)
	}
}

// rest reads to the end of the stream, which must be clean: a reset fails.
func (c *tcpClient) rest(why string) []string {
	c.t.Helper()
	require.NoError(c.t, c.conn.SetDeadline(time.Now().Add(patience)))
	text, err := io.ReadAll(c.in)
	require.NoError(c.t, err, "%s: %s reads %q and then no clean end", why, c.name, text)
	return shownLines(string(text))
}

// wantEOF reads the end of the stream, and nothing before it.
func (c *tcpClient) wantEOF(why string) {
	c.t.Helper()
	require.Empty(c.t, c.rest(why), "%s: %s", c.name, why)
}

// vanish resets the connection, as a peer that died does.
func (c *tcpClient) vanish() {
	c.t.Helper()
	require.NoError(c.t, c.conn.SetLinger(0))
	require.NoError(c.t, c.conn.Close())
}

var lineTime = regexp.MustCompile(`^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]`)

// shownLine is a line without its end, the prompts that stood before it, and the
// digits of its time.
func shownLine(text string) string {
	for strings.HasPrefix(text, "Enter your name: ") {
		text = strings.TrimPrefix(text, "Enter your name: ")
	}
	return lineTime.ReplaceAllString(strings.TrimSuffix(text, "\n"), "[time]")
}

func shownLines(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if line = shownLine(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// eventually waits for what the server does in its own time.
func eventually(t *testing.T, why string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, patience, time.Millisecond, why)
}

// awaitStop waits for what Stop returns.
func awaitStop(t *testing.T, stopped <-chan error) error {
	t.Helper()
	select {
	case err := <-stopped:
		return err
	case <-time.After(patience):
		require.FailNow(t, "E3: the stop does not end")
		return nil
	}
}
