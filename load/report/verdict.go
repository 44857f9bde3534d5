package report

import (
	"fmt"
	"slices"
	"strings"

	"example.com/chatd/load"
)

// The exit codes of a run that have a meaning here.
const (
	codeMet         = 0
	codeMissed      = 1
	codeUnreachable = 3
	codeInvalid     = 4
	codeBroken      = 5
	codeInterrupted = 130
)

// headline is the verdict in a few words, and what they mean.
func headline(v *load.Verdict) (string, tone) {
	words, t := headlineWords(v)
	if v.Partial && v.Code != codeInterrupted {
		words += " (PARTIAL RUN)"
	}
	return words, t
}

func headlineWords(v *load.Verdict) (string, tone) {
	switch v.Code {
	case codeMet:
		if len(v.Objectives) == 0 {
			return "GUARANTEES KEPT", good
		}
		return "OBJECTIVES MET", good
	case codeMissed:
		if n := missed(v); n > 1 {
			return fmt.Sprintf("%d OBJECTIVES MISSED", n), bad
		}
		return "OBJECTIVE MISSED", bad
	case codeUnreachable:
		return "TARGET NOT REACHED", bad
	case codeInvalid:
		return "MEASUREMENT INVALID", doubt
	case codeBroken:
		return "GUARANTEE BROKEN", bad
	case codeInterrupted:
		return "INTERRUPTED", doubt
	}
	return fmt.Sprintf("EXIT STATUS %d", v.Code), bad
}

func missed(v *load.Verdict) (n int) {
	for _, o := range v.Objectives {
		if o.Judged && !o.Met {
			n++
		}
	}
	return n
}

// outcome is what came of one objective.
func outcome(o load.ObjectiveResult) (string, tone) {
	switch {
	case !o.Judged:
		return "not judged", doubt
	case o.Met:
		return "met", good
	}
	return "MISSED", bad
}

// objectives are those to show: in a burst, none about a latency.
func objectives(r *load.Result) []load.ObjectiveResult {
	if !burst(r) {
		return r.Verdict.Objectives
	}
	var kept []load.ObjectiveResult
	for _, o := range r.Verdict.Objectives {
		if !ofLatency(o.Text) {
			kept = append(kept, o)
		}
	}
	return kept
}

// ofLatency says whether an objective is about a latency that a burst does not
// measure, by its name. How long a connect takes it does measure.
func ofLatency(name string) bool {
	head, _, _ := strings.Cut(name, ".")
	return head != "connect" && slices.Contains(latencyNames, head)
}

// achieved is the value of an objective with its unit.
func achieved(o load.ObjectiveResult) string {
	if strings.HasPrefix(o.Text, "reach") {
		return share(o.Value)
	}
	return measured(o.Value, o.Unit)
}

// latencyNames are the distributions of a result, in the order they are shown.
var latencyNames = []string{"deliver", "service", "spread", "connect", "lag"}

// latencies are the distributions by the order of latencyNames.
func latencies(r *load.Result) []*load.Distribution {
	l := &r.Latency
	return []*load.Distribution{&l.Deliver, &l.Service, &l.Spread, &l.Connect, &l.Lag}
}

// burst says whether the run kept a window full instead of a schedule. Such a run
// measures no latency: how long a message waited says only how large the window was.
func burst(r *load.Result) bool { return r.Setup.Mode == load.ModeBurst }
