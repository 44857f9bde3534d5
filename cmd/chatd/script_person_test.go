package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

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
