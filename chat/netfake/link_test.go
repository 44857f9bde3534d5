package netfake

import (
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// arrivals writes 20 single bytes at once and returns when each arrived.
func arrivals(config Config) (at []time.Duration) {
	clock := NewManualClock(noon)
	clock.Settle = synctest.Wait
	config.Clock = clock
	client, server := New(config).Pipe()
	defer server.Close()
	for range 20 {
		client.Write([]byte("x"))
	}
	for due, ok := clock.NextDue(); ok; due, ok = clock.NextDue() {
		clock.Advance(due)
		for range len(got(server)) {
			at = append(at, clock.Elapsed())
		}
	}
	client.Close()
	clock.Advance(time.Hour)
	return at
}

func TestJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := Config{Latency: time.Second, Jitter: time.Second, Seed: 1}
		first := arrivals(config)
		assert.Len(t, first, 20)
		assert.IsNonDecreasing(t, first, "nothing overtakes")
		for _, at := range first {
			assert.GreaterOrEqual(t, at, time.Second)
			assert.Less(t, at, 2*time.Second)
		}
		assert.Greater(t, first[19], first[0])
		assert.Equal(t, first, arrivals(config), "the same seed")
		config.Seed = 2
		assert.NotEqual(t, first, arrivals(config))
	})
}

// The random numbers of a connection do not depend on what others do.
func TestJitterIsPerConnection(t *testing.T) {
	clock := NewManualClock(noon)
	draw := func(busy bool) int64 {
		n := New(Config{Clock: clock, Jitter: time.Second})
		a, _ := n.Pipe()
		b, _ := n.Pipe()
		if busy {
			a.Write([]byte("x"))
			b.Peer().Write([]byte("x"))
		}
		return int64(b.out.dueAfter(1))
	}
	assert.Equal(t, draw(false), draw(true))
	n := New(Config{Clock: clock, Jitter: time.Second})
	a, b := n.Pipe()
	c, _ := n.Pipe()
	draws := []time.Duration{a.out.dueAfter(1), b.out.dueAfter(1), c.out.dueAfter(1)}
	slices.Sort(draws)
	assert.Len(t, slices.Compact(draws), 3, "each direction has numbers of its own")
}

func TestBandwidth(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		client, server := New(Config{Clock: clock, Bandwidth: 100, Latency: time.Second}).Pipe()
		client.SetSegment(10, 10)
		client.Write(make([]byte, 25))
		client.Close()
		for _, c := range []struct {
			at   time.Duration
			want int
		}{
			{1100*time.Millisecond - 1, 0}, {1100 * time.Millisecond, 10},
			{1200*time.Millisecond - 1, 10}, {1200 * time.Millisecond, 20},
			{1250*time.Millisecond - 1, 20}, {1250 * time.Millisecond, 25},
		} {
			clock.Advance(c.at - clock.Elapsed())
			assert.Equal(t, c.want, server.Probe().Unread, "at %v", c.at)
		}
		assert.True(t, server.Probe().PeerEnded)
		clock.Advance(time.Second)
		server.Write(make([]byte, 100))
		server.SetBandwidth(0)
		server.SetLatency(0)
		server.Close()
	})
}

func TestSegmentsAreSplitAtRandom(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		client, server := New(Config{Clock: clock, Latency: 1, Seed: 7}).Pipe()
		client.SetSegment(2, 5)
		client.Write(make([]byte, 1000))
		w := client.Out()
		sizes := map[int]int{}
		for g, ok := w.DeliverNext(); ok; g, ok = w.DeliverNext() {
			sizes[g.Bytes]++
		}
		delete(sizes, 1) // the last may be short
		assert.Len(t, sizes, 4, "2, 3, 4 and 5: %v", sizes)
		client.Close()
		io.Copy(io.Discard, io.LimitReader(server, 1000))
		server.Close()
		clock.Advance(1)
	})
}

func TestClog(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		client, server := New(Config{Clock: clock}).Pipe()
		client.Clog(time.Minute)
		client.Clog(time.Second) // ends sooner: no matter
		client.Write([]byte("a"))
		clock.Advance(time.Minute - 1)
		client.Write([]byte("b"))
		assert.Empty(t, got(server))
		clock.Advance(1)
		assert.Equal(t, "ab", got(server), "coalesced")
		client.Write([]byte("c"))
		assert.Equal(t, "c", got(server))

		client.SetLatency(time.Second)
		client.Write([]byte("d"))
		client.Clog(time.Minute)
		clock.Advance(time.Minute - 1)
		assert.Empty(t, got(server), "what was on its way is late too")
		clock.Advance(1)
		assert.Equal(t, "d", got(server))
		client.Close()
		server.Close()
		clock.Advance(time.Minute)
		assert.Zero(t, clock.Pending())
	})
}

func TestReadPace(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		client, server := New(Config{Clock: clock}).Pipe()
		server.SetReadPace(3, time.Second)
		client.Write([]byte("abcdefg"))
		assert.Equal(t, "abc", got(server))
		assert.Empty(t, got(server), "not yet")
		b := start(func() (int, error) { return server.Read(make([]byte, 100)) })
		clock.Advance(time.Second - 1)
		assert.False(t, b.done)
		clock.Advance(1)
		assert.Equal(t, 3, b.n)
		b = start(func() (int, error) { return server.Read(make([]byte, 100)) })
		assert.False(t, b.done)
		server.SetReadPace(0, 0)
		synctest.Wait()
		assert.Equal(t, 1, b.n, "no pace any more")
		server.SetReadPace(1, time.Second)
		client.Write([]byte("xy"))
		assert.Equal(t, "x", got(server))
		assert.Empty(t, got(server))
		server.Close()
		assert.Zero(t, clock.Pending())
	})
}
