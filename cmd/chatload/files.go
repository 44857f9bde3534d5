package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"example.com/chatd/load"
	"example.com/chatd/load/report"
)

// The commands that only read reports, and list.

// compare shows two reports side by side. It fails like a run does: worse than allowed
// is a missed objective, and what proves nothing is invalid.
func (p *program) compare(o *options) int {
	base, err := readReport(o.args[0])
	if err != nil {
		return p.complain(err)
	}
	later, err := readReport(o.args[1])
	if err != nil {
		return p.complain(err)
	}
	regressed, doubtful := p.hold(p.stdout, base, later, o.maxRegress, o.quiet)
	switch {
	case regressed:
		return exitMissed
	case doubtful:
		return exitInvalid
	}
	return exitGood
}

// hold prints how a later run compares with an earlier one. most is how much worse it may
// be; negative judges nothing. With short only what is worse is printed.
func (p *program) hold(w io.Writer, base, later *load.Result, most float64, short bool) (regressed, doubtful bool) {
	c := report.Compare(base, later)
	if !short {
		if err := c.Text(w, max(most, 0), p.styleOf(w)); err != nil {
			fmt.Fprintln(p.stderr, "chatload:", err)
		}
	}
	if most < 0 {
		return false, len(c.Doubts) > 0
	}
	worse, err := c.Regressions(most)
	if errors.Is(err, report.ErrDoubtful) {
		if short {
			fmt.Fprintln(p.stderr, "chatload:", err)
		}
		return false, true
	}
	for _, metric := range worse {
		fmt.Fprintln(w, "Worse than the baseline:", metric.Sentence)
	}
	return len(worse) > 0, false
}

// report shows stored reports, several of one setup as one.
func (p *program) report(o *options) int {
	var all []*load.Result
	for _, file := range o.args {
		r, err := readReport(file)
		if err != nil {
			return p.complain(err)
		}
		all = append(all, r)
	}
	r := all[0]
	if len(all) > 1 {
		var err error
		if r, err = report.Merge(all...); err != nil {
			return p.complain(err)
		}
	}
	var baseline *load.Result
	if o.baseline != "" {
		var err error
		if baseline, err = readReport(o.baseline); err != nil {
			return p.complain(err)
		}
	}
	if !toStdout(o.outputs) {
		if err := p.show(r, o.quiet); err != nil {
			return p.complain(err)
		}
	}
	if err := p.write(o.outputs, r, baseline); err != nil {
		return p.complain(err)
	}
	return exitGood
}

// show prints a result as a person reads it.
func (p *program) show(r *load.Result, quiet bool) error {
	if quiet {
		_, err := fmt.Fprintln(p.stdout, r.Verdict.Text)
		return err
	}
	return report.Text(p.stdout, r, p.style())
}

// list prints what can be named on a command line.
func (p *program) list() int {
	w := tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "Presets (-preset):")
	for _, preset := range load.Presets() {
		fmt.Fprintf(w, "  %s\t%s\n", preset.Name, preset.Text)
	}
	fmt.Fprintln(w, "Protocols (-proto):")
	for _, name := range load.Protocols() {
		fmt.Fprintf(w, "  %s\n", name)
	}
	fmt.Fprintln(w, "Faults (-fault AT:FOR:KIND:SHARE, as in 30s:2s:blackhole:5%):")
	for _, f := range faults {
		fmt.Fprintf(w, "  %s\t%s\n", f[0], f[1])
	}
	fmt.Fprintln(w, "Metrics (-slo 'deliver.p99<50ms'):")
	for _, name := range load.Metrics() {
		fmt.Fprintf(w, "  %s\n", name)
	}
	if err := w.Flush(); err != nil {
		return p.complain(err)
	}
	return exitGood
}

// faults are those of package faultproxy, with a sentence each.
var faults = [][2]string{
	{"latency=50ms", "every byte arrives that much later, each way"},
	{"bandwidth=1KB/s", "no more than that each way"},
	{"slice=7", "bytes are handed on in pieces of at most that size"},
	{"blackhole", "nothing is handed on until it ends; nothing is lost"},
	{"reset", "both ends are reset"},
	{"halfclose", "the server reads the end of the client's input"},
}
