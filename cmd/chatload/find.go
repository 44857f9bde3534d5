package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"example.com/chatd/load"
	"example.com/chatd/load/report"
)

// The bounds of find where none are given.
const (
	findClientsMax = 20_000
	findRateMax    = 100_000
	findSpan       = 5 * time.Second // of the load of one step
	// findNarrow ends the bisection: the limit is known to a twentieth.
	findNarrow = 1.05
)

// check checks the flags of find.
func (s *search) check(given map[string]bool) error {
	switch {
	case s.of != "clients" && s.of != "rate":
		return fmt.Errorf("-of: %q is none of clients, rate", s.of)
	case s.of == "rate" && given["each"]:
		return fmt.Errorf("-each means nothing where the rate is varied")
	case s.of == "clients" && given["rate"]:
		return fmt.Errorf("-rate means nothing where clients are varied: give -each")
	case s.of == "clients" && given["senders"]:
		return fmt.Errorf("-senders means nothing where clients are varied: each of them talks")
	case !(s.grow > 1 && s.grow <= 100):
		return fmt.Errorf("-grow: %v must be more than 1 and at most 100", s.grow)
	case given["max"] && !(s.max >= 1):
		return fmt.Errorf("-max: %v must be at least 1", s.max)
	case s.of == "clients" && !(s.each > 0):
		return fmt.Errorf("-each: %v must be more than 0", s.each)
	}
	return nil
}

// find raises the load until the server no longer meets the objectives, then closes in on
// the limit. Each step is a run of its own with warm-up and drain.
func (p *program) find(ctx context.Context, o *options) int {
	s := &o.search
	if len(o.config.Objectives) == 0 {
		objective, err := load.ParseObjective("deliver.p99<100ms")
		if err != nil {
			return p.complain(err)
		}
		o.config.Objectives = []load.Objective{objective}
	}
	if len(o.config.Stages) == 0 {
		o.config.Stages = []load.Stage{{Span: findSpan}}
	}
	found := &report.Search{Of: s.of}
	code := exitGood
	try := func(value float64) (step *report.Step, goOn bool) {
		r, err := p.once(ctx, o, o.stepConfig(value), false)
		if err != nil {
			code = p.complain(err)
			return nil, false
		}
		step = stepOf(r)
		found.Steps = append(found.Steps, *step)
		if !o.quiet {
			fmt.Fprintf(p.stderr, "%s: deliver.p99 %.1f ms, %s\n", s.named(value), r.Latency.Deliver.P99*1e3, verdictWord(step))
		}
		switch r.Verdict.Code {
		case exitUnreachable, exitInterrupted:
			code = r.Verdict.Code
			if len(found.Steps) == 1 || code == exitInterrupted {
				fmt.Fprintln(p.stderr, "chatload:", r.Verdict.Text)
				return step, false
			}
		case exitBroken:
			code = exitBroken // a limit that is found by breaking a promise is no limit met
		}
		return step, true
	}
	s.climb(try, found, o.start())
	if len(found.Steps) > 0 {
		if err := found.Text(p.stdout, p.style()); err != nil {
			fmt.Fprintln(p.stderr, "chatload:", err)
		}
	}
	return code
}

// climb grows the load by a factor until a step is not held, and then halves the gap.
func (s *search) climb(try func(float64) (*report.Step, bool), found *report.Search, start float64) {
	most := s.max
	if most == 0 {
		most = findClientsMax
		if s.of == "rate" {
			most = findRateMax
		}
	}
	held, failed := 0.0, 0.0
	for value := math.Min(start, most); ; value = math.Min(math.Ceil(value*s.grow), most) {
		step, goOn := try(value)
		if !goOn {
			return
		}
		if !step.Met {
			failed = value
			break
		}
		held = value
		if value >= most {
			found.Capped = true
			return
		}
	}
	for held > 0 && failed/held > findNarrow && failed-held > 1 {
		value := math.Round(math.Sqrt(held * failed)) // halves the gap of a ratio
		if value <= held || value >= failed {
			return
		}
		step, goOn := try(value)
		switch {
		case !goOn:
			return
		case step.Met:
			held = value
		default:
			failed = value
		}
	}
}

// start is the least load that is tried.
func (o *options) start() float64 {
	if o.search.of == "rate" {
		return cmp.Or(o.config.Rate, 100)
	}
	return float64(cmp.Or(o.config.Clients, 10))
}

// stepConfig is one step's configuration.
func (o *options) stepConfig(value float64) load.Config {
	c := o.config
	if o.search.of == "rate" {
		c.Rate = value
		return c
	}
	c.Clients = int(value)
	c.Senders = c.Clients
	c.Rate = value * o.search.each
	return c
}

func (s *search) named(value float64) string {
	if s.of == "rate" {
		return fmt.Sprintf("%v messages/s", value)
	}
	return fmt.Sprintf("%v clients", value)
}

// stepOf is what a run says about its load.
func stepOf(r *load.Result) *report.Step {
	step := &report.Step{
		Clients: r.Setup.Clients, Rate: r.Setup.Rate, P99: r.Latency.Deliver.P99,
		Met: r.Verdict.Code == exitGood, Invalid: r.Verdict.Code == exitInvalid,
	}
	if !step.Met {
		step.Why = r.Verdict.Text
		for _, v := range r.Verdict.Objectives {
			if v.Judged && !v.Met && r.Verdict.Code == exitMissed {
				step.Why = fmt.Sprintf("%s was missed", v.Text)
				break
			}
		}
		if step.Invalid && len(r.Verdict.Invalid) > 0 {
			step.Why = r.Verdict.Invalid[0]
		}
	}
	return step
}

func verdictWord(s *report.Step) string {
	switch {
	case s.Invalid:
		return "invalid"
	case s.Met:
		return "held"
	}
	return "not held"
}
