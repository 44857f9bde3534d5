package lab

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var memberIDs atomic.Int64

// A member is one connection: its own goroutine reads, a second one writes what is
// in its queue.
type member struct {
	server *Server
	conn   *net.TCPConn
	in     *lineReader
	id     int64
	name   string
	writer sync.WaitGroup

	// Server.mu guards.
	queue    []string
	bytes    int
	ready    *sync.Cond
	ending   bool
	held     string // a line that NoOrder keeps back,
	heldFrom *member
}

func newMember(s *Server, conn *net.TCPConn) *member {
	m := &member{server: s, conn: conn, in: newLineReader(conn, s.fault), id: memberIDs.Add(1), ready: sync.NewCond(&s.mu)}
	m.writer.Go(m.write)
	return m
}

// write sends what is in the queue, outside the lock.
func (m *member) write() {
	s := m.server
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		for len(m.queue) == 0 && !m.ending {
			m.ready.Wait()
		}
		if len(m.queue) == 0 {
			return
		}
		batch := strings.Join(m.queue, "")
		m.queue, m.bytes = nil, 0
		s.mu.Unlock()
		_, err := io.WriteString(m.conn, batch)
		s.mu.Lock()
		if err != nil {
			m.ending, m.queue = true, nil
		}
	}
}

// oweLocked puts the history into the queue. It does not count: who comes has had no
// time to read it.
func (m *member) oweLocked(history []string) {
	if m.server.fault == WritesInLock {
		m.sendLocked(strings.Join(history, ""))
		return
	}
	if len(history) > 0 {
		m.queue = append(m.queue, strings.Join(history, ""))
		m.ready.Signal()
	}
}

// sendLocked puts text into the queue. A client that does not read is disconnected.
func (m *member) sendLocked(text string) {
	if text == "" || m.ending {
		return
	}
	if m.server.fault == WritesInLock {
		io.WriteString(m.conn, text)
		return
	}
	if m.bytes+len(text) > queueMost {
		if m.server.fault == Drops {
			return
		}
		m.ending, m.queue = true, nil
		m.conn.Close()
	}
	m.queue, m.bytes = append(m.queue, text), m.bytes+len(text)
	m.ready.Signal()
}

// sendSwappedLocked keeps a line back for a moment, if it may, and puts it behind the
// next if that is somebody else's.
func (m *member) sendSwappedLocked(from *member, line string, may bool) {
	held, heldFrom := m.held, m.heldFrom
	m.held, m.heldFrom = "", nil
	if held != "" && heldFrom != from {
		m.sendLocked(line)
		m.sendLocked(held)
		return
	}
	m.sendLocked(held)
	if !may {
		m.sendLocked(line)
		return
	}
	m.held, m.heldFrom = line, from
	m.server.tasks.Go(func() {
		pause()
		m.server.mu.Lock()
		defer m.server.mu.Unlock()
		if m.held == line {
			m.held, m.heldFrom = "", nil
			m.sendLocked(line)
		}
	})
}

func (m *member) send(text string) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	m.sendLocked(text)
}

// login greets and asks for a name until it is good. It reports whether the client
// is inside.
func (m *member) login() bool {
	s, d := m.server, m.server.dialect
	s.mu.Lock()
	full := s.fullLocked()
	s.mu.Unlock()
	if full {
		m.send(d.full)
		return false
	}
	if s.fault != NoGreeting {
		m.send(d.greeting)
	}
	for {
		m.send(d.prompt)
		s.mu.Lock()
		s.unnamed[m] = true
		s.mu.Unlock()
		name, err := m.in.next()
		s.mu.Lock()
		delete(s.unnamed, m)
		s.mu.Unlock()
		if err != nil {
			return false
		}
		why := s.claim(name)
		if why != "" {
			m.send(why)
			if d.retry {
				continue
			}
			return false
		}
		m.name = name
		if !s.join(m) {
			m.send(d.full)
			return false
		}
		return true
	}
}

// chat sends round what the client says until its input ends.
func (m *member) chat() {
	s := m.server
	if s.fault == TwoReaders {
		m.in = newLineReader(m.conn, s.fault)
	}
	for {
		text, err := m.in.next()
		if errors.Is(err, errTooLong) {
			if s.fault == Crashes {
				m.server.tasks.Go(s.shut)
			}
			continue
		}
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			s.leave(m, err)
			break
		}
		if m.worthSaying(text) {
			s.say(m, clean(text, s.fault))
		}
	}
	m.goodbye()
}

func (m *member) worthSaying(text string) bool {
	switch {
	case text == "":
		return m.server.fault == SendsEmpty
	case strings.TrimSpace(text) == "":
		return m.server.fault == SendsBlank
	}
	return true
}

// goodbye sends what is left, shuts the sending side, throws away what still comes
// for a moment, and closes: closing with input unread would be a reset.
func (m *member) goodbye() {
	const linger = time.Second
	s := m.server
	s.mu.Lock()
	m.ending = true
	m.ready.Signal()
	full := len(m.queue) > 0 && m.queue[len(m.queue)-1] == s.dialect.full
	s.mu.Unlock()
	m.writer.Wait()
	switch {
	case s.fault == EOFResets && m.name != "", s.fault == FullResets && full:
		m.conn.SetLinger(0)
	default:
		m.conn.CloseWrite()
		m.conn.SetReadDeadline(time.Now().Add(linger))
		io.Copy(io.Discard, m.conn)
	}
	m.conn.Close()
	s.forget(m.conn)
}
