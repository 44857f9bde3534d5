package sim

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"example.com/chatd/chat/netfake"
)

// listener is the network's, with connections that can be made to panic, and that
// remember what the server did with them.
type listener struct {
	*netfake.Listener
	world *world
	gate  *gate // nil: failures need none
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	conn := c.(*netfake.Conn)
	t := l.world.troubles.of(conn.ID())
	t.watch.accepted(l.world)
	return &serverConn{Conn: conn, trouble: t, world: l.world, gate: l.gate}, nil
}

// trouble is what a connection does to the server besides being a connection.
type trouble struct {
	panics atomic.Int32 // its n-th call from now on panics; 0: none does
	struck atomic.Int32 // how often one did
	reads  atomic.Bool  // only calls of Read count
	watch  stopwatch
}

func (t *trouble) call() {
	if t.panics.Load() > 0 && t.panics.Add(-1) == 0 {
		t.struck.Add(1)
		panic("sim: the connection panics")
	}
}

// notRead is any call but Read.
func (t *trouble) notRead() {
	if !t.reads.Load() {
		t.call()
	}
}

// troubles are those of all connections, by number: the server may accept one
// before its client knows that it is connected.
type troubles struct {
	mu   sync.Mutex
	byID map[int]*trouble
}

func (t *troubles) of(id int) *trouble {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byID[id] == nil {
		if t.byID == nil {
			t.byID = make(map[int]*trouble)
		}
		t.byID[id] = &trouble{}
	}
	return t.byID[id]
}

// serverConn is the server's end of a connection.
type serverConn struct {
	*netfake.Conn
	trouble *trouble
	world   *world
	gate    *gate
}

// Read implements net.Conn.
func (c *serverConn) Read(p []byte) (int, error) {
	c.trouble.call()
	n, err := c.Conn.Read(p)
	c.failed(err, false)
	return n, err
}

// Write implements net.Conn.
func (c *serverConn) Write(p []byte) (int, error) {
	c.trouble.notRead()
	c.trouble.watch.writes(c.world, p)
	n, err := c.Conn.Write(p)
	c.trouble.watch.wrote(c.world)
	c.failed(err, true)
	return n, err
}

// SetWriteDeadline implements net.Conn. The server sets it to break off a write.
func (c *serverConn) SetWriteDeadline(t time.Time) error {
	c.trouble.watch.brokenOff(c.world)
	c.trouble.notRead()
	return c.Conn.SetWriteDeadline(t)
}

// SetReadDeadline implements net.Conn.
func (c *serverConn) SetReadDeadline(t time.Time) error {
	c.trouble.notRead()
	return c.Conn.SetReadDeadline(t)
}

// CloseWrite is *net.TCPConn's.
func (c *serverConn) CloseWrite() error {
	c.trouble.notRead()
	err := c.Conn.CloseWrite()
	if err == nil {
		c.trouble.watch.shut(c.world)
	}
	return err
}

// Close implements net.Conn.
func (c *serverConn) Close() error {
	c.trouble.notRead()
	c.trouble.watch.closed(c.world, c.Conn)
	return c.Conn.Close()
}

func (c *serverConn) failed(err error, write bool) {
	if err != nil && c.gate != nil {
		c.gate.pass(c.ID(), write)
	}
}
