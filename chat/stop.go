package chat

import (
	"context"
	"log/slog"
	"slices"
	"time"
)

// Shutdown stops the server gently (E3): it closes the listeners, lets every
// client read what is in the transcript and the line that says so, and waits for
// them to go. When ctx ends first, the connections left are cut and its error is
// returned. A second call waits as well.
//
// ctx is watched through its own AfterFunc where it has one, else context's.
func (s *Server) Shutdown(ctx context.Context) error {
	s.drain()
	unwatch := afterDone(ctx, func() { s.insist("stop", s.cutStuck) })
	defer unwatch()
	if cut := s.awaitEnd(); cut && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return s.failure()
}

// afterDone is context.AfterFunc, which starts a goroutine that no Runtime knows of; a
// context with the same method of its own decides where f runs.
func afterDone(ctx context.Context, f func()) (stop func() bool) {
	if own, ok := ctx.(interface {
		AfterFunc(f func()) (stop func() bool)
	}); ok {
		return own.AfterFunc(f)
	}
	return context.AfterFunc(ctx, f)
}

// Stop is Shutdown within Config.DrainTimeout. It returns ErrDrainTimeout if
// clients had to be cut.
func (s *Server) Stop() error {
	s.drain()
	if s.cfg.DrainTimeout > 0 {
		timer := s.afterFunc(s.cfg.DrainTimeout, s.cutStuck)
		defer timer.Stop()
	}
	if cut := s.awaitEnd(); cut {
		return ErrDrainTimeout
	}
	return s.failure()
}

// Close stops the server at once: every connection is cut.
func (s *Server) Close() error {
	s.drain()
	s.cutAll()
	s.awaitEnd()
	return s.failure()
}

func (s *Server) isDraining() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.draining
}

func (s *Server) failure() error {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.startErr
}

// drain begins the stop: the room is closed with its last line, and every session
// ends behind it.
func (s *Server) drain() {
	at := s.clock.Now()
	listeners, sessions := s.drainLocked(at)
	for _, a := range listeners {
		a.ln.Close()
	}
	for _, c := range sessions {
		c.interrupt()
	}
}

// drainLocked takes the lock; what it returns is acted on outside of it.
func (s *Server) drainLocked(at time.Time) ([]*acceptor, []*session) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.draining {
		return nil, nil
	}
	s.draining = true
	if s.sweep != nil {
		s.sweep.Stop()
	}
	for _, a := range s.accepting {
		a.cond.Signal()
	}
	s.log(slog.LevelInfo, "stopping", at, slog.Int("clients", len(s.room.members)))
	// E3: apply cannot refuse: the room is not closed yet.
	_ = s.room.apply(event{kind: eventClose, at: at})
	for _, c := range s.sessions {
		c.finishLocked(LeftStop, at, nil)
	}
	return slices.Clone(s.accepting), slices.Clone(s.sessions)
}

// cutAll ends every connection at once.
func (s *Server) cutAll() {
	sessions := func() []*session {
		s.lock.Lock()
		defer s.lock.Unlock()
		s.cutShort = s.cutShort || len(s.sessions) > 0
		return slices.Clone(s.sessions)
	}()
	for _, c := range sessions {
		c.cut()
	}
}

// cutStuck cuts whoever has not read what is due, and spares those who have: for
// them, what is left of their linger is over.
func (s *Server) cutStuck() {
	stuck, done := s.splitStuck()
	for _, c := range done {
		c.lingerTimedOut()
	}
	for _, c := range stuck {
		c.cut()
	}
}

func (s *Server) splitStuck() (stuck, done []*session) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, c := range s.sessions {
		if c.out == outDone && !c.broken {
			done = append(done, c)
		} else {
			stuck = append(stuck, c)
		}
	}
	s.cutShort = s.cutShort || len(stuck) > 0
	return stuck, done
}

// awaitEnd waits until nothing of the server runs any more (E4), and reports
// whether anybody was cut for it.
func (s *Server) awaitEnd() (cut bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for len(s.sessions) > 0 || len(s.accepting) > 0 || len(s.outbox.writers) > 0 || s.tasks > 0 {
		s.idle.Wait()
	}
	s.outbox.stopWatchdog()
	s.awaitJournal()
	return s.cutShort
}
