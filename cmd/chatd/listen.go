package main

import (
	"context"
	"log/slog"
	"net"
	"time"
)

const (
	// sendBufferBytes is what the kernel may hold for one reader. Left alone it
	// grows to megabytes for a client that never reads.
	sendBufferBytes = 64 << 10
	// userTimeoutGrace is how much longer than WriteTimeout the kernel waits for
	// an acknowledgement: it also ends peers with a closed window, and those the
	// room should end itself, as too slow.
	userTimeoutGrace = 5 * time.Second
	// userTimeoutMax keeps the sum above and the kernel's milliseconds in range.
	userTimeoutMax = 20 * 24 * time.Hour
)

// keepAlive finds a peer that vanished without a word. Where TCP_USER_TIMEOUT is
// set, Linux lets that decide when the probes have failed.
var keepAlive = net.KeepAliveConfig{
	Enable:   true,
	Idle:     15 * time.Second,
	Interval: 5 * time.Second,
	Count:    3,
}

// listenTCP opens the room's port with the options that a library user's own
// listener lacks. They are set on the listening socket, from which accepted ones
// inherit them (tcp(7)), so accepting costs nothing more and cannot fail over an
// option of a connection that is already reset. TCP_NODELAY is Go's default.
//
// MPTCP is off: TCP_USER_TIMEOUT is none of its options.
func listenTCP(ctx context.Context, addr string, writeTimeout time.Duration, log *slog.Logger) (net.Listener, error) {
	lc := net.ListenConfig{
		KeepAliveConfig: keepAlive,
		Control:         inheritedOptions(userTimeout(writeTimeout), log),
	}
	lc.SetMultipathTCP(false)
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return withAcceptedOptions(ln), nil
}

// userTimeout is TCP_USER_TIMEOUT for a write timeout; 0 leaves it to the kernel.
func userTimeout(writeTimeout time.Duration) time.Duration {
	if writeTimeout == 0 {
		return 0
	}
	return min(writeTimeout, userTimeoutMax) + userTimeoutGrace
}
