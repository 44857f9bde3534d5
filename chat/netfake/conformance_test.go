package netfake

import (
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/nettest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestConformance runs the standard suite for net.Conn on buffers of several
// sizes and with latency. It takes its deadlines from real time and therefore
// does not belong in a bubble.
func TestConformance(t *testing.T) {
	for _, c := range []struct {
		name   string
		config Config
	}{
		{"default", Config{}},
		{"latency", Config{Latency: time.Microsecond}},
		{"odd sizes", Config{ReadBuffer: 1000, WriteBuffer: 77}},
		{"jitter and bandwidth", Config{Jitter: 10 * time.Microsecond, Bandwidth: 1 << 30}},
	} {
		t.Run(c.name, func(t *testing.T) { conform(t, c.config) })
	}
}

func conform(t *testing.T, config Config) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		a, b := New(config).Pipe()
		return a, b, func() { a.Close(); b.Close() }, nil
	})
}

// TestConformanceAccepted runs it on dialed and accepted connections.
func TestConformanceAccepted(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		n := New(Config{})
		l, err := n.Listen(":0")
		if err != nil {
			return nil, nil, nil, err
		}
		c1, err = n.Dial(l.Addr().String())
		if err != nil {
			return nil, nil, nil, err
		}
		c2, err = l.Accept()
		return c1, c2, func() { c1.Close(); c2.Close(); l.Close() }, err
	})
}
