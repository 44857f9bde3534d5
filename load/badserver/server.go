package badserver

import (
	"errors"
	"net"
	"sync"
	"time"
)

// A Server is a chat server that does what its Config says, wrong things included. Its
// methods may be called concurrently.
type Server struct {
	// Immutable.
	cfg   Config
	clock Clock
	ln    net.Listener
	tally tally
	tasks sync.WaitGroup // goroutines and timers, which Close awaits

	mu       sync.Mutex // guards what follows; never held across I/O
	thawed   sync.Cond  // frozen or closed has changed
	frozen   bool
	closed   bool
	sessions map[*session]struct{} // every connection
	members  []*session            // those inside, in the order of joining
	joined   int                   // so far
	timers   map[*timer]struct{}
}

// Start serves on Config.Addr. Close the server when done. The error is a Config that
// makes no sense, or the listener's.
func Start(cfg Config) (*Server, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:0"
	}
	if cfg.Banner == "" {
		cfg.Banner = bannerDefault
	}
	ln, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return nil, err
	}
	return serve(cfg, ln), nil
}

// serve is Start on a listener of any kind.
func serve(cfg Config, ln net.Listener) *Server {
	s := &Server{cfg: cfg, clock: cfg.Clock, ln: ln, sessions: make(map[*session]struct{}), timers: make(map[*timer]struct{})}
	s.thawed.L = &s.mu
	if s.clock == nil {
		s.clock = realClock{time.Now()}
	}
	if cfg.Door == Shut {
		ln.Close()
		return s
	}
	s.tasks.Go(s.accept)
	return s
}

// Addr is where the server listens, or with the door Shut would.
func (s *Server) Addr() net.Addr { return s.ln.Addr() }

// Close resets every connection and closes the port. When it returns no goroutine of the
// server is left. The error is always nil.
func (s *Server) Close() error {
	s.ln.Close()
	for _, c := range s.shut() {
		reset(c.conn)
	}
	s.tasks.Wait()
	return nil
}

// shut lets nothing new begin and returns the connections there are.
func (s *Server) shut() (all []*session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for t := range s.timers {
		s.stopLocked(t)
	}
	for c := range s.sessions {
		all = append(all, c) // its reader will wake its writer
	}
	s.thawed.Broadcast()
	return all
}

// accept takes connections in until the port closes.
func (s *Server) accept() {
	for {
		conn, err := s.ln.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			s.rest()
		case s.cfg.Door == Reset:
			s.tally.connections.Add(1)
			reset(conn)
			s.tally.resets.Add(1)
		default:
			s.tally.connections.Add(1)
			if !s.admit(conn) {
				reset(conn)
			}
		}
	}
}

// acceptPause keeps accept from spinning while descriptors are short.
const acceptPause = 20 * time.Millisecond

func (s *Server) rest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	over := false
	s.afterLocked(acceptPause, func() {
		over = true
		s.thawed.Broadcast()
	})
	for !over && !s.closed {
		s.thawed.Wait()
	}
}

// admit starts a session, unless the server is closed.
func (s *Server) admit(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	c := newSession(s, conn)
	s.sessions[c] = struct{}{}
	s.tasks.Go(c.read)
	s.tasks.Go(c.write)
	return true
}

// thawLocked waits while the server is frozen.
func (s *Server) thawLocked() {
	for s.frozen && !s.closed {
		s.thawed.Wait()
	}
}

// freezeLocked makes the whole server stand still for FreezeFor. Its caller is the first
// to go on.
func (s *Server) freezeLocked() {
	over := false
	s.frozen = true
	s.tally.freezes.Add(1)
	s.afterLocked(s.cfg.FreezeFor, func() {
		over = true
		s.thawed.Broadcast()
	})
	for !over && !s.closed {
		s.thawed.Wait()
	}
	s.frozen = false
	s.thawed.Broadcast()
	for c := range s.sessions {
		c.changed.Broadcast()
	}
}

// A timer is one that Close stops or awaits.
type timer struct{ timer Timer }

// afterLocked runs f under the lock, d from now, unless it is stopped before. Its caller
// is a task. Behind Close it does nothing.
func (s *Server) afterLocked(d time.Duration, f func()) *timer {
	t := new(timer)
	if s.closed {
		return t
	}
	s.timers[t] = struct{}{}
	s.tasks.Add(1)
	t.timer = s.clock.AfterFunc(d, func() {
		defer s.tasks.Done()
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, armed := s.timers[t]; armed {
			delete(s.timers, t)
			f()
		}
	})
	return t
}

// stopLocked keeps a timer's function from running.
func (s *Server) stopLocked(t *timer) {
	if _, armed := s.timers[t]; !armed {
		return
	}
	delete(s.timers, t)
	if t.timer.Stop() {
		s.tasks.Done()
	}
}

// reset closes a connection so that the peer reads a reset.
func reset(conn net.Conn) {
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}
