package netfake

import (
	"container/heap"
	"sync"
	"time"
)

// A ManualClock is a Clock that stands still until it is told to move. Its
// methods may be called from any task, but only one task at a time may Advance.
type ManualClock struct {
	// Settle, if not nil, is called by Advance before the clock moves and after
	// each firing; it returns when everything that can run has run. In a
	// testing/synctest bubble it is synctest.Wait. Without it a timer's function
	// runs concurrently with the rest of Advance, and a timer that it arms may
	// come too late for this Advance. Set it before the first Advance.
	Settle func()

	runtime Runtime

	mu      sync.Locker // guards what follows; never held during a call out
	start   time.Time
	step    time.Duration // of the wall clock alone
	elapsed time.Duration
	armed   timerHeap
	armings uint64
}

// NewManualClock returns a clock whose wall time is start and whose elapsed time
// is zero. Its timers run on goroutines of their own.
func NewManualClock(start time.Time) *ManualClock {
	return NewManualClockOn(start, nil)
}

// NewManualClockOn is NewManualClock with timers that run as tasks of rt, named
// "timer"; nil means goroutines. The clock's own lock is a sync.Mutex all the
// same: it is held for a few instructions and no task is switched meanwhile, so
// that whoever drives the tasks may read the clock too.
func NewManualClockOn(start time.Time, rt Runtime) *ManualClock {
	if rt == nil {
		rt = realRuntime{}
	}
	return &ManualClock{runtime: rt, mu: realRuntime{}.NewMutex(), start: start}
}

// Now returns the start time plus all time advanced and all wall steps.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.start.Add(c.elapsed + c.step)
}

// Elapsed returns the time advanced so far.
func (c *ManualClock) Elapsed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.elapsed
}

// AfterFunc arms a timer. One that is due at once (d <= 0) waits for the next
// Advance like any other, if only Advance(0).
func (c *ManualClock) AfterFunc(d time.Duration, f func()) Timer {
	t := &manualTimer{clock: c, f: f, index: idle}
	t.Reset(d)
	return t
}

// Advance moves the clock forward by d and fires every timer that falls due, one
// after another, each with the clock at its own instant; timers of one instant
// fire in the order in which they were armed. A timer armed by a firing counts if
// it is due within d, so a function that re-arms itself for the same instant
// keeps Advance from ever returning. Negative d counts as 0.
func (c *ManualClock) Advance(d time.Duration) {
	c.settle()
	end := c.Elapsed() + max(d, 0)
	for f := c.takeDue(end); f != nil; f = c.takeDue(end) {
		c.runtime.Go("timer", f)
		c.settle()
	}
}

// StepWall moves the wall clock alone, forward or back: Now jumps, Elapsed and
// the armed timers do not.
func (c *ManualClock) StepWall(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.step += d
}

// Pending returns the number of armed timers.
func (c *ManualClock) Pending() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.armed)
}

// NextDue returns how far off the next armed timer is, which is what to Advance
// by to fire it; false means that none is armed.
func (c *ManualClock) NextDue() (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.armed) == 0 {
		return 0, false
	}
	return c.armed[0].due - c.elapsed, true
}

func (c *ManualClock) settle() {
	if c.Settle != nil {
		c.Settle()
	}
}

// takeDue moves the clock to the next timer due by end, disarms it and returns
// its function. With none left it moves the clock to end and returns nil.
func (c *ManualClock) takeDue(end time.Duration) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.armed) == 0 || c.armed[0].due > end {
		c.elapsed = end
		return nil
	}
	t := heap.Pop(&c.armed).(*manualTimer)
	c.elapsed = t.due
	return t.f
}

// idle is the index of a timer that is not armed.
const idle = -1

// manualTimer is a Timer of a ManualClock, whose lock guards it.
type manualTimer struct {
	clock *ManualClock
	f     func()
	due   time.Duration
	order uint64 // breaks ties; counted up with each arming
	index int    // in clock.armed, or idle
}

// Stop disarms the timer.
func (t *manualTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	return t.stopLocked()
}

// Reset arms the timer for d from now.
func (t *manualTimer) Reset(d time.Duration) bool {
	c := t.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	wasArmed := t.stopLocked()
	c.armings++
	t.order = c.armings
	t.due = c.elapsed + max(d, 0)
	heap.Push(&c.armed, t)
	return wasArmed
}

func (t *manualTimer) stopLocked() bool {
	if t.index == idle {
		return false
	}
	heap.Remove(&t.clock.armed, t.index)
	return true
}

// timerHeap is a container/heap of armed timers, the next due first.
type timerHeap []*manualTimer

func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	if h[i].due != h[j].due {
		return h[i].due < h[j].due
	}
	return h[i].order < h[j].order
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push implements heap.Interface.
func (h *timerHeap) Push(x any) {
	t := x.(*manualTimer)
	t.index = len(*h)
	*h = append(*h, t)
}

// Pop implements heap.Interface.
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.index = idle
	return t
}
