package netfake

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFailWrite(t *testing.T) {
	client, server := New(Config{}).Pipe()
	client.FailWrite(5, syscall.ENOBUFS)
	n, err := client.Write([]byte("abc"))
	assert.Equal(t, 3, n)
	require.NoError(t, err)
	n, err = client.Write([]byte("defg"))
	assert.Equal(t, 2, n)
	assert.EqualError(t, err, "write tcp 127.0.0.1:40001->127.0.0.1:30001: write: no buffer space available")
	n, err = client.Write([]byte("h"))
	assert.Equal(t, 1, n, "it strikes once")
	require.NoError(t, err)
	client.Close()
	p, err := io.ReadAll(server)
	assert.Equal(t, "abcdeh", string(p))
	assert.NoError(t, err)
}

func TestFailWriteStrikesABlockedWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := New(Config{ReadBuffer: 4, WriteBuffer: 4}).Pipe()
		b := start(func() (int, error) { return client.Write(make([]byte, 100)) })
		assert.False(t, b.done)
		own := errors.New("own error")
		client.FailWrite(0, own)
		synctest.Wait()
		assert.Equal(t, 8, b.n)
		assert.ErrorIs(t, b.err, own)
		client.FailWrite(0, own)
		client.FailWrite(0, nil)
		assert.Nil(t, client.fault)
	})
}

func TestShortReads(t *testing.T) {
	client, server := New(Config{}).Pipe()
	server.SetReadMax(2)
	client.Write([]byte("abcde"))
	p := make([]byte, 10)
	n, err := server.Read(p)
	assert.Equal(t, "ab", string(p[:n]))
	require.NoError(t, err)
	server.SetReadMax(0)
	n, err = server.Read(p)
	assert.Equal(t, "cde", string(p[:n]))
	require.NoError(t, err)
}

func TestVanish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := New(Config{ReadBuffer: 4, WriteBuffer: 4}).Pipe()
		server.Write([]byte("123456")) // 2 of it in the window
		client.Write([]byte("last"))
		client.Vanish()

		p := make([]byte, 10)
		n, err := server.Read(p)
		assert.Equal(t, "last", string(p[:n]), "what had arrived is there")
		require.NoError(t, err)
		read := start(func() (int, error) { return server.Read(p) })
		write := start(func() (int, error) { return server.Write(p) })
		assert.False(t, read.done)
		assert.False(t, write.done)
		assert.True(t, server.Probe().PeerClosed)
		assert.False(t, server.Probe().PeerEnded)

		_, err = client.Read(p)
		assert.ErrorIs(t, err, net.ErrClosed)
		require.NoError(t, server.Close())
		synctest.Wait()
		assert.ErrorIs(t, read.err, net.ErrClosed)
		assert.ErrorIs(t, write.err, net.ErrClosed)
		assert.Equal(t, 2, write.n)
		assert.Equal(t, Ledger{Written: 8, Discarded: Losses{FaultClose: 4, FaultVanish: 4}}, server.Probe().Sent)
	})
}

func TestAcceptErrors(t *testing.T) {
	for _, c := range []struct {
		err       error
		temporary bool
	}{
		{syscall.EMFILE, true},
		{syscall.ENFILE, true},
		{syscall.EINTR, true},
		{syscall.ECONNABORTED, false}, // a real Accept retries it and never returns it
		{syscall.EINVAL, false},
		{errors.New("own error"), false},
	} {
		t.Run(c.err.Error(), func(t *testing.T) {
			l, err := New(Config{}).Listen(":0")
			require.NoError(t, err)
			l.InjectAcceptError(c.err)
			_, err = l.Accept()
			var op *net.OpError
			require.ErrorAs(t, err, &op)
			assert.ErrorIs(t, err, c.err)
			assert.Equal(t, c.temporary, op.Temporary())
			assert.Equal(t, "accept", op.Op)
			assert.Equal(t, l.Addr(), op.Addr)
		})
	}
}

func TestInjectAcceptErrorWakesAccept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := New(Config{}).Listen(":0")
		b := start(func() (int, error) { _, err := l.Accept(); return 0, err })
		assert.False(t, b.done)
		l.InjectAcceptError(syscall.EMFILE)
		synctest.Wait()
		assert.ErrorIs(t, b.err, syscall.EMFILE)
	})
}

func TestBreakAccepted(t *testing.T) {
	for _, command := range []bool{false, true} {
		n := New(Config{Command: command})
		l, err := n.Listen("10.0.0.1:80")
		require.NoError(t, err)
		l.BreakAccepted(1)
		for i := range 2 {
			client, err := n.Dial("10.0.0.1:80")
			require.NoError(t, err)
			server, err := l.Accept()
			require.NoError(t, err)
			assert.Equal(t, i == 0, server.(*Conn).Probe().Reset)
			assert.Equal(t, i == 0, client.Probe().Reset)
		}
	}
}

// A client may be gone before it is accepted.
func TestResetBeforeAccept(t *testing.T) {
	n := New(Config{})
	l, err := n.Listen("10.0.0.1:80")
	require.NoError(t, err)
	client, err := n.Dial("10.0.0.1:80")
	require.NoError(t, err)
	client.Write([]byte("hello"))
	client.Reset()
	server, err := l.Accept()
	require.NoError(t, err)
	assert.Equal(t, "hello", got(server.(*Conn)))
	_, err = server.Read(make([]byte, 1))
	assert.ErrorIs(t, err, syscall.ECONNRESET)
}

func TestInjectDialError(t *testing.T) {
	n := New(Config{})
	_, err := n.Listen("10.0.0.1:80")
	require.NoError(t, err)
	n.InjectDialError(syscall.EHOSTUNREACH)
	n.InjectDialError(errors.New("own error"))
	_, err = n.Dial("10.0.0.1:80")
	assert.EqualError(t, err, "dial tcp 10.0.0.1:80: connect: no route to host")
	assert.ErrorIs(t, err, syscall.EHOSTUNREACH)
	_, err = n.DialContext(t.Context(), "tcp", "10.0.0.1:80")
	assert.EqualError(t, err, "dial tcp 10.0.0.1:80: own error")
	_, err = n.Dial("10.0.0.1:80")
	assert.NoError(t, err)
}

func TestSetBacklog(t *testing.T) {
	n := New(Config{})
	l, err := n.Listen("10.0.0.1:80")
	require.NoError(t, err)
	for i, room := range []int{1, 1, 0, 2} {
		l.SetBacklog(room)
		_, err = n.Dial("10.0.0.1:80")
		assert.Equal(t, i == 0 || i == 3, err == nil, "dial %d: %v", i, err)
	}
	assert.Equal(t, 2, l.Waiting())
}

// Errors may come at any step, before and between connections that wait.
func TestAcceptErrorsBetweenConnections(t *testing.T) {
	n := New(Config{Command: true})
	l, err := n.Listen("10.0.0.1:80")
	require.NoError(t, err)
	for range 2 {
		_, err = n.Dial("10.0.0.1:80")
		require.NoError(t, err)
	}
	c, err := l.Accept()
	require.NoError(t, err)
	assert.Equal(t, 1, c.(*Conn).ID())
	l.InjectAcceptError(syscall.EMFILE)
	_, err = l.Accept()
	assert.ErrorIs(t, err, syscall.EMFILE)
	c, err = l.Accept()
	require.NoError(t, err)
	assert.Equal(t, 2, c.(*Conn).ID(), "none is lost")
}
