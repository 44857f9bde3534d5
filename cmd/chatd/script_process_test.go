package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// A process is chatd running in the background.
type process struct {
	cmd    *exec.Cmd
	stderr *os.File
	ended  chan struct{} // closed when the process is gone

	mu    sync.Mutex // guards the rest
	came  *sync.Cond // something of it has changed
	lines []string
	next  int // the line that log looks at next
	over  bool
}

// serve FLAGS... starts chatd on a free port and waits until it listens: $ADDR is
// where, $ADMIN is where for the operator.
func cmdServe(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 0, "serve flags ...")
	p := startProcess(ts, append([]string{"-addr", "127.0.0.1:0"}, args...))
	stageOf(ts).server = p
	line, ok := p.await(regexp.MustCompile(`msg="?listening|"msg":"listening"`))
	if !ok {
		ts.Fatalf("chatd does not listen:\n%s", p.text())
	}
	ts.Setenv("ADDR", addrOf(line))
	for _, line := range strings.Split(p.text(), "\n") {
		if strings.Contains(line, "admin listening") {
			ts.Setenv("ADMIN", addrOf(line))
		}
	}
}

// addrOf finds the address in a record, text or JSON.
func addrOf(line string) string {
	return regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(line)
}

func startProcess(ts *testscript.TestScript, args []string) *process {
	r, w, err := os.Pipe()
	ts.Check(err)
	cmd := exec.Command("chatd", args...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Stderr = w
	cmd.Env = append(os.Environ(), "GORACE="+quickRaceExit)
	defaultOptions().each(func(s setting) {
		if value := ts.Getenv(envName(s.name)); value != "" {
			cmd.Env = append(cmd.Env, envName(s.name)+"="+value)
		}
	})
	err = cmd.Start()
	w.Close()
	ts.Check(err)
	p := &process{cmd: cmd, stderr: r, ended: make(chan struct{})}
	p.came = sync.NewCond(&p.mu)
	go p.watch()
	return p
}

// watch collects the log, then the end.
func (p *process) watch() {
	defer close(p.ended)
	var rest []byte
	buf := make([]byte, 4096)
	for {
		n, err := p.stderr.Read(buf)
		rest = p.collect(append(rest, buf[:n]...))
		if err != nil {
			break
		}
	}
	p.cmd.Wait()
	p.stderr.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	p.came.Broadcast()
}

// collect cuts whole lines off text and returns the rest.
func (p *process) collect(text []byte) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		line, rest, ok := bytes.Cut(text, []byte("\n"))
		if !ok {
			return text
		}
		p.lines = append(p.lines, string(line))
		p.came.Broadcast()
		text = rest
	}
}

// await waits for a line, from the one after the last it found.
func (p *process) await(re *regexp.Regexp) (line string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	late := false
	defer time.AfterFunc(scriptPatience, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		late = true
		p.came.Broadcast()
	}).Stop()
	for {
		for p.next < len(p.lines) {
			line := p.lines[p.next]
			p.next++
			if re.MatchString(line) {
				return line, true
			}
		}
		if p.over || late {
			return "", false
		}
		p.came.Wait()
	}
}

func (p *process) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

// log REGEXP waits until chatd logs it. ! log REGEXP wants no such line at all, and
// stands behind exits.
func cmdLog(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, false, args, 1, "[!] log regexp")
	p, re := stageOf(ts).server, regexp.MustCompile(args[0])
	if neg {
		if re.MatchString(p.text()) {
			ts.Fatalf("%q is in the log:\n%s", args[0], p.text())
		}
		return
	}
	if _, ok := p.await(re); !ok {
		ts.Fatalf("%q is not in the log:\n%s", args[0], p.text())
	}
}

// signal NAME sends chatd a signal.
func cmdSignal(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, "signal TERM|INT|HUP")
	s, ok := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP}[args[0]]
	if !ok {
		ts.Fatalf("no signal %s", args[0])
	}
	ts.Check(stageOf(ts).server.cmd.Process.Signal(s))
}

// deafen closes the pipe that chatd logs to.
func cmdDeafen(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 0, "deafen")
	ts.Check(stageOf(ts).server.stderr.Close())
}

// exits N waits for the end of chatd.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, "exits N")
	p := stageOf(ts).server
	select {
	case <-p.ended:
	case <-time.After(scriptPatience):
		ts.Fatalf("chatd does not end:\n%s", p.text())
	}
	ts.Logf("%s", p.text())
	if got := strconv.Itoa(p.cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}
