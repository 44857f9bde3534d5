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
	e.reuse = !p.Storm
	defer e.dismiss()
	return run(schedule, e)
}

// parallelEngine drives a world on goroutines.
type parallelEngine struct {
	wait  func()
	storm bool
	count atomic.Int64

	mu    sync.Mutex
	fail  []string
	idle  []*worker // goroutines whose task has ended
	reuse bool
}

// A worker is a goroutine that carries out one task after the other. A goroutine for
// each task grows its stack three times first, which costs more than most tasks do.
type worker struct{ tasks chan func() }

// hire returns a worker that has nothing to do.
func (e *parallelEngine) hire() *worker {
	e.mu.Lock()
	defer e.mu.Unlock()
	if last := len(e.idle) - 1; last >= 0 {
		w := e.idle[last]
		e.idle = e.idle[:last]
		return w
	}
	w := &worker{tasks: make(chan func(), 1)}
	go w.work(e)
	return w
}

func (w *worker) work(e *parallelEngine) {
	growStack()
	for f := range w.tasks {
		f()
		e.mu.Lock()
		e.idle = append(e.idle, w)
		e.mu.Unlock()
	}
}

// growStack makes the stack as large as tasks need it, in one step.
//
//go:noinline
func growStack() {
	var room [6 << 10]byte
	_ = use(&room)
}

//go:noinline
func use(room *[6 << 10]byte) byte { return room[len(room)-1] }

// dismiss ends the workers that have nothing to do.
func (e *parallelEngine) dismiss() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, w := range e.idle {
		close(w.tasks)
	}
	e.idle = nil
}

func (e *parallelEngine) runtime() chat.Runtime { return e }

// Go implements chat.Runtime. A panic that nothing in the task recovers would end
// the real program (E5).
func (e *parallelEngine) Go(name string, f func()) {
	e.count.Add(1)
	task := func() {
		defer e.count.Add(-1)
		defer func() {
			if v := recover(); v != nil {
				e.mu.Lock()
				defer e.mu.Unlock()
				e.fail = append(e.fail, fmt.Sprintf("task %s panics: %v\n%s", name, v, debug.Stack()))
			}
		}()
		f()
	}
	if !e.reuse {
		go task()
		return
	}
	e.hire().tasks <- task
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
