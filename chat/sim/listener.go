package sim

import (
	"net"
	"sync"
	"sync/atomic"

	"example.com/chatd/chat/netfake"
)

// listener is the network's, with connections that can be made to panic.
type listener struct {
	*netfake.Listener
	troubles *troubles
	gate     *gate // nil: failures need none
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	conn := c.(*netfake.Conn)
	return &serverConn{Conn: conn, trouble: l.troubles.of(conn.ID()), gate: l.gate}, nil
}

// trouble is what a connection does to the server besides being a connection.
type trouble struct {
	panics atomic.Int32 // its n-th call from now on panics; 0: none does
	struck atomic.Int32 // how often one did
	reads  atomic.Bool  // only calls of Read count
}

func (t *trouble) call() {
	if t.panics.Load() > 0 && t.panics.Add(-1) == 0 {
		t.struck.Add(1)
		panic("sim: the connection panics")
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
	if !c.trouble.reads.Load() {
		c.trouble.call()
	}
	n, err := c.Conn.Write(p)
	c.failed(err, true)
	return n, err
}

func (c *serverConn) failed(err error, write bool) {
	if err != nil && c.gate != nil {
		c.gate.pass(c.ID(), write)
	}
}
