package netfake

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// bubble runs f in a synctest bubble with a clock that settles by itself.
func bubble(t *testing.T, f func(t *testing.T, clock *ManualClock)) {
	synctest.Test(t, func(t *testing.T) {
		clock := NewManualClock(noon)
		clock.Settle = synctest.Wait
		f(t, clock)
	})
}

func TestManualClockFiresInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		var log []string
		arm := func(name string, d time.Duration) Timer {
			return clock.AfterFunc(d, func() {
				log = append(log, fmt.Sprint(name, " ", clock.Elapsed()))
			})
		}
		arm("late", 3*time.Second)
		arm("tie 1", 2*time.Second)
		arm("tie 2", 2*time.Second)
		first := arm("tie 3, armed again", 2*time.Second)
		arm("early", time.Second)
		arm("tie 4", 2*time.Second)
		first.Reset(2 * time.Second)
		arm("beyond", time.Hour)

		clock.Advance(time.Second - 1)
		assert.Empty(t, log)
		clock.Advance(2*time.Second + 1)
		assert.Equal(t, []string{"early 1s", "tie 1 2s", "tie 2 2s", "tie 4 2s",
			"tie 3, armed again 2s", "late 3s"}, log)
		assert.Equal(t, 1, clock.Pending())
		due, ok := clock.NextDue()
		assert.Equal(t, time.Hour-3*time.Second, due)
		assert.True(t, ok)
	})
}

func TestManualClockFiresWhatAFiringArms(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		var at []time.Duration
		var again func()
		again = func() {
			at = append(at, clock.Elapsed())
			clock.AfterFunc(time.Second, again)
		}
		clock.AfterFunc(0, again)
		assert.Empty(t, at, "a timer due at once waits for Advance")
		clock.Advance(0)
		clock.Advance(2500 * time.Millisecond)
		assert.Equal(t, []time.Duration{0, time.Second, 2 * time.Second}, at)
		assert.Equal(t, 2500*time.Millisecond, clock.Elapsed())
	})
}

func TestManualTimerStopAndReset(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		fired := 0
		timer := clock.AfterFunc(time.Second, func() { fired++ })
		assert.True(t, timer.Stop())
		assert.False(t, timer.Stop())
		clock.Advance(time.Minute)
		assert.Zero(t, fired)

		assert.False(t, timer.Reset(time.Second))
		assert.True(t, timer.Reset(2*time.Second))
		clock.Advance(2*time.Second - 1)
		assert.Zero(t, fired)
		clock.Advance(1)
		assert.Equal(t, 1, fired)
		assert.False(t, timer.Stop())
		assert.False(t, timer.Reset(time.Second), "fired timers may be armed again")
		clock.Advance(time.Second)
		assert.Equal(t, 2, fired)
	})
}

func TestManualClockStepWall(t *testing.T) {
	bubble(t, func(t *testing.T, clock *ManualClock) {
		fired := false
		clock.AfterFunc(time.Minute, func() { fired = true })
		clock.StepWall(-time.Hour)
		assert.Equal(t, noon.Add(-time.Hour), clock.Now())
		assert.Zero(t, clock.Elapsed())
		clock.StepWall(3 * time.Hour)
		clock.Advance(time.Minute - 1)
		assert.False(t, fired)
		clock.Advance(1)
		assert.True(t, fired)
		assert.Equal(t, noon.Add(2*time.Hour+time.Minute), clock.Now())
		clock.Advance(-time.Hour)
		assert.Equal(t, time.Minute, clock.Elapsed())
		_, ok := clock.NextDue()
		assert.False(t, ok)
	})
}
