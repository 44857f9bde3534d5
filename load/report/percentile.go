package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"

	"example.com/chatd/load"
)

// percentileChart shows latencies by percentile, each nine as wide as the one before.
func percentileChart(r, baseline *load.Result) *chart {
	lines := []struct {
		class, mark, text string
		d                 *load.Distribution
	}{
		{"service", "━━", "service", &r.Latency.Service},
		{"p99", "━━", "deliver", &r.Latency.Deliver},
	}
	if baseline != nil && !burst(baseline) {
		lines = append(lines, lines[1])
		lines[1].class, lines[1].mark, lines[1].text, lines[1].d = "base", "╌╌", "deliver of the baseline", &baseline.Latency.Deliver
	}
	var low, high float64
	var nines float64
	for _, l := range lines {
		if h, err := l.d.Hist(); err == nil && h.TotalCount() > 0 {
			low, high = least(low, float64(max(h.Min(), 1))/1e6), max(high, float64(max(h.Max(), 1))/1e6)
			nines = max(nines, ninesOf(h.TotalCount()))
		}
	}
	if high == 0 || r.Latency.Deliver.Count == 0 {
		return nil
	}
	a := logAxis(low, high)
	c := &chart{
		Title:  "Latency by percentile",
		Desc:   fmt.Sprintf("Which part of the deliveries took how long; half of them %s, 99 %% of them %s at most.", seconds(r.Latency.Deliver.P50), seconds(r.Latency.Deliver.P99)),
		YTicks: a.ticks(edge),
		XTicks: percentileTicks(nines),
	}
	for _, l := range lines {
		if h, err := l.d.Hist(); err == nil && h.TotalCount() > 0 {
			c.Lines = append(c.Lines, percentileCurve(h, a, nines, l.class))
			c.Legend = append(c.Legend, legend{l.class, l.mark, l.text})
		}
	}
	slices.Reverse(c.Legend)
	return c
}

func least(a, b float64) float64 {
	if a == 0 {
		return b
	}
	return min(a, b)
}

// ninesOf is how many nines of a percentile so many samples show, from 2 to 6.
func ninesOf(samples int64) float64 {
	return min(max(math.Log10(float64(samples)), 2), 6)
}

func percentileTicks(nines float64) []tick {
	var all []tick
	for _, t := range []struct {
		q    float64
		text string
	}{{.5, "p50"}, {.9, "p90"}, {.99, "p99"}, {.999, "p99.9"}, {.9999, "p99.99"}, {.99999, "p99.999"}, {.999999, "p99.9999"}} {
		if part := -math.Log10(1-t.q) / nines; part <= 1.001 {
			all = append(all, tick{At: tenth(min(part, 1) * 100), Text: t.text, Anchor: anchor(part)})
		}
	}
	return all
}

// percentileSteps is how many pieces a curve has.
const percentileSteps = 80

func percentileCurve(h *hdrhistogram.Histogram, a axis, nines float64, class string) curve {
	percentiles := make([]float64, percentileSteps+1)
	for i := range percentiles {
		percentiles[i] = 100 * (1 - math.Pow(10, -float64(i)/percentileSteps*nines))
	}
	percentiles[percentileSteps] = 100
	var p path
	last := math.Inf(1)
	for i, v := range h.ValueAtPercentilesSlice(percentiles) { // all in one pass
		y := a.y(float64(max(v, 1)) / 1e6)
		// A point on a level stretch says nothing new but at its ends.
		if i > 0 && i < percentileSteps && y == last {
			continue
		}
		if i > 0 && last != y {
			p.to(float64(i-1)/percentileSteps*unitsX, last)
		}
		p.to(float64(i)/percentileSteps*unitsX, y)
		last = y
	}
	line, _ := p.d(class)
	return line
}
