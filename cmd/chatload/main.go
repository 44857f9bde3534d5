// Chatload loads a line chat server on a schedule, and proves what came of it.
//
//	chatload [run] ADDR          load it, judge it
//	chatload burst ADDR          how many deliveries a second, and at what cost
//	chatload find ADDR           how much it holds
//	chatload compare BASE NEW    two reports side by side
//	chatload report FILE...      show reports again, several as one
//	chatload list                presets, protocols, faults, metrics
//
// With -self instead of ADDR it starts a server of its own. Run chatload -help for the
// flags. What it measures and how is docs/MEASURING.md's.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"example.com/chatd/load"
)

// The exit codes.
const (
	exitGood        = 0   // every objective met
	exitMissed      = 1   // an objective missed, or worse than the baseline
	exitUsage       = 2   // a flag, an argument or a file that cannot be meant
	exitUnreachable = 3   // the target cannot be reached or speaks another protocol
	exitInvalid     = 4   // the measurement says nothing: chatload itself was the limit
	exitBroken      = 5   // lost, repeated, reordered or changed lines; wins over exitMissed
	exitInterrupted = 130 // Ctrl-C; the report is partial
)

func main() {
	if text, ok := os.LookupEnv(serveVariable); ok {
		os.Exit(serve(text, os.Stdin, os.Stdout, os.Stderr))
	}
	interrupt := make(chan os.Signal, 2)
	signal.Notify(interrupt, os.Interrupt, syscall.SIGTERM)
	p := &program{stdout: os.Stdout, stderr: os.Stderr, env: os.LookupEnv, interrupt: interrupt}
	os.Exit(p.main(os.Args[1:]))
}

// A program is chatload with what its tests put in the place of the real thing.
type program struct {
	stdout, stderr io.Writer
	env            func(string) (string, bool)
	interrupt      <-chan os.Signal
}

// main is all of chatload.
func (p *program) main(args []string) int {
	command := "run"
	if len(args) > 0 {
		switch args[0] {
		case "run", "burst", "find", "compare", "report", "list":
			command, args = args[0], args[1:]
		case "help":
			args[0] = "-help"
		}
	}
	o, err := parse(command, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		io.WriteString(p.stdout, helpText(command))
		return exitGood
	case err != nil:
		return p.complain(err)
	case o.version:
		fmt.Fprintln(p.stdout, "chatload "+version())
		return exitGood
	}
	ctx, stop := p.context()
	defer stop()
	switch command {
	case "compare":
		return p.compare(o)
	case "report":
		return p.report(o)
	case "list":
		return p.list()
	case "find":
		return p.find(ctx, o)
	}
	return p.run(ctx, o)
}

// context ends with the first Ctrl-C, and then there is a partial report; the second
// one ends the process.
func (p *program) context() (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		select {
		case <-p.interrupt:
		case <-done:
			return
		}
		cancel()
		select {
		case <-p.interrupt:
			os.Exit(exitInterrupted)
		case <-done:
		}
	}()
	return ctx, func() {
		close(done)
		cancel()
	}
}

// complain says what is wrong with the command line or a file.
func (p *program) complain(err error) int {
	fmt.Fprintf(p.stderr, "chatload: %s\nRun 'chatload -help' for the commands and flags.\n", asFlag(err.Error()))
	return exitUsage
}

// asFlag names the flag where package load names the field.
func asFlag(text string) string {
	rest, ok := strings.CutPrefix(text, "load: Config.")
	if !ok {
		return text
	}
	field, rest, _ := strings.Cut(rest, " ")
	name := strings.ToLower(field)
	switch field {
	case "Clients":
		name = "c"
	case "Stages":
		name = "stage"
	case "Objectives":
		name = "slo"
	}
	return "-" + name + ": " + strings.TrimPrefix(rest, "is ")
}

// finish is the exit code of a run, for which the reports have been written.
func finish(r *load.Result, regressed, doubtful bool) int {
	switch code := r.Verdict.Code; {
	case code != exitGood:
		return code
	case regressed:
		return exitMissed
	case doubtful:
		return exitInvalid
	}
	return exitGood
}
