package sim

import (
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
)

// A task is one goroutine of the simulated world: a coroutine that runs when the
// serial runtime says so and gives the turn back in park. Its coroutine outlives
// it and is used again: making one costs more than most tasks do.
type task struct {
	serial *serial
	id     int
	name   string
	f      func()
	locks  int  // it holds, which may be one at most
	ended  bool // f has returned; the coroutine is free
	hold   int  // the step before which a held task does not go on
	index  int  // in serial.all

	resume func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool
}

func newTask(s *serial) *task {
	t := &task{serial: s}
	t.resume, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		t.yield = yield
		for {
			t.run()
			t.ended = true
			if !yield(struct{}{}) {
				return
			}
		}
	})
	return t
}

// run runs the task's function. A panic that nothing in it recovers would end the
// real program (E5).
func (t *task) run() {
	defer func() {
		if v := recover(); v != nil {
			t.serial.fail(fmt.Sprintf("task %s panics: %v\n%s", t, v, debug.Stack()))
		}
	}()
	t.f()
}

// park gives the turn back. An abandoned task ends here, through its deferred
// functions: a panic would be caught by the server's own recover.
func (t *task) park() {
	if !t.yield(struct{}{}) {
		runtime.Goexit()
	}
}

// abandon ends a task wherever it is. Goexit in a coroutine goes on in whoever
// called stop, so that is a goroutine made for it.
func (t *task) abandon() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.stop()
	}()
	<-done
}

func (t *task) String() string { return fmt.Sprintf("%s#%d", t.name, t.id) }
