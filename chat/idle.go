package chat

import (
	"slices"
	"time"
)

const (
	// idleSweep is how often sessions are looked at (R3). One sweep for all
	// costs 2.5 ns a line for remembering when it came; a timer per session 40.
	idleSweep = time.Second
	// idleWarning is how long before its end a session is asked.
	idleWarning = time.Minute
)

var (
	lineIdle       = notice("idle for too long, goodbye")
	lineStillThere = notice("still there? press enter")
)

// startSweepLocked starts the chain of sweeps, once.
func (s *Server) startSweepLocked() {
	if s.sweep == nil && (s.cfg.IdleTimeout > 0 || s.rated()) {
		s.sweep = s.afterFunc(idleSweep, s.sweepIdle)
	}
}

// rated says whether there is a rate (R1).
func (s *Server) rated() bool { return s.cfg.RateInterval > 0 && s.cfg.RateBurst > 0 }

// sweepIdle sets the timer for the next sweep, before anything can go wrong, ends
// the sessions that are idle and warns those about to be.
func (s *Server) sweepIdle() {
	if !s.nextSweep() {
		return
	}
	at, now := s.clock.Now(), s.clock.Elapsed()
	for _, c := range s.idleSessions(at, now) {
		s.insist("interrupt", c.interrupt)
	}
}

func (s *Server) nextSweep() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.draining {
		return false
	}
	s.sweep.Reset(idleSweep)
	return true
}

func (s *Server) idleSessions(at time.Time, now time.Duration) (ended []*session) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, c := range slices.Clone(s.sessions) {
		if c.state != stateActive {
			continue
		}
		if c.pacing {
			// Not idle, but nobody reads from it: in a quiet room only a
			// write would tell that the client is gone, and its lines may
			// take hours.
			c.probe = true
			s.outbox.wake(c)
			continue
		}
		idle := now - c.lastLine
		switch {
		case s.cfg.IdleTimeout <= 0:
		case idle >= s.cfg.IdleTimeout:
			c.finishLocked(LeftIdle, at, lineIdle)
			ended = append(ended, c)
		case s.cfg.IdleTimeout > 2*idleWarning && idle >= s.cfg.IdleTimeout-idleWarning && !c.warned:
			if c.takes(lineStillThere) {
				c.warned = true
				c.push(lineStillThere)
			}
		}
	}
	return ended
}
