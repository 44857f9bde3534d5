//go:build unix

package chat_test

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat"
)

// junk is input that no session ever gets to read: more of it than a session's
// buffer takes at once.
var junk = strings.Repeat("is anybody there?\n", 64<<10/18)

// TestTCPRefusalIsNotEaten is L5: closing a connection with input unread resets it,
// and the reset destroys the line that said why. 100 of 100 must read it.
func TestTCPRefusalIsNotEaten(t *testing.T) {
	s := startTCP(t, chat.Config{MaxClients: 1})
	joinTCP(t, s.Addr(), "alice")
	for i := range 100 {
		c := dialTCP(t, s.Addr())
		c.name = fmt.Sprint("client ", i)
		c.send(junk)
		require.Equal(t, []string{"[SYSTEM]: the chat is full (1 clients), try again later"}, c.rest("L5"))
		c.conn.Close()
	}
	require.EqualValues(t, 100, s.Stats().Ended[chat.RefusedFull])
}

// TestTCPFullAtTheName is L5 for those who found a place at the prompt and none
// inside.
func TestTCPFullAtTheName(t *testing.T) {
	s := startTCP(t, chat.Config{MaxClients: 1})
	var late []*tcpClient
	for range 20 {
		late = append(late, dialTCP(t, s.Addr()))
	}
	for _, c := range late {
		c.want("L1", "[SYSTEM]: Welcome to TCP Chat!")
	}
	joinTCP(t, s.Addr(), "alice")
	for i, c := range late {
		c.send(fmt.Sprintf("bob%d\n%s", i, junk))
		require.Equal(t, []string{"[SYSTEM]: the chat is full (1 clients), try again later"}, c.rest("L5"))
	}
}

// TestTCPLastLineReachesASender: whatever ends a session, its last line arrives,
// also where the client's own input lies unread at the server (L5).
func TestTCPLastLineReachesASender(t *testing.T) {
	// One line per hour: from the second on, everything stays unread.
	stingy := chat.Config{RateInterval: time.Hour, RateBurst: 1}
	slowDown := "[SYSTEM]: slow down: your lines go out one per 1h"

	t.Run("L2 too many attempts", func(t *testing.T) {
		s := startTCP(t, chat.Config{})
		c := dialTCP(t, s.Addr())
		c.send("?\n?\n?\n" + junk)
		lines := c.rest("L2")
		require.Equal(t, "[SYSTEM]: too many attempts, goodbye", lines[len(lines)-1])
		require.EqualValues(t, 1, s.Stats().Ended[chat.RefusedAttempts])
	})
	t.Run("L3 login timeout", func(t *testing.T) {
		s := startTCP(t, chat.Config{LoginTimeout: 50 * time.Millisecond})
		c := dialTCP(t, s.Addr())
		c.send(strings.Repeat("never a line", 10000))
		lines := c.rest("L3")
		require.Equal(t, "[SYSTEM]: login timed out, goodbye", lines[len(lines)-1])
	})
	t.Run("R3 idle", func(t *testing.T) {
		s := startTCP(t, chat.Config{IdleTimeout: time.Millisecond})
		c := joinTCP(t, s.Addr(), "bob")
		c.send("never a line")
		c.want("R3", "[SYSTEM]: idle for too long, goodbye")
		c.wantEOF("R3")
	})
	t.Run("E1 kicked", func(t *testing.T) {
		s := startTCP(t, stingy)
		alice, bob := joinTCP(t, s.Addr(), "alice"), joinTCP(t, s.Addr(), "bob")
		bob.send("hi\n" + junk)
		bob.want("R1", slowDown)
		alice.until("M1", "[time][bob]: hi")
		require.True(t, s.Kick("BOB"))
		bob.want("E1", "[SYSTEM]: you were kicked, goodbye")
		bob.wantEOF("E1")
		alice.want("E1", "[time][SYSTEM]: bob has left our chat... (kicked)")
	})
	t.Run("E3 stop", func(t *testing.T) {
		s := startTCP(t, stingy)
		bob, pending := joinTCP(t, s.Addr(), "bob"), dialTCP(t, s.Addr())
		bob.send("hi\n" + junk)
		bob.want("R1", slowDown)
		pending.want("L1", "[SYSTEM]: Welcome to TCP Chat!")
		pending.send("half a na")
		stopped := make(chan error, 1)
		go func() { stopped <- s.Stop() }()
		bob.want("E3", "[time][SYSTEM]: Server shutting down...")
		bob.wantEOF("E3")
		pending.want("E3", "[SYSTEM]: Server shutting down...")
		pending.wantEOF("E3")
		bob.conn.Close()
		pending.conn.Close()
		require.NoError(t, awaitStop(t, stopped))
	})
}

// TestTCPUnreadInputDestroysNothing: what the kernel still holds for a client would
// be thrown away by a close with input unread. The client here has taken hardly
// anything when its session ends (L5, E1).
func TestTCPUnreadInputDestroysNothing(t *testing.T) {
	s := startTCP(t, chat.Config{RateInterval: time.Hour, RateBurst: 10})
	alice, bob := joinTCP(t, s.Addr(), "alice"), dialSmall(t, s.Addr())
	bob.join("bob")
	alice.want("L4", "[time][SYSTEM]: bob has joined our chat...")
	bob.send(strings.Repeat("\n", 64<<10))
	bob.want("R1", "[SYSTEM]: slow down: your lines go out one per 1h")
	before := s.Stats().Deliveries
	text := strings.Repeat("x", 1000)
	for range 10 {
		alice.send(text + "\n")
	}
	eventually(t, "the kernel has it all", func() bool { return s.Stats().Deliveries == before+10 })
	require.True(t, s.Kick("bob"))
	alice.want("E1", "[time][SYSTEM]: bob has left our chat... (kicked)")
	want := append(slices.Repeat([]string{"[time][alice]: " + text}, 10), "[SYSTEM]: you were kicked, goodbye")
	require.Equal(t, want, bob.rest("L5"))
}

// TestTCPLingerIsBounded: a client that neither closes nor stops sending is not
// waited for longer than LingerTimeout, and is then reset (L5).
func TestTCPLingerIsBounded(t *testing.T) {
	s := startTCP(t, chat.Config{MaxClients: 1, LingerTimeout: 50 * time.Millisecond})
	alice := joinTCP(t, s.Addr(), "alice")
	c := dialTCP(t, s.Addr())
	go io.Copy(c.conn, endless{}) // ends with the reset
	c.want("L5", "[SYSTEM]: the chat is full (1 clients), try again later")
	_, err := io.Copy(io.Discard, c.in)
	if err != nil {
		require.ErrorIs(t, err, syscall.ECONNRESET)
	}
	eventually(t, "L5: nobody lingers", func() bool { return s.Stats().Closing == 0 })

	// A place is free at once, whoever lingers.
	alice.send("/quit\n")
	alice.wantEOF("E1")
	joinTCP(t, s.Addr(), "bob")
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestTCPTooManyLinger: beyond MaxPending lingering connections the newcomer is
// reset at once, and costs the server nothing (L5).
func TestTCPTooManyLinger(t *testing.T) {
	s := startTCP(t, chat.Config{MaxClients: 3, MaxPending: 3})
	for _, name := range []string{"alice", "bob", "carol"} {
		joinTCP(t, s.Addr(), name)
	}
	for range 3 {
		c := dialTCP(t, s.Addr())
		c.want("L5", "[SYSTEM]: the chat is full (3 clients), try again later")
	}
	conn, err := net.DialTimeout("tcp", s.Addr().String(), patience)
	if err == nil { // or the reset was quicker
		c := newTCPClient(t, conn)
		_, err = c.in.ReadByte()
	}
	require.ErrorIs(t, err, syscall.ECONNRESET, "L5: one more than may linger")
	require.Equal(t, 3, s.Stats().Closing)
}

// TestTCPHalfClose is E2 and W1: `printf 'bob\nhi\n/who\nlast' | nc -N`. bob reads
// only when all is over, more than the kernel's buffers hold.
func TestTCPHalfClose(t *testing.T) {
	s := startTCP(t, chat.Config{Listen: listenSmall})
	alice := joinTCP(t, s.Addr(), "alice")
	var history []string
	for i := range 99 {
		text := fmt.Sprintf("%d %s", i, strings.Repeat("x", 1000))
		alice.send(text + "\n")
		history = append(history, "[time][alice]: "+text)
	}
	alice.send("/who\n")
	alice.want("C3: all is said", "[SYSTEM]: 1 here: alice")

	bob := dialSmall(t, s.Addr())
	bob.name = "bob"
	bob.send("bob\nhi\n/who\nlast")
	require.NoError(t, bob.conn.CloseWrite())
	alice.want("L4", "[time][SYSTEM]: bob has joined our chat...")
	alice.want("E2", "[time][bob]: hi")
	alice.want("W1: the unfinished line counts", "[time][bob]: last")
	alice.want("E1", "[time][SYSTEM]: bob has left our chat...")
	// "alice has joined" and 99 lines of hers are the history.
	want := append([]string{"[SYSTEM]: Welcome to TCP Chat!", "[time][SYSTEM]: alice has joined our chat..."}, history...)
	want = append(want, "[time][SYSTEM]: bob has joined our chat...", "[SYSTEM]: 2 here: alice, bob")
	require.Equal(t, want, bob.rest("E2"))
	eventually(t, "E2: the server closes", func() bool { return s.Stats().Closing == 0 })
}

// TestTCPAnotherProtocol is O5 where packets decide how much the server sees: a
// PROXY header cut behind its NUL, and a request line longer than any line, whose
// body would else be a name and a line of chat.
func TestTCPAnotherProtocol(t *testing.T) {
	s := startTCP(t, chat.Config{})
	const proxy2 = "\r\n\r\n\x00\r\nQUIT\n"
	opens := map[string]string{
		"POST /" + strings.Repeat("a", 3000) + " HTTP/1.1\r\n\r\nbob\nhi\n": "[SYSTEM]: HTTP/1.1 400 Bad Request: this port is a line chat, not a web server; connect with nc or telnet",
	}
	for n := len("\r\n\r\n\x00"); n <= len(proxy2); n++ {
		opens[proxy2[:n]] = "[SYSTEM]: this port is a line chat and takes no PROXY header; connect to it directly"
	}
	for opening, last := range opens {
		c := dialTCP(t, s.Addr())
		c.want("L1", "[SYSTEM]: Welcome to TCP Chat!")
		c.send(opening)
		require.Equal(t, []string{last}, c.rest("O5"), "%.20q", opening)
	}
	require.Zero(t, s.Stats().Joins)
}

// TestTCPReset is the other end of input: what was not a line when the connection
// broke never becomes one (W1), and the others read why (E1).
func TestTCPReset(t *testing.T) {
	s := startTCP(t, chat.Config{})
	alice := joinTCP(t, s.Addr(), "alice")

	pending := dialTCP(t, s.Addr())
	pending.want("L1", "[SYSTEM]: Welcome to TCP Chat!")
	pending.send("bo")
	pending.vanish()
	eventually(t, "the one at the prompt is gone", func() bool {
		return s.Stats().Pending == 0 && s.Stats().Ended[chat.RefusedGone] == 1
	})

	bob := joinTCP(t, s.Addr(), "bob")
	alice.want("L4", "[time][SYSTEM]: bob has joined our chat...")
	bob.send("hi\nhalf a line")
	alice.want("M1", "[time][bob]: hi")
	bob.vanish()
	alice.want("E1, W1", "[time][SYSTEM]: bob has left our chat... (connection lost)")
	joinTCP(t, s.Addr(), "bob")
}

// TestTCPVanishedPeerIsNoticedByAWrite: the server does not read from a client over
// its rate, so it learns of the client's end when it has something for it.
func TestTCPVanishedPeerIsNoticedByAWrite(t *testing.T) {
	s := startTCP(t, chat.Config{RateInterval: time.Hour, RateBurst: 1})
	alice, bob := joinTCP(t, s.Addr(), "alice"), joinTCP(t, s.Addr(), "bob")
	bob.send("one\ntwo\n")
	alice.until("M1", "[time][bob]: one")
	bob.want("R1", "[SYSTEM]: slow down: your lines go out one per 1h")
	bob.vanish()
	alice.send("bob?\n")
	alice.want("E1", "[time][SYSTEM]: bob has left our chat... (connection lost)")
	eventually(t, "E4", func() bool { return s.Stats().Closing == 0 })
}

// listenSmall and dialSmall keep the kernel from holding much: who does not read
// is stuck after a few KiB.
func listenSmall(network, address string) (net.Listener, error) {
	ln, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	return smallListener{ln}, nil
}

type smallListener struct{ net.Listener }

func (l smallListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		err = conn.(*net.TCPConn).SetWriteBuffer(4 << 10)
	}
	return conn, err
}

func dialSmall(t *testing.T, addr net.Addr) *tcpClient {
	t.Helper()
	dialer := net.Dialer{Timeout: patience, Control: func(_, _ string, raw syscall.RawConn) (err error) {
		// Before the connection is made: it decides the window.
		ctl := raw.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<10)
		})
		if ctl != nil {
			return ctl
		}
		return err
	}}
	conn, err := dialer.Dial("tcp", addr.String())
	require.NoError(t, err)
	return newTCPClient(t, conn)
}
