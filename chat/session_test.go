package chat

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"example.com/chatd/chat/netfake"
)

// A timingOutConn ends as a connection does whose peer vanished: with ETIMEDOUT
// once, then as if the peer had closed.
type timingOutConn struct {
	*netfake.Conn
	told bool
}

func (c *timingOutConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == io.EOF && !c.told {
		c.told = true
		return n, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ETIMEDOUT)}
	}
	return n, err
}

// TestSessionE1NetworkTimeout: a timeout of the network's is a lost connection, and
// no deadline of the server's.
func TestSessionE1NetworkTimeout(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		alice := r.join("alice")
		ln := r.listen()
		r.async(func() error {
			return r.srv.Serve(wrapListener{ln, func(c net.Conn) net.Conn { return &timingOutConn{Conn: c.(*netfake.Conn)} }})
		})
		r.ln = ln
		bob := r.join("bob")
		alice.read()
		_, _ = bob.Write([]byte("half a li"))
		_ = bob.CloseWrite()
		alice.want("E1, W1: lost, the half line dropped", rigTime+"[SYSTEM]: bob has left our chat... (connection lost)\n")
	})
}

// TestSessionW5Counted: a line that is too long counts as one, at the prompt and
// inside, and at the prompt it is no attempt.
func TestSessionW5Counted(t *testing.T) {
	inRig(t, Config{MaxMessage: 8, NameAttempts: 1}, func(t *testing.T, r *rig) {
		const lost = "[SYSTEM]: line too long, lost: at most 16 bytes are allowed\n"
		alice := r.dial()
		for n := range 2 {
			alice.send(strings.Repeat("x", 17) + "\n")
			expect(t, "W5: lost at the prompt", r.srv.Stats().LinesLong, uint64(n+1))
		}
		alice.want("W5: one error each, and the prompt again", rigGreeting+lost+prompt+lost+prompt)
		alice.send("alice\n")
		alice.read()
		alice.send(strings.Repeat("x", 17) + "\n")
		alice.want("W5: one error", lost)
		expect(t, "W5: lost inside", r.srv.Stats().LinesLong, 3)
	})
}

// TestSlowDownR1Words: the interval is said as people say it.
func TestSlowDownR1Words(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Second: "1s", 1500 * time.Millisecond: "1.5s", 10 * time.Second: "10s", time.Minute: "1m",
		10 * time.Minute: "10m", 90 * time.Second: "1m30s", time.Hour: "1h", 100 * time.Hour: "100h",
		70 * time.Minute: "1h10m", time.Hour + time.Second: "1h0m1s",
	} {
		inRig(t, Config{RateInterval: d, RateBurst: 1, IdleTimeout: -1}, func(t *testing.T, r *rig) {
			alice := r.join("alice")
			alice.send("one\ntwo\n")
			alice.want("R1", fmt.Sprintf("[SYSTEM]: slow down: your lines go out one per %s\n", want))
		})
	}
}

// TestSessionSize: the memory of an idle client is that of its session, its task and
// its connection; a field too many costs 128 bytes for each of thousands.
func TestSessionSize(t *testing.T) {
	if got := unsafe.Sizeof(session{}); got > 896 {
		t.Errorf("a session has %d bytes, more than its allocation of 896: shrink smallBuffer, or take the next", got)
	}
}
