package report

import "example.com/chatd/load"

// A direction says which way a metric is better.
type direction int

const (
	lower  direction = iota // less is better
	higher                  // more is better
)

// A metric is one figure of a run that can be held against another run's.
type metric struct {
	name   string // "deliver.p99"
	unit   string // "s", "B", "1/s", "1", "share"
	bench  string // the unit in benchfmt, by which benchstat knows it
	better direction
	gate   bool // a regression of it fails a comparison
	strict bool // any change for the worse does, however small

	// value is false where the run does not know the figure.
	value func(*load.Result) (float64, bool)
	// samples is how many samples the figure needs to mean anything, of those that the
	// second function counts; nil: none.
	needs   int64
	samples func(*load.Result) int64
}

// metrics are all that is compared, in the order shown.
func metrics() []metric {
	var all []metric
	all = append(all, quantiles("deliver", 0, true)...)
	all = append(all, quantiles("service", 1, false)...)
	all = append(all, quantiles("spread", 2, false)...)
	all = append(all, quantiles("connect", 3, true)...)
	all = append(all, quantiles("lag", 4, false)...)
	return append(all, plainMetrics()...)
}

// quantiles are the metrics of one distribution. A percentile needs ten samples beyond
// it: of fewer, one more or less moves it as far as it likes. The maximum is a single
// sample, and gates nothing.
func quantiles(name string, which int, gate bool) []metric {
	quantile := func(q string, needs int64, gate bool, of func(*load.Distribution) float64) metric {
		return metric{
			name: name + "." + q, unit: "s", bench: name + "-" + q + "-sec", gate: gate, needs: needs,
			value: func(r *load.Result) (float64, bool) {
				d := latencies(r)[which]
				return of(d), d.Count > 0 && !burst(r)
			},
			samples: func(r *load.Result) int64 { return latencies(r)[which].Count },
		}
	}
	p50 := quantile("p50", 20, gate, func(d *load.Distribution) float64 { return d.P50 })
	p99 := quantile("p99", 1000, gate, func(d *load.Distribution) float64 { return d.P99 })
	if name != "deliver" {
		return []metric{p50, p99}
	}
	return []metric{
		p50,
		quantile("p90", 100, gate, func(d *load.Distribution) float64 { return d.P90 }),
		p99,
		quantile("p999", 10000, gate, func(d *load.Distribution) float64 { return d.P999 }),
		quantile("max", 1, false, func(d *load.Distribution) float64 { return d.Max }),
	}
}

func plainMetrics() []metric {
	known := func(v float64) (float64, bool) { return v, v > 0 }
	total := func(name string, of func(*load.Totals) int64, strict bool) metric {
		return metric{
			name: name, unit: "1", bench: name, gate: true, strict: strict,
			value: func(r *load.Result) (float64, bool) { return float64(of(&r.Totals)), true },
		}
	}
	return []metric{
		{name: "deliveries", unit: "1/s", bench: "deliveries/s", better: higher, gate: true,
			value: func(r *load.Result) (float64, bool) {
				return ratio(float64(r.Totals.Delivered), r.Span()), r.Span() > 0
			}},
		{name: "reach", unit: "share", bench: "reach", better: higher, gate: true,
			value: func(r *load.Result) (float64, bool) { return reach(&r.Totals), r.Totals.Expected > 0 }},
		total("lost", func(t *load.Totals) int64 { return t.Lost }, true),
		total("duplicates", func(t *load.Totals) int64 { return t.Duplicates }, true),
		total("reordered", func(t *load.Totals) int64 { return t.Reordered }, true),
		total("corrupt", func(t *load.Totals) int64 { return t.Corrupt }, true),
		total("announced", func(t *load.Totals) int64 { return t.Announced }, false),
		total("refused", func(t *load.Totals) int64 { return t.Refused }, false),
		total("disconnects", func(t *load.Totals) int64 { return t.Disconnects }, false),
		// A process's CPU is counted in ticks of 10 ms (proc(5)): a hundred of them are 1 %.
		{name: "server.cpu/delivery", unit: "s", bench: "server-cpu-sec/delivery", gate: true, needs: 100,
			samples: func(r *load.Result) int64 { return int64(r.Own.ServerCPU * 100) },
			value:   func(r *load.Result) (float64, bool) { return known(r.Own.PerDeliveryOut) }},
		{name: "server.rss", unit: "B", bench: "server-rss-B", gate: true,
			value: func(r *load.Result) (float64, bool) {
				if r.Server == nil {
					return 0, false
				}
				return known(r.Server.RSS)
			}},
		{name: "own.cpu/delivery", unit: "s", bench: "own-cpu-sec/delivery",
			value: func(r *load.Result) (float64, bool) { return known(r.Own.PerDelivery) }},
	}
}
