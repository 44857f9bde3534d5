//go:build !linux

package main

import (
	"log/slog"
	"net"
	"syscall"
	"time"
)

// inheritedOptions has none that every other system knows; TCP_USER_TIMEOUT is
// Linux's own, elsewhere the keep-alive and WriteTimeout are all there is.
func inheritedOptions(time.Duration, *slog.Logger) func(network, address string, c syscall.RawConn) error {
	return nil
}

// withAcceptedOptions sets the send buffer of every accepted connection.
func withAcceptedOptions(ln net.Listener) net.Listener { return boundedListener{ln} }

type boundedListener struct{ net.Listener }

// Accept never fails over the option: where it cannot be set the connection is
// already reset, which its first Read says.
func (l boundedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(sendBufferBytes)
	}
	return c, err
}
