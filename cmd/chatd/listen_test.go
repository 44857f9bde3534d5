package main

import (
	"log/slog"
	"math"
	"net"
	"strings"
	"testing"
	"time"
)

func listenForTest(t *testing.T, writeTimeout time.Duration) net.Listener {
	t.Helper()
	ln, err := listenTCP(t.Context(), "127.0.0.1:0", writeTimeout, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

// A connection that is reset before it is accepted is no failure of accepting: some
// systems hide it, some hand it out.
func TestAcceptAfterReset(t *testing.T) {
	ln := listenForTest(t, time.Minute)
	dial := func() *net.TCPConn {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c.(*net.TCPConn)
	}
	gone := dial()
	gone.SetLinger(0)
	gone.Close()
	alive := dial()
	for {
		accepted, err := ln.Accept()
		if err != nil {
			t.Fatalf("Accept: %v", err)
		}
		defer accepted.Close()
		if accepted.RemoteAddr().String() == alive.LocalAddr().String() {
			return
		}
	}
}

// O1: a port in use names the address.
func TestListenInUse(t *testing.T) {
	addr := listenForTest(t, time.Minute).Addr().String()
	_, err := listenTCP(t.Context(), addr, time.Minute, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), addr) {
		t.Errorf("the error does not name %s: %v", addr, err)
	}
}

func TestUserTimeout(t *testing.T) {
	for _, tt := range []struct{ writeTimeout, want time.Duration }{
		{0, 0},
		{time.Nanosecond, 5*time.Second + time.Nanosecond},
		{time.Minute, 65 * time.Second},
		{math.MaxInt64, userTimeoutMax + 5*time.Second},
	} {
		if got := userTimeout(tt.writeTimeout); got != tt.want {
			t.Errorf("userTimeout(%v) = %v, want %v", tt.writeTimeout, got, tt.want)
		}
		if ms := userTimeout(tt.writeTimeout).Milliseconds(); ms > math.MaxInt32 {
			t.Errorf("userTimeout(%v) is %d ms: more than the kernel takes", tt.writeTimeout, ms)
		}
	}
}
