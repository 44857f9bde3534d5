package sim

import (
	"strings"
	"time"

	"example.com/chatd/chat/check"
)

// A Result is what came of a run.
type Result struct {
	Schedule   *Schedule
	Violations []check.Violation
	Marks      Marks
	Traces     []uint64      // of each connection: what it read, and when
	Order      uint64        // of all turns of all tasks; 0 where nobody chose them
	Picks      uint64        // the number of turns
	Simulated  time.Duration // how long it took in the world
	Clients    []check.Observation
}

// Trace is one number for all connections.
func (r *Result) Trace() uint64 {
	h := newHash()
	for _, t := range r.Traces {
		h.add(t)
	}
	return uint64(h)
}

// run carries out a schedule in a new world and judges it.
func run(s *Schedule, e engine) *Result {
	e.begin(0, uint32(s.Options.Seed))
	w := newWorld(s.Options, e)
	w.calm = s.calm
	for _, op := range s.Ops {
		if w.broken() {
			break
		}
		w.step(op)
	}
	w.heal()
	w.end()
	w.judge()
	return w.result(s)
}

func (w *world) result(s *Schedule) *Result {
	r := &Result{Schedule: s, Violations: w.found, Marks: w.marks, Simulated: w.clock.Elapsed()}
	w.reading.giveBack(w.clients)
	w.ledger.observed, w.ledger.order = nil, nil // which were strings in what was given back
	r.Traces, r.Clients = make([]uint64, 0, len(w.clients)), make([]check.Observation, 0, len(w.clients))
	for _, c := range w.clients {
		r.Traces = append(r.Traces, c.trace())
		r.Clients = append(r.Clients, c.obs)
	}
	return r
}

// judge holds what the clients saw against the oracles.
func (w *world) judge() {
	for _, f := range w.engine.failures() {
		promise, oracle := "R4", 14
		if strings.Contains(f, " panics: ") {
			promise, oracle = "E5", 17
		}
		w.found = append(w.found, check.Violation{Promise: promise, Oracle: oracle, Line: -1, Sentence: f})
	}
	if w.broken() {
		return // what the clients saw is cut short
	}
	w.found = append(w.found, w.verdict()...)
	w.ledger.final(w)
	w.ledger.room(w)
	w.markWhatWasRead()
}
