//go:build linux

package fanbench

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

var servers = []string{"chatd", "naive", "raw"}

// BenchmarkFan is one sender and many receivers, with few and many messages in flight.
// One line is printed for each round, so that
//
//	benchstat -ignore /round -col /server
//
// compares the servers with the spread between rounds.
func BenchmarkFan(b *testing.B) {
	for _, receivers := range numbers(b, *fanReceivers) {
		names := append(namesOf(receives, receivers), namesOf(sends, 1)...)
		b.Run(fmt.Sprintf("receivers=%d", receivers), func(b *testing.B) {
			benchmarkFlows(b, names, fmt.Sprintf("%d receivers", receivers))
		})
	}
}

// BenchmarkTalk is clients who all talk and all read each other.
func BenchmarkTalk(b *testing.B) {
	b.Run(fmt.Sprintf("clients=%d", *fanTalkers), func(b *testing.B) {
		benchmarkFlows(b, namesOf(talks, *fanTalkers), fmt.Sprintf("%d talkers", *fanTalkers))
	})
}

// benchmarkFlows brings the same clients into all three servers and measures them in
// turns. All three live through all of it: one that is not measured has nothing to do.
func benchmarkFlows(b *testing.B, names []string, who string) {
	needFiles(b, len(servers)*len(names))
	flows := make([]*flow, len(servers))
	for i, kind := range servers {
		flows[i] = newFlow(startFleet(b, kind, names))
	}
	for _, inFlight := range numbers(b, *fanInFlight) {
		b.Run(fmt.Sprintf("inflight=%d", inFlight), func(b *testing.B) {
			defer profile(b, flows[0].fleet.server, fmt.Sprintf("%s-%d", who, inFlight))()
			interleave(b, flows, inFlight, who)
		})
	}
}

func interleave(b *testing.B, flows []*flow, inFlight int, who string) {
	// A round is long enough for at least two windows: the first fills up while the
	// server has nothing to do, and in the last one nothing is sent any more.
	work := amount{inFlight: inFlight, span: *fanRound, messages: 2 * int64(inFlight)}
	for round := range *fanRounds {
		for i, w := range flows {
			b.Run(fmt.Sprintf("server=%s/round=%d", servers[i], round+1), func(b *testing.B) {
				for range b.N {
					r, err := w.run(work, patience)
					must(b, "running", err)
					report(b, r)
					figures.addFlow(who, inFlight, servers[i], r)
				}
			})
		}
	}
}

func report(b *testing.B, r result) {
	b.ReportMetric(0, "ns/op") // how long a round takes was chosen, not measured
	b.ReportMetric(r.rate(), "deliveries/s")
	b.ReportMetric(r.serverCPU(), "cpu-ns/delivery")
	b.ReportMetric(r.clientCPU(), "client-cpu-ns/delivery")
}

// profile makes the child write a CPU profile until the function it returns is called.
func profile(b testing.TB, server *child, name string) (stop func()) {
	if *fanProfile == "" {
		return func() {}
	}
	_, err := server.ask("profile " + profilePath(b, server, name))
	must(b, "starting the profile", err)
	return func() {
		_, err := server.ask("endprofile")
		must(b, "ending the profile", err)
	}
}

func profilePath(tb testing.TB, server *child, name string) string {
	name = strings.ReplaceAll(server.kind+"-"+name+".prof", " ", "-")
	path, err := filepath.Abs(filepath.Join(*fanProfile, name))
	must(tb, "naming the profile", err)
	return path
}
