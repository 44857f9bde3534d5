package report

import (
	"fmt"
	"math"
	"slices"

	"example.com/chatd/load"
)

// charts are the pictures of a run, those there is something to show in. baseline may
// be nil.
func charts(r, baseline *load.Result) []*chart {
	s := newSeries(r)
	marks := disturbances(r, s.length)
	var all []*chart
	if !burst(r) {
		all = append(all, latencyChart(r, s), percentileChart(r, baseline))
	}
	all = append(all, deliveriesChart(s), clientsChart(s), memoryChart(s))
	all = slices.DeleteFunc(all, func(c *chart) bool { return c == nil })
	for i, c := range all {
		c.ID = fmt.Sprintf("c%d", i)
		if c.XTicks == nil {
			c.XTicks, c.Bands = timeTicks(s.length), marks
			marks = bare(marks)
		}
	}
	return all
}

// every says how much time one point stands for.
func (s *series) every(what string) string {
	if s.bin <= 1 {
		return what + " of each second"
	}
	return what + " second of every " + span(s.bin)
}

func latencyChart(r *load.Result, s *series) *chart {
	values := make([]float64, 0, 2*len(s.points))
	for _, p := range s.points {
		values = append(values, p.p50, p.max)
	}
	low, high := bounds(values)
	if high == 0 {
		return nil
	}
	bound := deliverBound(r)
	if bound > 0 {
		low, high = min(low, bound), max(high, bound)
	}
	a := logAxis(low, high)
	c := &chart{
		Title: "Latency over time",
		Desc:  fmt.Sprintf("Deliver latency %s, by when the message was due, on a logarithmic scale; the greatest was %s.", s.every("in the worst"), seconds(high)),
		Legend: []legend{
			{"p50", "━━", "p50"}, {"p99", "━━", "p99"}, {"max", "━━", "max"},
		},
		YTicks: a.ticks(edge),
	}
	if s.bin <= 1 {
		c.Desc = fmt.Sprintf("Deliver latency of each second, by when the message was due, on a logarithmic scale; the greatest was %s.", seconds(high))
	}
	if bound > 0 {
		y := a.y(bound)
		c.Lines = append(c.Lines, curve{"goal", fmt.Sprintf("M0 %.0fL%.0f %.0f", y, unitsX, y)})
		c.Legend = append(c.Legend, legend{"goal", "╌╌", "p99 objective"})
	}
	c.draw(s, a, "max", func(p *point) (float64, bool) { return p.max, p.max > 0 })
	c.draw(s, a, "p99", func(p *point) (float64, bool) { return p.p99, p.p99 > 0 })
	c.draw(s, a, "p50", func(p *point) (float64, bool) { return p.p50, p.p50 > 0 })
	return c
}

// deliverBound is the bound of an objective on the p99 of deliver, or 0.
func deliverBound(r *load.Result) float64 {
	for _, o := range r.Verdict.Objectives {
		parsed, err := load.ParseObjective(o.Text)
		if err == nil && parsed.Metric == "deliver.p99" && parsed.Bound > 0 {
			return parsed.Bound
		}
	}
	return 0
}

func deliveriesChart(s *series) *chart {
	var high float64
	for _, p := range s.points {
		high = max(high, p.fastest)
	}
	if high == 0 {
		return nil
	}
	a := linearAxis(high)
	c := &chart{
		Title:  "Deliveries a second",
		Desc:   "Deliveries received a second; at most " + perSecond(high) + ".",
		Legend: []legend{{"rate", "━━", s.every("fastest")}, {"rate", "░░", "down to the slowest"}},
		YTicks: a.ticks(short),
	}
	if s.bin <= 1 {
		c.Legend = []legend{{"rate", "━━", "deliveries/s"}}
	} else {
		c.fill(s, a, "rate", func(p *point) float64 { return p.slowest }, func(p *point) float64 { return p.fastest })
	}
	c.draw(s, a, "rate", func(p *point) (float64, bool) { return p.fastest, p.seconds > 0 })
	return c
}

func clientsChart(s *series) *chart {
	var high float64
	for _, p := range s.points {
		high = max(high, p.inside)
	}
	if high == 0 {
		return nil
	}
	a := linearAxis(high)
	c := &chart{
		Title:  "Clients inside",
		Desc:   "Clients inside, the least of each point; at most " + count(int64(high), "client") + ".",
		Legend: []legend{{"inside", "━━", "clients"}},
		YTicks: a.ticks(short),
	}
	c.draw(s, a, "inside", func(p *point) (float64, bool) { return p.inside, p.seconds > 0 })
	return c
}

func memoryChart(s *series) *chart {
	var high float64
	for _, p := range s.points {
		high = max(high, p.rss)
	}
	if high == 0 {
		return nil
	}
	a := axis{0, memoryTop(high), false}
	c := &chart{
		Title:  "Memory of the server",
		Desc:   "Resident memory of the server; at most " + size(high) + ".",
		Legend: []legend{{"memory", "━━", "resident memory"}},
		YTicks: a.ticks(roundSize),
	}
	c.draw(s, a, "memory", func(p *point) (float64, bool) { return p.rss, p.rss > 0 })
	return c
}

// memoryTop is a round number of bytes not under v: 1 to 1000 of a unit.
func memoryTop(v float64) float64 {
	for i := len(byteScales) - 1; i >= 0; i-- {
		if n := v / byteScales[i].size; n <= 1000 || i == 0 {
			return roundUpBy(linearSteps, max(n, 1)) * byteScales[i].size
		}
	}
	return v
}

// roundSize is a round number of bytes for an axis: "30 MiB".
func roundSize(v float64) string {
	for _, s := range byteScales {
		if v >= s.size {
			return trimmed(v/s.size) + " " + s.unit
		}
	}
	return "0 B"
}

// short is a figure for an axis: "1.5 M".
func short(v float64) string {
	switch {
	case v >= 1e9:
		return trimmed(v/1e9) + " G"
	case v >= 1e6:
		return trimmed(v/1e6) + " M"
	case v >= 1e4:
		return trimmed(v/1e3) + " k"
	case v >= 10 || v == math.Trunc(v):
		return grouped(int64(math.Round(v)))
	}
	return trimmed(v)
}
