package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
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

// A person is one connection to chatd.
type person struct {
	conn net.Conn
	read []byte // and not looked at yet
}

func someone(ts *testscript.TestScript, name string) *person {
	p := stageOf(ts).people[name]
	if p == nil {
		ts.Fatalf("nobody is called %s", name)
	}
	return p
}

// dial [-tls] NAME connects.
func cmdDial(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, "dial [-tls] name")
	conn, err := net.Dial("tcp", ts.Getenv("ADDR"))
	ts.Check(err)
	if args[0] == "-tls" {
		args = args[1:]
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
	}
	stageOf(ts).people[args[0]] = &person{conn: conn}
}

// join [-tls] NAME connects and comes inside.
func cmdJoin(ts *testscript.TestScript, neg bool, args []string) {
	cmdDial(ts, neg, args)
	name := args[len(args)-1]
	p := someone(ts, name)
	p.reads(ts, regexp.MustCompile(`Enter your name: $`))
	fmt.Fprintf(p.conn, "%s\n", name)
	p.reads(ts, regexp.MustCompile(name+` has joined our chat\.\.\.\n`))
}

// say NAME TEXT sends a line.
func cmdSay(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "say name text ...")
	_, err := fmt.Fprintf(someone(ts, args[0]).conn, "%s\n", strings.Join(args[1:], " "))
	ts.Check(err)
}

// reads NAME REGEXP waits until it is there, and goes on behind it.
func cmdReads(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "reads name regexp")
	someone(ts, args[0]).reads(ts, regexp.MustCompile(args[1]))
}

func (p *person) reads(ts *testscript.TestScript, re *regexp.Regexp) {
	p.conn.SetReadDeadline(time.Now().Add(scriptPatience))
	buf := make([]byte, 4096)
	for {
		if at := re.FindIndex(p.read); at != nil {
			p.read = p.read[at[1]:]
			return
		}
		n, err := p.conn.Read(buf)
		if n == 0 && err != nil {
			ts.Fatalf("waiting for %q: %v after %q", re, err, p.read)
		}
		p.read = append(p.read, buf[:n]...)
	}
}

// ends NAME REGEXP wants this and then the end of the connection, without a reset;
// then it hangs up too.
func cmdEnds(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "ends name regexp")
	p := someone(ts, args[0])
	p.conn.SetReadDeadline(time.Now().Add(scriptPatience))
	defer p.conn.Close()
	rest, err := io.ReadAll(p.conn)
	ts.Check(err)
	if rest = append(p.read, rest...); !regexp.MustCompile(args[1]).Match(rest) {
		ts.Fatalf("ends with %q, want %q", rest, args[1])
	}
}

// flood NAME N BYTES sends N long lines, and waits until the room has them all.
func cmdFlood(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 3, "flood name n bytes")
	p := someone(ts, args[0])
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	size, err := strconv.Atoi(args[2])
	ts.Check(err)
	_, err = io.WriteString(p.conn, strings.Repeat(strings.Repeat("x", size)+"\n", n)+"/who\n")
	ts.Check(err)
	p.reads(ts, regexp.MustCompile(`\d+ here: `)) // C3
}

// hangup NAME closes the connection.
func cmdHangup(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, "hangup name")
	ts.Check(someone(ts, args[0]).conn.Close())
}

// serial NAME N wants this serial number in the certificate the person was shown.
func cmdSerial(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "serial name n")
	state := someone(ts, args[0]).conn.(*tls.Conn).ConnectionState()
	if got := state.PeerCertificates[0].SerialNumber.String(); got != args[1] {
		ts.Fatalf("certificate %s, want %s", got, args[1])
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
