package report

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"example.com/chatd/load"
)

// A Comparison is two runs side by side, an earlier and a later one.
type Comparison struct {
	// Doubts are reasons why the ratios say little or nothing about the target: a
	// measurement that is invalid or not whole, different setups, different machines. With
	// any of them Regressions refuses to judge.
	Doubts []string
	Rows   []CompareRow
}

// A CompareRow is one metric in both runs.
type CompareRow struct {
	Metric string  // "deliver.p99"
	Unit   string  // "s", "B", "1/s", "1", "share"
	Old    float64 // 0 where HasOld is false
	New    float64 // 0 where HasNew is false
	HasOld bool    // the earlier run knows the figure
	HasNew bool    // the later run does
	// Few says that a run has too few samples for this figure to be judged.
	Few bool

	metric metric
}

// A Regression is one metric that got worse by more than was allowed.
type Regression struct {
	Metric   string
	Sentence string // with both values, their units and by how much it is worse
}

// ErrDoubtful is what Regressions returns where a comparison proves nothing.
var ErrDoubtful = errors.New("report: these runs cannot be judged against each other")

// Compare holds a later run against an earlier one. Metrics that neither run knows are
// left out; of bursts there is no latency.
func Compare(base, later *load.Result) *Comparison {
	c := &Comparison{Doubts: doubts(base, later)}
	for _, m := range metrics() {
		old, hasOld := m.value(base)
		now, hasNew := m.value(later)
		if !hasOld && !hasNew {
			continue
		}
		few := m.needs > 0 && (hasOld && m.samples(base) < m.needs || hasNew && m.samples(later) < m.needs)
		c.Rows = append(c.Rows, CompareRow{
			Metric: m.name, Unit: m.unit, Old: old, New: now, HasOld: hasOld, HasNew: hasNew, Few: few, metric: m,
		})
	}
	return c
}

func doubts(base, later *load.Result) []string {
	var all []string
	for _, run := range []struct {
		which string
		r     *load.Result
	}{{"earlier", base}, {"later", later}} {
		if run.r.Verdict.Code == codeInvalid || len(run.r.Verdict.Invalid) > 0 {
			why := strings.Join(run.r.Verdict.Invalid, "; ")
			all = append(all, strings.TrimSuffix("the "+run.which+" measurement is invalid: "+clean(why), ": "))
		}
		if run.r.Verdict.Partial {
			all = append(all, "the "+run.which+" run did not run to its end")
		}
	}
	if d := differences(&base.Setup, &later.Setup); len(d) > 0 {
		all = append(all, "the setups differ: "+strings.Join(d, "; "))
	}
	a, b := &base.Machine, &later.Machine
	if a.OS != b.OS || a.Arch != b.Arch || a.Cores != b.Cores {
		all = append(all, fmt.Sprintf("the machines differ: %s and %s", machine(a), machine(b)))
	}
	return all
}

func machine(m *load.Machine) string {
	return clean(fmt.Sprintf("%s/%s with %s", m.OS, m.Arch, count(int64(m.Cores), "core")))
}

// Worse is by which part of the old value the new one is worse, so that 0.2 is 20 %;
// negative where it is better. It is false where that cannot be said, because a run does
// not know the figure or the old value is 0.
func (row *CompareRow) Worse() (float64, bool) {
	if !row.HasOld || !row.HasNew || row.Old == 0 || !finite(row.New/row.Old) {
		return 0, false
	}
	change := (row.New - row.Old) / row.Old
	if row.metric.better == higher {
		change = -change
	}
	return change, true
}

// regressed says whether the row is worse by more than the part most of the old value.
func (row *CompareRow) regressed(most float64) bool {
	switch {
	case !row.metric.gate || row.Few || !row.HasOld:
		return false
	case !row.HasNew:
		// A figure that disappeared is worse than any other: nothing was delivered, say.
		return true
	case row.metric.strict || row.Old == 0:
		return row.metric.better == lower && row.New > row.Old
	}
	worse, ok := row.Worse()
	return ok && worse > most
}

// Regressions are the metrics that got worse by more than most, which is 0.2 for 20 %,
// and those of which any more is too much. The error is ErrDoubtful if c has doubts.
func (c *Comparison) Regressions(most float64) ([]Regression, error) {
	if len(c.Doubts) > 0 {
		return nil, fmt.Errorf("%w: %s", ErrDoubtful, strings.Join(c.Doubts, "; "))
	}
	var all []Regression
	for i := range c.Rows {
		if row := &c.Rows[i]; row.regressed(most) {
			all = append(all, Regression{row.Metric, row.sentence(most)})
		}
	}
	return all, nil
}

func (row *CompareRow) sentence(most float64) string {
	old, now := measured(row.Old, row.Unit), measured(row.New, row.Unit)
	verb := "rose"
	if row.New < row.Old {
		verb = "fell"
	}
	worse, ok := row.Worse()
	switch {
	case !row.HasNew:
		return fmt.Sprintf("%s was %s and is no longer known.", row.Metric, old)
	case !ok || row.metric.strict:
		return fmt.Sprintf("%s %s from %s to %s.", row.Metric, verb, old, now)
	}
	return fmt.Sprintf("%s %s from %s to %s: %s worse, over the %s allowed.",
		row.Metric, verb, old, now, percent(worse), percent(most))
}

// percent is a change, not a part of a whole: it is rounded to the nearest.
func percent(v float64) string {
	if v > 0 && v < 0.1 {
		return strconv.FormatFloat(v*100, 'f', 1, 64) + " %"
	}
	return number(float64(int64(v*100+0.5))) + " %"
}

// Text writes the comparison as a table of old, new and ratio: first the doubts, then
// the metrics, marked where they are better or worse by more than most (0: nothing is
// marked). The error is w's.
func (c *Comparison) Text(w io.Writer, most float64, style Style) error {
	s := newSheet(style)
	if len(c.Doubts) > 0 {
		s.line(doubt, "NOT COMPARABLE")
		s.say(plain, "", "The ratios below say little about the target:")
		for _, d := range c.Doubts {
			s.say(doubt, "  - ", d)
		}
		s.blank()
	}
	t := table{columns: []column{
		{head: "metric", left: true}, {head: "old", rank: 1}, {head: "new"}, {head: "ratio", rank: 2}, {left: true},
	}}
	few := false
	for i := range c.Rows {
		row := &c.Rows[i]
		note, tone := row.note(most, len(c.Doubts) == 0)
		t.add(tone, row.Metric, row.show(row.Old, row.HasOld), row.show(row.New, row.HasNew), row.ratio(), note)
		few = few || note == fewNote
	}
	t.print(s)
	if few {
		s.say(plain, "", fewNote+": too few samples to judge, which takes at least ten beyond the percentile in both runs.")
	}
	_, err := io.WriteString(w, s.String())
	return err
}

const fewNote = "few"

func (row *CompareRow) show(v float64, has bool) string {
	if !has {
		return nothing
	}
	return measured(v, row.Unit)
}

func (row *CompareRow) ratio() string {
	switch {
	case !row.HasOld || !row.HasNew:
		return nothing
	case row.Old == row.New:
		return "1.00"
	case row.Old == 0:
		return nothing
	}
	return times(row.New / row.Old)
}

// note is what to say of a row beside its ratio.
func (row *CompareRow) note(most float64, judge bool) (string, tone) {
	worse, ok := row.Worse()
	switch {
	case !judge || most == 0:
		return "", plain
	case row.regressed(most):
		return "WORSE", bad
	case row.metric.gate && row.Few:
		return fewNote, plain
	case row.metric.gate && ok && worse < -most:
		return "better", good
	}
	return "", plain
}

// ParsePercent reads "20%" as 0.2. The error says what is wrong with the text.
func ParsePercent(text string) (float64, error) {
	digits, ok := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if !ok || err != nil || !finite(v) || v < 0 {
		return 0, fmt.Errorf("report: %q is no percentage such as 20%%", text)
	}
	return v / 100, nil
}
