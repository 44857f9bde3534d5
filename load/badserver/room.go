package badserver

import (
	"fmt"
	"slices"
	"time"
)

// join lets a name in, or answers why not and whether it may try again.
func (s *Server) join(c *session, name string) (answer string, again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed || c.ending:
		return "goodbye", false
	case name == "":
		return "a name needs a letter", true
	case s.cfg.Door == Full && len(s.members) >= s.cfg.Room:
		s.tally.refused.Add(1)
		return fmt.Sprintf("the chat is full (%d clients), try again later", len(s.members)), false
	case slices.ContainsFunc(s.members, func(m *session) bool { return m.name == name }):
		return "that name is taken", true
	}
	s.joined++
	c.name = name
	c.victim = s.cfg.Victim == 0 || s.cfg.Victim == s.joined
	s.members = append(s.members, c)
	s.tally.joins.Add(1)
	s.announceLocked("[SYSTEM]: %s has joined our chat...", name)
	return "", false
}

// leaveLocked takes a member out of the room; for others it does nothing.
func (s *Server) leaveLocked(c *session, reason string) {
	n := slices.Index(s.members, c)
	if n < 0 {
		return
	}
	s.members = slices.Delete(s.members, n, n+1)
	s.tally.leaves.Add(1)
	s.announceLocked("[SYSTEM]: %s has left our chat...%s", c.name, reason)
}

// announceLocked tells everybody inside. It is no delivery and suffers nothing, but it
// stays behind what is held back.
func (s *Server) announceLocked(format string, args ...any) {
	line := s.stamped(format, args...)
	for _, m := range s.members {
		m.releaseLocked()
		m.pushLocked(item{data: line})
	}
}

// say takes one message and delivers it to everybody but its sender (M4).
func (s *Server) say(from *session, text string) {
	if s.deliver(from, text) {
		s.ln.Close()
	}
}

// deliver is say, and says whether the port is to be closed now.
func (s *Server) deliver(from *session, text string) (shut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.thawLocked() // it may have frozen since the line was read
	if from.ending {
		s.tally.ignored.Add(1)
		return false
	}
	number := int(s.tally.messages.Add(1)) // 1 is the first, so 0 is never
	if number == s.cfg.FreezeAt {
		s.freezeLocked()
	}
	line := s.stamped("[%s]: %s", from.name, text)
	for _, m := range s.members {
		if m != from {
			m.deliverLocked(line)
		}
	}
	if number != s.cfg.CloseAt {
		return false
	}
	s.closeLocked()
	return s.cfg.Victim == 0
}

// closeLocked ends the victim's connection, or everybody's; then nobody reads who left.
func (s *Server) closeLocked() {
	for c := range s.sessions {
		if s.cfg.Victim == 0 && c.name == "" {
			c.endLocked()
		}
	}
	var gone []*session
	for _, m := range s.members {
		if !m.victim {
			continue
		}
		m.releaseLocked()
		if s.cfg.Goodbye != "" {
			s.tally.goodbyes.Add(1)
			m.pushLocked(item{data: s.goodbye()})
		}
		m.endLocked()
		s.tally.closed.Add(1)
		gone = append(gone, m)
	}
	for _, m := range gone {
		s.leaveLocked(m, " (kicked)")
	}
}

// goodbye is a system line with its time, unless Config says all of the line.
func (s *Server) goodbye() []byte {
	if s.cfg.Goodbye[0] == '[' {
		return []byte(s.cfg.Goodbye + "\n")
	}
	return s.stamped("[SYSTEM]: %s", s.cfg.Goodbye)
}

// deliverLocked hands a message to one receiver, or does to it what the knobs say.
func (c *session) deliverLocked(line []byte) {
	s := c.server
	s.tally.due.Add(1)
	if !c.victim {
		c.pushLocked(item{data: line, message: true})
		return
	}
	c.due++
	cfg := &s.cfg
	switch nth := c.due - cfg.MissAfter; {
	case nth >= 1 && nth <= cfg.MissLines:
		if nth == 1 {
			c.releaseLocked()
			c.pushLocked(item{data: fmt.Appendf(nil, "[SYSTEM]: you missed %d lines\n", cfg.MissLines)})
			s.tally.announced.Add(int64(cfg.MissLines))
		}
		s.tally.missed.Add(1)
		return
	case c.every(cfg.DropEvery):
		s.tally.dropped.Add(1)
		return
	}
	if c.every(cfg.CorruptEvery) {
		s.tally.corrupted.Add(1)
		line = corrupted(line)
	}
	switch {
	case c.held != nil:
		c.sendLocked(line)
		c.releaseLocked()
		s.tally.swapped.Add(1)
	case c.every(cfg.SwapEvery):
		c.holdLocked(line)
	default:
		c.sendLocked(line)
	}
	if c.every(cfg.RepeatEvery) {
		s.tally.repeated.Add(1)
		c.sendLocked(line)
	}
}

// every says whether this is an Nth delivery.
func (c *session) every(n int) bool { return n > 0 && c.due%n == 0 }

func (c *session) sendLocked(line []byte) {
	i := item{data: line, message: true}
	if delay := c.server.cfg.Delay; delay > 0 {
		c.server.tally.delayed.Add(1)
		i.at = c.server.clock.Elapsed() + delay
	}
	c.pushLocked(i)
}

// neighbourWait is how long a delivery waits to change places. If no other comes it goes
// out as it is, and is not counted: a swap, not a loss, is what was ordered.
const neighbourWait = time.Second

func (c *session) holdLocked(line []byte) {
	c.held = line
	c.flush = c.server.afterLocked(neighbourWait, c.releaseLocked)
}

// releaseLocked sends what is held back, if anything is.
func (c *session) releaseLocked() {
	if c.held == nil {
		return
	}
	c.server.stopLocked(c.flush)
	line := c.held
	c.held, c.flush = nil, nil
	c.sendLocked(line)
}

// corrupted is the line with the last byte of its text changed to another printable one.
func corrupted(line []byte) []byte {
	line = slices.Clone(line)
	at := len(line) - 2 // the last is its end
	if line[at] == '#' {
		line[at] = '*'
	} else {
		line[at] = '#'
	}
	return line
}
