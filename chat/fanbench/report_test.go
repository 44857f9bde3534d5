//go:build linux

package fanbench

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
)

// figures collects what the benchmarks measured, for the summary at the end.
var figures = summary{}

// A summary is every measurement in the order it was first made.
type summary struct {
	flows    []*flowFigures
	storms   map[string]*samples // seconds, by server
	p50, p99 map[string]*samples // seconds, by "with" or "without" a stalled reader
	stuck    string              // what the naive server did with a stalled reader
	memories []memoryFigures
}

// flowFigures is one row of the matrix.
type flowFigures struct {
	who      string
	inFlight int
	rate     map[string]*samples // by server
	server   map[string]*samples
	client   map[string]*samples
}

// samples is one figure, round by round.
type samples []float64

func (s *samples) add(v float64) { *s = append(*s, v) }

func (s *samples) median() float64 { return s.quantile(0.5) }

// spread is the distance between the quartiles, as a part of the median.
func (s *samples) spread() float64 {
	return (s.quantile(0.75) - s.quantile(0.25)) / s.median()
}

func (s *samples) quantile(q float64) float64 {
	if s == nil || len(*s) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(*s))
	at := q * float64(len(sorted)-1)
	low, part := int(at), at-math.Floor(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + part*(sorted[high]-sorted[low])
}

// addTo adds to the samples under key and makes map and samples where there are none.
func addTo(all *map[string]*samples, key string, v float64) {
	if *all == nil {
		*all = map[string]*samples{}
	}
	if (*all)[key] == nil {
		(*all)[key] = &samples{}
	}
	(*all)[key].add(v)
}

func (s *summary) addFlow(who string, inFlight int, server string, r result) {
	row := s.flow(who, inFlight)
	if row == nil {
		row = &flowFigures{who: who, inFlight: inFlight}
		s.flows = append(s.flows, row)
	}
	addTo(&row.rate, server, r.rate())
	addTo(&row.server, server, r.serverCPU())
	addTo(&row.client, server, r.clientCPU())
}

func (s *summary) flow(who string, inFlight int) *flowFigures {
	for _, row := range s.flows {
		if row.who == who && row.inFlight == inFlight {
			return row
		}
	}
	return nil
}

// print writes the summary; a plain go test has measured nothing and prints nothing.
func (s *summary) print(w io.Writer, others string) {
	if len(s.flows)+len(s.storms)+len(s.p99)+len(s.memories) == 0 {
		return
	}
	if len(s.flows) > 0 {
		s.printFlows(w)
	}
	if len(s.storms) > 0 {
		s.printStorms(w)
	}
	if len(s.p99) > 0 {
		s.printStalls(w)
	}
	if len(s.memories) > 0 {
		s.printMemories(w)
	}
	s.printTargets(w)
	fmt.Fprintln(w, "\nTook", others)
}

func (s *summary) printFlows(w io.Writer) {
	fmt.Fprintf(w, "\nMessages of %d bytes; medians of interleaved rounds; ± is the distance between the quartiles.\n", lineBytes)
	t := newTable(w, "", "in flight", "server", "deliveries/s", "±", "server CPU ns/delivery", "±", "client CPU", "rate/naive", "CPU/raw")
	for _, row := range s.flows {
		for _, server := range servers {
			rate, cpu := row.rate[server], row.server[server]
			if rate == nil {
				continue
			}
			t.row(row.who, fmt.Sprint(row.inFlight), server,
				count(rate.median()), percent(rate.spread()),
				fmt.Sprintf("%.0f", cpu.median()), percent(cpu.spread()),
				fmt.Sprintf("%.0f", row.client[server].median()),
				ratio(rate.median()/row.rate["naive"].median()),
				ratio(cpu.median()/row.server["raw"].median()))
		}
	}
	t.Flush()
}

func (s *summary) printStorms(w io.Writer) {
	fmt.Fprintf(w, "\n%d clients join at once, from the first name sent until everyone has read everyone's join line.\n", *fanJoiners)
	t := newTable(w, "server", "seconds", "±", "times as fast as naive")
	for _, server := range servers {
		if took := s.storms[server]; took != nil {
			t.row(server, fmt.Sprintf("%.2f", took.median()), percent(took.spread()),
				ratio(s.storms["naive"].median()/took.median()))
		}
	}
	t.Flush()
}

func (s *summary) printStalls(w io.Writer) {
	fmt.Fprintf(w, "\nDelivery latency at %d messages/s to %d receivers, and one reader that never reads.\n", stallRate, stallReceivers)
	t := newTable(w, "chatd", "p50 µs", "p99 µs", "±", "p99/without")
	for _, which := range []string{"without", "with"} {
		p50, p99 := s.p50[which], s.p99[which]
		t.row(which, fmt.Sprintf("%.0f", p50.median()*1e6),
			fmt.Sprintf("%.0f", p99.median()*1e6), percent(p99.spread()),
			ratio(p99.median()/s.p99["without"].median()))
	}
	t.Flush()
	if s.stuck != "" {
		fmt.Fprintln(w, s.stuck)
	}
}

func (s *summary) printMemories(w io.Writer) {
	fmt.Fprintln(w, "\nBytes per joined connection: grown since start, divided by connections. Trimmed: after the runtime gave back what it could.")
	t := newTable(w, "server", "connections", "", "resident", "trimmed", "heap", "stacks")
	for _, m := range s.memories {
		t.row(m.server, fmt.Sprint(m.connections), m.phase, fmt.Sprint(m.resident),
			fmt.Sprint(m.trimmed), fmt.Sprint(m.heap), fmt.Sprint(m.stacks))
	}
	t.Flush()
}

type table struct{ *tabwriter.Writer }

func newTable(w io.Writer, heads ...string) table {
	t := table{tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)}
	t.row(heads...)
	return t
}

func (t table) row(cells ...string) {
	for _, cell := range cells {
		fmt.Fprint(t, cell, "\t")
	}
	fmt.Fprintln(t)
}

func percent(part float64) string { return fmt.Sprintf("%.0f%%", 100*part) }

func ratio(r float64) string {
	if math.IsNaN(r) {
		return "-"
	}
	return fmt.Sprintf("%.2f", r)
}

// count writes a large number short: 14.9M.
func count(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.2fM", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.0fk", v/1e3)
	}
	return fmt.Sprintf("%.0f", v)
}
