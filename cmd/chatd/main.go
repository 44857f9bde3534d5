// Chatd serves one chat room to anybody with nc or telnet.
//
// It is the room of package chat behind flags, signals, files, TLS, logs and
// metrics; nothing of those is in the room. Run chatd -help for the flags.
//
// A life of chatd reads from top to bottom in daemon.go: listen, serve, wait for a
// signal, drain, stop.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	_ "time/tzdata" // -tz works on a machine without zone files too
)

// The exit codes (O1, E3).
const (
	exitClean   = 0 // stopped by a signal, whether or not clients had to be cut
	exitFailure = 1 // a port in use, accepting failed, a second signal
	exitUsage   = 2 // a flag or a variable that cannot be meant
)

func main() {
	ignoreBrokenPipes()
	os.Exit(run(context.Background(), os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr, notifySignals))
}

// run is all of chatd: it returns the exit code when ctx is done or a signal or a
// failure ended it. notify is called once there is something to stop; before that
// the signals keep their default action.
func run(ctx context.Context, args []string, env lookupEnv, stdout, stderr io.Writer, notify func() <-chan os.Signal) int {
	out := newSpool(stderr)
	defer func() { out.close(flushTimeout) }()

	opts, err := parseOptions(args, env)
	if errors.Is(err, flag.ErrHelp) {
		io.WriteString(stdout, helpText())
		return exitClean
	}
	if err != nil {
		return complain(out, err)
	}
	if opts.version {
		info, _ := debug.ReadBuildInfo()
		io.WriteString(stdout, versionText(info))
		return exitClean
	}
	d, err := newDaemon(opts, out, isTerminal(stderr))
	if err != nil {
		return complain(out, err)
	}
	return d.run(ctx, notify())
}

// complain says what is wrong with the command line or the environment (O1). The
// text may quote a file name or a value, so it is made printable like any record.
func complain(w io.Writer, err error) int {
	fmt.Fprintf(w, "chatd: %s\nRun 'chatd -help' for the flags.\n", printable([]byte(err.Error())))
	return exitUsage
}
