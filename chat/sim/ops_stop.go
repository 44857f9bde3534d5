package sim

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"time"
)

// The operations of the server's end, and of its second door.

// An ending is the context of a Shutdown: it ends when the world says so. It has an
// AfterFunc of its own, so that what the server does then is a task of the world's and
// no goroutine of package context's.
type ending struct {
	done chan struct{}

	mu  sync.Mutex
	f   func()
	err error
}

func newEnding() *ending { return &ending{done: make(chan struct{})} }

// errEnded is what a Shutdown returns that its context ended.
var errEnded = errors.New("sim: the context has ended")

func (e *ending) Deadline() (time.Time, bool) { return time.Time{}, false }
func (e *ending) Done() <-chan struct{}       { return e.done }
func (e *ending) Value(any) any               { return nil }

func (e *ending) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

// AfterFunc is what the server looks for.
func (e *ending) AfterFunc(f func()) (stop func() bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.f = f
	return func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		was := e.f != nil
		e.f = nil
		return was
	}
}

// end ends the context; it returns what waited for that, nil for nothing.
func (e *ending) end() (f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f = e.f
	if f != nil {
		e.f, e.err = nil, errEnded
		close(e.done)
	}
	return f
}

var _ context.Context = (*ending)(nil)

// stopCall calls one of the server's ways to stop, on a task of its own. The server
// has stopped when all of them have returned.
func (w *world) stopCall(name string, stop func() error) {
	w.ledger.stopping()
	w.engine.runtime().Go(name, func() {
		err := stop()
		if w.ledger.hasStopped(err, w.clock.Elapsed()) {
			w.stopped = true
		}
	})
}

// shutdownOp begins a stop that a context may end.
func (w *world) shutdownOp(Op) {
	if w.stopping {
		return
	}
	w.beginStop(false)
	w.ending = newEnding()
	w.ledger.drains = false
	w.stopCall("stop", func() error { return w.server.Shutdown(w.ending) })
}

// cancelOp ends that context, when all is quiet: those who have not read what is
// theirs are cut.
func (w *world) cancelOp(Op) {
	if w.ending == nil || w.ledger.over() {
		return
	}
	w.quiet()
	w.cancel()
}

// cancel ends the context.
func (w *world) cancel() {
	f := w.ending.end()
	if f == nil {
		return
	}
	w.engine.runtime().Go("cancel", f)
	w.ledger.cancelled = true
	w.marks.hit(MarkCancelled)
}

// againOp stops a server that stops already. A Close ends what a gentle stop would
// wait for.
func (w *world) againOp(op Op) {
	if !w.stopping || w.ledger.over() {
		return
	}
	w.marks.hit(MarkStoppedAgain)
	switch how := modulo(op.A, 3); {
	case how == 0 && w.engine.together():
		w.mayCutAll()
		w.stopCall("stop", w.server.Close)
	case how == 1:
		w.stopCall("stop", w.server.Stop)
	default:
		w.stopCall("stop", func() error { return w.server.Shutdown(context.Background()) })
	}
}

// mayCutAll: whoever is connected may be cut.
func (w *world) mayCutAll() {
	for _, c := range w.clients {
		c.faulted, c.ended, c.obs.MayReset = true, true, true
	}
	w.ledger.atOnce = true
}

// A door is a listener that the server serves.
type door struct {
	ln     *listener
	served bool // Serve has returned
	err    error
	fails  error // for good
}

// secondPort is where the second door is.
const secondPort = "10.0.0.1:8990"

// open serves a listener of its own at an address.
func (w *world) open(address string) *door {
	ln, err := w.net.Listen(address)
	if err != nil {
		panic(err)
	}
	d := &door{ln: &listener{Listener: ln, world: w, gate: w.gate}}
	w.engine.runtime().Go("serve", func() {
		d.err = w.server.Serve(d.ln)
		d.served = true
	})
	w.doors = append(w.doors, d)
	return d
}

// listenOp opens a second door: every second address comes in there from now on.
func (w *world) listenOp(Op) {
	if w.stopping || len(w.doors) > 1 {
		return
	}
	w.quiet()
	w.open(secondPort)
}

// failListenOp lets the second door fail for good: Serve returns the error, and
// those who wait there are not let in (E6).
func (w *world) failListenOp(Op) {
	if w.stopping || len(w.doors) < 2 || w.doors[1].fails != nil {
		return
	}
	d := w.doors[1]
	d.fails = syscall.EINVAL
	for _, c := range w.clients {
		if c.port == secondPort && !c.inside() {
			c.ended, c.obs.MayReset = true, true
		}
	}
	d.ln.InjectAcceptError(d.fails)
	w.marks.hit(MarkDoorFailed)
}
