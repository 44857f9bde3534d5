package sim

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"example.com/chatd/chat"
)

// A Parallel runs schedules on real goroutines (P): one cause, then quiescence,
// then the next, so that what each connection reads is the same for a seed at any
// GOMAXPROCS. With Storm several causes act at once (R): what comes of it is not the
// same each time, and the race detector sees more.
//
// Wait returns when every goroutine of the world is durably blocked: it is
// synctest.Wait, and Run is called in a testing/synctest bubble, a new one for each.
type Parallel struct {
	Wait  func()
	Storm bool
}

// Run carries out a schedule.
func (p *Parallel) Run(schedule *Schedule) *Result {
	e := &parallelEngine{wait: p.Wait, storm: p.Storm}
	return run(schedule, e)
}

// parallelEngine drives a world on goroutines.
type parallelEngine struct {
	wait  func()
	storm bool
	count atomic.Int64

	mu   sync.Mutex
	fail []string
}

func (e *parallelEngine) runtime() chat.Runtime { return e }

// Go implements chat.Runtime. A panic that nothing in the task recovers would end
// the real program (E5).
func (e *parallelEngine) Go(name string, f func()) {
	e.count.Add(1)
	go func() {
		defer e.count.Add(-1)
		defer func() {
			if v := recover(); v != nil {
				e.mu.Lock()
				defer e.mu.Unlock()
				e.fail = append(e.fail, fmt.Sprintf("task %s panics: %v\n%s", name, v, debug.Stack()))
			}
		}()
		f()
	}()
}

func (e *parallelEngine) NewMutex() sync.Locker           { return new(sync.Mutex) }
func (e *parallelEngine) NewCond(l sync.Locker) chat.Cond { return sync.NewCond(l) }
func (e *parallelEngine) settle()                         { e.wait() }
func (e *parallelEngine) begin(int, uint32)               {}
func (e *parallelEngine) some()                           {}
func (e *parallelEngine) together() bool                  { return e.storm }
func (e *parallelEngine) hurries() bool                   { return e.storm }
func (e *parallelEngine) tasks() int                      { return int(e.count.Load()) }
func (e *parallelEngine) failures() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.fail
}
