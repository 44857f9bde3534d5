package netfake

import (
	"io"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const latency = 30 * time.Millisecond

func latencyPair(clock *ManualClock) (client, server *Conn) {
	return New(Config{Clock: clock, Latency: latency, ReadBuffer: 8, WriteBuffer: 8}).Pipe()
}

func TestLatencyIsExact(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		client, server := latencyPair(clock)
		client.Write([]byte("abc"))
		b := start(func() (int, error) { return server.Read(make([]byte, 8)) })
		assert.EqualValues(t, 3, client.Probe().Sent.InFlight)
		clock.Advance(latency - 1)
		assert.False(t, b.done)
		clock.Advance(1)
		assert.Equal(t, 3, b.n)
		client.Close()
		server.Close()
	})
}

func TestLatencyKeepsOrder(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		client, server := latencyPair(clock)
		client.Write([]byte("first "))
		client.SetLatency(0) // must not overtake
		client.Write([]byte("2nd"))
		client.Close()
		clock.Advance(latency - 1)
		assert.Zero(t, server.Probe().Unread)
		clock.Advance(1)
		assert.Equal(t, 8, server.Probe().Unread)
		p, err := io.ReadAll(server)
		assert.Equal(t, "first 2nd", string(p))
		assert.NoError(t, err)
		server.Close()
	})
}

func TestLatencyBoundsWhatIsInFlight(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		client, server := latencyPair(clock)
		b := start(func() (int, error) { return client.Write(make([]byte, 17)) })
		assert.False(t, b.done)
		assert.EqualValues(t, 8, client.Probe().Sent.InFlight)
		assert.EqualValues(t, 8, client.Probe().Sent.Window)
		clock.Advance(latency)
		assert.False(t, b.done, "arriving makes no room, reading does")
		n, err := server.Read(make([]byte, 8))
		assert.Equal(t, 8, n)
		assert.NoError(t, err)
		synctest.Wait()
		assert.True(t, b.done)
		client.Close()
		server.Close()
	})
}

func TestLatencyOfAReset(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		client, server := latencyPair(clock)
		client.Write(make([]byte, 12)) // 8 in flight, 4 in the window
		client.Reset()
		clock.Advance(latency)
		p := make([]byte, 20)
		n, err := server.Read(p)
		assert.Equal(t, 8, n, "a reset does not overtake what is in flight")
		require.NoError(t, err)
		_, err = server.Read(p)
		assert.ErrorIs(t, err, syscall.ECONNRESET)
		assert.EqualValues(t, 4, client.Probe().Sent.Discarded[FaultReset])
		server.Close()
		clock.Advance(latency)
		assert.Zero(t, clock.Pending())
	})
}

func TestLatencyOfACloseWithInputOnItsWay(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		client, server := latencyPair(clock)
		client.Write([]byte("x"))
		server.Close() // has nothing unread yet: FIN
		clock.Advance(latency)
		_, err := client.Read(make([]byte, 1))
		assert.Equal(t, io.EOF, err)
		clock.Advance(latency)
		assert.True(t, client.Probe().Reset, "the reset that x provoked")
		_, err = client.Write([]byte("y"))
		assert.ErrorIs(t, err, syscall.EPIPE)
		client.Close()
	})
}
