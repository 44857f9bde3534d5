package netfake

import (
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// commanded is a connection of which nothing moves by itself.
func commanded() (client, server *Conn) {
	return New(Config{Command: true, ReadBuffer: 8, WriteBuffer: 8}).Pipe()
}

// got is what a Read of the server's would return now.
func got(c *Conn) string {
	p := make([]byte, 100)
	n, err := c.Hand().Read(p)
	if err != nil {
		return fmt.Sprintf("%s %v", p[:n], err)
	}
	return string(p[:n])
}

func TestNothingMovesUntilTold(t *testing.T) {
	client, server := commanded()
	n, err := client.Write([]byte("abcdef"))
	require.NoError(t, err)
	assert.Equal(t, 6, n)
	w := client.Out()
	assert.Same(t, client, w.From())
	assert.Same(t, server, w.To())
	assert.Equal(t, WireProbe{Window: 6, Room: 6}, w.Probe())
	assert.Zero(t, w.Deliver(-1), "nothing is on the wire")

	assert.Equal(t, 4, w.Send(4))
	assert.Equal(t, WireProbe{Window: 2, Room: 2, InFlight: 4, Segments: 1, Next: Segment{Data, 4}}, w.Probe())
	assert.Empty(t, got(server))

	assert.Equal(t, 1, w.Deliver(1), "split")
	assert.Equal(t, "a", got(server))
	assert.Equal(t, 2, w.Send(-1))
	assert.Equal(t, WireProbe{InFlight: 5, Segments: 2, Next: Segment{Data, 3}}, w.Probe())
	assert.Equal(t, 4, w.Deliver(4), "joined, then split")
	assert.Equal(t, "bcde", got(server))
	g, ok := w.DeliverNext()
	assert.Equal(t, Segment{Data, 1}, g)
	assert.True(t, ok)
	assert.Equal(t, WireProbe{Unread: 1, Idle: true}, w.Probe())
	_, ok = w.DeliverNext()
	assert.False(t, ok)
	assert.Equal(t, "f", got(server))
}

func TestCommandedBuffersAreBounded(t *testing.T) {
	client, server := commanded()
	n, err := client.Hand().Write(make([]byte, 100))
	assert.Equal(t, 8, n, "the window is full, Write would block")
	require.NoError(t, err)
	w := client.Out()
	assert.Equal(t, 8, w.Send(-1))
	n, _ = client.Hand().Write(make([]byte, 100))
	assert.Equal(t, 8, n)
	assert.Zero(t, w.Send(-1), "the reader has room for no more")
	assert.Equal(t, 8, w.Deliver(100))
	assert.Zero(t, w.Send(-1), "arriving makes no room, reading does")
	assert.Len(t, got(server), 8)
	assert.Equal(t, 8, w.Pass(100))
	assert.Zero(t, w.Pass(-1))
}

func TestSendLetsABlockedWriteGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := commanded()
		b := start(func() (int, error) { return client.Write(make([]byte, 10)) })
		assert.False(t, b.done)
		client.Out().Send(1)
		synctest.Wait()
		assert.False(t, b.done)
		client.Out().Send(1)
		synctest.Wait()
		assert.True(t, b.done)
	})
}

func TestHand(t *testing.T) {
	client, server := New(Config{}).Pipe()
	h := server.Hand()
	n, err := h.Read(nil)
	assert.Zero(t, n)
	require.NoError(t, err)
	client.Hand().CloseWrite()
	n, err = h.Read(nil)
	assert.Zero(t, n)
	require.NoError(t, err, "whoever asks for nothing learns nothing")
	_, err = h.Read(make([]byte, 1))
	assert.Equal(t, io.EOF, err)
	require.NoError(t, h.CloseRead())
	require.NoError(t, h.Close())
	for _, err := range []error{h.Close(), h.CloseRead(), h.CloseWrite()} {
		assert.ErrorIs(t, err, net.ErrClosed)
	}
	_, err = h.Read(nil)
	assert.ErrorIs(t, err, net.ErrClosed)
	_, err = h.Write(nil)
	assert.ErrorIs(t, err, net.ErrClosed)
}

func TestCommandedEnds(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(client, server *Conn)
		want string // what the server reads, call by call
	}{
		{"a FIN waits behind the window", func(client, _ *Conn) {
			client.Write([]byte("bye"))
			client.Close()
			assert.False(t, client.Out().SendFIN())
			assert.True(t, client.Out().Probe().Ending)
		}, "|"},
		{"a FIN waits on the wire", func(client, _ *Conn) {
			client.Write([]byte("bye"))
			client.Close()
			w := client.Out()
			w.Send(-1)
			assert.True(t, w.SendFIN())
			assert.False(t, w.SendFIN())
			assert.False(t, w.DeliverFIN(), "data is before it")
			assert.Equal(t, 3, w.Deliver(-1), "up to the FIN")
		}, "bye||"},
		{"a FIN arrives", func(client, _ *Conn) {
			client.CloseWrite()
			assert.True(t, client.Out().SendFIN())
			assert.False(t, client.Out().DeliverRST())
			assert.True(t, client.Out().DeliverFIN())
			assert.True(t, client.Out().Probe().Idle)
		}, " EOF| EOF"},
		{"a reset overtakes the window and nothing else", func(client, _ *Conn) {
			client.Write([]byte("abcdef"))
			client.Out().Send(2)
			client.Reset()
			assert.False(t, client.Out().DeliverRST())
			assert.Equal(t, 2, client.Out().Pass(-1))
			assert.True(t, client.Out().DeliverRST())
		}, "ab| read tcp S->C: read: connection reset by peer| EOF"},
		{"a reset waits on the wire", func(client, _ *Conn) {
			client.Reset()
		}, "|"},
		{"all at once", func(client, _ *Conn) {
			client.Write([]byte("all"))
			client.Close()
			segments, bytes := client.Out().Flush()
			assert.Equal(t, 2, segments)
			assert.Equal(t, 3, bytes)
		}, "all| EOF| EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, server := commanded()
			c.do(client, server)
			names := strings.NewReplacer(client.LocalAddr().String(), "C", server.LocalAddr().String(), "S")
			var reads []string
			for range strings.Count(c.want, "|") + 1 {
				reads = append(reads, names.Replace(got(server)))
			}
			assert.Equal(t, c.want, strings.Join(reads, "|"))
		})
	}
}

func TestCloseWithDataInFlight(t *testing.T) {
	client, server := commanded()
	client.Write([]byte("late"))
	client.Out().Send(-1)
	server.Close() // has nothing unread: FIN
	assert.True(t, server.Out().SendFIN())
	assert.True(t, server.Out().DeliverFIN())
	assert.Equal(t, " EOF", got(client))
	assert.Equal(t, 4, client.Out().Deliver(-1))
	assert.True(t, server.Out().DeliverRST(), "that the late bytes provoked")
	_, err := client.Write([]byte("x"))
	assert.ErrorIs(t, err, syscall.EPIPE)
	assert.Equal(t, Losses{FaultClose: 4}, client.Probe().Sent.Discarded)
	assert.Equal(t, "close:4", client.Probe().Sent.Discarded.String())
}

func TestNetworkFlush(t *testing.T) {
	n := New(Config{Command: true, ReadBuffer: 4})
	a, b := n.Pipe()
	c, d := n.Pipe()
	a.Write([]byte("ab"))
	d.Write([]byte("123456"))
	d.Close()
	assert.Equal(t, 6, n.Flush())
	assert.Equal(t, "ab", got(b))
	assert.Equal(t, "1234", got(c))
	assert.Equal(t, 2, n.Flush())
	assert.Equal(t, "56", got(c))
	assert.Equal(t, " EOF", got(c))
	assert.Zero(t, n.Flush())
}

// Wires command a network that moves by itself too: they are early.
func TestDeliverBeforeItIsDue(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		client, server := latencyPair(clock)
		client.Write([]byte("ab"))
		client.Close()
		assert.Equal(t, 1, client.Out().Deliver(1))
		assert.Equal(t, "a", got(server))
		client.Out().Flush()
		p, err := io.ReadAll(server)
		assert.Equal(t, "b", string(p))
		assert.NoError(t, err)
		server.Close()
		clock.Advance(latency)
		assert.Zero(t, clock.Pending())
	})
}
