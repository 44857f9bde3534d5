package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"example.com/chatd/chat"
)

// TestMain lets the scripts run this binary as chatcheck.
func TestMain(m *testing.M) {
	testscript.Main(leakCheck{m}, map[string]func(){"chatcheck": main})
}

type leakCheck struct{ m *testing.M }

func (l leakCheck) Run() int {
	status := l.m.Run()
	if err := goleak.Find(); status == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

// TestScript runs testdata/script: each file is a story of chatcheck on a command
// line, with a server in this process to be checked.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"serve": cmdServe, "nobody": cmdNobody, "exits": cmdExits,
		},
	})
}

// cmdServe serves a chat room and puts its address into $ADDR: as it should be, or
// with "fast" one that keeps no rate.
func cmdServe(ts *testscript.TestScript, neg bool, args []string) {
	cfg := chat.Config{MaxClients: 10}
	if len(args) > 0 && args[0] == "fast" {
		cfg.RateInterval = -1
	}
	s, err := chat.New(cfg)
	ts.Check(err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	ts.Defer(func() {
		s.Close()
		<-served
	})
	ts.Setenv("ADDR", ln.Addr().String())
}

// cmdNobody puts an address into $ADDR at which nothing listens.
func cmdNobody(ts *testscript.TestScript, neg bool, args []string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("ADDR", ln.Addr().String())
	ts.Check(ln.Close())
}

// cmdExits runs a command and looks at its exit code.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg {
		ts.Fatalf("usage: exits CODE command args...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%v exits with %d, not with %d", args[1:], got, want)
	}
}
