//go:build linux

package fanbench

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// naiveQueue is in lines: room for a whole window, so that a channel is seldom full.
const naiveQueue = 256

// naive is the chat server people write: a map of clients under a mutex, a goroutine
// that reads and one that writes for each, a buffered channel between, one Write call
// for each line, a slice of history. It speaks the same wire format and is not slowed:
// a line is formatted once and the channels carry it without a copy.
//
// A client whose channel is full blocks the sender, and with it the room. Most such
// servers do that; the others drop the line and tell nobody.
type naive struct {
	mu      sync.Mutex
	clients map[string]*naiveClient
	history [][]byte
}

type naiveClient struct {
	name  string
	conn  net.Conn
	lines chan []byte
}

func newNaive() *naive { return &naive{clients: map[string]*naiveClient{}} }

func (s *naive) serve(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		go s.handle(conn)
	}
}

func (s *naive) handle(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	c := s.login(conn, in)
	if c == nil {
		return
	}
	defer s.leave(c)
	for {
		text, err := in.ReadString('\n')
		if err != nil {
			return
		}
		if text = strings.TrimRight(text, "\r\n"); text != "" {
			s.say(c, text)
		}
	}
}

func (s *naive) login(conn net.Conn, in *bufio.Reader) *naiveClient {
	fmt.Fprint(conn, greeting)
	for {
		name, err := in.ReadString('\n')
		if err != nil {
			return nil
		}
		c := &naiveClient{name: strings.TrimSpace(name), conn: conn, lines: make(chan []byte, naiveQueue)}
		if s.join(c) {
			return c
		}
		fmt.Fprint(conn, "[SYSTEM]: that name is taken\n"+prompt)
	}
}

// join starts the writer before the history goes into its channel, which may hold
// less than the history does.
func (s *naive) join(c *naiveClient) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.name == "" || s.clients[c.name] != nil {
		return false
	}
	go c.write()
	for _, line := range s.history {
		c.lines <- line
	}
	s.clients[c.name] = c
	s.broadcast(nil, stamp("SYSTEM", c.name+joined))
	return true
}

func (s *naive) leave(c *naiveClient) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, c.name)
	close(c.lines)
	s.broadcast(nil, stamp("SYSTEM", c.name+" has left our chat..."))
}

func (s *naive) say(c *naiveClient, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broadcast(c, stamp(c.name, text))
}

// broadcast hands line to everyone but from. The caller holds mu.
func (s *naive) broadcast(from *naiveClient, line []byte) {
	s.history = append(s.history, line)
	if len(s.history) > history {
		s.history = s.history[1:]
	}
	for _, c := range s.clients {
		if c != from {
			c.lines <- line
		}
	}
}

// write goes on emptying the channel of a client that is gone, or the room would
// block on it before its reader has noticed.
func (c *naiveClient) write() {
	for line := range c.lines {
		if _, err := c.conn.Write(line); err != nil {
			c.conn.Close()
		}
	}
}

func stamp(from, text string) []byte {
	return fmt.Appendf(nil, "[%s][%s]: %s\n", time.Now().UTC().Format(time.DateTime), from, text)
}
