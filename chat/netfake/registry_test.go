package netfake

import (
	"io"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ids(conns []*Conn) (list []int) {
	for _, c := range conns {
		list = append(list, c.ID())
	}
	return list
}

func TestConnsAreListedUntilTheyAreOver(t *testing.T) {
	n := New(Config{})
	var servers []*Conn
	for range 4 {
		_, s := n.Pipe()
		servers = append(servers, s)
	}
	assert.Equal(t, []int{1, 2, 3, 4}, ids(n.Conns()))
	closeBoth := func(i int) {
		servers[i].Close()
		servers[i].Peer().Close()
	}
	closeBoth(2)
	assert.Equal(t, []int{1, 2, 4}, ids(n.Conns()))
	closeBoth(0)
	closeBoth(3)
	assert.Equal(t, []int{2}, ids(n.Conns()))
	n.Pipe()
	assert.Equal(t, []int{2, 5}, ids(n.Conns()), "ids are never used again")
	closeBoth(1)
	assert.Equal(t, []int{5}, ids(n.Conns()))
	assert.Len(t, n.OpenEnds(), 2)
}

func TestConnWithBytesOnTheirWayIsNotOver(t *testing.T) {
	n := New(Config{Command: true})
	client, server := n.Pipe()
	client.Write([]byte("abc"))
	client.Close()
	server.Close()
	assert.Empty(t, n.OpenEnds())
	require.Equal(t, []*Conn{client}, n.Conns())
	assert.Equal(t, Ledger{Written: 3, Window: 3}, n.Ledger())
	n.Flush()
	assert.Empty(t, n.Conns())
	assert.Equal(t, Ledger{Written: 3, Discarded: Losses{FaultClose: 3}}, n.Ledger())
}

func TestOpenEnds(t *testing.T) {
	n := New(Config{})
	l, err := n.Listen("10.0.0.1:80")
	require.NoError(t, err)
	client, err := n.Dial("10.0.0.1:80")
	require.NoError(t, err)
	assert.Equal(t, []*Conn{client, client.Peer()}, n.OpenEnds(), "an end that waits to be accepted is open")
	client.Close()
	assert.Equal(t, []*Conn{client.Peer()}, n.OpenEnds())
	other, _ := n.Pipe()
	other.Vanish()
	assert.Equal(t, []*Conn{client.Peer(), other.Peer()}, n.OpenEnds(), "who is left is open")
	l.Close()
	other.Peer().Close()
	assert.Empty(t, n.OpenEnds())
	assert.Empty(t, n.Conns())
}

func TestRefusedDialLeavesNothing(t *testing.T) {
	n := New(Config{})
	l, err := n.Listen("10.0.0.1:80")
	require.NoError(t, err)
	l.SetBacklog(0)
	_, err = n.Dial("10.0.0.1:80")
	require.Error(t, err)
	assert.Empty(t, n.Conns())
}

// Each fault is charged with what it did, by the way the end was closed.
func TestLossesByFault(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		do    func(c *Conn)
	}{
		{FaultClose, func(c *Conn) { c.Close() }},
		{FaultReset, func(c *Conn) { c.Reset() }},
		{FaultReset, func(c *Conn) { c.SetLinger(0); c.Close() }},
		{FaultVanish, func(c *Conn) { c.Vanish() }},
		{FaultPartition, func(c *Conn) { c.In().Drop(); c.In().Heal(); c.Close() }},
		{FaultBreak, func(c *Conn) { c.Break(); c.Close() }},
	} {
		t.Run(c.fault.String(), func(t *testing.T) {
			n := New(Config{Command: true})
			a, b := n.Pipe()
			a.Write([]byte("123456"))
			a.Out().Send(4)
			c.do(b)
			n.Flush()
			a.Close()
			n.Flush()
			assert.Equal(t, int64(6), n.Ledger().Discarded.Total())
			assert.GreaterOrEqual(t, n.Ledger().Discarded[c.fault], int64(4))
			assert.Empty(t, n.Conns())
		})
	}
}

func TestNetworkLedger(t *testing.T) {
	n := New(Config{ReadBuffer: 4, Command: true})
	l, err := n.Listen("10.0.0.1:80")
	require.NoError(t, err)
	waiting, err := n.Dial("10.0.0.1:80")
	require.NoError(t, err)
	waiting.Write([]byte("12"))
	waiting.Out().Pass(-1)
	a, b := n.Pipe()
	a.Write([]byte("1234567890"))
	a.Out().Send(4)
	a.Out().Deliver(3)
	b.Hand().Read(make([]byte, 1))
	assert.Equal(t, Ledger{Written: 12, Window: 6, InFlight: 1, Unread: 4, Delivered: 1}, n.Ledger())
	l.Close()
	b.Vanish()
	want := Ledger{Written: 12, Window: 6, Delivered: 1, Discarded: Losses{FaultUnaccepted: 2, FaultVanish: 3}}
	assert.Equal(t, want, n.Ledger())
	a.Reset()
	want.Window, want.Discarded[FaultReset] = 0, 6
	assert.Equal(t, want, n.Ledger())
	assert.True(t, n.Ledger().Balanced())
	assert.Equal(t, "reset:6 vanish:3 unaccepted:2", n.Ledger().Discarded.String())
	assert.Equal(t, "none", Losses{}.String())
}

// TestConcurrentUse has clients come and go while the network is cut, healed and
// looked at. It is for the race detector.
func TestConcurrentUse(t *testing.T) {
	n := New(Config{})
	l, err := n.Listen("10.0.0.1:7")
	require.NoError(t, err)
	var server, clients sync.WaitGroup
	server.Go(func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			server.Go(func() {
				io.Copy(c, io.MultiReader(c))
				c.Close()
			})
		}
	})
	for range 8 {
		clients.Go(func() {
			for range 50 {
				c, err := n.Dial("10.0.0.1:7")
				if err != nil {
					continue // cut off
				}
				c.Write([]byte("hello"))
				c.Read(make([]byte, 5))
				c.Close()
			}
		})
	}
	clients.Go(func() {
		for range 50 {
			n.Partition(OneWay("127.0.0.1", "10.0.0.1"), Holding).Heal()
			n.Partition(TwoWay("127.0.0.1", "10.0.0.1"), Dropping)
			n.OpenEnds()
			n.Ledger()
			n.Heal()
		}
	})
	clients.Wait()
	l.Close()
	server.Wait()
	assert.Empty(t, n.Conns())
	assert.True(t, n.Ledger().Balanced())
}
