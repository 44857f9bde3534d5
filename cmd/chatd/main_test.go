package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// TestMain lets the scripts run this binary as chatd, and fails when the tests
// leave a goroutine.
func TestMain(m *testing.M) {
	testscript.Main(leakCheck{m}, map[string]func(){"chatd": main})
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

// M6: a complaint quotes what it was given as text, whatever that was.
func TestComplaintIsPrintable(t *testing.T) {
	for _, args := range [][]string{
		{"-max-clients", hostile}, {"-" + hostile}, {hostile}, {"-motd", hostile}, {"-tz", hostile},
		{"-tls-cert", hostile, "-tls-key", hostile},
	} {
		var stderr bytes.Buffer
		if got := run(t.Context(), args, noEnv, io.Discard, &stderr, nil); got != exitUsage {
			t.Errorf("%q: status %d", args, got)
		}
		wantPrintable(t, stderr.String(), 2)
	}
}

// A gatedWriter is a stderr that blocks once chatd has said where it listens.
type gatedWriter struct {
	*blockedWriter
	listening chan string // gets the address
	blocked   bool
}

var listeningRE = regexp.MustCompile(`msg=listening addr=(\S+)`)

func (w *gatedWriter) Write(p []byte) (int, error) {
	if w.blocked {
		return w.blockedWriter.Write(p)
	}
	if m := listeningRE.FindSubmatch(p); m != nil {
		w.blocked = true
		w.listening <- string(m[1])
	}
	return len(p), nil
}

// O3: with nobody reading the log, people come, talk and go, and chatd stops.
func TestRunWithBlockedStderr(t *testing.T) {
	stderr := &gatedWriter{blockedWriter: newBlockedWriter(), listening: make(chan string, 1)}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	status := make(chan int, 1)
	go func() {
		args := []string{"-addr", "127.0.0.1:0", "-log-level", "debug"}
		status <- run(ctx, args, noEnv, io.Discard, stderr, func() <-chan os.Signal { return nil })
	}()
	addr := <-stderr.listening
	for i := range 3 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "guest%d\nhello\n/quit\n", i)
		if text, err := io.ReadAll(c); err != nil || !strings.Contains(string(text), "has joined") {
			t.Errorf("guest%d read %q (%v)", i, text, err)
		}
		c.Close()
	}
	<-stderr.entered // the log is stuck
	stop()
	if got := <-status; got != exitClean {
		t.Errorf("status %d", got)
	}
	close(stderr.open)
}

// A stop by its context is a clean one, and leaves nothing.
func TestRunUntilDone(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r, stderr := io.Pipe()
	status := make(chan int, 1)
	go func() {
		args := []string{"-addr", "127.0.0.1:0", "-admin", ":0", "-log-format", "json"}
		status <- run(ctx, args, noEnv, io.Discard, stderr, func() <-chan os.Signal { return nil })
		stderr.Close()
	}()
	var log bytes.Buffer
	for lines := bufio.NewScanner(r); lines.Scan(); {
		log.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), `"msg":"listening"`) {
			stop()
		}
	}
	if got := <-status; got != exitClean {
		t.Errorf("status %d", got)
	}
	if !strings.Contains(log.String(), `"msg":"stopped"`) {
		t.Errorf("the log has no end:\n%s", &log)
	}
}
