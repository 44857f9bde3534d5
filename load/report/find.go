package report

import (
	"fmt"
	"io"
)

// A Search is what chatload find did: it raised one figure step by step until the
// server no longer met the objectives.
type Search struct {
	Of     string // what was raised: "clients" or "rate"
	Steps  []Step // in the order they were run
	Capped bool   // it ended at the greatest value allowed, not at a limit
}

// A Step is one run of a search.
type Step struct {
	Clients int
	Rate    float64 // messages a second, all senders together
	P99     float64 // of deliver, in seconds; 0 where nothing was delivered
	Met     bool    // the server holds this load
	Invalid bool    // chatload could not make this load, and the step says nothing
	Why     string  // why not Met, as the rest of a sentence: "deliver.p99 was 231 ms, over 100 ms"
}

// value is the figure that was raised.
func (f *Search) value(s *Step) float64 {
	if f.Of == "rate" {
		return s.Rate
	}
	return float64(s.Clients)
}

func (f *Search) named(s *Step) string {
	if f.Of == "rate" {
		return flow(s.Rate, "message")
	}
	return count(int64(s.Clients), "client")
}

// limit is the greatest step that held, and the least that did not, above it.
func (f *Search) limit() (held, failed *Step) {
	for i := range f.Steps {
		s := &f.Steps[i]
		if s.Met && (held == nil || f.value(s) > f.value(held)) {
			held = s
		}
	}
	for i := range f.Steps {
		s := &f.Steps[i]
		if !s.Met && (held == nil || f.value(s) > f.value(held)) && (failed == nil || f.value(s) < f.value(failed)) {
			failed = s
		}
	}
	return held, failed
}

// Sentence says where the limit is and what set it.
func (f *Search) Sentence() string {
	held, failed := f.limit()
	switch {
	case len(f.Steps) == 0:
		return "Nothing was tried."
	case held == nil && failed.Invalid:
		return fmt.Sprintf("Nothing can be said: at %s chatload itself was the limit: %s.", f.named(failed), because(failed))
	case held == nil:
		return fmt.Sprintf("The server did not hold the least load tried, %s: %s.", f.named(failed), because(failed))
	case failed == nil && f.Capped:
		return fmt.Sprintf("The server holds %s, the most that was allowed here; its limit was not reached.", f.load(held))
	case failed == nil:
		return fmt.Sprintf("The server holds %s; its limit was not reached.", f.load(held))
	case failed.Invalid:
		return fmt.Sprintf("The server holds at least %s; at %s chatload itself was the limit: %s.",
			f.load(held), f.named(failed), because(failed))
	}
	return fmt.Sprintf("The server holds %s; at %s it does not: %s.", f.load(held), f.named(failed), because(failed))
}

// load is a step that held, with all its figures.
func (f *Search) load(s *Step) string {
	with := "with " + flow(s.Rate, "message")
	if f.Of == "rate" {
		with = "to " + count(int64(s.Clients), "client")
	}
	return fmt.Sprintf("%s %s at a deliver p99 of %s", f.named(s), with, seconds(s.P99))
}

func because(s *Step) string {
	if s.Why == "" {
		return "no reason was recorded"
	}
	return clean(s.Why)
}

// Text writes the sentence and then the table of all steps. The error is w's.
func (f *Search) Text(w io.Writer, style Style) error {
	s := newSheet(style)
	s.say(strong, "", f.Sentence())
	if len(f.Steps) > 0 {
		s.blank()
		f.table().print(s)
	}
	_, err := io.WriteString(w, s.String())
	return err
}

func (f *Search) table() *table {
	t := &table{columns: []column{{head: "step", rank: 3}, {head: "clients"}, {head: "rate"}, {head: "p99"}, {head: "verdict", left: true}}}
	for i := range f.Steps {
		step := &f.Steps[i]
		p99 := nothing
		if step.P99 > 0 {
			p99 = seconds(step.P99)
		}
		word, tone := "held", good
		switch {
		case step.Invalid:
			word, tone = "invalid", doubt
		case !step.Met:
			word, tone = "not held", bad
		}
		if !step.Met {
			word += ": " + because(step)
		}
		t.add(tone, grouped(int64(i+1)), grouped(int64(step.Clients)), perSecond(step.Rate), p99, word)
	}
	return t
}
