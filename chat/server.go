package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// ErrServerClosed is returned by Serve and Start after Shutdown, Stop or Close,
// as net/http's does.
var ErrServerClosed = errors.New("chat: server closed")

// ErrDrainTimeout is returned by Stop when Config.DrainTimeout passed and the
// clients that had not read what was theirs were cut.
var ErrDrainTimeout = errors.New("chat: clients were cut before they had read everything")

// Server is a chat server with one room. Its methods may be called concurrently.
//
// # Goroutines
//
// Serve accepts on its caller's goroutine and starts one task per connection, the
// session, which reads and, last of all, closes the connection. A few writer tasks
// carry lines from the transcript to the connections that have something to read;
// each ends when nobody has (see writer). One task hands records to the logger
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
	// lastEnding numbers the sessions in the order they end.
	lastEnding uint64
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

// Shutdown stops the server gently (E3): it closes the listeners, lets every
// client read what is in the transcript and the line that says so, and waits for
// them to go. When ctx ends first, the connections left are cut and its error is
// returned. A second call waits as well.
//
// ctx is watched through context.AfterFunc alone.
func (s *Server) Shutdown(ctx context.Context) error {
	s.drain()
	unwatch := context.AfterFunc(ctx, s.cutAll)
	defer unwatch()
	if cut := s.awaitEnd(); cut && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return s.failure()
}

// Stop is Shutdown within Config.DrainTimeout. It returns ErrDrainTimeout if
// clients had to be cut.
func (s *Server) Stop() error {
	s.drain()
	if s.cfg.DrainTimeout > 0 {
		timer := s.afterFunc(s.cfg.DrainTimeout, s.cutAll)
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

// A refusal at the door has no session to speak of; its reader, like any other,
// gets the line and a clean close.
var (
	lineFull = func(clients int) []byte {
		return notice(fmt.Sprintf("the chat is full (%d clients), try again later", clients))
	}
	linePending = notice("too many people are logging in, try again later")
	linePerIP   = notice("too many connections from your address")
)

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
	s.stats.Closing++
	s.lastEnding++
	c.ending = s.lastEnding
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
			s.spawn("cut", c.cut)
		}
	}
}
