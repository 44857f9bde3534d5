package sim

import (
	"syscall"
	"time"
)

// The operations of time, of the listener and of the server.

func (w *world) passOp(op Op) {
	d := time.Duration(modulo(op.A, 64)) * time.Duration(1+modulo(op.B, 64)) * 3 * time.Millisecond
	if modulo(op.C, 8) == 0 {
		d *= 20
	}
	w.pass(d)
}

// tickOp goes to the next timer and leaves what it starts to the step: other
// operations may come at the same moment.
func (w *world) tickOp(Op) {
	w.quiet()
	due, ok := w.clock.next()
	if !ok || due > w.clock.Elapsed()+w.opts.idle()/4 || due >= w.observer.lastLine+w.opts.idle()/2 {
		return
	}
	w.fire(due)
}

func (w *world) wallOp(op Op) {
	w.clock.stepWall(time.Duration(op.A-32) * time.Minute)
	w.marks.hit(MarkWallStep)
}

func (w *world) acceptOp(op Op) {
	errs := []error{syscall.EMFILE, syscall.ECONNABORTED, syscall.ENOBUFS, syscall.EINTR}
	if w.stopping {
		return
	}
	door := w.doors[modulo(op.B, len(w.doors))]
	if door.fails != nil {
		door = w.doors[0]
	}
	door.ln.InjectAcceptError(errs[modulo(op.A, len(errs))])
	w.ledger.acceptErrors++
	w.marks.hit(MarkAcceptError)
	if !w.engine.together() {
		w.pass(2 * time.Second) // or those who come meanwhile are let in all at once
	}
}

func (w *world) stopOp(op Op) {
	// A Close ends connections while they drain: who is first decides what they read.
	w.stop(modulo(op.A, 4) == 0 && w.engine.together())
}

// stop begins a stop: gently, or at once.
func (w *world) stop(atOnce bool) {
	if w.stopping {
		return
	}
	w.beginStop(atOnce)
	if atOnce {
		w.stopCall("stop", w.server.Close)
		return
	}
	w.ledger.drains = true
	w.stopCall("stop", w.server.Stop)
}

// beginStop notes what a stop may do to the clients.
func (w *world) beginStop(atOnce bool) {
	w.stopping = true
	w.halting.Store(true)
	w.ledger.stopAt = w.clock.Elapsed()
	for _, c := range w.clients {
		if c.conn.Peer().Probe().BlockedWrites > 0 {
			w.marks.hit(MarkStopBlocked)
		}
		if c.mode != readsAll || !c.inside() {
			c.obs.MayReset = true // it may be waiting to be accepted
		}
	}
	if atOnce {
		w.mayCutAll()
	}
}
