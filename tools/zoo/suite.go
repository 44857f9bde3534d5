package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// A suite is one column of the matrix: tests that a mutant may fail.
type suite struct {
	name string
	// outside is set for a suite that knows no internals: it sees what clients see.
	outside bool
	run     func(context.Context, *zoo, *mutant) (record, error)
}

// A verdict is what a suite made of a mutant.
type verdict uint8

const (
	survived verdict = iota // the suite passed: it has not seen the bug
	killed
	hung // it did not end, and did not say what it waited for: no kill
)

// A record is a verdict and how it came to be.
type record struct {
	verdict   verdict
	first     string // the first test that failed, and in the simulation the promise
	schedules int    // the simulation: how many worlds until then
	took      time.Duration
}

// allSuites are the columns, those that see what clients see first.
func allSuites() []suite {
	return []suite{
		{"sim", true, runSim},
		{"chatcheck", true, runChatcheck},
		{"transcripts", false, runTranscripts},
		{"unit", false, runUnit},
		{"race", true, runRace}, // the simulation too, several causes at a time
	}
}

// noTests are no suite's: they read the code, or the tests, and a bug is no bug for
// how it is spelled.
const noTests = `^(TestSeams|TestSeamsSees|TestConversationsDiffer|TestEverySettingIsTested)$|^TestConversations$`

// runSim looks for a world that breaks, then at those that once did and at all
// orders of the small ones.
func runSim(ctx context.Context, z *zoo, m *mutant) (record, error) {
	binary, err := m.buildTest("sim.test", "./chat/sim")
	if err != nil {
		return record{}, err
	}
	r := goTest(ctx, m, binary, "chat/sim", "-test.run=^TestSim$", "-sim.runner=S", fmt.Sprintf("-sim.runs=%d", z.schedules))
	if r.verdict != survived {
		return r, nil
	}
	rest := goTest(ctx, m, binary, "chat/sim", "-test.run=^(TestSchedules|TestExplore)$")
	rest.took += r.took
	rest.schedules = 0
	return rest, nil
}

// runTranscripts plays the conversations in memory, then over loopback.
func runTranscripts(ctx context.Context, _ *zoo, m *mutant) (record, error) {
	return firstKill(ctx, m,
		test{"chat.test", "chat", []string{"-test.run=^TestConversations$"}},
		test{"chatd.test", "cmd/chatd", []string{"-test.run=^TestConversations$"}},
	)
}

// runUnit runs the other tests of the package that has the bug.
func runUnit(ctx context.Context, z *zoo, m *mutant) (record, error) {
	var tests []test
	if z.touches(m, "chat") {
		tests = append(tests, test{"chat.test", "chat", []string{"-test.skip=" + noTests}})
	}
	if z.touches(m, "cmd/chatd") {
		tests = append(tests, test{"chatd.test", "cmd/chatd", []string{"-test.skip=" + noTests}})
	}
	return firstKill(ctx, m, tests...)
}

// touches says whether the bug is in a directory; for the code without one, whether
// any of the species chosen is.
func (z *zoo) touches(m *mutant, dir string) bool {
	if m.species != nil {
		return m.species.touches(dir)
	}
	return slices.ContainsFunc(z.species, func(s *species) bool { return s.touches(dir) })
}

// runRace lets several causes act at once, under the race detector.
func runRace(ctx context.Context, _ *zoo, m *mutant) (record, error) {
	binary, err := m.buildTest("race.test", "./chat/sim", "-race")
	if err != nil {
		return record{}, err
	}
	return goTest(ctx, m, binary, "chat/sim", "-test.run=^TestSim$", "-sim.runner=R", "-sim.runs=300"), nil
}

// A test is a test binary and what to run of it.
type test struct {
	name, dir string
	args      []string
}

// firstKill runs tests until one fails.
func firstKill(ctx context.Context, m *mutant, tests ...test) (r record, err error) {
	for _, t := range tests {
		binary, err := m.buildTest(t.name, "./"+t.dir)
		if err != nil {
			return r, err
		}
		took := r.took
		r = goTest(ctx, m, binary, t.dir, t.args...)
		r.took += took
		if r.verdict != survived {
			return r, nil
		}
	}
	return r, nil
}

var seedRE = regexp.MustCompile(`[SPR], seed (\d+):`)
