package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// newTestDaemon is a daemon that logs to the buffer.
func newTestDaemon(t *testing.T, log *bytes.Buffer) *daemon {
	t.Helper()
	d, err := newDaemon(defaultOptions(), newSpool(log), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.out.close(time.Minute) })
	return d
}

// brokenListener fails for good.
type brokenListener struct{ net.Listener }

func (brokenListener) Accept() (net.Conn, error) { return nil, errors.New("the network is gone") }

// E6: when accepting fails for good chatd says so, stops, and exits 1.
func TestServingFails(t *testing.T) {
	var log bytes.Buffer
	d := newTestDaemon(t, &log)
	d.serve(brokenListener{listenForTest(t, time.Minute)})
	if status := d.wait(t.Context(), nil); status != exitFailure {
		t.Errorf("status %d, want %d", status, exitFailure)
	}
	if d.ready() {
		t.Error("it is ready after that")
	}
	d.out.close(time.Minute)
	for _, want := range []string{`msg="serving failed" error="the network is gone"`, "msg=stopped"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, &log)
		}
	}
}

// O3: the records chatd itself had to drop count with the room's.
func TestStatsCountDroppedRecords(t *testing.T) {
	var log bytes.Buffer
	d := newTestDaemon(t, &log)
	d.out.close(time.Minute)
	io.WriteString(d.out, "too late\n")
	if n := d.stats().LogDropped; n != 1 {
		t.Errorf("LogDropped is %d, want 1", n)
	}
}
