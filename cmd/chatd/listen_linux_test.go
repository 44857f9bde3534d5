package main

import (
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Every accepted connection has the options; only what the kernel says counts.
func TestAcceptedOptions(t *testing.T) {
	for _, tt := range []struct {
		name         string
		writeTimeout time.Duration
		userTimeout  int
	}{
		{"write timeout", time.Minute, 65_000},
		{"write timeout lifted", 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			accepted := acceptOne(t, listenForTest(t, tt.writeTimeout))
			raw, err := accepted.(*net.TCPConn).SyscallConn()
			if err != nil {
				t.Fatal(err)
			}
			want := func(name string, level, option, value int) {
				t.Helper()
				var got int
				var err error
				raw.Control(func(fd uintptr) { got, err = unix.GetsockoptInt(int(fd), level, option) })
				if got != value || err != nil {
					t.Errorf("%s is %d (%v), want %d", name, got, err, value)
				}
			}
			want("TCP_USER_TIMEOUT", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, tt.userTimeout)
			want("SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, 2*sendBufferBytes) // the kernel doubles it
			want("SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
			want("TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 15)
			want("TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 5)
			want("TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3)
			want("TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
		})
	}
}

func acceptOne(t *testing.T, ln net.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	accepted, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { accepted.Close() })
	return accepted
}
