package chat

import (
	"fmt"
	"net"
)

// A connection refused at the door has no session to speak of; its reader, like any
// other, gets the line and a clean close.
var (
	linePending = notice("too many people are logging in, try again later")
	linePerIP   = notice("too many connections from your address")
)

func lineFull(clients int) []byte {
	return notice(fmt.Sprintf("the chat is full (%d clients), try again later", clients))
}

// admit registers a connection or refuses it, in one critical section, and starts
// its session.
func (s *Server) admit(conn net.Conn) {
	c := newSession(s, conn)
	if !s.register(c) {
		// Too many are lingering already: no last line, and no task (L5).
		reset(conn)
		return
	}
	s.runtime.Go("session", c.run)
}

// register decides on a new connection. False means it is to be reset.
func (s *Server) register(c *session) bool {
	at := s.clock.Now()
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.draining {
		return false
	}
	why, last := s.refusalFor(c)
	if last == nil {
		// E5: before anything is registered, as the clock may panic.
		s.startSweepLocked()
		if s.cfg.LoginTimeout > 0 {
			c.timer = s.afterFunc(s.cfg.LoginTimeout, c.loginTimedOut)
		}
	}
	s.stats.Accepted++
	if last != nil && s.lingerFull() {
		s.stats.Ended[why]++
		return false
	}
	s.lastID++
	c.member.id = s.lastID
	c.index = len(s.sessions)
	s.sessions = append(s.sessions, c)
	s.enter(c)
	if last != nil {
		s.countLingering(c)
		c.finishLocked(why, at, last)
		return true
	}
	c.push(s.greeting)
	return true
}

// refusalFor says why a newcomer is not let in, or nothing.
func (s *Server) refusalFor(c *session) (Reason, []byte) {
	switch {
	case s.cfg.MaxPerIP > 0 && c.addr.IsValid() && s.perIP[c.addr.Addr()] >= s.cfg.MaxPerIP:
		return RefusedPerIP, linePerIP // R2
	case s.room.full():
		return RefusedFull, lineFull(s.cfg.MaxClients) // L5
	case s.cfg.MaxPending > 0 && s.stats.Pending >= s.cfg.MaxPending:
		return RefusedPending, linePending // L3
	}
	return 0, nil
}

// enter counts a connection at the prompt.
func (s *Server) enter(c *session) {
	s.stats.Pending++
	s.stats.Connecting++
	if c.addr.IsValid() {
		s.perIP[c.addr.Addr()]++
	}
}

// exit counts a connection out that was pending or inside: from now on it is
// closing, and takes nobody's place (L3).
func (s *Server) exit(c *session) {
	if c.state != stateActive {
		s.stats.Pending--
	}
	if c.state == stateConnecting {
		s.stats.Connecting--
	}
	s.stats.Closing++
	s.endings++
	c.ending = s.endings
	if !c.addr.IsValid() {
		return
	}
	ip := c.addr.Addr()
	if s.perIP[ip]--; s.perIP[ip] == 0 {
		delete(s.perIP, ip)
	}
}

// lingerFull says whether as many connections linger as may (L5). At a stop nobody
// new comes, so everybody may.
func (s *Server) lingerFull() bool {
	return s.cfg.MaxPending > 0 && s.lingering >= s.cfg.MaxPending && !s.draining
}

func (s *Server) countLingering(c *session) {
	if !c.lingering {
		c.lingering = true
		s.lingering++
	}
}

// tooManyClosing returns the connection to cut where more are closing than there
// are places: the one that has been at it longest. Those who still have lines to
// read count too, or clients that leave without reading would cost unbounded
// memory (R5).
func (s *Server) tooManyClosing() *session {
	if s.cfg.MaxClients < 0 || s.cfg.MaxPending < 0 || s.draining ||
		s.stats.Closing <= s.cfg.MaxClients+s.cfg.MaxPending {
		return nil
	}
	var longest *session
	for _, c := range s.sessions {
		if c.state == stateDisconnecting && !c.closed && (longest == nil || c.ending < longest.ending) {
			longest = c
		}
	}
	return longest
}

// remove forgets a closed connection.
func (s *Server) remove(c *session) {
	s.lock.Lock()
	defer s.lock.Unlock()
	last := s.sessions[len(s.sessions)-1]
	s.sessions[c.index], last.index = last, c.index
	s.sessions = s.sessions[:len(s.sessions)-1]
	s.stats.Closing--
	if c.lingering {
		s.lingering--
	}
	s.room.forget(&c.member)
	s.idle.Broadcast()
}
