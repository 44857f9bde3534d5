package chat

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// panicked counts and logs a recovered panic, with its stack (E5).
func (s *Server) panicked(task string, value any, stack []byte) {
	s.logPanic(s.nowOrZero(), task, value, stack)
}

func (s *Server) logPanic(at time.Time, task string, value any, stack []byte) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.stats.Panics++
	s.log(slog.LevelError, "panic", at, slog.String("task", task),
		slog.String("value", fmt.Sprint(value)), slog.String("stack", string(stack)))
}

// afterFunc is the clock's, for a f that may meet a panic of the clock itself.
func (s *Server) afterFunc(d time.Duration, f func()) Timer {
	return s.clock.AfterFunc(d, func() {
		s.insist("timer", f)
	})
}

// insist runs f, and once more if it panics, for what must not be left undone: only
// a clock or a lock can panic in it.
func (s *Server) insist(task string, f func()) {
	if !s.survive(task, f) {
		s.survive(task, f)
	}
}

// survive runs f and reports whether it came to its end. A panic is counted and
// logged; no session is there to end for it.
func (s *Server) survive(task string, f func()) (ok bool) {
	defer func() {
		if v := recover(); v != nil {
			s.panicked(task, v, debug.Stack())
		}
	}()
	f()
	return true
}

// nowOrZero is the time, unless it is the clock that panics.
func (s *Server) nowOrZero() (at time.Time) {
	defer func() {
		if v := recover(); v != nil {
			s.logPanic(time.Time{}, "clock", v, debug.Stack())
		}
	}()
	return s.clock.Now()
}
