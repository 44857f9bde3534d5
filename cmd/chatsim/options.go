package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"time"
)

// options are the command line.
type options struct {
	seed      uint64
	runs      int
	steps     int
	soakFor   time.Duration
	quiet     bool
	replay    string
	explain   seedFlag
	html, svg string
	failure   string
}

// stepsMax bounds a world, whose record is in memory.
const stepsMax = 100_000

// parse reads the command line; what is wrong with it goes to out.
func (o *options) parse(args []string, out io.Writer) error {
	fs := flag.NewFlagSet("chatsim", flag.ContinueOnError)
	fs.SetOutput(out)
	fs.Uint64Var(&o.seed, "seed", 1, "the first `seed`")
	fs.IntVar(&o.runs, "runs", 10_000, "how many seeds to run, `n` worlds")
	fs.IntVar(&o.steps, "steps", 60, "how many operations a world has")
	fs.DurationVar(&o.soakFor, "time", 0, "run seeds for so `long` instead of counting them: 1h")
	fs.BoolVar(&o.quiet, "quiet", false, "no progress line")
	fs.StringVar(&o.replay, "replay", "", "carry out the schedule in `file`")
	fs.Var(&o.explain, "explain", "tell the world of one `seed` as a chat log with lanes")
	fs.StringVar(&o.html, "html", "", "draw the failure, or the one world, as a page in `file`")
	fs.StringVar(&o.svg, "svg", "", "and as a picture in `file`")
	fs.StringVar(&o.failure, "failure", "", "write the shrunk schedule of a failure to `file`; empty: failure-SEED.txt")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if err := o.check(fs.Args()); err != nil {
		fmt.Fprintf(out, "chatsim: %v\nRun 'chatsim -help' for the flags.\n", err)
		return err
	}
	return nil
}

func (o *options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("there is no argument %q", rest[0])
	case o.runs < 1:
		return fmt.Errorf("-runs is %d, want at least 1", o.runs)
	case o.steps < 0 || o.steps > stepsMax:
		return fmt.Errorf("-steps is %d, want 0 to %d", o.steps, stepsMax)
	case o.soakFor < 0:
		return fmt.Errorf("-time is %v, want 0 or more", o.soakFor)
	case o.replay != "" && o.explain.set:
		return errors.New("-replay and -explain are one world each: choose one")
	}
	return nil
}

// A seedFlag is a seed that may be absent.
type seedFlag struct {
	seed uint64
	set  bool
}

// String implements flag.Value.
func (f *seedFlag) String() string {
	if !f.set {
		return ""
	}
	return strconv.FormatUint(f.seed, 10)
}

// Set implements flag.Value.
func (f *seedFlag) Set(text string) error {
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return errors.New("want a number")
	}
	f.seed, f.set = seed, true
	return nil
}
