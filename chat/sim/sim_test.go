package sim

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

var (
	flagSeed   = flag.Uint64("sim.seed", 1, "the first seed")
	flagRuns   = flag.Int("sim.runs", 0, "how many seeds; 0: the runner's slice")
	flagSteps  = flag.Int("sim.steps", 60, "operations per schedule")
	flagRunner = flag.String("sim.runner", "", "S serial, P parallel, R storm; empty: all")
	flagTime   = flag.Duration("sim.time", 0, "run seeds for so long instead of counting them")
	flagHTML   = flag.String("sim.html", "", "write the first failure, or else the first run, as a diagram to this file")
)

// schedules is where schedules are kept that found something.
const schedules = "../../testdata/schedules"

// A runner carries out one schedule.
type runner struct {
	name string
	runs int // of the slice that every go test carries out
	run  func(*testing.T, *Schedule) *Result
	// record is run, watched: for a diagram.
	record func(*testing.T, *Schedule) *Recording
}

func runners(t *testing.T) []runner {
	serial := NewSerial()
	t.Cleanup(serial.Close)
	return []runner{
		{
			"S", 800,
			func(_ *testing.T, s *Schedule) *Result { return serial.Run(s) },
			func(_ *testing.T, s *Schedule) *Recording { return serial.Record(s) },
		},
		bubbled("P", 80, false),
		bubbled("R", 80, true),
	}
}

// bubbled is a parallel runner; each schedule has a bubble of its own.
func bubbled(name string, runs int, storm bool) runner {
	p := &Parallel{Wait: synctest.Wait, Storm: storm}
	return runner{
		name, runs,
		func(t *testing.T, s *Schedule) (r *Result) {
			synctest.Test(t, func(*testing.T) { r = p.Run(s) })
			return r
		},
		func(t *testing.T, s *Schedule) (r *Recording) {
			synctest.Test(t, func(*testing.T) { r = p.Record(s) })
			return r
		},
	}
}

// TestSim runs the seeds asked for under each runner. A failure prints the shrunk
// schedule, which is also written down, and the one command that replays it.
func TestSim(t *testing.T) {
	for _, runner := range runners(t) {
		if *flagRunner != "" && *flagRunner != runner.name {
			continue
		}
		soak(t, runner)
	}
}

func soak(t *testing.T, runner runner) {
	runs := runner.runs
	if *flagRuns > 0 {
		runs = *flagRuns
	}
	start := time.Now()
	var marks Marks
	var simulated time.Duration
	n := 0
	for ; *flagTime > 0 && time.Since(start) < *flagTime || *flagTime == 0 && n < runs; n++ {
		r := runner.run(t, Generate(*flagSeed+uint64(n), *flagSteps))
		marks.Add(&r.Marks)
		simulated += r.Simulated
		if n == 0 {
			draw(t, runner, r.Schedule)
		}
		if len(r.Violations) > 0 {
			failed(t, runner, r)
			return
		}
	}
	took := time.Since(start)
	t.Logf("%s: %d schedules, %.0f a second, %.1f hours of simulated time a minute", runner.name, n,
		float64(n)/took.Seconds(), simulated.Hours()/took.Minutes())
	if testing.Verbose() {
		for m, n := range marks {
			t.Logf("  %-28v %d", Mark(m), n)
		}
	}
	if never := marks.Never(); n >= 600 && *flagSteps >= 60 && runner.name == "S" && len(never) > 0 {
		t.Errorf("these never happened in %d schedules, so nothing is known of them: %v", n, never)
	}
}

func failed(t *testing.T, runner runner, r *Result) {
	t.Helper()
	seed := r.Schedule.Options.Seed
	first := r
	small := Shrink(r.Schedule, func(s *Schedule) *Result { return runner.run(t, s) })
	r = runner.run(t, small)
	if len(r.Violations) == 0 {
		r = first // R is not the same each time: at least its first report stands
	}
	if len(r.Violations) > 0 {
		small.Comment = r.Violations[0].String()
	}
	draw(t, runner, small)
	stable := 0
	for range 3 {
		if again := runner.run(t, small); len(again.Violations) > 0 && again.Trace() == r.Trace() {
			stable++
		}
	}
	path := keep(t, found(), r, small)
	t.Errorf("%s, seed %d: the same again %d times of 3. Replay it with\n\tgo test ./chat/sim -run TestSim -sim.runner %s -sim.seed %d -sim.runs 1 -sim.steps %d\nIt was written to %s.\n\n%s\n%s",
		runner.name, seed, stable, runner.name, seed, *flagSteps, path, small, r.Report())
}

// draw writes the run as a diagram, if that was asked for.
func draw(t *testing.T, runner runner, s *Schedule) {
	if *flagHTML == "" {
		return
	}
	if err := os.WriteFile(*flagHTML, []byte(runner.record(t, s).HTML()), 0o666); err != nil {
		t.Error(err)
	}
}

// TestSchedules carries out what is kept in testdata/schedules.
func TestSchedules(t *testing.T) {
	paths, err := filepath.Glob(schedules + "/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no schedules in %s: %v", schedules, err)
	}
	all := runners(t)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(string(text))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, runner := range all {
			if r := runner.run(t, s); len(r.Violations) > 0 {
				t.Errorf("%s under %s:\n%s", path, runner.name, r.Report())
			}
		}
	}
}
