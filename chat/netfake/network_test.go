package netfake

import (
	"context"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAddressesAreCountedUp(t *testing.T) {
	n := New(Config{})
	for i, want := range []string{"[::]:30001", "[::]:30002"} {
		l, err := n.Listen(":0")
		require.NoError(t, err)
		assert.Equal(t, want, l.Addr().String())
		c, err := n.Dial(net.JoinHostPort("127.0.0.1", want[5:]))
		require.NoError(t, err)
		assert.Equal(t, i+1, c.ID())
		s, err := l.Accept()
		require.NoError(t, err)
		assert.Same(t, c.Peer(), s)
		assert.Same(t, c, c.Peer().Peer())
		assert.Equal(t, "127.0.0.1:"+want[5:], s.LocalAddr().String(), "the address dialed")
		assert.Equal(t, c.LocalAddr(), s.RemoteAddr())
		assert.IsType(t, &net.TCPAddr{}, s.RemoteAddr())
	}
	c, err := n.Dial("[::1]:30001")
	require.NoError(t, err)
	assert.Equal(t, "[::1]:40003", c.LocalAddr().String())
}

func TestPortsStartOver(t *testing.T) {
	p := newPorts()
	for range listenPortMax - listenPortMin {
		p.nextListen()
	}
	assert.EqualValues(t, listenPortMax, p.nextListen())
	assert.EqualValues(t, listenPortMin, p.nextListen())
	p.dial = dialPortMax
	assert.EqualValues(t, dialPortMax, p.nextDial())
	assert.EqualValues(t, dialPortMin, p.nextDial())
}

func TestDialFrom(t *testing.T) {
	n := New(Config{})
	_, err := n.Listen("10.0.0.1:80")
	require.NoError(t, err)
	for source, want := range map[string]string{
		"192.0.2.7":        "192.0.2.7:40001",
		"192.0.2.7:99":     "192.0.2.7:99",
		"[2001:db8::1]:99": "[2001:db8::1]:99",
		"::ffff:192.0.2.7": "192.0.2.7:40001",
	} {
		n.ports = newPorts()
		c, err := n.DialFrom(source, "10.0.0.1:80")
		require.NoError(t, err)
		assert.Equal(t, want, c.Peer().RemoteAddr().String())
	}
	_, err = n.DialFrom("nonsense", "10.0.0.1:80")
	assert.EqualError(t, err, "dial tcp 10.0.0.1:80: address nonsense: invalid source address")
}

func TestDialIsRefused(t *testing.T) {
	n := New(Config{Backlog: 2})
	l, err := n.Listen("10.0.0.1:80")
	require.NoError(t, err)
	for range 2 {
		_, err = n.Dial("10.0.0.1:80")
		require.NoError(t, err)
	}
	_, err = n.Dial("10.0.0.1:80")
	assert.ErrorIs(t, err, syscall.ECONNREFUSED, "the backlog is full")
	assert.Equal(t, 2, l.Waiting())
	_, err = l.Accept()
	require.NoError(t, err)
	_, err = n.Dial("10.0.0.1:80")
	assert.NoError(t, err, "there is room again")

	for _, addr := range []string{"10.0.0.2:80", "10.0.0.1:81"} {
		_, err = n.Dial(addr)
		assert.EqualError(t, err, "dial tcp "+addr+": connect: connection refused")
		assert.ErrorIs(t, err, syscall.ECONNREFUSED)
	}
}

func TestBadAddresses(t *testing.T) {
	n := New(Config{})
	for addr, want := range map[string]string{
		"10.0.0.1":         "dial tcp: address 10.0.0.1: missing port in address",
		"10.0.0.1:http":    "dial tcp: address 10.0.0.1:http: invalid port",
		"elsewhere.test:1": "dial tcp: lookup elsewhere.test: no such host",
	} {
		_, err := n.Dial(addr)
		assert.EqualError(t, err, want)
		_, err = n.Listen(addr)
		assert.Error(t, err)
	}
}

func TestDialContextAndListenNetwork(t *testing.T) {
	n := New(Config{})
	l, err := n.ListenNetwork("tcp", "localhost:80")
	require.NoError(t, err)
	_, err = n.ListenNetwork("tcp", "localhost:80")
	assert.ErrorIs(t, err, syscall.EADDRINUSE)
	c, err := n.DialContext(t.Context(), "tcp", "localhost:80")
	require.NoError(t, err)
	assert.Equal(t, l.Addr(), c.RemoteAddr())

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	none, err := n.DialContext(ctx, "tcp", "localhost:80")
	assert.ErrorIs(t, err, context.Canceled)
	assert.True(t, none == nil, "no typed nil")
	require.NoError(t, l.Close())
	none, err = n.DialContext(t.Context(), "tcp", "localhost:80")
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)
	assert.True(t, none == nil, "no typed nil")
}
