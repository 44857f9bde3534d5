package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/chatd/load"
)

// brokenMax is how many broken guarantees a result holds.
const brokenMax = 20

// Merge makes one result of several runs of one setup, as if they had been one run after
// another, with no time between: totals are added, histograms merged, and the seconds
// and events of a run follow those of the run before. The seed may differ.
//
// The verdict is the worst of them. An objective is met if each run met it, and shows
// the value of the run that was furthest off. The error says in what the setups differ,
// or that a histogram is missing.
func Merge(results ...*load.Result) (*load.Result, error) {
	if len(results) == 0 {
		return nil, errors.New("report: nothing to merge")
	}
	if err := mergeable(results); err != nil {
		return nil, err
	}
	if len(results) == 1 {
		one := *results[0]
		return &one, nil
	}
	m := first(results[0])
	for _, r := range results {
		mergeTimes(m, r)
		mergeTotals(&m.Totals, &r.Totals)
		mergeOwn(m, r)
		mergeServer(m, r)
		mergeStalled(m, r)
		m.Elapsed += r.Elapsed
		m.Sending += r.Span()
	}
	m.Failures = m.Failures[:min(len(m.Failures), brokenMax)]
	mergeCosts(m, results)
	m.Verdict = mergeVerdicts(results)
	return m, mergeLatencies(m, results)
}

func mergeable(results []*load.Result) error {
	for i, r := range results[1:] {
		if d := differences(&results[0].Setup, &r.Setup); len(d) > 0 {
			return fmt.Errorf("report: run 1 and run %d are of different setups: %s", i+2, strings.Join(d, "; "))
		}
		if a, b := results[0].Target.Proto, r.Target.Proto; a != b {
			return fmt.Errorf("report: run 1 and run %d speak different protocols: %s and %s", i+2, a, b)
		}
	}
	return nil
}

// first is what a merged result has of its first run.
func first(r *load.Result) *load.Result {
	return &load.Result{
		Schema: r.Schema, Run: r.Run, Tool: r.Tool, Started: r.Started,
		Target: r.Target, Setup: r.Setup, Machine: r.Machine,
	}
}

// mergeTimes appends what has a time, moved by what went before.
func mergeTimes(m, r *load.Result) {
	for _, s := range r.Seconds {
		s.At += m.Elapsed
		m.Seconds = append(m.Seconds, s)
	}
	for _, e := range r.Events {
		e.At += m.Elapsed
		if e.End != 0 {
			e.End += m.Elapsed
		}
		m.Events = append(m.Events, e)
	}
	for _, b := range r.Failures {
		b.At += m.Elapsed
		m.Failures = append(m.Failures, b)
	}
	if w := r.Worst; w != nil && (m.Worst == nil || w.Latency > m.Worst.Latency) {
		worst := *w
		worst.At += m.Elapsed
		m.Worst = &worst
	}
}

// mergeStalled keeps the run in which the stalled readers moved the others furthest.
func mergeStalled(m, r *load.Result) {
	if r.Stalled != nil && (m.Stalled == nil || r.Stalled.After > m.Stalled.After) {
		one := *r.Stalled
		m.Stalled = &one
	}
}

func mergeTotals(m, t *load.Totals) {
	m.Due += t.Due
	m.Sent += t.Sent
	m.Delivered += t.Delivered
	m.Bytes += t.Bytes
	m.Expected += t.Expected
	m.Indeterminate += t.Indeterminate
	m.Announced += t.Announced
	m.Lost += t.Lost
	m.Duplicates += t.Duplicates
	m.Reordered += t.Reordered
	m.Corrupt += t.Corrupt
	m.Connects += t.Connects
	m.Refused += t.Refused
	m.Disconnects += t.Disconnects
	m.Reasoned += t.Reasoned
	m.Inside += t.Inside
}

func mergeOwn(m, r *load.Result) {
	m.Own.CPU += r.Own.CPU
	m.Own.CPUShare += r.Own.CPUShare * r.Elapsed // divided in mergeCosts
	m.Own.RSS = max(m.Own.RSS, r.Own.RSS)
	m.Own.ServerCPU += r.Own.ServerCPU
}

func mergeCosts(m *load.Result, results []*load.Result) {
	m.Own.CPUShare = ratio(m.Own.CPUShare, m.Elapsed)
	m.Own.PerDelivery = ratio(m.Own.CPU, float64(m.Totals.Delivered))
	// The server's is known only if every run knew it.
	if slices.ContainsFunc(results, func(r *load.Result) bool { return r.Own.ServerCPU == 0 }) {
		m.Own.ServerCPU = 0
	}
	m.Own.PerDeliveryOut = ratio(m.Own.ServerCPU, float64(m.Totals.Delivered))
	if slices.ContainsFunc(results, func(r *load.Result) bool { return r.Server == nil }) {
		m.Server = nil
	}
}

func mergeServer(m, r *load.Result) {
	switch {
	case r.Server == nil:
		return
	case m.Server == nil:
		one := *r.Server
		m.Server = &one
		return
	}
	s := m.Server
	s.Messages += r.Server.Messages
	s.Delivered += r.Server.Delivered
	s.Missed += r.Server.Missed
	s.Joins += r.Server.Joins
	s.RSS = max(s.RSS, r.Server.RSS)
	s.Tasks = max(s.Tasks, r.Server.Tasks)
	if s.Agrees || !r.Server.Agrees {
		s.Text = r.Server.Text
	}
	s.Agrees = s.Agrees && r.Server.Agrees
}

func mergeLatencies(m *load.Result, results []*load.Result) error {
	for i, into := range latencies(m) {
		merged, err := mergeDistributions(i, results)
		if err != nil {
			return fmt.Errorf("latency %s: %w", latencyNames[i], err)
		}
		*into = merged
	}
	return nil
}

func mergeDistributions(which int, results []*load.Result) (load.Distribution, error) {
	h, err := latencies(results[0])[which].Hist()
	if err != nil {
		return load.Distribution{}, fmt.Errorf("run 1: %w", err)
	}
	all := h.Clone() // the run's own stays as it is
	for i, r := range results[1:] {
		h, err := latencies(r)[which].Hist()
		if err != nil {
			return load.Distribution{}, fmt.Errorf("run %d: %w", i+2, err)
		}
		if dropped := all.Merge(h); dropped > 0 {
			return load.Distribution{}, fmt.Errorf("run %d: %s beyond the range of run 1", i+2, count(dropped, "value"))
		}
	}
	return load.NewDistribution(all), nil
}

// severity orders exit codes: a broken guarantee outweighs everything, an interruption
// no more than success.
var severity = map[int]int{codeBroken: 5, codeUnreachable: 4, codeInvalid: 3, codeMissed: 2, codeInterrupted: 1, codeMet: 0}

func mergeVerdicts(results []*load.Result) load.Verdict {
	var all load.Verdict
	var texts []string
	for i, r := range results {
		v := &r.Verdict
		if weight(v.Code) > weight(all.Code) {
			all.Code = v.Code
		}
		all.Partial = all.Partial || v.Partial
		for _, reason := range v.Invalid {
			all.Invalid = append(all.Invalid, fmt.Sprintf("run %d: %s", i+1, reason))
		}
		texts = append(texts, fmt.Sprintf("Run %d: %s", i+1, v.Text))
	}
	all.Objectives = mergeObjectives(results)
	all.Text = fmt.Sprintf("%d runs together. %s", len(results), strings.Join(texts, " "))
	return all
}

func weight(code int) int {
	if w, ok := severity[code]; ok {
		return w
	}
	return 6 // unknown: do not hide it
}

func mergeObjectives(results []*load.Result) []load.ObjectiveResult {
	var all []load.ObjectiveResult
	for _, r := range results {
		for _, o := range r.Verdict.Objectives {
			i := slices.IndexFunc(all, func(x load.ObjectiveResult) bool { return x.Text == o.Text })
			if i < 0 {
				all = append(all, o)
				continue
			}
			all[i] = worseObjective(all[i], o)
		}
	}
	return all
}

// worseObjective is one of two results of one objective with the judgement of both.
func worseObjective(a, b load.ObjectiveResult) load.ObjectiveResult {
	further := cmp.Compare(b.Value, a.Value)
	if strings.Contains(a.Text, ">") {
		further = -further
	}
	worse := a
	if a.Met && !b.Met || a.Met == b.Met && further > 0 {
		worse = b
	}
	worse.Met = a.Met && b.Met
	worse.Judged = a.Judged && b.Judged
	return worse
}
