package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal returns both ends of a new terminal: the person's and the program's.
func openTerminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatalf("no pseudo-terminal: %v", err)
	}
	t.Cleanup(func() { person.Close() })
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return person, program
}

// readUntil reads until text has been seen.
func readUntil(t *testing.T, r io.Reader, text string) {
	t.Helper()
	var seen strings.Builder
	buf := make([]byte, 1024)
	for !strings.Contains(seen.String(), text) {
		n, err := r.Read(buf)
		if err != nil {
			t.Fatalf("waiting for %q: %v after %q", text, err, seen.String())
		}
		seen.Write(buf[:n])
	}
}

// On a terminal there is a banner. A SIGHUP means a reload there too, until the
// terminal is gone: then it is the end.
func TestRunOnTerminal(t *testing.T) {
	person, program := openTerminal(t)
	signals := make(chan os.Signal)
	status := make(chan int, 1)
	go func() {
		status <- run(t.Context(), []string{"-addr", "127.0.0.1:0"}, noEnv, io.Discard, program,
			func() <-chan os.Signal { return signals })
	}()
	readUntil(t, person, "join from this machine    nc 127.0.0.1 ")
	signals <- syscall.SIGHUP
	readUntil(t, person, "nothing to reload")
	person.Close()
	signals <- syscall.SIGHUP
	if got := <-status; got != exitClean {
		t.Errorf("status %d", got)
	}
}
