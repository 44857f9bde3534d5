package netfake

import (
	"net/netip"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHold(t *testing.T) {
	client, server := New(Config{ReadBuffer: 4, WriteBuffer: 4}).Pipe()
	client.Out().Hold()
	n, err := client.Hand().Write([]byte("0123456789"))
	require.NoError(t, err)
	assert.Equal(t, 8, n, "4 in flight, 4 in the window")
	assert.EqualValues(t, 4, client.Probe().Sent.InFlight)
	assert.Equal(t, Holding, client.Out().Probe().Barrier)
	assert.Empty(t, got(server))
	server.Write([]byte("ok"))
	assert.Equal(t, "ok", got(client), "one way only")

	client.Out().Heal()
	assert.Equal(t, "0123", got(server))
	assert.Equal(t, "4567", got(server))
	client.Write([]byte("on"))
	assert.Equal(t, "on", got(server))
}

func TestHoldOfAFIN(t *testing.T) {
	client, server := New(Config{}).Pipe()
	client.Out().Hold()
	client.Close()
	assert.False(t, server.Probe().PeerEnded, "half-open: the peer is gone and nobody knows")
	assert.True(t, server.Probe().PeerClosed)
	client.Out().Heal()
	assert.Equal(t, " EOF", got(server))
}

func TestHoldUnderLatency(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		client, server := latencyPair(clock)
		client.Write([]byte("a"))
		client.Out().Hold()
		assert.Zero(t, clock.Pending())
		clock.Advance(time.Minute)
		client.Write([]byte("b"))
		client.Out().Heal()
		assert.Equal(t, "a", got(server), "was due long ago")
		clock.Advance(latency)
		assert.Equal(t, "b", got(server))
		client.Close()
		server.Close()
	})
}

func TestHoldUnderCommand(t *testing.T) {
	client, server := commanded()
	client.Write([]byte("ab"))
	client.Out().Hold()
	assert.Equal(t, 2, client.Out().Send(-1), "up to the wire all is well")
	assert.Zero(t, client.Out().Pass(-1))
	_, ok := client.Out().DeliverNext()
	assert.False(t, ok)
	client.Out().Heal()
	assert.Empty(t, got(server), "healing is no telling")
	assert.Equal(t, 2, client.Out().Pass(-1))
	assert.Equal(t, "ab", got(server))
}

func TestDrop(t *testing.T) {
	for _, c := range []struct {
		name   string
		config Config
		do     func(client *Conn)
		lost   int64
		reset  bool // after healing
	}{
		{"nothing lost, nothing broken", Config{}, func(*Conn) {}, 0, false},
		{"bytes", Config{}, func(c *Conn) { c.Write([]byte("abc")) }, 3, true},
		{"a FIN", Config{}, func(c *Conn) { c.CloseWrite() }, 0, true},
		{"a RST", Config{}, func(c *Conn) { c.Reset() }, 0, true},
		{"under command, sent", Config{Command: true}, func(c *Conn) { c.Write([]byte("abc")); c.Out().Send(2) }, 2, true},
		{"under command, not sent", Config{Command: true}, func(c *Conn) { c.Write([]byte("abc")) }, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, server := New(c.config).Pipe()
			client.Out().Drop()
			c.do(client)
			assert.Equal(t, Losses{FaultPartition: c.lost}, client.Probe().Sent.Discarded)
			assert.False(t, server.Probe().Reset)
			client.Out().Heal()
			assert.Equal(t, c.reset, server.Probe().Reset)
			assert.Equal(t, c.reset, client.Probe().Reset)
			assert.True(t, client.Probe().Sent.Balanced())
		})
	}
}

func TestDropOfWhatIsInFlight(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		client, server := latencyPair(clock)
		client.Write([]byte("abc"))
		client.Out().Drop()
		n, _ := client.Hand().Write(make([]byte, 100))
		assert.Equal(t, 13, n, "what is lost keeps its room: the sender notices nothing")
		assert.Equal(t, Losses{FaultPartition: 8}, client.Probe().Sent.Discarded)
		clock.Advance(time.Minute)
		read := start(func() (int, error) { return server.Read(make([]byte, 8)) })
		assert.False(t, read.done)
		client.Out().Heal()
		synctest.Wait()
		assert.ErrorIs(t, read.err, syscall.ECONNRESET)
		_, err := client.Write([]byte("x"))
		assert.ErrorIs(t, err, syscall.ECONNRESET)
		assert.Equal(t, Losses{FaultPartition: 16}, client.Probe().Sent.Discarded)
	})
}

func TestBreak(t *testing.T) {
	client, server := commanded()
	client.Write([]byte("abcdef"))
	client.Out().Send(4)
	client.Out().Deliver(2)
	server.Write([]byte("xyz"))
	client.Break()
	assert.Equal(t, "ab", got(server), "what had arrived is there")
	assert.Contains(t, got(server), "connection reset by peer")
	assert.Contains(t, got(client), "connection reset by peer")
	assert.Equal(t, Losses{FaultBreak: 4}, client.Probe().Sent.Discarded)
	assert.Equal(t, Losses{FaultBreak: 3}, server.Probe().Sent.Discarded)
	client.Close()
	client.Reset()
	assert.True(t, client.Out().Probe().Idle, "nothing more is sent")
}

func TestBarriersAddUp(t *testing.T) {
	n := New(Config{})
	client, _ := n.Pipe()
	client.Out().Hold()
	assert.Equal(t, Open, client.In().Probe().Barrier)
	cut := n.Partition(TwoWay("", ""), Dropping)
	assert.Equal(t, Dropping, client.Out().Probe().Barrier, "the worse one")
	client.pair.repartition(nil, 0)
	assert.Equal(t, Dropping, client.Out().Probe().Barrier, "rules that come too late change nothing")
	cut.Heal()
	assert.Equal(t, Holding, client.Out().Probe().Barrier)
}

func TestPartition(t *testing.T) {
	n := New(Config{})
	l, err := n.Listen("10.0.0.1:80")
	require.NoError(t, err)
	dial := func(from string) (client, server *Conn) {
		c, err := n.DialFrom(from, "10.0.0.1:80")
		require.NoError(t, err)
		s, err := l.Accept()
		require.NoError(t, err)
		return c, s.(*Conn)
	}
	a, fromA := dial("10.0.0.2")
	b, fromB := dial("10.0.0.3")
	say := func(c *Conn, to *Conn, text string) string {
		c.Write([]byte(text))
		return got(to)
	}

	cut := n.Partition(OneWay("10.0.0.2", "10.0.0.1"), Holding)
	assert.Empty(t, say(a, fromA, "1"))
	assert.Equal(t, "2", say(fromA, a, "2"), "one way")
	assert.Equal(t, "3", say(b, fromB, "3"), "others are well")
	_, err = n.DialFrom("10.0.0.2", "10.0.0.1:80")
	assert.ErrorIs(t, err, syscall.ETIMEDOUT)

	all := n.Partition(TwoWay("", ""), Holding)
	assert.Empty(t, say(b, fromB, "4"))
	assert.Empty(t, say(fromB, b, "5"))
	cut.Heal()
	cut.Heal()
	assert.Empty(t, got(fromA), "the other partition stands")
	a.Out().Hold()
	all.Heal()
	assert.Equal(t, "4", got(fromB))
	assert.Equal(t, "5", got(b))
	assert.Empty(t, got(fromA), "held by hand")
	n.Partition(TwoWay("10.0.0.1", "10.0.0.3"), Dropping)
	assert.Empty(t, say(b, fromB, "6"))
	n.Heal()
	assert.Equal(t, "1", got(fromA), "everything is healed")
	assert.Contains(t, got(fromB), "reset by peer", "what had lost bytes is broken")
	assert.Panics(t, func() { OneWay("nowhere.test", "") })
}

func TestPartitionOfFutureConnections(t *testing.T) {
	n := New(Config{})
	n.Partition(func(from, _ netip.Addr) bool { return from == netip.MustParseAddr("127.0.0.1") }, Dropping)
	client, _ := n.Pipe()
	assert.Equal(t, Dropping, client.Out().Probe().Barrier)
}
