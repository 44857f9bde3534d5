package load

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Objective is one bound that a run is judged by.
type Objective struct {
	Text   string  // as it was written
	Metric string  // "deliver.p99"
	Sign   string  // "<", "<=", ">" or ">="
	Bound  float64 // in the metric's unit
}

// A metric is one number of a Result.
type metric struct {
	unit  string // "s", "1", "1/s", "B"
	value func(*Result) float64
}

// metrics has every metric that an objective may name.
var metrics = newMetrics()

func newMetrics() map[string]metric {
	all := map[string]metric{}
	for name, of := range map[string]func(*Result) *Distribution{
		"deliver": func(r *Result) *Distribution { return &r.Latency.Deliver },
		"service": func(r *Result) *Distribution { return &r.Latency.Service },
		"spread":  func(r *Result) *Distribution { return &r.Latency.Spread },
		"connect": func(r *Result) *Distribution { return &r.Latency.Connect },
		"lag":     func(r *Result) *Distribution { return &r.Latency.Lag },
	} {
		for part, value := range map[string]func(*Distribution) float64{
			"mean": func(d *Distribution) float64 { return d.Mean },
			"p50":  func(d *Distribution) float64 { return d.P50 },
			"p90":  func(d *Distribution) float64 { return d.P90 },
			"p99":  func(d *Distribution) float64 { return d.P99 },
			"p999": func(d *Distribution) float64 { return d.P999 },
			"max":  func(d *Distribution) float64 { return d.Max },
		} {
			all[name+"."+part] = metric{"s", func(r *Result) float64 { return value(of(r)) }}
		}
	}
	count := func(name string, value func(*Totals) int64) {
		all[name] = metric{"1", func(r *Result) float64 { return float64(value(&r.Totals)) }}
	}
	count("lost", func(t *Totals) int64 { return t.Lost })
	count("announced", func(t *Totals) int64 { return t.Announced })
	count("duplicates", func(t *Totals) int64 { return t.Duplicates })
	count("reordered", func(t *Totals) int64 { return t.Reordered })
	count("corrupt", func(t *Totals) int64 { return t.Corrupt })
	count("refused", func(t *Totals) int64 { return t.Refused })
	count("disconnects", func(t *Totals) int64 { return t.Disconnects })
	count("inside", func(t *Totals) int64 { return t.Inside })
	all["reach"] = metric{"1", func(r *Result) float64 { return reach(&r.Totals) }}
	all["deliveries"] = metric{"1/s", func(r *Result) float64 { return perSecond(r.Totals.Delivered, r.Span()) }}
	all["rate"] = metric{"1/s", func(r *Result) float64 { return perSecond(r.Totals.Sent, r.Span()) }}
	all["own.cpu"] = metric{"s", func(r *Result) float64 { return r.Own.PerDelivery }}
	all["own.rss"] = metric{"B", func(r *Result) float64 { return float64(r.Own.RSS) }}
	return all
}

// reach is the part of what had to be received that was.
func reach(t *Totals) float64 {
	if t.Expected == 0 {
		return 0
	}
	return float64(t.Expected-t.Announced-t.Lost) / float64(t.Expected)
}

func perSecond(n int64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(n) / seconds
}

// Metrics returns the names of all metrics, sorted.
func Metrics() []string {
	names := make([]string, 0, len(metrics))
	for name := range metrics {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// ParseObjective reads "deliver.p99<50ms": a metric, a sign (<, <=, >, >=) and a
// bound: a duration for times, a number for the rest; reach may be in per cent. The
// error of an unknown metric names those there are.
func ParseObjective(text string) (Objective, error) {
	at := strings.IndexAny(text, "<>")
	if at < 0 {
		return Objective{}, fmt.Errorf("objective %q: want a metric, a sign and a bound, as in deliver.p99<50ms", text)
	}
	o := Objective{Text: text, Metric: strings.TrimSpace(text[:at]), Sign: text[at : at+1]}
	bound := text[at+1:]
	if rest, ok := strings.CutPrefix(bound, "="); ok {
		o.Sign, bound = o.Sign+"=", rest
	}
	m, ok := metrics[o.Metric]
	if !ok {
		return Objective{}, fmt.Errorf("objective %q: there is no metric %q; there are %s", text, o.Metric, strings.Join(Metrics(), " "))
	}
	var err error
	if o.Bound, err = parseBound(strings.TrimSpace(bound), m.unit); err != nil {
		return Objective{}, fmt.Errorf("objective %q: %w", text, err)
	}
	return o, nil
}

func parseBound(text, unit string) (float64, error) {
	if unit == "s" {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return 0, fmt.Errorf("%q is no bound for a time: want a duration, as in 50ms", text)
		}
		return d.Seconds(), nil
	}
	factor := 1.0
	digits, percent := strings.CutSuffix(text, "%")
	if percent {
		factor = 0.01
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil || f < 0 {
		return 0, fmt.Errorf("%q is no bound: want a number", text)
	}
	return f * factor, nil
}

// latency says whether it judges a time that mode burst does not measure.
func (o *Objective) latency() bool {
	name, _, _ := strings.Cut(o.Metric, ".")
	return name == "deliver" || name == "service" || name == "spread" || name == "lag"
}

// Judge holds a result against the objective. judged says whether it counts.
func (o *Objective) Judge(r *Result, judged bool) ObjectiveResult {
	m := metrics[o.Metric]
	v := m.value(r)
	met := false
	switch o.Sign {
	case "<":
		met = v < o.Bound
	case "<=":
		met = v <= o.Bound
	case ">":
		met = v > o.Bound
	case ">=":
		met = v >= o.Bound
	}
	if name, _, ok := strings.Cut(o.Metric, "."); ok && name != "own" && r.empty(name) {
		met = false // nothing was measured: that is no proof
	}
	return ObjectiveResult{Text: o.Text, Value: v, Unit: m.unit, Met: met, Judged: judged}
}

// empty says whether a latency has no values.
func (r *Result) empty(latency string) bool {
	switch latency {
	case "deliver":
		return r.Latency.Deliver.Count == 0
	case "service":
		return r.Latency.Service.Count == 0
	case "spread":
		return r.Latency.Spread.Count == 0
	case "connect":
		return r.Latency.Connect.Count == 0
	}
	return r.Latency.Lag.Count == 0
}
