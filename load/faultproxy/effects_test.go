package faultproxy

import (
	"io"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const ms = time.Millisecond

func TestLatency(t *testing.T) {
	inBubble(t, 1, []string{"1s:10s:latency=200ms:100%"}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		r.say(l, "before,")
		require.Equal(t, "before,", l.toServer.seen())
		r.clock.Advance(time.Second)

		// Two messages 50 ms apart arrive 50 ms apart: reading does not wait.
		r.say(l, "one,")
		r.clock.Advance(50 * ms)
		r.say(l, "two,")
		r.clock.Advance(150*ms - 1)
		assert.Equal(t, "before,", l.toServer.seen())
		r.clock.Advance(1)
		assert.Equal(t, "before,one,", l.toServer.seen())
		r.clock.Advance(50*ms - 1)
		assert.Equal(t, "before,one,", l.toServer.seen())
		r.clock.Advance(1)
		assert.Equal(t, "before,one,two,", l.toServer.seen())

		// The other way too.
		_, err := io.WriteString(l.server, "answer")
		require.NoError(t, err)
		r.clock.Advance(200*ms - 1)
		assert.Empty(t, l.toClient.seen())
		r.clock.Advance(1)
		assert.Equal(t, "answer", l.toClient.seen())
	})
}

// TestLatencyEnds: what is under way takes its time, and nothing overtakes it.
func TestLatencyEnds(t *testing.T) {
	inBubble(t, 1, []string{"0s:1s:latency=500ms:100%"}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		r.clock.Advance(900 * ms)
		r.say(l, "late,")
		r.clock.Advance(100 * ms)
		require.Len(t, r.events, 2)
		r.say(l, "behind it,")
		r.clock.Advance(400*ms - 1)
		require.Empty(t, l.toServer.seen())
		r.clock.Advance(1)
		require.Equal(t, "late,behind it,", l.toServer.seen())
		r.say(l, "at once")
		require.Equal(t, "late,behind it,at once", l.toServer.seen())
	})
}

// TestLatencyDelaysTheEnd: a half-close is late like a byte.
func TestLatencyDelaysTheEnd(t *testing.T) {
	inBubble(t, 1, []string{"0s:1s:latency=500ms:100%"}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		r.say(l, "bye")
		r.clock.Advance(100 * ms)
		shut(t, l.client)
		r.clock.Advance(500*ms - 1)
		require.Equal(t, "bye", l.toServer.seen())
		require.NoError(t, l.toServer.end())
		r.clock.Advance(1)
		require.Equal(t, io.EOF, l.toServer.end())
	})
}

// TestLatencyIsBounded: with 1 MiB under way the sender is not read.
func TestLatencyIsBounded(t *testing.T) {
	inBubble(t, 1, []string{"0s:1h:latency=1s:100%"}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		whole := strings.Repeat("0123456789abcde\n", 3<<20/16)
		r.say(l, whole) // the network takes 4 MiB and more
		f := &r.proxy.find(0).up
		require.GreaterOrEqual(t, f.queued, queuedMax)
		require.Less(t, f.queued, queuedMax+largeRead)
		r.clock.Advance(10 * time.Second)
		require.Equal(t, whole, l.toServer.seen())
	})
}

func TestBandwidth(t *testing.T) {
	inBubble(t, 1, []string{"0s:10s:bandwidth=1KB/s:100%"}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		whole := strings.Repeat("x", 12000)
		r.say(l, whole)
		for at := time.Duration(0); at < 10*time.Second; at += 10 * ms {
			seen := len(l.toServer.seen())
			due := int(at * 1000 / time.Second)
			require.LessOrEqual(t, seen, due+50, "after %v: at most the rate and one portion", at)
			require.GreaterOrEqual(t, seen, due, "after %v: not less than the rate", at)
			r.clock.Advance(10 * ms)
		}
		require.Len(t, r.events, 2)
		require.Equal(t, whole, l.toServer.seen(), "the rest goes at once")
	})
}

// TestBandwidthOfAByte: the smallest rate is one byte a second, not none.
func TestBandwidthOfAByte(t *testing.T) {
	inBubble(t, 1, []string{"0s:1m:bandwidth=1B/s:100%"}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		r.say(l, "abc")
		require.Equal(t, "a", l.toServer.seen())
		r.clock.Advance(time.Second - 1)
		require.Equal(t, "a", l.toServer.seen())
		r.clock.Advance(1)
		require.Equal(t, "ab", l.toServer.seen())
	})
}

// TestSlice: each write is at most N bytes. A network in memory delivers at once, so
// a reader that looks at every arrival sees them.
func TestSlice(t *testing.T) {
	inBubble(t, 1, []string{"0s:1s:slice=7:100%"}, func(r *rig) {
		client, err := r.proxy.Dial(t.Context())
		require.NoError(t, err)
		defer client.Close()
		server := &writes{}
		f := &r.proxy.find(0).up
		server.Conn, f.to = f.to, server
		accepted, err := r.server.Accept()
		require.NoError(t, err)
		defer accepted.Close()
		r.proxy.Start()
		_, err = io.WriteString(client, "a line of 24 bytes, yes\n")
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, []string{"a line ", "of 24 b", "ytes, y", "es\n"}, server.all)
		r.clock.Advance(time.Second)
		_, err = io.WriteString(client, "and one of 26 bytes, whole")
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, []string{"and one of 26 bytes, whole"}, server.all[4:])
	})
}

// TestBlackholeHolds: nothing passes, ends neither; then everything does, in order.
func TestBlackholeHolds(t *testing.T) {
	inBubble(t, 1, []string{"1s:2s:blackhole:100%"}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		r.say(l, "a")
		r.clock.Advance(time.Second)
		whole := strings.Repeat("b", 500<<10)
		r.say(l, whole)
		shut(t, l.client)
		_, err := io.WriteString(l.server, "down")
		require.NoError(t, err)
		r.clock.Advance(2*time.Second - 1)
		require.Equal(t, "a", l.toServer.seen())
		require.Empty(t, l.toClient.seen())
		require.LessOrEqual(t, r.proxy.find(0).up.queued, largeRead, "memory is bounded")
		r.clock.Advance(1)
		require.Equal(t, "a"+whole, l.toServer.seen())
		require.Equal(t, io.EOF, l.toServer.end())
		require.Equal(t, "down", l.toClient.seen())
		require.NoError(t, l.toClient.end())
	})
}

// TestBlackholeHoldsAReset: the target learns of a client's reset when it ends.
func TestBlackholeHoldsAReset(t *testing.T) {
	inBubble(t, 1, []string{"0s:1s:blackhole:100%"}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		reset(l.client)
		r.clock.Advance(time.Second - 1)
		require.NoError(t, l.toServer.end())
		r.clock.Advance(1)
		require.ErrorIs(t, l.toServer.end(), syscall.ECONNRESET)
	})
}

// TestBlackholeNewcomer: who comes while it lasts is hit from the first byte.
func TestBlackholeNewcomer(t *testing.T) {
	inBubble(t, 1, []string{"0s:1s:blackhole:100%"}, func(r *rig) {
		r.proxy.Start()
		l := r.link()
		defer l.close()
		r.say(l, "hello")
		require.Empty(t, l.toServer.seen())
		r.clock.Advance(time.Second)
		require.Equal(t, "hello", l.toServer.seen())
		require.Equal(t, 1, r.events[1].Hit)
	})
}

func TestReset(t *testing.T) {
	inBubble(t, 1, []string{"1s:1s:reset:100%"}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		r.say(l, "hello")
		r.clock.Advance(time.Second)
		require.Equal(t, "hello", l.toServer.seen())
		require.ErrorIs(t, l.toServer.end(), syscall.ECONNRESET)
		require.ErrorIs(t, l.toClient.end(), syscall.ECONNRESET)
		require.Equal(t, 1, r.events[0].Hit)

		late := r.link()
		defer late.close()
		synctest.Wait()
		require.ErrorIs(t, late.toClient.end(), syscall.ECONNRESET, "newcomers too, while it lasts")
		r.clock.Advance(time.Second)
		require.Equal(t, 2, r.events[1].Hit)

		well := r.link()
		defer well.close()
		r.say(well, "hello")
		require.Equal(t, "hello", well.toServer.seen())
	})
}

func TestHalfCloseFault(t *testing.T) {
	inBubble(t, 1, []string{"1s:1s:halfclose:100%"}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		r.say(l, "hello")
		r.clock.Advance(time.Second)
		require.Equal(t, "hello", l.toServer.seen())
		require.Equal(t, io.EOF, l.toServer.end())

		for range 3 {
			r.say(l, strings.Repeat("to nobody", 1<<18)) // more than the buffers: it is read
		}
		_, err := io.WriteString(l.server, "goodbye")
		require.NoError(t, err)
		shut(t, l.server)
		synctest.Wait()
		require.Equal(t, "goodbye", l.toClient.seen())
		require.Equal(t, io.EOF, l.toClient.end())
		require.Equal(t, "hello", l.toServer.seen())

		r.say(l, "to nobody")
		r.say(l, "to nobody")
		require.Len(t, r.proxy.conns, 1, "the client has not ended its half")

		late := r.link()
		defer late.close()
		synctest.Wait()
		require.Equal(t, io.EOF, late.toServer.end())
		late.close()
		l.close()
		synctest.Wait()
		require.Empty(t, r.proxy.conns)
	})
}

// TestHalfCloseBehindWhatIsHeld: the end stands behind what was sent before it.
func TestHalfCloseBehindWhatIsHeld(t *testing.T) {
	inBubble(t, 1, []string{"0s:3s:blackhole:100%", "1s:0s:halfclose:100%"}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		r.say(l, "hello")
		r.clock.Advance(time.Second)
		r.say(l, "to nobody")
		r.clock.Advance(2*time.Second - 1)
		require.NoError(t, l.toServer.end())
		r.clock.Advance(1)
		require.Equal(t, "hello", l.toServer.seen())
		require.Equal(t, io.EOF, l.toServer.end())
	})
}

// TestHalfCloseBehindWhatIsWritten: where the fault finds the proxy in the middle of a
// Write, the end waits for it.
func TestHalfCloseBehindWhatIsWritten(t *testing.T) {
	inBubble(t, 1, []string{"1s:0s:halfclose:100%"}, func(r *rig) {
		client, err := r.proxy.Dial(t.Context())
		require.NoError(t, err)
		defer client.Close()
		server, err := r.server.Accept()
		require.NoError(t, err)
		defer server.Close()
		const room, more = 4<<20 + 64<<10, 1000 // the rig's network has room; the proxy reads more in one go
		r.proxy.Start()
		_, err = client.Write(make([]byte, room+more)) // so that the proxy's Write blocks
		require.NoError(t, err)
		r.clock.Advance(time.Second)
		n, err := io.Copy(io.Discard, server)
		require.NoError(t, err)
		require.EqualValues(t, room+more, n)
	})
}

// TestBlackholeOverLatency: what latency may have under way a blackhole may not.
func TestBlackholeOverLatency(t *testing.T) {
	inBubble(t, 1, []string{"0s:1s:blackhole:100%", "0s:9s:latency=1s:100%"}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		whole := strings.Repeat("x", 1<<20)
		r.say(l, whole)
		require.LessOrEqual(t, r.proxy.find(0).up.queued, largeRead)
		r.clock.Advance(9 * time.Second)
		require.Equal(t, whole, l.toServer.seen())
	})
}

// TestFaultsAddUp: several faults on one connection.
func TestFaultsAddUp(t *testing.T) {
	inBubble(t, 1, []string{
		"0s:9s:latency=1s:100%", "0s:9s:latency=2s:100%", "0s:5s:blackhole:100%",
		"0s:9s:bandwidth=10B/s:100%", "0s:9s:bandwidth=1B/s:100%",
	}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		r.say(l, "abc")
		r.clock.Advance(5*time.Second - 1)
		require.Empty(t, l.toServer.seen(), "the blackhole holds")
		r.clock.Advance(1)
		require.Equal(t, "a", l.toServer.seen(), "the latency is long over")
		r.clock.Advance(time.Second)
		require.Equal(t, "ab", l.toServer.seen(), "the smaller rate counts")
		r.say(l, "d")
		r.clock.Advance(3*time.Second - 1)
		require.Equal(t, "abc", l.toServer.seen(), "latencies add up")
		r.clock.Advance(1)
		require.Equal(t, "abcd", l.toServer.seen())
	})
}

// find is the connection with that number.
func (p *Proxy) find(number uint64) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if c.number == number {
			return c
		}
	}
	return nil
}

func shut(t require.TestingT, conn any) {
	require.NoError(t, conn.(interface{ CloseWrite() error }).CloseWrite())
	synctest.Wait()
}
