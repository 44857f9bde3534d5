package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScript runs testdata/script: each file is a story of one chatd process and
// the people who meet it. What its commands wait for they wait for until it is
// there; scriptPatience only ends a test that has failed.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			s := &stage{people: map[string]*person{}}
			e.Values[stageKey{}] = s
			e.Setenv("GORACE", quickRaceExit)
			e.Defer(s.clear)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": cmdStatus,
			"serve":  cmdServe, "signal": cmdSignal, "log": cmdLog, "deafen": cmdDeafen, "exits": cmdExits,
			"dial": cmdDial, "join": cmdJoin, "say": cmdSay, "reads": cmdReads, "ends": cmdEnds,
			"flood": cmdFlood, "hangup": cmdHangup, "serial": cmdSerial,
			"get": cmdGet, "occupy": cmdOccupy, "certificate": cmdCertificate, "repeat": cmdRepeat,
		},
	})
}

const scriptPatience = time.Minute

// quickRaceExit spares each chatd under the race detector a second at its end.
const quickRaceExit = "atexit_sleep_ms=0"

// stage is what one script has at hand: its chatd and its people.
type stage struct {
	server *process
	people map[string]*person
	busy   net.Listener
}

type stageKey struct{}

func stageOf(ts *testscript.TestScript) *stage { return ts.Value(stageKey{}).(*stage) }

func (s *stage) clear() {
	for _, p := range s.people {
		p.conn.Close()
	}
	if s.busy != nil {
		s.busy.Close()
	}
	if s.server != nil {
		s.server.cmd.Process.Kill()
		<-s.server.ended
	}
}

func need(ts *testscript.TestScript, neg bool, args []string, least int, usage string) {
	if neg || len(args) < least {
		ts.Fatalf("usage: %s", usage)
	}
}

// status N COMMAND... runs a command that ends by itself, with this exit code.
func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "status N command ...")
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// get PATH STATUS REGEXP asks the operator's server.
func cmdGet(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 3, "get path status regexp")
	client := http.Client{Timeout: scriptPatience, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + ts.Getenv("ADMIN") + args[0])
	ts.Check(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	ts.Check(err)
	if strconv.Itoa(res.StatusCode) != args[1] || !regexp.MustCompile(args[2]).Match(body) {
		ts.Fatalf("%s: %d %s", args[0], res.StatusCode, body)
	}
}

// occupy takes a port: $BUSY is its address.
func cmdOccupy(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 0, "occupy")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	stageOf(ts).busy = ln
	ts.Setenv("BUSY", ln.Addr().String())
}

// certificate N CERT KEY writes a certificate with this serial number.
func cmdCertificate(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 3, "certificate n cert key")
	serial, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	ts.Check(writeCertificate(ts.MkAbs(args[1]), ts.MkAbs(args[2]), serial))
}

// repeat N TEXT FILE writes a text that many times.
func cmdRepeat(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 3, "repeat n text file")
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.Repeat(args[1], n)), 0o600))
}
