package sim

import (
	"context"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/chatd/chat"
	"example.com/chatd/chat/check"
)

// The operation that makes what the server is given panic: its clock, its locks or
// its log, once, at a later call.

// A call is one kind of call that can panic.
type call uint32

const (
	callNone call = iota
	callLog
	callNow
	callElapsed
	callAfterFunc
	callTimerStop
	callTimerReset
	callLock
	callKinds
)

// A fuse makes one call panic.
type fuse struct {
	kind   atomic.Uint32 // of the call; callNone: none will
	left   atomic.Int32  // how many of them are to come, the one that panics included
	struck atomic.Int32  // how often one did
	within []string      // only calls within one of these functions count; nil: all but spared
}

// spared are functions on which a panic is the caller's own (Kick, Stats, the ways
// to stop, Serve itself): he is not protected from it, and it is no session's. gopanic stands for what is done about
// another panic: one at a time.
var spared = []string{
	"chat.(*Server).Kick", "chat.(*Server).Stats", "chat.(*Server).Stop", "chat.(*Server).Shutdown",
	"chat.(*Server).Close", "chat.(*Server).isDraining", "chat.(*Server).track", "chat.(*Server).untrack",
	"runtime.gopanic",
}

// apart are functions that only one task can be in, where one cause acts at a time:
// which call is the n-th does not depend on luck there. The log has one task.
var apart = []string{"chat.(*session).pace", "chat.(*session).join", "chat.(*Server).runJournal"}

// meet is called at the beginning of every call, or at the end of one that must not
// be left undone.
func (f *fuse) meet(k call) {
	if call(f.kind.Load()) == k && f.counts() && f.left.Add(-1) == 0 {
		f.kind.Store(uint32(callNone))
		f.struck.Add(1)
		panic("sim: a call panics")
	}
}

// counts looks where the call comes from.
func (f *fuse) counts() bool {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		frame, more := frames.Next()
		for _, name := range f.within {
			if strings.HasSuffix(frame.Function, name) {
				return true
			}
		}
		for _, name := range spared {
			if strings.HasSuffix(frame.Function, name) {
				return false
			}
		}
		if !more {
			return f.within == nil
		}
	}
}

// fuseOp lets the B-th call of kind A panic.
func (w *world) fuseOp(op Op) {
	f := &w.fuse
	if call(f.kind.Load()) != callNone {
		return
	}
	kind, most := callLog+call(modulo(op.A, int(callKinds-callLog))), 60
	if !w.engine.together() {
		f.within, most = apart, 3
		kind = []call{callLog, callElapsed, callNow, callAfterFunc}[modulo(op.A, 4)]
	}
	f.left.Store(int32(1 + modulo(op.B, most)))
	f.kind.Store(uint32(kind))
	if w.fuseStep == 0 {
		w.fuseStep = w.stepNo // nobody is hit before
	}
}

// takeOut takes the fuse out: nothing panics any more.
func (f *fuse) takeOut() { f.kind.Store(uint32(callNone)) }

// A brittleClock is the clock as the server has it: its timers are told from the
// network's, and its calls may panic.
type brittleClock struct {
	serverClock
	fuse *fuse
}

func (c brittleClock) Now() time.Time {
	c.fuse.meet(callNow)
	return c.serverClock.Now()
}

func (c brittleClock) Elapsed() time.Duration {
	c.fuse.meet(callElapsed)
	return c.serverClock.Elapsed()
}

func (c brittleClock) AfterFunc(d time.Duration, f func()) chatTimer {
	c.fuse.meet(callAfterFunc)
	return brittleTimer{c.serverClock.AfterFunc(d, f), c.fuse}
}

type brittleTimer struct {
	chatTimer
	fuse *fuse
}

// Stop panics when it has stopped the timer, or that would be left behind (E4).
func (t brittleTimer) Stop() bool {
	defer t.fuse.meet(callTimerStop)
	return t.chatTimer.Stop()
}

func (t brittleTimer) Reset(d time.Duration) bool {
	t.fuse.meet(callTimerReset)
	return t.chatTimer.Reset(d)
}

// A brittleRuntime is the server's runtime: the engine's, with locks that may panic
// when they are taken.
type brittleRuntime struct {
	chat.Runtime
	world *world
}

func (r brittleRuntime) NewMutex() sync.Locker {
	return &brittleLock{r.Runtime.NewMutex(), r.world}
}

func (r brittleRuntime) NewCond(l sync.Locker) chat.Cond {
	return r.Runtime.NewCond(l.(*brittleLock).Locker)
}

type brittleLock struct {
	sync.Locker
	world *world
}

func (l *brittleLock) Lock() {
	l.world.fuse.meet(callLock)
	l.Locker.Lock()
}

// A logHandler is a log nobody reads, but for whom a panic has ended.
type logHandler struct{ world *world }

func (h logHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h logHandler) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h logHandler) WithGroup(string) slog.Handler            { return h }

func (h logHandler) Handle(_ context.Context, r slog.Record) error {
	if h.world.fuse.struck.Load() > 0 && (r.Message == "left" || r.Message == "refused") {
		h.world.victims.note(r)
	}
	h.world.fuse.meet(callLog)
	return nil
}

// victims are the addresses of those whose session a panic has ended, as the log has
// it.
type victims struct {
	mu    sync.Mutex
	addrs []string
}

func (v *victims) note(r slog.Record) {
	addr, failed := "", false
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "addr":
			addr = a.Value.String()
		case "reason":
			failed = a.Value.String() == chat.LeftError.String()
		}
		return true
	})
	if failed {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.addrs = append(v.addrs, addr)
	}
}

func (v *victims) take() (addrs []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	addrs, v.addrs = v.addrs, nil
	return addrs
}

// noteVictims gives those that the log names their cause.
func (w *world) noteVictims() {
	if w.fuse.struck.Load() == 0 {
		return
	}
	for _, addr := range w.victims.take() {
		for _, c := range w.clients {
			if c.conn.LocalAddr().String() == addr && c.trouble.struck.Load() == 0 {
				w.fall(c)
			}
		}
	}
}

// fall makes the client the victim of a panic.
func (w *world) fall(c *client) {
	c.victim = true
	c.faulted, c.ended, c.obs.MayReset, c.obs.Processed = true, true, true, false
	c.obs.MayLeave = append(c.obs.MayLeave, causeAt("error", w.fuseStep))
	w.fallen++
	w.marks.hit(MarkVictim)
}

// verdict is what the oracles find in what the clients saw. A panic of the clock or a
// lock may end one session, whosever it is (E5), and not every end of one is in the
// log: so for each that is unaccounted for, one client may be at odds with a promise.
func (w *world) verdict() []check.Violation {
	struck := int(w.fuse.struck.Load())
	if struck > 0 && w.unobserved {
		return nil // it was the observer, and nobody else knows the order
	}
	for {
		observations := make([]check.Observation, len(w.clients))
		for i, c := range w.clients {
			observations[i] = c.obs
		}
		found := check.All(w.profile, observations)
		if len(found) == 0 || w.fallen >= struck {
			return found
		}
		if found[0].Client == w.observer.obs.Client && w.observer.obs.End == check.Reset {
			return nil // it was the observer, as the server stopped
		}
		suspect := w.labelled(found[0].Client)
		if suspect == nil || suspect.victim {
			return found
		}
		w.fall(suspect)
	}
}

// labelled is the client with a label, but for the observer.
func (w *world) labelled(label string) *client {
	for _, c := range w.clients[1:] {
		if c.obs.Client == label {
			return c
		}
	}
	return nil
}
