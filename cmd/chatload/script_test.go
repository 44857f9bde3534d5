package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/chatd/chat"
	"example.com/chatd/load"
	"example.com/chatd/load/badserver"
	"example.com/chatd/load/report"
)

// TestScript runs testdata/script: command lines, what they print and their exit codes.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("GORACE", "atexit_sleep_ms=0")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": cmdStatus, "fake": cmdFake, "chatd": cmdChatd, "verdict": cmdVerdict, "only": cmdOnly, "faster": cmdFaster,
		},
	})
}

func need(ts *testscript.TestScript, ok bool, usage string) {
	if !ok {
		ts.Fatalf("usage: %s", usage)
	}
}

// status N COMMAND... runs a command that ends by itself, with this exit code. Instead of
// 0 or 1, "N|4" allows for a machine too busy to measure anything.
func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) > 1, "status N command ...")
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	for want := range strings.SplitSeq(args[0], "|") {
		if strconv.Itoa(got) == want {
			return
		}
	}
	ts.Fatalf("exit status %d, want %s", got, args[0])
}

// fake [KNOB=N...] starts a server that does wrong; $FAKE is its address.
func cmdFake(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg, "fake [knob=n ...]")
	var cfg badserver.Config
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		n, err := strconv.Atoi(value)
		ts.Check(err)
		switch name {
		case "door":
			cfg.Door = badserver.Door(n)
		case "room":
			cfg.Room = n
		case "drop":
			cfg.DropEvery = n
		case "repeat":
			cfg.RepeatEvery = n
		case "swap":
			cfg.SwapEvery = n
		case "corrupt":
			cfg.CorruptEvery = n
		case "close":
			cfg.CloseAt = n
		default:
			ts.Fatalf("there is no knob %q", name)
		}
	}
	s, err := badserver.Start(cfg)
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	ts.Setenv("FAKE", s.Addr().String())
}

// chatd starts a real server with its usual limits; $CHATD is its address.
func cmdChatd(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 0, "chatd")
	s, err := chat.New(chat.Config{})
	ts.Check(err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ln) }()
	ts.Defer(func() {
		s.Stop()
		<-ended
	})
	ts.Setenv("CHATD", ln.Addr().String())
}

// verdict FILE N TEXT says what is in a JSON report.
func cmdVerdict(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 3, "verdict file n text")
	r, err := report.ReadJSON(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	if strconv.Itoa(r.Verdict.Code) != args[1] || !strings.Contains(r.Verdict.Text, args[2]) {
		ts.Fatalf("verdict %d: %s", r.Verdict.Code, r.Verdict.Text)
	}
}

// only DIR FILE... says that a directory holds these files and no others: no unfinished
// one either.
func cmdOnly(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) > 0, "only dir file ...")
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got, want := fmt.Sprint(names), fmt.Sprint(args[1:]); got != want {
		ts.Fatalf("%s holds %s, not %s", args[0], got, want)
	}
}

// faster FILE makes the latencies of a JSON report a thousandth of what they were.
func cmdFaster(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 1, "faster file")
	r, err := report.ReadJSON(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	for _, d := range []*load.Distribution{&r.Latency.Deliver, &r.Latency.Service} {
		for _, v := range []*float64{&d.Mean, &d.P50, &d.P90, &d.P99, &d.P999, &d.Max} {
			*v /= 1000
		}
	}
	var b bytes.Buffer
	ts.Check(report.WriteJSON(&b, r))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}
