package netfake

import (
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// blocked is a call that a bubble runs on the side.
type blocked struct {
	n    int
	err  error
	done bool
}

func start(call func() (int, error)) *blocked {
	b := new(blocked)
	go func() {
		b.n, b.err = call()
		b.done = true
	}()
	synctest.Wait()
	return b
}

const patience = time.Minute

// deadlineCalls are the three calls that a deadline ends, each made to block.
var deadlineCalls = []struct {
	name  string
	call  func(w *deadlineWorld) (int, error)
	set   func(w *deadlineWorld, t time.Time) error
	taken int // bytes that the call reports
}{
	{"Read", func(w *deadlineWorld) (int, error) { return w.client.Read(make([]byte, 1)) },
		func(w *deadlineWorld, t time.Time) error { return w.client.SetReadDeadline(t) }, 0},
	{"Write", func(w *deadlineWorld) (int, error) { return w.client.Write(make([]byte, 100)) },
		func(w *deadlineWorld, t time.Time) error { return w.client.SetWriteDeadline(t) }, 15},
	{"Accept", func(w *deadlineWorld) (int, error) { _, err := w.listener.Accept(); return 0, err },
		func(w *deadlineWorld, t time.Time) error { return w.listener.SetDeadline(t) }, 0},
}

type deadlineWorld struct {
	clock          *ManualClock
	listener       *Listener
	client, server *Conn
}

func newDeadlineWorld(t *testing.T, clock *ManualClock) *deadlineWorld {
	n := New(Config{Clock: clock, ReadBuffer: 10, WriteBuffer: 5})
	l, err := n.Listen(":0")
	require.NoError(t, err)
	client, server := n.Pipe()
	t.Cleanup(func() { l.Close(); client.Close(); server.Close() })
	return &deadlineWorld{clock, l, client, server}
}

// eachDeadlineCall runs f in a bubble for Read, Write and Accept.
func eachDeadlineCall(t *testing.T, f func(t *testing.T, w *deadlineWorld, set func(time.Time), call func() *blocked, taken int)) {
	for _, c := range deadlineCalls {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, clock *ManualClock) {
				w := newDeadlineWorld(t, clock)
				set := func(at time.Time) { require.NoError(t, c.set(w, at)) }
				call := func() *blocked { return start(func() (int, error) { return c.call(w) }) }
				f(t, w, set, call, c.taken)
			})
		})
	}
}

func TestDeadlineIsExact(t *testing.T) {
	eachDeadlineCall(t, func(t *testing.T, w *deadlineWorld, set func(time.Time), call func() *blocked, taken int) {
		set(w.clock.Now().Add(patience))
		b := call()
		w.clock.Advance(patience - 1)
		assert.False(t, b.done, "nothing at d-1ns")
		w.clock.Advance(1)
		assert.True(t, b.done, "something at d")
		assert.ErrorIs(t, b.err, os.ErrDeadlineExceeded)
		assert.Equal(t, taken, b.n)
		var timeout net.Error
		require.ErrorAs(t, b.err, &timeout)
		assert.True(t, timeout.Timeout())
	})
}

func TestDeadlineLongPastNeedsNoClock(t *testing.T) {
	eachDeadlineCall(t, func(t *testing.T, w *deadlineWorld, set func(time.Time), call func() *blocked, _ int) {
		w.clock.StepWall(-200 * 365 * 24 * time.Hour) // long before 1970
		b := call()
		assert.False(t, b.done)
		set(time.Unix(1, 0))
		synctest.Wait()
		assert.ErrorIs(t, b.err, os.ErrDeadlineExceeded)
		assert.Zero(t, w.clock.Pending())
	})
}

func TestDeadlineMovesAndClears(t *testing.T) {
	eachDeadlineCall(t, func(t *testing.T, w *deadlineWorld, set func(time.Time), call func() *blocked, _ int) {
		set(w.clock.Now().Add(patience))
		b := call()
		w.clock.Advance(patience / 2)
		set(w.clock.Now().Add(patience))
		w.clock.Advance(patience - 1)
		assert.False(t, b.done, "extended")
		set(time.Time{})
		w.clock.Advance(24 * time.Hour)
		assert.False(t, b.done, "cleared")
		assert.Zero(t, w.clock.Pending())
		set(w.clock.Now().Add(-1))
		synctest.Wait()
		assert.True(t, b.done, "just past")
	})
}

func TestDeadlineIgnoresStepsOfTheWallClock(t *testing.T) {
	eachDeadlineCall(t, func(t *testing.T, w *deadlineWorld, set func(time.Time), call func() *blocked, _ int) {
		set(w.clock.Now().Add(patience))
		b := call()
		w.clock.StepWall(24 * time.Hour)
		w.clock.Advance(patience - 1)
		assert.False(t, b.done)
		w.clock.Advance(1)
		assert.True(t, b.done)
	})
}

func TestDeadlineEndsWithTheConn(t *testing.T) {
	eachDeadlineCall(t, func(t *testing.T, w *deadlineWorld, set func(time.Time), call func() *blocked, _ int) {
		set(w.clock.Now().Add(patience))
		b := call()
		w.client.Close()
		w.listener.Close()
		synctest.Wait()
		assert.ErrorIs(t, b.err, net.ErrClosed)
		assert.Zero(t, w.clock.Pending(), "no timer outlives what it is for")
	})
}

// A timer that fires while its deadline is being replaced must not expire the new
// one.
func TestDeadlineFiringTooLateIsIgnored(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		c, _ := New(Config{Clock: clock}).Pipe()
		require.NoError(t, c.SetReadDeadline(clock.Now().Add(patience)))
		fire := clock.takeDue(patience)
		require.NoError(t, c.SetReadDeadline(clock.Now().Add(patience)))
		fire()
		b := start(func() (int, error) { return c.Read(make([]byte, 1)) })
		assert.False(t, b.done)
		c.Close()
	})
}
