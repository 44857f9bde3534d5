package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"
)

// A row is what the suites made of one species: a record for each suite that was
// run, by the suite's name.
type row struct {
	species *species
	records map[string]record
	order   []string // the suites in the order they were run
	err     error    // the mutant could not be built, or a suite not be run
}

// killer is the first suite that failed, "" for a survivor.
func (r *row) killer() string {
	for _, name := range r.order {
		if r.records[name].verdict == killed {
			return name
		}
	}
	return ""
}

// visit runs the suites against the real code and then against every species.
func (z *zoo) visit() int {
	begin := time.Now()
	z.suites = allSuites()
	z.findChatcheck()
	real := z.real()
	z.printHead()
	z.printRow(real)
	if !real.passes() {
		fmt.Fprintln(z.out, "\nThe code without a bug does not pass: no verdict on any species means anything.")
		return exitFailure
	}
	rows := z.all()
	s := z.sum(rows, time.Since(begin))
	fmt.Fprint(z.out, "\n", s)
	if z.doc != "" {
		if err := z.writePage(real, rows, s); err != nil {
			fmt.Fprintf(z.out, "zoo: %v\n", err)
			return exitFailure
		}
	}
	if s.killed < s.mutants || s.failed > 0 {
		return exitFailure
	}
	return exitGood
}

// findChatcheck builds chatcheck from the real code. Without it its column is empty.
func (z *zoo) findChatcheck() {
	m, err := newMutant(z.root, z.scratch, nil)
	if err == nil {
		z.chatcheck, err = m.build("chatcheck", "./cmd/chatcheck")
	}
	if err != nil {
		fmt.Fprintln(z.out, "chatcheck does not build: its column stays empty")
	}
}

// real runs every suite on the code without a bug.
func (z *zoo) real() *row {
	r := &row{records: map[string]record{}}
	m, err := newMutant(z.root, z.scratch, nil)
	if err != nil {
		r.err = err
		return r
	}
	defer m.forget()
	z.judge(r, m, true)
	return r
}

func (r *row) passes() bool {
	for _, rec := range r.records {
		if rec.verdict != survived {
			return false
		}
	}
	return r.err == nil
}

// all runs the species, some at a time, and prints each as soon as those before it
// are done.
func (z *zoo) all() []*row {
	rows := make([]*row, len(z.species))
	done := make([]chan struct{}, len(rows))
	turns := make(chan struct{}, max(z.jobs, 1))
	var group sync.WaitGroup
	for i, s := range z.species {
		done[i] = make(chan struct{})
		rows[i] = &row{species: s, records: map[string]record{}}
	}
	group.Go(func() {
		for i := range rows {
			<-done[i]
			z.printRow(rows[i])
		}
	})
	for i := range rows {
		turns <- struct{}{}
		group.Go(func() {
			defer func() { <-turns; close(done[i]) }()
			z.meet(rows[i])
		})
	}
	group.Wait()
	return rows
}

// meet builds one species and runs the suites against it.
func (z *zoo) meet(r *row) {
	if r.species.card() {
		return
	}
	m, err := newMutant(z.root, z.scratch, r.species)
	if err != nil {
		r.err = err
		return
	}
	defer m.forget()
	z.judge(r, m, z.matrix)
}

// judge runs the suites, all of them or up to the first kill.
func (z *zoo) judge(r *row, m *mutant, every bool) {
	for _, s := range z.suites {
		ctx, cancel := context.WithTimeout(context.Background(), z.bound)
		rec, err := s.run(ctx, z, m)
		cancel()
		switch {
		case errors.Is(err, errAbsent):
			continue
		case err != nil:
			r.err = fmt.Errorf("%s: %w", s.name, err)
			return
		}
		r.records[s.name] = rec
		r.order = append(r.order, s.name)
		if rec.verdict == killed && !every {
			return
		}
	}
}

// page is where -doc goes: below the module unless it says otherwise.
func (z *zoo) page() string {
	if filepath.IsAbs(z.doc) {
		return z.doc
	}
	return filepath.Join(z.root, z.doc)
}
