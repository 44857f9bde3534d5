package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"example.com/chatd/blackbox"
)

// options is what the command line says.
type options struct {
	target  string
	profile *blackbox.Profile
	only    *regexp.Regexp
	timeout time.Duration
	outputs []output
	remote  bool
	strict  bool
	list    bool
	verbose bool
}

// An output is one report to be written.
type output struct {
	kind string // json, junit, markdown, text
	file string // "-" for the standard output
}

const usage = `usage: chatcheck [flags] HOST[:PORT]

Checks a chat server from outside. Exit code 0: nothing is broken, 1: something is,
2: wrong usage, 3: nothing listens there. docs/CHATCHECK.md has the details.

`

// parseOptions reads args; what -help prints goes to stdout.
func parseOptions(args []string, stdout io.Writer) (*options, error) {
	o := &options{}
	var profile, only, outputs string
	var sets []string
	fs := flag.NewFlagSet("chatcheck", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	fs.StringVar(&profile, "profile", "chatd", "how the server speaks: `NAME` ("+strings.Join(blackbox.BuiltinNames(), ", ")+") or a file")
	fs.StringVar(&only, "run", "", "try only the cases whose name matches this `REGEXP`")
	fs.StringVar(&outputs, "o", "text=-", "`KIND=FILE,...`: json, junit, markdown or text; - is the standard output")
	fs.Func("set", "change a `KEY=VALUE` of the profile, as -set clients=10; may be repeated", func(s string) error {
		sets = append(sets, s)
		return nil
	})
	fs.DurationVar(&o.timeout, "timeout", blackbox.DefaultTimeout, "how long to wait for a line that should come")
	fs.BoolVar(&o.list, "list", false, "print the cases and try none")
	fs.BoolVar(&o.strict, "strict", false, "fail on what is broken beyond the profile's text too")
	fs.BoolVar(&o.verbose, "v", false, "print each verdict on stderr as soon as it is there")
	fs.BoolVar(&o.remote, "allow-remote", false, "check a server on another machine; ask its owner first")
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			io.WriteString(stdout, usage)
			fs.SetOutput(stdout)
			fs.PrintDefaults()
		}
		return nil, err
	}
	return o, o.settle(fs.Args(), profile, only, outputs, sets)
}

// settle reads what the flags name.
func (o *options) settle(args []string, profile, only, outputs string, sets []string) (err error) {
	if o.profile, err = loadProfile(profile); err != nil {
		return err
	}
	for _, s := range sets {
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			return fmt.Errorf("-set %s: it needs KEY=VALUE", s)
		}
		if err := o.profile.Set(key, value); err != nil {
			return fmt.Errorf("-set %s: %w", s, err)
		}
	}
	if only != "" {
		if o.only, err = regexp.Compile(only); err != nil {
			return fmt.Errorf("-run: %w", err)
		}
	}
	if o.timeout <= 0 {
		return fmt.Errorf("-timeout %v: it must be more than nothing", o.timeout)
	}
	if o.outputs, err = parseOutputs(outputs); err != nil || o.list {
		return err
	}
	if len(args) != 1 {
		return fmt.Errorf("one HOST:PORT is needed; chatcheck -help lists the flags")
	}
	o.target = args[0]
	return o.matchesAny()
}

// matchesAny refuses a -run that would try nothing: it must not look like a success.
func (o *options) matchesAny() error {
	if o.only == nil {
		return nil
	}
	for _, c := range blackbox.Cases(o.profile) {
		if o.only.MatchString(c.ID) {
			return nil
		}
	}
	return fmt.Errorf("-run %v: no case has such a name; -list shows them", o.only)
}

// loadProfile finds a built-in profile, or reads a file.
func loadProfile(name string) (*blackbox.Profile, error) {
	if !strings.ContainsAny(name, "./\\") {
		return blackbox.Builtin(name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := blackbox.ParseProfile(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

func parseOutputs(s string) (all []output, err error) {
	for _, one := range strings.Split(s, ",") {
		kind, file, _ := strings.Cut(one, "=")
		if file == "" {
			return nil, fmt.Errorf("-o %s: it needs KIND=FILE", one)
		}
		switch kind {
		case "json", "junit", "markdown", "text":
			all = append(all, output{kind, file})
		default:
			return nil, fmt.Errorf("-o %s: %q is none of json, junit, markdown, text", one, kind)
		}
	}
	return all, nil
}

// progress prints verdicts as they come, if that is asked for.
func (o *options) progress(w io.Writer) func(blackbox.Result) {
	if !o.verbose {
		return nil
	}
	return func(r blackbox.Result) {
		fmt.Fprintf(w, "%-13s %-14s %v\n", r.Case, r.Verdict, r.Took.Round(time.Millisecond))
	}
}

// write writes the report wherever it is wanted.
func (o *options) write(r *blackbox.Report, stdout io.Writer) error {
	for _, out := range o.outputs {
		if err := o.writeOne(r, out, stdout); err != nil {
			return fmt.Errorf("-o %s=%s: %w", out.kind, out.file, err)
		}
	}
	return nil
}

func (o *options) writeOne(r *blackbox.Report, out output, stdout io.Writer) error {
	w := stdout
	if out.file != "-" {
		f, err := os.Create(out.file)
		if err != nil {
			return err
		}
		defer f.Close()
		w = f
	}
	switch out.kind {
	case "json":
		return r.WriteJSON(w)
	case "junit":
		return r.WriteJUnit(w, o.strict)
	case "markdown":
		return r.WriteMarkdown(w)
	}
	return r.WriteText(w)
}
