package chat

import (
	"io"
	"net"
	"os"
	"syscall"
	"testing"
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

// TestSessionSize: the memory of an idle client is that of its session, its task and
// its connection; a field too many costs 128 bytes for each of thousands.
func TestSessionSize(t *testing.T) {
	if got := unsafe.Sizeof(session{}); got > 896 {
		t.Errorf("a session has %d bytes, more than its allocation of 896: shrink smallBuffer, or take the next", got)
	}
}
