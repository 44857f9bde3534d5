package main

import (
	"log/slog"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// inheritedOptions sets what accepted connections inherit. An option that this
// kernel does not know is logged and no reason not to serve.
func inheritedOptions(userTimeout time.Duration, log *slog.Logger) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			set := func(name string, level, option, value int) {
				if err := unix.SetsockoptInt(int(fd), level, option, value); err != nil {
					log.Warn("socket option not set", "option", name, "err", err)
				}
			}
			set("SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, sendBufferBytes)
			if userTimeout > 0 {
				set("TCP_USER_TIMEOUT", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(userTimeout.Milliseconds()))
			}
		})
	}
}

// withAcceptedOptions has nothing to add: all of them are inherited.
func withAcceptedOptions(ln net.Listener) net.Listener { return ln }
