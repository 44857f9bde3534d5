package badserver

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	prompt = "Enter your name: "

	attemptsMax = 3
	lineMax     = 64 << 10 // bytes
	unreadMax   = 8 << 20  // bytes queued for one who does not read
)

// session is one connection. Its reader does what its client says, its writer writes
// what is queued for it.
type session struct {
	server *Server
	conn   net.Conn
	in     *bufio.Reader // the reader's

	// server.mu guards what follows.
	changed sync.Cond // something of it did
	name    string    // "" at the prompt
	victim  bool
	due     int    // deliveries there were to make
	held    []byte // a delivery that waits for the one behind it
	flush   *timer // for when none comes
	queue   []item
	unread  int  // bytes in queue
	ending  bool // the stream ends behind what is queued
	written bool // the writer is through
}

// An item is bytes for the client.
type item struct {
	data    []byte
	at      time.Duration // not before
	message bool          // a line of a message
}

func newSession(s *Server, conn net.Conn) *session {
	c := &session{server: s, conn: conn, in: bufio.NewReader(conn)}
	c.changed.L = &s.mu
	return c
}

// read is the reader: a connection's life from the greeting to the close.
func (c *session) read() {
	defer c.close()
	defer c.awaitWritten()
	switch s := c.server; s.cfg.Door {
	case Mute:
		io.Copy(io.Discard, c.conn)
	case Foreign:
		s.tally.banners.Add(1)
		c.push(s.cfg.Banner)
		c.end()
		io.Copy(io.Discard, c.conn)
	default:
		c.push("[SYSTEM]: Welcome to TCP Chat!\n" + prompt)
		if c.login() {
			c.talk()
		}
		c.leave()
		if c.isEnding() {
			io.Copy(io.Discard, c.conn)
		}
	}
}

// login asks for a name, thrice at most; false means that the session ends.
func (c *session) login() bool {
	for attempt := 1; ; attempt++ {
		line, ok := c.line()
		if !ok {
			return false
		}
		answer, again := c.server.join(c, strings.TrimSpace(line))
		switch {
		case answer == "":
			return true
		case attempt == attemptsMax && again:
			answer += "\n[SYSTEM]: too many attempts, goodbye"
			fallthrough
		case !again:
			c.push("[SYSTEM]: " + answer + "\n")
			c.end()
			return false
		}
		c.push("[SYSTEM]: " + answer + "\n" + prompt)
	}
}

// talk takes lines until the client ends or is ended.
func (c *session) talk() {
	for {
		line, ok := c.line()
		switch {
		case !ok:
			return
		case strings.TrimSpace(line) == "":
		case line == "/quit" || strings.HasPrefix(line, "/quit "):
			c.quit(strings.TrimSpace(line[len("/quit"):]))
			return
		case line[0] == '/' && !strings.HasPrefix(line, "//"):
			c.push("[SYSTEM]: unknown command\n")
		default:
			c.server.say(c, strings.TrimPrefix(line, "/"))
		}
	}
}

// line reads the next line without its end. What stands behind the last line end is a
// line if the client shuts its sending side, and none if it resets (W1).
func (c *session) line() (string, bool) {
	var line []byte
	for {
		part, err := c.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > lineMax:
			c.server.tally.overruns.Add(1)
			reset(c.conn)
			return "", false
		case err == bufio.ErrBufferFull:
			continue
		case err == nil, err == io.EOF && len(line) > 0:
			c.thaw()
			line = bytes.TrimSuffix(line, []byte("\n"))
			return string(bytes.TrimSuffix(line, []byte("\r"))), true
		}
		c.thaw()
		return "", false
	}
}

func (c *session) thaw() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.thawLocked()
}

// push queues a line for this client alone.
func (c *session) push(text string) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.pushLocked(item{data: []byte(text)})
}

func (c *session) pushLocked(i item) {
	if c.ending {
		return
	}
	if c.unread+len(i.data) > unreadMax {
		c.server.tally.overruns.Add(1)
		c.queue, c.ending = nil, true
		c.server.tasks.Go(func() { reset(c.conn) }) // not under the lock
		return
	}
	c.queue = append(c.queue, i)
	c.unread += len(i.data)
	c.changed.Broadcast()
}

// end lets the stream end behind what is queued.
func (c *session) end() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.endLocked()
}

func (c *session) endLocked() {
	c.releaseLocked()
	c.ending = true
	c.changed.Broadcast()
}

func (c *session) isEnding() bool {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.ending
}

// quit leaves by command. The others read why.
func (c *session) quit(reason string) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if reason != "" {
		reason = " (quit: " + reason + ")"
	}
	c.server.leaveLocked(c, reason)
	c.endLocked()
}

// leave is for whoever has not left otherwise.
func (c *session) leave() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.leaveLocked(c, "")
}

// awaitWritten lets everything due reach the client, also behind its half-close (E2).
func (c *session) awaitWritten() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.endLocked()
	for !c.written {
		c.changed.Wait()
	}
}

func (c *session) close() {
	c.conn.Close()
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	delete(c.server.sessions, c)
}

// write is the writer: everything that is due in one Write, until the stream ends.
func (c *session) write() {
	for {
		data, messages, ok := c.take()
		if !ok {
			break
		}
		if _, err := c.conn.Write(data); err != nil {
			break
		}
		c.server.tally.written.Add(messages)
	}
	if tcp, ok := c.conn.(interface{ CloseWrite() error }); ok {
		_ = tcp.CloseWrite() // fails where the client is gone
	}
	c.through()
}

func (c *session) through() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.written, c.ending = true, true
	c.changed.Broadcast()
}

// take waits for what is due and takes it; false means that no more comes.
func (c *session) take() (data []byte, messages int64, ok bool) {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.closed {
		now, n := s.clock.Elapsed(), 0
		for n < len(c.queue) && c.queue[n].at <= now {
			n++
		}
		switch {
		case s.frozen:
			c.changed.Wait()
		case n > 0:
			for _, i := range c.queue[:n] {
				data = append(data, i.data...)
				if i.message {
					messages++
				}
			}
			c.unread -= len(data)
			c.queue = slices.Delete(c.queue, 0, n)
			return data, messages, true
		case len(c.queue) > 0:
			t := s.afterLocked(c.queue[0].at-now, c.changed.Broadcast)
			c.changed.Wait()
			s.stopLocked(t)
		case c.ending:
			return nil, 0, false
		default:
			c.changed.Wait()
		}
	}
	return nil, 0, false
}

// stamped is a line with its time (M1).
func (s *Server) stamped(format string, args ...any) []byte {
	return fmt.Appendf(nil, "[%s]%s\n", s.clock.Now().Format(time.DateTime), fmt.Sprintf(format, args...))
}
