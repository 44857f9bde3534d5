package main

import (
	"fmt"
	"strings"
	"time"
)

const (
	nameWidth    = 38
	promiseWidth = 9
	cellWidth    = 12
)

// printHead prints the names of the columns.
func (z *zoo) printHead() {
	fmt.Fprintf(z.out, "%-*s %-*s", nameWidth, "species", promiseWidth, "promise")
	for _, s := range z.suites {
		fmt.Fprintf(z.out, " %-*s", cellWidth, s.name)
	}
	fmt.Fprintln(z.out, " first failure")
}

// printRow prints one row of the matrix; a nil species is the real code.
func (z *zoo) printRow(r *row) {
	name, promises := "(no bug)", ""
	if r.species != nil {
		name, promises = r.species.name, strings.Join(r.species.promises, " ")
	}
	fmt.Fprintf(z.out, "%-*s %-*s", nameWidth, name, promiseWidth, promises)
	if r.species != nil && r.species.card() {
		fmt.Fprintln(z.out, " ruled out by the design")
		return
	}
	for _, s := range z.suites {
		fmt.Fprintf(z.out, " %-*s", cellWidth, r.cell(s.name))
	}
	fmt.Fprintln(z.out, " "+r.verdict())
}

// cell is what a suite made of the species, and how long it took.
func (r *row) cell(suite string) string {
	rec, ran := r.records[suite]
	if !ran {
		return "-"
	}
	word := [...]string{survived: "passes", killed: "KILLED", hung: "hangs"}[rec.verdict]
	return fmt.Sprintf("%s %.1fs", word, rec.took.Seconds())
}

// verdict is the end of a row: the first test that failed.
func (r *row) verdict() string {
	if r.err != nil {
		return "ERROR: " + r.err.Error()
	}
	killer := r.killer()
	if killer == "" {
		for _, name := range r.order {
			if rec := r.records[name]; rec.verdict == hung {
				return name + ": " + rec.first
			}
		}
		if r.species == nil {
			return ""
		}
		return "SURVIVES"
	}
	return r.records[killer].kill()
}

// kill is what failed first, and after how many worlds.
func (r record) kill() string {
	if r.schedules > 0 {
		return fmt.Sprintf("%s (after %d schedules)", r.first, r.schedules)
	}
	return r.first
}

// A summary counts a visit.
type summary struct {
	mutants, cards   int
	killed, outside  int
	failed           int // could not be built or run
	survivors        []string
	killedBy         map[string]int
	suites           []suite
	took             time.Duration
	medianSchedules  int
	simulationKilled int
}

func (z *zoo) sum(rows []*row, took time.Duration) *summary {
	s := &summary{killedBy: map[string]int{}, suites: z.suites, took: took}
	var schedules []int
	for _, r := range rows {
		if r.species.card() {
			s.cards++
			continue
		}
		s.mutants++
		if r.err != nil {
			s.failed++
		}
		killer := r.killer()
		if killer == "" {
			s.survivors = append(s.survivors, r.species.name)
			continue
		}
		s.killed++
		s.killedBy[killer]++
		if z.outside(r) {
			s.outside++
		}
		if n := r.records["sim"].schedules; n > 0 {
			schedules = append(schedules, n)
		}
	}
	s.simulationKilled = len(schedules)
	s.medianSchedules = median(schedules)
	return s
}

// outside says whether a suite that knows no internals killed the species.
func (z *zoo) outside(r *row) bool {
	for _, s := range z.suites {
		if s.outside && r.records[s.name].verdict == killed {
			return true
		}
	}
	return false
}

func (s *summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d mutants: %d killed (%d %%), %d by the simulation or chatcheck alone (%d %%); %d cards; %v\n",
		s.mutants, s.killed, percent(s.killed, s.mutants), s.outside, percent(s.outside, s.mutants), s.cards, s.took.Round(time.Second))
	fmt.Fprint(&b, "first killed by:")
	for _, suite := range s.suites {
		fmt.Fprintf(&b, " %s %d", suite.name, s.killedBy[suite.name])
	}
	fmt.Fprintln(&b)
	if s.simulationKilled > 0 {
		fmt.Fprintf(&b, "the simulation found %d in new worlds, half of them within %d schedules\n", s.simulationKilled, s.medianSchedules)
	}
	if len(s.survivors) > 0 {
		fmt.Fprintf(&b, "survivors: %s\n", strings.Join(s.survivors, ", "))
	}
	return b.String()
}

func percent(n, of int) int {
	if of == 0 {
		return 0
	}
	return 100 * n / of
}
