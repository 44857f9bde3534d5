package chat

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// ErrServerClosed is returned by Serve and Start after Shutdown, Stop or Close,
// as net/http's does.
var ErrServerClosed = errors.New("chat: server closed")

// ErrDrainTimeout is returned by Stop when clients that had not read what was theirs
// were cut, because Config.DrainTimeout passed or Close was called meanwhile.
var ErrDrainTimeout = errors.New("chat: clients were cut before they had read everything")

// Server is a chat server with one room. Its methods may be called concurrently.
//
// # Goroutines
//
// Serve accepts on its caller's goroutine and starts one task per connection, the
// session, which reads and, last of all, closes the connection. A few writer tasks
// carry lines from the transcript to the connections that have something to read;
// each ends when nobody has (see outbox). One task hands records to the logger
// while there are any. Timers run as tasks of the Clock. Shutdown, Stop and Close
// wait for all of them, but for a log handler that never returns.
type Server struct {
	// Immutable.
	cfg      Config
	clock    Clock
	runtime  Runtime
	greeting []byte
	// lock guards everything below, in the other structs too where they say
	// "lock guards". It is never held across I/O or a wait.
	lock sync.Locker

	room     *room
	sessions []*session // every connection that is not closed yet
	byMember map[*member]*session
	perIP    map[netip.Addr]int // connections pending or inside, by address
	outbox   outbox
	buffers  buffers
	journal  journal
	stats    Stats
	lastID   uint64
	endings  uint64 // numbers the sessions in the order they end
	// lingering counts the connections that wait, behind their last line, for
	// the client to close, and those refused at the door.
	lingering int
	tasks     int // started by spawn and not ended

	accepting []*acceptor
	started   net.Listener // Start's
	startErr  error        // why Start's listener failed
	draining  bool         // Shutdown has begun
	cutShort  bool         // the stop had to cut somebody
	idle      Cond         // signalled when something Shutdown waits for has ended
	sweep     Timer
}

// New checks cfg and returns a server that does nothing yet. The error names the
// field, its value and what is allowed.
func New(cfg Config) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg:      cfg,
		clock:    cfg.Clock,
		runtime:  cfg.Runtime,
		greeting: greeting(cfg.MOTD),
		lock:     cfg.Runtime.NewMutex(),
		room:     newRoom(cfg),
		byMember: make(map[*member]*session),
		perIP:    make(map[netip.Addr]int),
	}
	s.idle = s.runtime.NewCond(s.lock)
	s.journal.run = s.runJournal
	s.outbox.server = s
	return s, nil
}

// Start listens on Config.Addr through Config.Listen and serves in the background.
// Should accepting fail for good, Stop returns that error.
func (s *Server) Start() error {
	if s.isDraining() {
		return ErrServerClosed
	}
	ln, err := s.cfg.Listen("tcp", s.cfg.Addr)
	if err != nil {
		return fmt.Errorf("chat: listen on %s: %w", s.cfg.Addr, err)
	}
	a, err := s.track(ln)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.started = ln
	s.spawn("accept", func() { s.serveStarted(a) })
	return nil
}

func (s *Server) serveStarted(a *acceptor) {
	if err := a.serve(); !errors.Is(err, ErrServerClosed) {
		s.lock.Lock()
		defer s.lock.Unlock()
		s.startErr = err
	}
}

// Addr is the address Start listens on, nil before.
func (s *Server) Addr() net.Addr {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.started == nil {
		return nil
	}
	return s.started.Addr()
}

// Serve accepts connections on ln until Shutdown, Stop or Close, and then returns
// ErrServerClosed. Passing errors of Accept are waited out, any other is returned
// (E6). Several listeners may be served at once. Serve closes ln.
func (s *Server) Serve(ln net.Listener) error {
	a, err := s.track(ln)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	return a.serve()
}

// Kick disconnects the client that holds name, compared as names are, with the
// reason "kicked". It reports whether there was one.
func (s *Server) Kick(who string) bool {
	n, err := parseName([]byte(who))
	if err != nil {
		return false
	}
	at := s.clock.Now()
	c := func() *session {
		s.lock.Lock()
		defer s.lock.Unlock()
		m := s.room.byKey[n.key]
		if m == nil {
			return nil
		}
		c := s.byMember[m]
		c.finishLocked(LeftKicked, at, lineKicked)
		return c
	}()
	if c == nil {
		return false
	}
	c.interrupt()
	return true
}

// Stats returns a snapshot.
func (s *Server) Stats() Stats {
	s.lock.Lock()
	defer s.lock.Unlock()
	st := s.stats
	st.Active = len(s.room.members)
	st.Writers = len(s.outbox.writers)
	st.Draining = s.draining
	st.Transcript = s.room.log.bytes()
	return st
}

// spawn starts a task that Shutdown waits for. The lock is held.
func (s *Server) spawn(name string, f func()) {
	s.tasks++
	s.runtime.Go(name, func() {
		defer s.insist("task", s.taskEnded)
		f()
	})
}

func (s *Server) taskEnded() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.tasks--
	s.idle.Broadcast()
}

var lineKicked = notice("you were kicked, goodbye")

// commit applies an event. Whoever calls it also calls flush, at the latest before
// it waits for anything.
//
// Only the room's own refusals come back.
func (s *Server) commit(e event) error {
	oldest, newest := s.room.log.oldest(), s.room.log.last()
	if err := s.room.apply(e); err != nil {
		return err
	}
	if newest != s.room.log.last() {
		s.flush() // a packet may hold more lines than the transcript: let writers begin
	}
	if s.cfg.Slow == SlowKick && oldest != s.room.log.oldest() && oldest != nil {
		s.kickLaggards(oldest, e.at)
	}
	return nil
}

// kickLaggards disconnects everybody who would have read lines of the chunk that
// was just dropped (R4); one's own are no loss. Their leave lines may drop another
// chunk, whose commit then looks again.
func (s *Server) kickLaggards(dropped *chunk, at time.Time) {
	for _, c := range slices.Clone(s.sessions) {
		if c.state == stateActive && dropped.hasOthers(c.cursor, c.member.id) {
			c.finishLocked(LeftSlow, at, nil)
			s.spawn("cut", func() { s.insist("cut", c.cut) })
		}
	}
}
