package main

import (
	"os"
	"os/signal"
	"syscall"
)

// notifySignals asks for the signals chatd acts on: SIGINT and SIGTERM stop it,
// SIGHUP reloads the certificate. The buffer holds a burst; daemon.wait reads on
// all the time, so a second signal is never lost behind it.
func notifySignals() <-chan os.Signal {
	c := make(chan os.Signal, 8)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	return c
}

// ignoreBrokenPipes makes a write to a closed stdout or stderr an error like any
// other: Go's default is to die of SIGPIPE, and a log nobody reads any more is no
// reason to end a chat (O3).
func ignoreBrokenPipes() { signal.Ignore(syscall.SIGPIPE) }
