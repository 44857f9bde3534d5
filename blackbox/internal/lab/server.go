package lab

import (
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// queueMost is how many bytes wait for a client before it is disconnected.
const queueMost = 64 << 10

// A Server is a chat room on a loopback port.
type Server struct {
	dialect *dialect
	fault   Fault
	ln      net.Listener
	tasks   sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	conns   map[net.Conn]bool
	unnamed map[*member]bool
	members []*member
	names   map[string]bool // folded
	history []string
	spoke   *member
	lost    int // places that were never given back
}

// Start serves a dialect, netcat or budget, with a fault, on a free port of
// loopback.
func Start(name string, fault Fault) (*Server, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{
		dialect: dialects[name], fault: fault, ln: ln,
		conns: map[net.Conn]bool{}, unnamed: map[*member]bool{}, names: map[string]bool{},
	}
	s.tasks.Go(s.accept)
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() string { return s.ln.Addr().String() }

// Close ends the server and all its connections, and waits for its goroutines.
func (s *Server) Close() {
	s.shut()
	s.tasks.Wait()
}

// Empty says whether no connection is open.
func (s *Server) Empty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns) == 0
}

func (s *Server) shut() {
	s.ln.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for c := range s.conns {
		c.Close()
	}
}

func (s *Server) accept() {
	for {
		conn, err := s.ln.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			conn.Close()
		}
		s.conns[conn] = true
		s.mu.Unlock()
		m := newMember(s, conn.(*net.TCPConn))
		if s.fault == AcceptWaits {
			if m.login() {
				s.tasks.Go(m.chat)
			} else {
				m.goodbye()
			}
			continue
		}
		s.tasks.Go(func() {
			if m.login() {
				m.chat()
			} else {
				m.goodbye()
			}
		})
	}
}

func (s *Server) forget(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
}

// full says whether there is no place left.
func (s *Server) fullLocked() bool {
	return s.dialect.places > 0 && len(s.members)+s.lost >= s.dialect.places && s.fault != NoLimit
}

// claim says why a client may not be called name; "" if it may.
func (s *Server) claim(name string) string {
	switch {
	case s.fault == AnyName && name == "":
	case !s.dialect.good(name), s.fault == ShortNames && len(name) > 12:
		return "that is no name\n"
	case strings.EqualFold(name, "system") && s.fault != System:
		return "that name is reserved\n"
	}
	if !s.dialect.unique || s.fault == Twins {
		return ""
	}
	key := strings.ToLower(name)
	if s.fault == CaseMatters {
		key = name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names[key] {
		return "that name is taken\n"
	}
	if s.fault == CheckThenClaim {
		s.mu.Unlock()
		pause()
		s.mu.Lock()
	}
	s.names[key] = true
	return ""
}

func (s *Server) free(name string) {
	if s.fault == NameKept {
		return
	}
	delete(s.names, strings.ToLower(name))
	delete(s.names, name)
}

// join puts a client into the room; false if it is full.
func (s *Server) join(m *member) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fullLocked() {
		s.free(m.name)
		return false
	}
	s.welcomeLocked(m)
	if s.dialect.echo {
		m.sendLocked(s.notice(m.name, s.dialect.joined))
	}
	if s.fault != NoJoinNotice {
		s.toOthersLocked(m, s.notice(m.name, s.dialect.joined))
	}
	return true
}

// notice is a line about a client.
func (s *Server) notice(name, what string) string {
	if s.dialect.star {
		return "* " + name + what
	}
	return name + what
}

// welcomeLocked sends a newcomer what it is due, and puts it into the list: in one
// critical section, so that it misses nothing and reads nothing twice.
func (s *Server) welcomeLocked(m *member) {
	delete(s.unnamed, m)
	switch s.fault {
	case Gap:
		old := slices.Clone(s.history)
		s.mu.Unlock()
		pause()
		s.mu.Lock()
		m.oweLocked(old)
	case Repeat:
		s.members = append(s.members, m)
		s.mu.Unlock()
		pause()
		s.mu.Lock()
		m.oweLocked(s.history)
		return
	case Backwards:
		old := slices.Clone(s.history)
		slices.Reverse(old)
		m.oweLocked(old)
	default:
		if s.dialect.history {
			m.oweLocked(s.history)
		}
	}
	if s.dialect.presence != "" {
		var names []string
		for _, o := range s.members {
			names = append(names, o.name)
		}
		if s.fault == ListsSelf {
			names = append(names, m.name)
		}
		m.sendLocked(s.dialect.presence + strings.Join(names, ", ") + "\n")
	}
	if s.fault == OldNews {
		m.oweLocked(s.history)
	}
	s.members = append(s.members, m)
}

// say sends one line round.
func (s *Server) say(m *member, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	line := s.dialect.line(time.Now(), m.name, text)
	s.history = append(s.history, line)
	s.toOthersLocked(m, line)
	s.spoke = m
	if s.fault == Echoes || s.dialect.echo {
		m.sendLocked(line)
	}
}

func (s *Server) toOthersLocked(m *member, line string) {
	for _, o := range s.members {
		switch {
		case o == m:
		case s.fault == NoOrder && o.id%2 == 1:
			o.sendSwappedLocked(m, line, m != s.spoke)
		default:
			o.sendLocked(line)
		}
	}
	if s.fault == TellsUnnamed {
		for o := range s.unnamed {
			o.sendLocked(line)
		}
	}
}

// leave takes a client out and tells the others.
func (s *Server) leave(m *member, how error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, o := range s.members {
		if o != m {
			continue
		}
		if s.fault == PlaceLost && len(s.members) >= s.dialect.places {
			s.lost++
		}
		s.members = append(s.members[:i:i], s.members[i+1:]...)
		s.free(m.name)
		if s.fault == ResetIsSilent && how != nil {
			return
		}
		s.toOthersLocked(m, s.notice(m.name, s.dialect.left))
		if s.fault == Chatters && how != nil {
			s.toOthersLocked(m, "debug: "+how.Error()+"\n")
		}
		if s.fault == LeavesTwice {
			s.toOthersLocked(m, s.notice(m.name, s.dialect.left))
		}
		return
	}
}

// pause is the moment in which a fault that needs one goes wrong.
func pause() {
	const faultTakes = 20 * time.Millisecond
	<-time.After(faultTakes)
}
