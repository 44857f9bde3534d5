package sim

import (
	"fmt"
	"slices"
	"strings"
)

// A Script is a small schedule whose last operations come at one moment, to be
// carried out in every order that few delays can make (X).
type Script struct {
	Name string
	Text string // as Parse reads it; the line "# together" precedes what comes at one moment
}

// Scripts are the six small worlds that are enumerated.
var Scripts = []Script{
	{"two clients, one name", together("dial 0", "dial 1", "", "name 0 0", "name 0 0")},
	{"join while leaving", together("join 0 0", "dial 1", "", "quit 0 1", "name 0 0")},
	{"stop while joining", together("join 0 0", "dial 1", "", "stop 1", "name 0 1", "say 0 5 1")},
	{"lag while leaving", "option max-message 24\noption transcript-lines 12\noption rate-millis -1\noption read-buffer 50\noption write-buffer 50\n" +
		together("join 0 0", "join 1 1", "stall 1", "paste 0 19 23", "paste 0 19 23", "paste 0 19 23", "", "paste 0 19 23", "shut 1")},
	{"rename against join", together("join 0 0", "dial 1", "", "rename 0 1", "name 0 1", "who 0")},
	{"resume and idle", "option idle-millis 7300\n" +
		together("join 0 0", "join 1 1", "pass 39 63 1", "", "tick", "say 0 5 1", "say 1 5 1")},
}

// together makes a script of lines: those behind the empty one come at one moment.
func together(lines ...string) (text string) {
	for _, line := range lines {
		if line == "" {
			line = "# together"
		}
		text += line + "\n"
	}
	return text
}

// schedule parses the script.
func (s *Script) schedule() *Schedule {
	before, after, _ := strings.Cut(s.Text, "# together\n")
	schedule, err := Parse(before + after)
	if err != nil {
		panic(fmt.Sprintf("sim: script %q: %v", s.Name, err))
	}
	calm, _ := Parse(before)
	schedule.calm = len(calm.Ops)
	schedule.Options.Hurrying, schedule.Options.Seed = 1, 1
	return schedule
}

// A delays is a plan for the serial runtime: tasks run first come, first served,
// and go on through every Lock, but for the points at which one is sent to the end
// of the line.
type delays struct {
	at    []int // points, ascending
	point int
	from  int // the step from which points count
}

// strikes says whether this point is one of the plan's.
func (d *delays) strikes(step int) bool {
	if step <= d.from {
		return false
	}
	d.point++
	return slices.Contains(d.at, d.point)
}

// Explore carries out a script in every order that at most two delays make (one, if
// most is 1), up to the first violation. It returns the number of orders.
func (s *Serial) Explore(script *Script, most int) (int, *Result) {
	schedule := script.schedule()
	first, points := s.runDelayed(schedule)
	runs := 1
	if len(first.Violations) > 0 {
		return runs, first
	}
	for i := 1; i <= points; i++ {
		r, after := s.runDelayed(schedule, i)
		if runs++; len(r.Violations) > 0 {
			return runs, r
		}
		for k := i + 1; most > 1 && k <= after; k++ {
			r, _ := s.runDelayed(schedule, i, k)
			if runs++; len(r.Violations) > 0 {
				return runs, r
			}
		}
	}
	return runs, nil
}

// runDelayed carries out one order, and returns how many points there were.
func (s *Serial) runDelayed(schedule *Schedule, at ...int) (*Result, int) {
	plan := &delays{at: at, from: schedule.calm}
	s.serial.plan = plan
	defer func() { s.serial.plan = nil }()
	r := s.Run(schedule)
	for i := range r.Violations {
		r.Violations[i].Sentence += fmt.Sprintf(" (delays at %v)", at)
	}
	return r, plan.point
}
