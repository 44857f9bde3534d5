package blackbox

import (
	"net"
	"strings"
	"time"
)

const pollEvery = 5 * time.Millisecond

// A bentListener hands out connections that replace some bytes on their way.
type bentListener struct {
	net.Listener
	bend bend
}

func (l *bentListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &bentConn{c.(*net.TCPConn), l.bend}, nil
}

type bentConn struct {
	*net.TCPConn
	bend bend
}

// Read leaves the length as it is where it can: what is longer is cut.
func (c *bentConn) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	if c.bend.in[0] == "" {
		return n, err
	}
	return copy(b, strings.ReplaceAll(string(b[:n]), c.bend.in[0], c.bend.in[1])), err
}

func (c *bentConn) Write(b []byte) (int, error) {
	if c.bend.out[0] == "" {
		return c.TCPConn.Write(b)
	}
	if _, err := c.TCPConn.Write([]byte(strings.ReplaceAll(string(b), c.bend.out[0], c.bend.out[1]))); err != nil {
		return 0, err
	}
	return len(b), nil
}
