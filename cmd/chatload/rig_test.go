package main

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/chatd/load"
	"example.com/chatd/load/badserver"
	"example.com/chatd/load/report"
)

// A sink is what a program writes, for a test that reads it meanwhile too.
type sink struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// A rig is a chatload in this process, with nothing of the environment.
type rig struct {
	*program
	stdout, stderr *sink
	interrupts     chan os.Signal
}

func newRig() *rig {
	r := &rig{stdout: &sink{}, stderr: &sink{}, interrupts: make(chan os.Signal, 2)}
	r.program = &program{stdout: r.stdout, stderr: r.stderr, env: noEnv, interrupt: r.interrupts}
	return r
}

func noEnv(string) (string, bool) { return "", false }

// result is the JSON that -o json=- wrote: nothing else may stand there.
func (r *rig) result(t *testing.T) *load.Result {
	t.Helper()
	res, err := report.ReadJSON(strings.NewReader(r.stdout.String()))
	require.NoError(t, err, "stdout %q, stderr %q", r.stdout, r.stderr)
	return res
}

// badServer starts a server that does wrong what cfg says.
func badServer(t *testing.T, cfg badserver.Config) *badserver.Server {
	t.Helper()
	s, err := badserver.Start(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// start is main in the background: the exit code comes when it ends.
func (r *rig) start(args ...string) <-chan int {
	code := make(chan int, 1)
	go func() { code <- r.main(args) }()
	return code
}

// patience only ends a test that has failed.
const (
	patience = time.Minute
	poll     = 10 * time.Millisecond
)
