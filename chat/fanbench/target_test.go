//go:build linux

package fanbench

import (
	"fmt"
	"io"
	"math"
	"slices"
)

// A target is a figure that was asked for. A benchmark that misses one says so and
// does not fail: on a machine with other work that would be a coin toss.
type target struct {
	what string
	got  float64
	want string
	ok   bool
}

// printTargets judges what was measured; what was not is left out.
func (s *summary) printTargets(w io.Writer) {
	var all []target
	all = append(all, s.fanTargets()...)
	all = append(all, s.quietTargets()...)
	all = append(all, s.otherTargets()...)
	all = slices.DeleteFunc(all, func(t target) bool { return math.IsNaN(t.got) })
	if len(all) == 0 {
		return
	}
	fmt.Fprintln(w, "\nTargets")
	t := newTable(w, "", "target", "measured", "wanted")
	for _, one := range all {
		verdict := "ok"
		if !one.ok {
			verdict = "MISSED"
		}
		t.row(verdict, one.what, fmt.Sprintf("%.2f", one.got), one.want)
	}
	t.Flush()
}

func (s *summary) fanTargets() []target {
	row := s.flow("1000 receivers", 256)
	if row == nil {
		return nil
	}
	rate := row.rate["chatd"].median() / row.rate["naive"].median()
	cpu := row.server["chatd"].median() / row.server["raw"].median()
	return []target{
		{"1000 receivers, 256 in flight: deliveries/s of naive", rate, "at least 25", rate >= 25},
		{"1000 receivers, 256 in flight: CPU per delivery of raw", cpu, "at most 2.0", cpu <= 2.0},
	}
}

// quietTargets is one message in flight, where nothing gathers: not slower than naive
// by more than the spread between rounds, the larger of the two servers'.
func (s *summary) quietTargets() []target {
	var all []target
	for _, row := range s.flows {
		if row.inFlight != 1 {
			continue
		}
		chatd, naive := row.rate["chatd"], row.rate["naive"]
		rate := chatd.median() / naive.median()
		least := 1 - max(chatd.spread(), naive.spread())
		all = append(all, target{
			what: row.who + ", 1 in flight: deliveries/s of naive",
			got:  rate, want: fmt.Sprintf("at least 1 - spread = %.2f", least), ok: rate >= least,
		})
	}
	return all
}

func (s *summary) otherTargets() []target {
	storm := s.storms["naive"].median() / s.storms["chatd"].median()
	stall := s.p99["with"].median() / s.p99["without"].median()
	silent := math.NaN()
	for _, m := range s.memories {
		if m.server == "chatd" && math.IsNaN(silent) {
			silent = float64(m.resident)
		}
	}
	return []target{
		{fmt.Sprintf("%d joining at once: times as fast as naive", *fanJoiners), storm, "at least 4, hoped 10", storm >= 4},
		{"p99 with a stalled reader: of p99 without", stall, "at most 1.5", stall <= 1.5},
		{"resident bytes per connection, nobody has talked", silent, "at most 6000, hoped 5000", silent <= 6000},
	}
}
