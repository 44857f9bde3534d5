package main

import (
	"fmt"
	"os"
	"time"

	"example.com/chatd/chat/sim"
)

// soak runs seed after seed until enough of them have run, the time is up, one has
// failed, or Ctrl-C.
func (p *program) soak() int {
	t := newTally(p.stderr, p.quiet)
	for seed := p.seed; p.goesOn(t); seed++ {
		r := p.run(sim.Generate(seed, p.steps))
		t.add(r)
		if len(r.Violations) > 0 {
			t.close()
			return p.failed(r)
		}
	}
	t.close()
	t.summary(p.stdout)
	if p.html == "" && p.svg == "" {
		return exitGood
	}
	return p.draw(sim.Generate(p.seed, p.steps))
}

// goesOn says whether there is another seed to run.
func (p *program) goesOn(t *tally) bool {
	select {
	case <-p.interrupt:
		t.interrupted = true
		return false
	default:
	}
	if p.soakFor > 0 {
		return time.Since(t.began) < p.soakFor
	}
	return t.runs < p.runs
}

// again is how often a failure is carried out once more, to see that it is stable.
const again = 3

// failed makes a failure small, writes it down, and says how to see it again.
func (p *program) failed(r *sim.Result) int {
	seed := r.Schedule.Options.Seed
	small := sim.Shrink(r.Schedule, p.run)
	if shrunk := p.run(small); len(shrunk.Violations) > 0 {
		r = shrunk
		small.Comment = r.Violations[0].String()
	}
	stable := 0
	for range again {
		if once := p.run(small); len(once.Violations) > 0 && once.Trace() == r.Trace() {
			stable++
		}
	}
	path := p.failure
	if path == "" {
		path = fmt.Sprintf("failure-%d.txt", seed)
	}
	fmt.Fprintf(p.stdout, "seed %d fails, the same again %d times of %d; %d operations are left of %d:\n\n%s\n%s\n",
		seed, stable, again, len(small.Ops), p.steps, small, r.Report())
	if err := os.WriteFile(path, []byte(small.String()), 0o666); err != nil {
		return p.complain(exitFailure, err)
	}
	fmt.Fprintf(p.stdout, "The schedule is in %s. See it again with\n\n\tchatsim -replay %s -html failure.html\n\nand keep it in testdata/schedules once it is mended.\n", path, path)
	p.draw(small)
	return exitFailure
}
