package report

import (
	"fmt"
	"math"
	"strings"

	"example.com/chatd/load"
)

// A bar is how many deliveries took between from and to, in seconds.
type bar struct {
	from, to float64 // from <= latency < to
	count    int64
}

const (
	barsMax   = 16 // rows of a histogram
	worstBars = 3  // bars whose moments are shown

	momentsWidth = 21 // columns
)

// bars sorts a distribution into steps of 1, 2 and 5, or of 10 where those are too
// many, from the first to the last that has any. Nil without a histogram.
func bars(d *load.Distribution) []bar {
	h, err := d.Hist()
	if err != nil || h.TotalCount() == 0 {
		return nil
	}
	all := make([]bar, 0, 32)
	for _, to := range barEdges() {
		from := 0.0
		if len(all) > 0 {
			from = all[len(all)-1].to
		}
		all = append(all, bar{from: from, to: to})
	}
	at := 0
	for _, b := range h.Distribution() {
		if b.Count == 0 {
			continue
		}
		for at < len(all)-1 && float64(b.From)/1e6 >= all[at].to {
			at++
		}
		all[at].count += b.Count
	}
	all = trimEmpty(all)
	if len(all) > barsMax {
		all = decades(all)
	}
	return all
}

// barEdges are the upper ends, in seconds: 2 µs, 5 µs, 10 µs ... and beyond 1,000 s.
func barEdges() []float64 {
	var edges []float64
	for e := -6; e <= 2; e++ {
		for _, m := range []float64{1, 2, 5} {
			if v := m * math.Pow10(e); v > 1e-6 {
				edges = append(edges, v)
			}
		}
	}
	return append(edges, 1000, math.Inf(1))
}

func trimEmpty(all []bar) []bar {
	for len(all) > 0 && all[0].count == 0 {
		all = all[1:]
	}
	for len(all) > 0 && all[len(all)-1].count == 0 {
		all = all[:len(all)-1]
	}
	return all
}

// decades joins bars up to the next power of ten.
func decades(all []bar) []bar {
	var joined []bar
	for i, b := range all {
		if i > 0 && !startsDecade(b) {
			last := &joined[len(joined)-1]
			last.to, last.count = b.to, last.count+b.count
			continue
		}
		joined = append(joined, b)
	}
	return joined
}

func startsDecade(b bar) bool {
	l := math.Log10(b.from)
	return math.Abs(l-math.Round(l)) < 1e-9
}

func (b bar) label() string {
	switch {
	case math.IsInf(b.to, 1):
		return "over " + edge(b.from)
	case b.from == 0:
		return "under " + edge(b.to)
	}
	return edge(b.from) + " to " + edge(b.to)
}

// edge is a round time: "20 ms".
func edge(v float64) string {
	for _, s := range timeScales {
		if n := v / s.size; n > 0.999 {
			return fmt.Sprintf("%s %s", grouped(int64(math.Round(n))), s.unit)
		}
	}
	return seconds(v)
}

// moments are the seconds of the run in which deliveries took as long as the bar says:
// those whose p50, p99 or max lies in it; and what else went on then.
func (b bar) moments(r *load.Result) string {
	var at []float64
	for _, s := range r.Seconds {
		if b.has(s.P50) || b.has(s.P99) || b.has(s.Max) {
			at = append(at, s.At)
		}
	}
	if w := r.Worst; len(at) == 0 && w != nil && b.has(w.Latency) {
		at = append(at, math.Floor(w.At))
	}
	text := runs(at)
	if kind := during(r.Events, at); kind != "" {
		text += " (" + kind + ")"
	}
	return text
}

// during is the kind of event that went on in all those seconds, or nothing.
func during(events []load.Event, at []float64) string {
	if len(at) == 0 {
		return ""
	}
	for _, e := range events {
		if disturbs(e) && at[0]+1 >= e.At && at[len(at)-1] <= max(e.At, e.End) {
			return cut(clean(e.Kind), 7)
		}
	}
	return ""
}

func (b bar) has(v float64) bool { return v > 0 && v >= b.from && v < b.to }

// runs writes seconds as stretches: "4-6 s, 9 s"; what is too much for a margin is
// counted.
func runs(at []float64) string {
	var parts []string
	for i := 0; i < len(at); {
		j := i
		for j+1 < len(at) && at[j+1]-at[j] < 1.5 {
			j++
		}
		if len(parts) == 2 {
			return strings.Join(parts, ", ") + " ..."
		}
		if j == i {
			parts = append(parts, trimmed(at[i])+" s")
		} else {
			parts = append(parts, trimmed(at[i])+"-"+trimmed(at[j]+1)+" s")
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

func textHistogram(s *sheet, r *load.Result) {
	d := &r.Latency.Deliver
	if d.Count == 0 {
		return
	}
	s.heading("how long deliveries took")
	all := bars(d)
	if all == nil {
		s.say(plain, "  ", "The report holds no histogram.")
		return
	}
	printBars(s, r, all)
}

func printBars(s *sheet, r *load.Result, all []bar) {
	t := table{indent: "  ", columns: []column{
		{left: true}, {left: true, rank: 1}, {head: "deliveries"}, {head: "share", rank: 3}, {head: "when", left: true, rank: 2},
	}}
	room := min(max(s.style.width()-64, 6), 14)
	var most, total int64
	for _, b := range all {
		most, total = max(most, b.count), total+b.count
	}
	worst := lastBars(all)
	for i, b := range all {
		when := ""
		if worst[i] {
			when = cut(b.moments(r), momentsWidth)
		}
		t.add(plain, b.label(), drawn(b.count, most, room), grouped(b.count),
			fmt.Sprintf("%.2f %%", 100*ratio(float64(b.count), float64(total))), when)
	}
	t.print(s)
}

// lastBars marks the slowest bars that have any delivery.
func lastBars(all []bar) map[int]bool {
	worst := map[int]bool{}
	for i := len(all) - 1; i >= 0 && len(worst) < worstBars; i-- {
		if all[i].count > 0 {
			worst[i] = true
		}
	}
	return worst
}

// drawn is a bar of n columns for the greatest count; anything above 0 can be seen.
func drawn(count, most int64, n int) string {
	if count == 0 || most == 0 {
		return ""
	}
	full := int(math.Round(float64(count) / float64(most) * float64(n)))
	if full == 0 {
		return "▏"
	}
	return strings.Repeat("█", min(full, n))
}
