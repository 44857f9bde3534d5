// Zoo builds the server once for each bug in testdata/zoo and runs the test suites
// against it: a suite that does not fail has not seen the bug.
//
//	go run ./tools/zoo                      every species, up to its first kill
//	go run ./tools/zoo -matrix              every suite on every species
//	go run ./tools/zoo -fast                one species of each group
//	go run ./tools/zoo -run '^36'           the species whose name fits
//	go run ./tools/zoo -live 36 -- -seed 2  chatsim, with the bug in it
//
// No source file is touched: a bug is a patch that is applied to copies in a scratch
// directory, and go build is told to read those instead (-overlay). The same suites
// run against the code without a bug first, and must pass. With -doc the record of
// the kills is written as a page.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// The exit codes.
const (
	exitGood    = 0 // every species was killed, and the real code passes
	exitFailure = 1 // one was not, or it does not
	exitUsage   = 2
)

// options are the command line.
type options struct {
	matrix, fast bool
	run          string
	live         string
	doc          string
	schedules    int
	bound        time.Duration
	jobs         int
	keep         string
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	var o options
	fs := flag.NewFlagSet("zoo", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.BoolVar(&o.matrix, "matrix", false, "run every suite on every species, not only up to the first kill")
	fs.BoolVar(&o.fast, "fast", false, "one species of each group")
	fs.StringVar(&o.run, "run", "", "only species whose name fits the `regexp`")
	fs.StringVar(&o.live, "live", "", "build chatsim with one `species` in it and run it with the arguments behind --")
	fs.StringVar(&o.doc, "doc", "", "write the record as a page to `file`")
	fs.IntVar(&o.schedules, "schedules", 2000, "how many worlds the simulation has for a species, `n`")
	fs.DurationVar(&o.bound, "bound", 2*time.Minute, "how `long` a suite may take")
	fs.IntVar(&o.jobs, "jobs", min(runtime.NumCPU(), 2), "how many species at a time, `n`")
	fs.StringVar(&o.keep, "keep", "", "build in `directory` and leave it there")
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	if fs.NArg() > 0 && o.live == "" {
		fmt.Fprintf(stderr, "zoo: there is no argument %q\n", fs.Arg(0))
		return exitUsage
	}
	z, done, err := openZoo(&o, stdout)
	if err != nil {
		fmt.Fprintf(stderr, "zoo: %v\n", err)
		return exitUsage
	}
	defer done()
	if o.live != "" {
		return z.live(fs.Args(), stdout, stderr)
	}
	return z.visit()
}

// A zoo is one visit: the species chosen, the suites, and where they are built.
type zoo struct {
	*options
	root    string // of the module
	scratch string
	species []*species
	suites  []suite
	out     io.Writer
	// chatcheck is the program, of the real code; "" where there is none.
	chatcheck string
}

// openZoo finds the module, reads the species chosen and makes the scratch directory.
func openZoo(o *options, out io.Writer) (*zoo, func(), error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, nil, err
	}
	z := &zoo{options: o, root: root, out: out}
	all, err := loadSpecies(filepath.Join(root, "testdata", "zoo"))
	if err != nil {
		return nil, nil, err
	}
	if z.species, err = choose(all, o); err != nil {
		return nil, nil, err
	}
	if z.scratch = o.keep; z.scratch != "" {
		return z, func() {}, os.MkdirAll(z.scratch, 0o777)
	}
	z.scratch, err = os.MkdirTemp("", "zoo")
	return z, func() { os.RemoveAll(z.scratch) }, err
}

// choose returns the species that the options ask for.
func choose(all []*species, o *options) (chosen []*species, err error) {
	pattern := o.run
	if o.live != "" {
		pattern = "^" + regexp.QuoteMeta(o.live)
	}
	fits, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if fits.MatchString(s.name) && (!o.fast || s.fast) {
			chosen = append(chosen, s)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no species fits %q", pattern)
	}
	return chosen, nil
}

// moduleRoot is the directory of go.mod.
func moduleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", err
	}
	mod := strings.TrimSpace(string(out))
	if filepath.Base(mod) != "go.mod" {
		return "", fmt.Errorf("not in a module: %q", mod)
	}
	return filepath.Dir(mod), nil
}

// live runs chatsim with the one bug in it.
func (z *zoo) live(args []string, stdout, stderr io.Writer) int {
	m, err := newMutant(z.root, z.scratch, z.species[0])
	if err != nil {
		fmt.Fprintf(stderr, "zoo: %v\n", err)
		return exitFailure
	}
	binary, err := m.build("chatsim", "./cmd/chatsim")
	if err != nil {
		fmt.Fprintf(stderr, "zoo: %v\n", err)
		return exitFailure
	}
	fmt.Fprintf(stderr, "chatsim with %s\n", z.species[0].name)
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if err := cmd.Run(); err != nil {
		return exitFailure
	}
	return exitGood
}
