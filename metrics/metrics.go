// Package metrics shows what a [chat.Server] counts to a Prometheus scraper: the names
// under /metrics of chatd, which docs/SPEC.md has as O2. [NewRegistry] is all of it.
package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"example.com/chatd/chat"
)

// NewRegistry returns what /metrics shows: the room, the Go runtime, the process and the
// build. stats is called once for each scrape, from any goroutine; [chat.Server.Stats] is
// one. The registry is the caller's own: importing a package must not add to it.
func NewRegistry(stats func() chat.Stats) *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(
		collector{stats},
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
	)
	return r
}

// collector turns one chat.Stats snapshot per scrape into metrics, so that numbers
// of one scrape agree with each other.
type collector struct{ stats func() chat.Stats }

// metric is one number of the snapshot.
type metric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*chat.Stats) float64
}

func (collector) Describe(descs chan<- *prometheus.Desc) {
	for _, m := range metrics {
		descs <- m.desc
	}
	descs <- connectionsDesc
	descs <- leavesDesc
	descs <- refusalsDesc
}

func (c collector) Collect(out chan<- prometheus.Metric) {
	s := c.stats()
	for _, m := range metrics {
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, m.value(&s))
	}
	gauge := func(state string, n int) {
		out <- prometheus.MustNewConstMetric(connectionsDesc, prometheus.GaugeValue, float64(n), state)
	}
	gauge("connecting", s.Connecting)
	gauge("authenticating", s.Pending-s.Connecting)
	gauge("active", s.Active)
	gauge("disconnecting", s.Closing)
	for _, reason := range chat.Reasons() {
		desc := leavesDesc
		if reason.Refused() {
			desc = refusalsDesc
		}
		out <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(s.Ended[reason]), reason.String())
	}
}

var (
	connectionsDesc = desc("connections", "Connections by state: at the name prompt, inside, or on their way out.", "state")
	leavesDesc      = desc("leaves_total", "Sessions that ended after being inside, by reason.", "reason")
	refusalsDesc    = desc("refusals_total", "Connections that ended without having been inside, by reason.", "reason")
)

// metrics are those without a label, in the order of chat.Stats. A test compares
// the two, so that a new field is not forgotten here.
var metrics = []metric{
	gauge("writers", "Writer tasks that have something to send.",
		func(s *chat.Stats) float64 { return float64(s.Writers) }),
	gauge("draining", "1 once the server has begun to stop, else 0.",
		func(s *chat.Stats) float64 { return oneIf(s.Draining) }),
	gauge("transcript_bytes", "Memory the transcript holds, its index included, in bytes.",
		func(s *chat.Stats) float64 { return float64(s.Transcript) }),
	counter("connections_accepted_total", "Connections accepted.",
		func(s *chat.Stats) uint64 { return s.Accepted }),
	counter("joins_total", "Clients that came inside.",
		func(s *chat.Stats) uint64 { return s.Joins }),
	counter("renames_total", "Names changed with /name.",
		func(s *chat.Stats) uint64 { return s.Renames }),
	counter("messages_total", "Lines of chat, /me included.",
		func(s *chat.Stats) uint64 { return s.Messages }),
	counter("private_messages_total", "Private messages accepted for a receiver.",
		func(s *chat.Stats) uint64 { return s.Privates }),
	counter("deliveries_total", "Transcript lines written to connections.",
		func(s *chat.Stats) uint64 { return s.Deliveries }),
	counter("sent_bytes_total", "Bytes written to connections.",
		func(s *chat.Stats) uint64 { return s.Bytes }),
	counter("received_bytes_total", "Bytes read from connections.",
		func(s *chat.Stats) uint64 { return s.BytesRead }),
	counter("missed_lines_total", "Lines that slow readers were told they missed.",
		func(s *chat.Stats) uint64 { return s.Missed }),
	counter("slow_downs_total", "Spells of a sender over its rate.",
		func(s *chat.Stats) uint64 { return s.SlowDowns }),
	counter("long_lines_total", "Input lines lost because they were too long.",
		func(s *chat.Stats) uint64 { return s.LinesLong }),
	counter("accept_errors_total", "Passing errors of accepting a connection.",
		func(s *chat.Stats) uint64 { return s.AcceptFails }),
	counter("panics_total", "Panics that ended one session and nothing else.",
		func(s *chat.Stats) uint64 { return s.Panics }),
	counter("log_dropped_total", "Log records that did not fit while the log was blocked or closed.",
		func(s *chat.Stats) uint64 { return s.LogDropped }),
	counter("names_refused_total", "Names refused, at the prompt and with /name.",
		func(s *chat.Stats) uint64 { return s.NamesRefused }),
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("chatd_"+name, help, labels, nil)
}

func gauge(name, help string, value func(*chat.Stats) float64) metric {
	return metric{desc(name, help), prometheus.GaugeValue, value}
}

func counter(name, help string, value func(*chat.Stats) uint64) metric {
	return metric{desc(name, help), prometheus.CounterValue, func(s *chat.Stats) float64 { return float64(value(s)) }}
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
