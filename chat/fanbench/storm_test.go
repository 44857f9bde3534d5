//go:build linux

package fanbench

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

// BenchmarkStorm is many clients joining at once, in a fresh server each time. All are
// connected and have read the prompt; the clock starts with the first name sent (all
// names are sent at once, in one loop) and stops when every client has read its
// history, its own join line and the join line of everyone who joined after it. For n
// clients that is n(n-1)/2 lines read of others, whatever the order of joining.
func BenchmarkStorm(b *testing.B) {
	names := namesOf(talks, *fanJoiners)
	needFiles(b, len(names))
	for round := range *fanStorms {
		for _, kind := range []string{"chatd", "naive"} {
			b.Run(fmt.Sprintf("joiners=%d/server=%s/round=%d", len(names), kind, round+1), func(b *testing.B) {
				for range b.N {
					took, cpu := storm(b, kind, names)
					b.ReportMetric(0, "ns/op")
					b.ReportMetric(took.Seconds(), "s/storm")
					b.ReportMetric(cpu.Seconds(), "cpu-s/storm")
					addTo(&figures.storms, kind, took.Seconds())
				}
			})
		}
	}
}

func storm(tb testing.TB, kind string, names []string) (took, cpu time.Duration) {
	tb.Helper()
	f := newFleet(tb, startChild(tb, kind, len(names)))
	defer f.close()
	must(tb, "connecting", f.dial(names))
	f.keep(max(1, min(100, len(names)/5)))
	if kind == "chatd" {
		defer profile(tb, f.server, "storm")()
	}
	before, err := f.server.cpu()
	must(tb, "asking for CPU", err)
	start := time.Now()
	must(tb, "sending names", f.nameAll(0))
	must(tb, "joining", f.settle())
	took = time.Since(start)
	after, err := f.server.cpu()
	must(tb, "asking for CPU", err)
	must(tb, "comparing what clients read", f.compareKept())
	return took, after - before
}

// keep keeps all that one in so many clients reads from now on.
func (f *fleet) keep(every int) {
	for i := 0; i < len(f.clients); i += every {
		f.clients[i].keep = make([]byte, 0, len(f.clients)*joinBytes)
	}
}

// compareKept checks that all the kept clients read the same lines in the same order,
// one from an earlier line on than the other, and as much history as they were due.
func (f *fleet) compareKept() error {
	var longest []byte
	for _, c := range f.clients {
		if len(c.keep) > len(longest) {
			longest = c.keep
		}
	}
	for _, c := range f.clients {
		if c.keep == nil {
			continue
		}
		if !bytes.HasSuffix(longest, c.keep) {
			return fmt.Errorf("%s read other lines than another client, or in another order", c.name)
		}
		before := bytes.Index(c.keep, c.own) / joinBytes
		after := len(c.keep)/joinBytes - before - 1
		earlier := len(f.clients) - after - 1
		if want := min(earlier, history); before != want {
			return fmt.Errorf("%s was number %d to join and read %d lines of history, want %d", c.name, earlier+1, before, want)
		}
	}
	return nil
}
