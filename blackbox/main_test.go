package blackbox

import (
	"context"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/chatd/blackbox/internal/lab"
	"example.com/chatd/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long these tests wait for a line. Where nothing is wrong nobody
// ever waits that long.
const patience = 20 * time.Second

// impatience is for servers with something missing, which is waited for in vain. It
// must be longer than a slow machine takes for the rest.
const impatience = 5 * time.Second

func builtin(t *testing.T, name string) *Profile {
	t.Helper()
	p, err := Builtin(name)
	require.NoError(t, err)
	return p
}

// startLab serves a dialect until the test ends.
func startLab(t *testing.T, dialect string, fault lab.Fault) *lab.Server {
	t.Helper()
	s, err := lab.Start(dialect, fault)
	if err != nil {
		panic(err) // in whatever goroutine
	}
	t.Cleanup(s.Close)
	return s
}

// startChat serves the real room on loopback, through wrap if that is not nil.
func startChat(t *testing.T, cfg chat.Config, wrap func(net.Listener) net.Listener) (addr string, s *chat.Server) {
	t.Helper()
	s, err := chat.New(cfg)
	require.NoError(t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr = ln.Addr().String()
	if wrap != nil {
		ln = wrap(ln)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	t.Cleanup(func() {
		s.Close()
		<-served
	})
	return addr, s
}

// checkAll runs a whole check.
func checkAll(t *testing.T, addr string, p *Profile, wait time.Duration, flood int) *Report {
	t.Helper()
	return checkSome(t, addr, p, wait, flood, func(string) bool { return true })
}

// checkSome runs a check of the cases that are wanted.
func checkSome(t *testing.T, addr string, p *Profile, wait time.Duration, flood int, wanted func(id string) bool) *Report {
	t.Helper()
	var ids []string
	for _, c := range Cases(p) {
		if wanted(c.ID) {
			ids = append(ids, c.ID)
		}
	}
	only := regexp.MustCompile("^(" + strings.Join(ids, "|") + ")$")
	r, err := Run(context.Background(), addr, p, Options{Timeout: wait, Only: only, flood: flood})
	assert.NoError(t, err)
	return r
}

// brokenCases are the ids of the broken cases, in order.
func brokenCases(r *Report) []string {
	ids := []string{}
	for _, res := range r.Results {
		if res.Verdict == Broken {
			ids = append(ids, res.Case)
		}
	}
	return ids
}
