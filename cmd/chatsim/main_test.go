package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"example.com/chatd/chat/check"
	"example.com/chatd/chat/sim"
)

// TestMain lets the scripts run this binary as chatsim, and as one that finds fault
// with every world in which somebody quits.
func TestMain(m *testing.M) {
	testscript.Main(leakCheck{m}, map[string]func(){
		"chatsim": main,
		"chatsim-strict": func() {
			os.Exit(strict().main(os.Args[1:]))
		},
	})
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

func strict() *program {
	serial := sim.NewSerial()
	forbid := func(r *sim.Result) *sim.Result {
		for _, op := range r.Schedule.Ops {
			if op.Kind.String() == "quit" {
				r.Violations = append(r.Violations, check.Violation{
					Promise: "Z9", Oracle: 99, Client: "c0", Line: 1, Sentence: "somebody wants to quit",
				})
				break
			}
		}
		return r
	}
	return &program{
		run: func(s *sim.Schedule) *sim.Result { return forbid(serial.Run(s)) },
		record: func(s *sim.Schedule) *sim.Recording {
			rec := serial.Record(s)
			forbid(rec.Result)
			return rec
		},
		stdout: os.Stdout, stderr: os.Stderr,
	}
}

func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// TestInterrupt: Ctrl-C ends a soak between two worlds, with a summary and a good
// exit code.
func TestInterrupt(t *testing.T) {
	serial := sim.NewSerial()
	defer serial.Close()
	interrupt := make(chan os.Signal, 1)
	var stdout, stderr bytes.Buffer
	runs := 0
	p := &program{
		run: func(s *sim.Schedule) *sim.Result {
			if runs++; runs == 3 {
				interrupt <- os.Interrupt
			}
			return serial.Run(s)
		},
		stdout: &stdout, stderr: &stderr, interrupt: interrupt,
	}
	if code := p.main([]string{"-time", "1h", "-quiet"}); code != exitGood {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
	if got := stdout.String(); runs != 3 || !strings.HasPrefix(got, "interrupted\n3 schedules, ") {
		t.Errorf("after %d runs: %s", runs, got)
	}
}

// TestUsage: what cannot be meant is refused with exit code 2.
func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"-runs", "0"}, {"-steps", "-1"}, {"-time", "-1s"}, {"-seed", "x"}, {"-explain", "x"}, {"more"}, {"-nothing"},
		{"-explain", "1", "-replay", "a"}, {"-replay", "there-is-no-such-file"},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(args, &stdout, &stderr); code != exitUsage || stderr.Len() == 0 || stdout.Len() > 0 {
			t.Errorf("%q: exit code %d, %q, %q", args, code, &stdout, &stderr)
		}
	}
}
