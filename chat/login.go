package chat

import "log/slog"

var (
	lineTooMany      = notice("too many attempts, goodbye")
	lineLoginTimeout = notice("login timed out, goodbye")
	promptLine       = []byte(prompt)
)

// logIn reads names until one is accepted, and reports whether the client is
// inside. Where not, the session has ended.
func (c *session) logIn() bool {
	if !c.startPrompt() {
		return false
	}
	for attempts := 0; ; {
		line, err := c.nextLine()
		switch {
		case err == errForeign:
			c.finish(RefusedProtocol, c.opening.refusal())
			return false
		case err == errLineTooLong:
			if last := c.opening.refusalLong(); last != nil {
				c.finish(RefusedProtocol, last)
				return false
			}
			// W5: no attempt.
			c.lineTooLong(promptLine)
			continue
		case err != nil:
			c.finish(reasonFor(err), nil)
			return false
		}
		if last := c.opening.refusalLine(line); last != nil {
			c.finish(RefusedProtocol, last)
			return false
		}
		err = c.join(line)
		if err == nil {
			return true
		}
		if err == refusedFull {
			c.finish(RefusedFull, lineFull(c.server.cfg.MaxClients))
			return false
		}
		attempts++
		why := notice(err.Error())
		// L2
		if most := c.server.cfg.NameAttempts; most > 0 && attempts >= most {
			c.answer(why)
			c.finish(RefusedAttempts, lineTooMany)
			return false
		}
		c.answer(why, promptLine)
	}
}

// startPrompt ends the connecting state: the greeting is on its way.
func (c *session) startPrompt() bool {
	s := c.server
	s.lock.Lock()
	defer s.lock.Unlock()
	if c.state != stateConnecting {
		return false
	}
	c.state, c.atPrompt = stateAuthenticating, true
	s.stats.Connecting--
	return true
}

// join tries to come in under the name on line.
func (c *session) join(line []byte) error {
	n, err := parseName(line)
	at, now := c.server.clock.Now(), c.server.clock.Elapsed()
	s := c.server
	s.lock.Lock()
	defer s.lock.Unlock()
	if c.state != stateAuthenticating {
		// It ended meanwhile. Nobody will read what is said of its name.
		return refusedClosed
	}
	joinLine := s.room.log.head
	if err == nil {
		err = s.commit(event{kind: eventJoin, at: at, who: &c.member, name: n})
	}
	if err != nil {
		s.stats.NamesRefused++
		return err
	}
	// Under SlowKick the leave lines of laggards may have dropped more history. Its
	// own join line and what follows it are no history: dropped, they are missed (M3).
	c.cursor, c.joined = max(c.member.start, min(s.room.log.tail(), joinLine)), true
	c.state, c.atPrompt = stateActive, false
	c.lastLine = now
	s.stats.Pending--
	s.stats.Joins++
	s.byMember[&c.member] = c
	s.flush()
	s.outbox.wake(c)
	s.log(slog.LevelInfo, "joined", at, slog.String("name", n.shown), c.addrAttr())
	c.stopTimer() // last: it may panic, and then all that finish undoes is done (E5)
	return nil
}

// loginTimedOut ends a connection that has no name in time (L3).
func (c *session) loginTimedOut() {
	s := c.server
	at := s.clock.Now()
	late := func() bool {
		s.lock.Lock()
		defer s.lock.Unlock()
		if c.state == stateActive {
			return false
		}
		c.finishLocked(RefusedTimeout, at, lineLoginTimeout)
		return true
	}()
	if late {
		c.interrupt()
	}
}
