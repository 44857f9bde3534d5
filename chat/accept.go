package chat

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"slices"
	"syscall"
	"time"
)

// The pause after a passing error of Accept doubles from the first to the second;
// net/http uses the same. Without one, running out of descriptors spins: 2.1
// million errors in 1.8 s were measured.
const (
	acceptPauseMin = 5 * time.Millisecond
	acceptPauseMax = time.Second
)

// An acceptor is one listener being served.
type acceptor struct {
	server *Server
	ln     net.Listener
	cond   Cond // the pause waits on it
	pause  time.Duration
}

// track registers a listener or refuses it, in one critical section with the
// beginning of a stop.
func (s *Server) track(ln net.Listener) (*acceptor, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.draining {
		return nil, ErrServerClosed
	}
	a := &acceptor{server: s, ln: ln, cond: s.runtime.NewCond(s.lock)}
	s.accepting = append(s.accepting, a)
	return a, nil
}

func (s *Server) untrack(a *acceptor) {
	a.ln.Close()
	s.lock.Lock()
	defer s.lock.Unlock()
	s.accepting = slices.DeleteFunc(s.accepting, func(b *acceptor) bool { return b == a })
	s.idle.Broadcast()
}

func (a *acceptor) serve() error {
	defer a.server.untrack(a)
	for {
		conn, err := a.accept()
		switch {
		case err == nil:
			a.pause = 0
			a.admit(conn)
		case a.server.isDraining():
			return ErrServerClosed
		case !passing(err):
			return err
		default:
			a.server.survive("accept", func() { a.backOff(err) })
		}
	}
}

// accept keeps a panic of the listener from ending the program.
func (a *acceptor) accept() (conn net.Conn, err error) {
	defer func() {
		if v := recover(); v != nil {
			a.server.panicked("accept", v, debug.Stack())
			err = fmt.Errorf("chat: accept: panic: %v", v)
		}
	}()
	return a.ln.Accept()
}

// admit keeps a panic of the connection or the clock from ending the program.
func (a *acceptor) admit(conn net.Conn) {
	defer func() {
		if v := recover(); v != nil {
			a.server.panicked("admit", v, debug.Stack())
			_ = conn.Close()
		}
	}()
	a.server.admit(conn)
}

// passing says whether Accept may well succeed a moment later (E6).
func passing(err error) bool {
	for _, errno := range []syscall.Errno{
		syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM,
		syscall.ECONNABORTED, syscall.EPROTO, syscall.EINTR,
	} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return timedOut(err)
}

// backOff waits before the next Accept, or until the server stops. The first error
// of a spell is logged, the others are counted.
func (a *acceptor) backOff(err error) {
	s := a.server
	first := a.pause == 0
	a.pause = min(max(2*a.pause, acceptPauseMin), acceptPauseMax)
	over := false
	timer := s.afterFunc(a.pause, func() {
		s.lock.Lock()
		defer s.lock.Unlock()
		over = true
		a.cond.Signal()
	})
	defer timer.Stop()
	at := s.clock.Now()
	s.lock.Lock()
	defer s.lock.Unlock()
	s.stats.AcceptFails++
	if first {
		s.log(slog.LevelWarn, "accept failed, trying again", at, slog.String("error", err.Error()))
	}
	for !over && !s.draining {
		a.cond.Wait()
	}
}
