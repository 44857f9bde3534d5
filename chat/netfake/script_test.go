//go:build unix

package netfake

import (
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tcpConn is what *Conn and *net.TCPConn have in common.
type tcpConn interface {
	net.Conn
	CloseRead() error
	CloseWrite() error
	SetLinger(int) error
	SetReadBuffer(int) error
	SetWriteBuffer(int) error
}

// tcpListener is what *Listener and *net.TCPListener have in common.
type tcpListener interface {
	net.Listener
	SetDeadline(time.Time) error
}

// script plays one case on one network and writes down what happened.
type script struct {
	t      *testing.T
	listen func(addr string) (tcpListener, error)
	dial   func(addr string) (tcpConn, error)

	listener       tcpListener
	client, server tcpConn
	names          map[string]string // of addresses
	log            []string
}

// connect makes client and server; their listener stays open.
func (s *script) connect() {
	s.listenOnly()
	s.dialOnly()
	s.acceptOnly()
}

func (s *script) listenOnly() {
	l, err := s.listen("127.0.0.1:0")
	require.NoError(s.t, err)
	s.t.Cleanup(func() { l.Close() })
	s.listener = l
	s.names[l.Addr().String()] = "server"
}

func (s *script) dialOnly() {
	c, err := s.dial(s.listener.Addr().String())
	require.NoError(s.t, err)
	s.t.Cleanup(func() { c.Close() })
	s.client = c
	s.names[c.LocalAddr().String()] = "client"
}

func (s *script) acceptOnly() {
	c, err := s.listener.Accept()
	require.NoError(s.t, err)
	s.t.Cleanup(func() { c.Close() })
	s.server = c.(tcpConn)
}

func (s *script) note(format string, args ...any) {
	s.log = append(s.log, fmt.Sprintf(format, args...))
}

func (s *script) name(c tcpConn) string {
	if c == s.client {
		return "client"
	}
	return "server"
}

func (s *script) read(c tcpConn) {
	p := make([]byte, 100)
	n, err := c.Read(p)
	s.note("%s reads %q%s", s.name(c), p[:n], s.because(err))
}

func (s *script) readAll(c tcpConn) {
	p, err := io.ReadAll(c)
	s.note("%s reads to the end %q%s", s.name(c), p, s.because(err))
}

func (s *script) write(c tcpConn, text string) {
	n, err := c.Write([]byte(text))
	s.note("%s writes %d%s", s.name(c), n, s.because(err))
}

// writeUntilError writes until what the peer did has come back.
func (s *script) writeUntilError(c tcpConn) {
	for {
		if _, err := c.Write([]byte("x")); err != nil {
			s.note("%s writes until%s", s.name(c), s.because(err))
			return
		}
	}
}

func (s *script) did(c tcpConn, what string, err error) {
	s.note("%s %s%s", s.name(c), what, s.because(err))
}

// during runs block as a task of its own, meanwhile here, and waits for both.
func (s *script) during(block, meanwhile func()) {
	var wg sync.WaitGroup
	wg.Go(block)
	meanwhile()
	wg.Wait()
}

// arrived waits until c has at least n bytes to read.
func (s *script) arrived(c tcpConn, n int) {
	if tcp, ok := c.(*net.TCPConn); ok {
		require.NoError(s.t, peekTCP(tcp, n))
		return
	}
	for c.(*Conn).Probe().Unread < n {
		runtime.Gosched()
	}
}

// because spells an error out to its last part, with names for addresses.
func (s *script) because(err error) string {
	if err == nil {
		return ""
	}
	var op *net.OpError
	if !errors.As(err, &op) {
		return fmt.Sprintf(": %v", err)
	}
	text := fmt.Sprintf(": %s %s %s->%s: %v", op.Op, op.Net, s.addr(op.Source), s.addr(op.Addr), op.Err)
	if op.Timeout() {
		text += " (timeout)"
	}
	if op.Temporary() {
		text += " (temporary)"
	}
	return text
}

func (s *script) addr(a net.Addr) string {
	if a == nil {
		return "-"
	}
	if name := s.names[a.String()]; name != "" {
		return name
	}
	return fmt.Sprintf("%T", a)
}

func (s *script) transcript() string { return strings.Join(s.log, "\n") }
