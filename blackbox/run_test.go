package blackbox

import (
	"context"
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/chatd/blackbox/internal/lab"
)

// TestUnreachable: where nothing listens, that is the error.
func TestUnreachable(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := ln.Addr().String()
	ln.Close()
	_, err = Run(context.Background(), addr, builtin(t, "chatd"), Options{})
	assert.ErrorIs(t, err, ErrUnreachable)
}

// TestOnly: the cases asked for are tried, and progress is told of each.
func TestOnly(t *testing.T) {
	s := startLab(t, "netcat", lab.Right)
	var told []string
	r, err := Run(context.Background(), s.Addr(), builtin(t, "netcat"), Options{
		Timeout: patience, Only: regexp.MustCompile("^(talk|empty)$"), Progress: func(r Result) { told = append(told, r.Case) },
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"talk", "empty"}, told)
	allHold(t, r)
}

// TestFewPlaces: what takes more places than there are is not tried.
func TestFewPlaces(t *testing.T) {
	s := startLab(t, "netcat", lab.Right)
	p := builtin(t, "netcat")
	require.NoError(t, p.Set("clients", "5"))
	r := checkSome(t, s.Addr(), p, patience, floodBytes, func(id string) bool { return id == "order" || id == "joiner" || id == "talk" })
	assert.Equal(t, 1, r.Count(Holds, ""))
	assert.Equal(t, 2, r.Count(NotApplicable, ""))
}

// TestStopped: a check that is stopped tells what it could not try.
func TestStopped(t *testing.T) {
	s := startLab(t, "netcat", lab.Right)
	ctx, stop := context.WithCancel(context.Background())
	r, err := Run(ctx, s.Addr(), builtin(t, "netcat"), Options{
		Timeout: patience, Progress: func(r Result) {
			if r.Case == "join" {
				stop()
			}
		},
	})
	require.NoError(t, err)
	assert.Equal(t, 2, r.Count(Holds, ""))
	assert.Zero(t, r.Count(Broken, ""))
	assert.NotZero(t, r.Count(CouldNotTell, Must))
}

// TestNotAChat: a server that never greets is broken in one case and cannot be
// judged in the others.
func TestNotAChat(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		var conns []net.Conn
		for {
			c, err := ln.Accept()
			if err != nil {
				for _, c := range conns {
					c.Close()
				}
				return
			}
			conns = append(conns, c)
		}
	}()
	defer func() {
		ln.Close()
		<-done
	}()
	r, err := Run(context.Background(), ln.Addr().String(), builtin(t, "chatd"), Options{Timeout: pollEvery})
	require.NoError(t, err)
	assert.Equal(t, []string{"greeting"}, brokenCases(r))
	assert.Zero(t, r.Count(Holds, ""))
}

// TestTarget: names, default ports, and that other machines need a flag.
func TestTarget(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		typed, port string
		remote      bool
		want, fails string
	}{
		{"127.0.0.1:99", "", false, "127.0.0.1:99", ""},
		{"127.0.0.1", "8989", false, "127.0.0.1:8989", ""},
		{"localhost", "8989", false, "localhost:8989", ""},
		{":8989", "", false, "localhost:8989", ""},
		{"[::1]:8989", "", false, "[::1]:8989", ""},
		{"127.0.0.1", "", false, "", "is no HOST:PORT"},
		{"", "8989", false, "", "is no HOST:PORT"},
		{"127.0.0.1:port", "", false, "", "is no port"},
		{"192.0.2.1:8989", "", false, "", "-allow-remote"},
		{"192.0.2.1:8989", "", true, "192.0.2.1:8989", ""},
	} {
		got, err := Target(ctx, c.typed, c.port, c.remote)
		if c.fails != "" {
			assert.ErrorContains(t, err, c.fails, c.typed)
			continue
		}
		require.NoError(t, err, c.typed)
		assert.Equal(t, c.want, got, c.typed)
	}
}

// TestLanes: one column for each client, time downward, the fault marked, long runs
// and earlier events left out.
func TestLanes(t *testing.T) {
	h := newHall("", patience)
	p := builtin(t, "netcat")
	ann, bob := &client{hall: h, p: p, role: "ann", name: "annx"}, &client{hall: h, p: p, role: "bob"}
	for range lanesAbove {
		ann.note("waits")
	}
	ann.noteLocked('>', "two\nlines\x1b")
	for range 9 {
		bob.noteLocked('<', "[2026-01-02 15:04:05][ann]:"+strings.Repeat("long ", 20))
	}
	bob.noteLocked('<', "this one")
	marked := h.events - 1
	ann.noteLocked('.', "closes")
	golden(t, "lanes.txt", drawLanes([]*client{ann, bob}, nil, 3, marked))
	assert.Empty(t, drawLanes(nil, nil, 0, -1))
}
