package main

import (
	"fmt"
	"io"
	"os"

	"example.com/chatd/chat/sim"
)

// replayFile carries out the schedule of a file.
func (p *program) replayFile() int {
	text, err := os.ReadFile(p.replay)
	if err != nil {
		return p.complain(exitUsage, err)
	}
	s, err := sim.Parse(string(text))
	if err != nil {
		return p.complain(exitUsage, fmt.Errorf("%s: %w", p.replay, err))
	}
	code := exitGood
	if r := p.run(s); len(r.Violations) > 0 {
		io.WriteString(p.stdout, r.Report())
		code = exitFailure
	} else {
		fmt.Fprintf(p.stdout, "%s: every promise is kept: %d operations, %d clients, %v simulated\n",
			p.replay, len(s.Ops), len(r.Clients), r.Simulated)
	}
	return max(code, p.draw(s))
}

// explainSeed tells one world.
func (p *program) explainSeed() int {
	s := sim.Generate(p.explain.seed, p.steps)
	rec := p.record(s)
	io.WriteString(p.stdout, rec.Log())
	code := exitGood
	if len(rec.Violations) > 0 {
		code = exitFailure
	}
	return max(code, p.draw(s))
}

// draw draws a schedule's world into the files that were asked for.
func (p *program) draw(s *sim.Schedule) int {
	if p.html == "" && p.svg == "" {
		return exitGood
	}
	rec := p.record(s)
	for _, f := range []struct {
		path string
		draw func() string
	}{{p.html, rec.HTML}, {p.svg, rec.SVG}} {
		if f.path == "" {
			continue
		}
		if err := os.WriteFile(f.path, []byte(f.draw()), 0o666); err != nil {
			return p.complain(exitFailure, err)
		}
		fmt.Fprintf(p.stderr, "the diagram is in %s\n", f.path)
	}
	return exitGood
}
