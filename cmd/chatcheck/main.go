// Chatcheck checks a chat server from outside: it connects to it as many clients
// would, in whatever language the server is written, and says which promises hold.
//
//	chatcheck localhost:8989                   a server that speaks as chatd does
//	chatcheck -profile netcat localhost        the net-cat course subject, port 8989
//	chatcheck -profile my.profile -run 'name' localhost:4000
//
// docs/CHATCHECK.md has the profiles, the cases and how to write a profile.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"example.com/chatd/blackbox"
)

// The exit codes.
const (
	exitHolds       = 0 // nothing is broken
	exitBroken      = 1 // something is, or a report could not be written
	exitUsage       = 2 // a flag, a profile or an address that cannot be meant
	exitUnreachable = 3 // nothing listens there
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is all of chatcheck.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitHolds
	case err != nil:
		return complain(stderr, exitUsage, err)
	case o.list:
		list(stdout, o.profile)
		return exitHolds
	}
	addr, err := blackbox.Target(ctx, o.target, o.profile.Port, o.remote)
	if errors.Is(err, blackbox.ErrUnreachable) {
		return complain(stderr, exitUnreachable, err)
	}
	if err != nil {
		return complain(stderr, exitUsage, err)
	}
	report, err := blackbox.Run(ctx, addr, o.profile, blackbox.Options{
		Timeout: o.timeout, Only: o.only, Progress: o.progress(stderr),
	})
	if err != nil {
		return complain(stderr, exitUnreachable, err)
	}
	if err := o.write(report, stdout); err != nil {
		return complain(stderr, exitBroken, err)
	}
	if report.Broken(o.strict) || len(report.Results) > 0 && report.Count(blackbox.CouldNotTell, "") == len(report.Results) {
		return exitBroken
	}
	return exitHolds
}

func complain(w io.Writer, code int, err error) int {
	fmt.Fprintf(w, "chatcheck: %v\n", err)
	return code
}

// list prints the cases of a profile without trying them.
func list(w io.Writer, p *blackbox.Profile) {
	fmt.Fprintf(w, "%s: %s\n\n", p.Name, p.About)
	for _, c := range blackbox.Cases(p) {
		severity := p.Severity(c.ID)
		if severity == "" {
			severity = "-"
		}
		fmt.Fprintf(w, "%-3s %-13s %-6s  %s\n", c.Promise, c.ID, severity, c.Title)
		if note := p.Note(c.ID); note != "" {
			fmt.Fprintf(w, "%26s(%s)\n", "", note)
		}
	}
}
