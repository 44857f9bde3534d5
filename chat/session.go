package chat

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"
)

// A sessionState is where a connection stands in its life. The names are shown in
// logs.
type sessionState uint8

const (
	stateConnecting     sessionState = iota // accepted, greeting under way
	stateAuthenticating                     // at the name prompt
	stateActive                             // inside
	stateDisconnecting                      // reading what is left, then closing
)

var stateNames = [...]string{"connecting", "authenticating", "active", "disconnecting"}

func (s sessionState) String() string { return stateNames[s] }

// A session is one connection, from accept to close. Its life reads top-down: run and
// the prompt (login.go), inside (chat, here, and command.go), the end (close.go). Its
// reader task owns it and is the only one that closes the connection, but for cut.
type session struct {
	// Immutable.
	server *Server
	conn   net.Conn
	addr   netip.AddrPort // zero where the connection has no IP address

	// Owned by the reader.
	lines   lineDecoder
	unread  []byte // bytes read and not yet cut into lines
	eof     bool   // the client has half-closed
	filled  bool   // the last read filled its buffer: more is waiting
	slowed  bool   // the rate's spell has been announced
	bucket  bucket
	opening opening
	// atPrompt is state == stateAuthenticating as the reader knows it.
	atPrompt bool
	small    [smallBuffer]byte // the buffer an idle reader waits with
	big      []byte            // the buffer of a busy one, from Server.buffers

	// lock guards the rest.
	state    sessionState
	why      Reason // why it ended
	member   member
	index    int           // in Server.sessions
	lastLine time.Duration // when the last complete line came (R3)
	warned   bool          // "still there?" was asked since
	pacing   bool          // the reader is waiting for a token: it is not idle
	timer    Timer         // LoginTimeout, later LingerTimeout
	cond     Cond          // the reader waits on it; made when first needed
	quitText []byte
	outflow

	ending     uint64 // the order in which sessions ended
	closed     bool   // the connection is closed, or about to be
	lingering  bool   // counted in Server.lingering
	lingerOver bool
}

// smallBuffer takes nearly every line people type, and makes a session fill an
// allocation of 896 bytes: the next sizes are 1024 and 1152, times 9,000.
const smallBuffer = 376

func newSession(s *Server, conn net.Conn) *session {
	c := &session{server: s, conn: conn, lines: lineDecoder{max: 2 * s.cfg.MaxMessage}}
	c.member.end = openEnd
	c.hold = openEnd
	if addr, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		ap := addr.AddrPort()
		c.addr = netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return c
}

// run is the connection's task up to the name.
func (c *session) run() {
	inside := false
	c.guard(func() { inside = c.logIn() })
	if inside {
		// A fresh task: checking a name deepened this one's stack to 8 KiB,
		// a new one starts at 2 KiB and stays there while its client is quiet.
		c.server.runtime.Go("session", c.serve)
		return
	}
	c.end()
}

// serve is the connection's task from the name on.
func (c *session) serve() {
	c.guard(c.chat)
	c.end()
}

// guard runs f; a panic in it ends this session and nothing else (E5).
func (c *session) guard(f func()) {
	defer func() {
		if v := recover(); v != nil {
			c.server.panicked("session", v, debug.Stack())
			c.finish(LeftError, nil)
		}
	}()
	f()
}

// chat reads and carries out lines until the session ends.
func (c *session) chat() {
	for {
		line, err := c.nextLine()
		if err != nil && err != errLineTooLong {
			c.finish(reasonFor(err), nil)
			return
		}
		// R1: the rate covers every line, empty and lost ones too.
		if !c.pace() {
			return
		}
		if err != nil {
			c.lineTooLong()
			continue
		}
		c.obey(line)
	}
}

// lineTooLong says that a line was lost (W5), and what comes after that.
func (c *session) lineTooLong(more ...[]byte) {
	c.server.count(func(st *Stats) { st.LinesLong++ })
	why := noticef("line too long, lost: at most %d bytes are allowed", c.lines.max)
	c.answer(append([][]byte{why}, more...)...)
}

// Errors of nextLine, besides those of the connection.
var (
	errLineTooLong = errors.New("line too long")
	errEnded       = errors.New("session ended")
	errForeign     = errors.New("another protocol")
)

// reasonFor is the reason for a reader's end. errEnded needs none: finish was here
// before.
func reasonFor(err error) Reason {
	if err == io.EOF {
		return LeftEOF
	}
	return LeftLost
}

// nextLine returns the next line, valid until the next call. At the end of input
// it returns what came after the last line end, then io.EOF (W1).
func (c *session) nextLine() ([]byte, error) {
	for {
		for len(c.unread) > 0 {
			line, rest, status := c.lines.cut(c.unread)
			c.unread = rest
			switch status {
			case lineDone:
				return line, nil
			case lineTooLong:
				return nil, errLineTooLong
			case lineInterrupt:
				// W3: as the end of input, the half line dropped.
				c.unread = nil
				return nil, io.EOF
			}
		}
		if c.eof {
			// E2: what was sent before the half-close is carried out.
			line, status := c.lines.end()
			switch status {
			case lineDone:
				return line, nil
			case lineTooLong:
				return nil, errLineTooLong
			}
			return nil, io.EOF
		}
		if err := c.read(); err != nil {
			return nil, err
		}
	}
}

// read waits for bytes.
func (c *session) read() error {
	buf, err := c.readBuffer()
	if err != nil {
		return err
	}
	n, err := c.conn.Read(buf)
	c.unread = buf[:n]
	c.filled = n == len(buf)
	c.server.countRead(n)
	if c.atPrompt && c.opening.add(c.unread) {
		return errForeign
	}
	switch {
	case err == nil:
		return nil
	case err == io.EOF:
		c.eof = true
		return nil
	case timedOut(err) && c.ended():
		return errEnded
	}
	// W1: a reset drops the half line. So does a timeout that nobody here asked
	// for: the network gave up on the client (ETIMEDOUT).
	return err
}

// timedOut says whether a read ended at its deadline, which is how finish wakes a
// reader, or with another timeout.
func timedOut(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// readBuffer returns the buffer to read into: the small one, unless the last read
// filled its buffer.
func (c *session) readBuffer() ([]byte, error) {
	s := c.server
	s.lock.Lock()
	defer s.lock.Unlock()
	if c.state == stateDisconnecting {
		return nil, errEnded
	}
	// Before this task blocks, everybody may read what its client said: the lines
	// of one packet thus reach each of the others in one write.
	s.flush()
	if c.big != nil {
		s.buffers.put(c.big)
		c.big = nil
	}
	if c.filled {
		c.big = s.buffers.get()
	}
	if c.big != nil {
		return c.big, nil
	}
	return c.small[:], nil
}

func (s *Server) countRead(n int) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.stats.BytesRead += uint64(n)
}

// pace waits until the rate allows one more line (R1). Meanwhile nothing is read,
// so the sender is slowed and nothing is lost. It reports whether the session goes
// on.
func (c *session) pace() bool {
	s := c.server
	now := s.clock.Elapsed()
	if s.rated() {
		wait := c.bucket.take(now, s.cfg.RateInterval, s.cfg.RateBurst)
		if wait > 0 && !c.slowed {
			c.slowDown()
		}
		c.slowed = wait > 0
		if wait > 0 {
			c.sleep(wait)
			now += wait
		}
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	c.lastLine, c.warned = now, false
	return c.state == stateActive
}

func (c *session) slowDown() {
	c.server.count(func(st *Stats) { st.SlowDowns++ })
	c.answer(noticef("slow down: your lines go out one per %s", inWords(c.server.cfg.RateInterval)))
}

// inWords is a duration without the zeros of time.Duration: 1m, not 1m0s.
func inWords(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// sleep waits for d, or until the session ends.
func (c *session) sleep(d time.Duration) {
	s := c.server
	over := false
	timer := s.afterFunc(d, func() {
		s.lock.Lock()
		defer s.lock.Unlock()
		over = true
		c.signal()
	})
	defer timer.Stop()
	s.lock.Lock()
	defer s.lock.Unlock()
	s.flush()
	c.pacing = true
	for !over && c.state == stateActive {
		c.wait()
	}
	c.pacing = false
}

// wait waits on the session's own condition variable. Only its reader does.
func (c *session) wait() {
	if c.cond == nil {
		c.cond = c.server.runtime.NewCond(c.server.lock)
	}
	c.cond.Wait()
}

func (c *session) signal() {
	if c.cond != nil {
		c.cond.Signal()
	}
}

func (c *session) addrAttr() slog.Attr { return slog.String("addr", c.addr.String()) }

// count changes counters under the lock.
func (s *Server) count(f func(*Stats)) {
	s.lock.Lock()
	defer s.lock.Unlock()
	f(&s.stats)
}
