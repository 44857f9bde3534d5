//go:build linux

package fanbench

import (
	"fmt"
	"testing"
	"time"
)

// memoryFigures is bytes of memory per joined connection.
type memoryFigures struct {
	server      string
	connections int
	phase       string // what the connections have done
	memory             // per connection
	trimmed     int64  // resident after the runtime gave back what it could
}

// memorySettles is how long a server is left alone before its memory is read, so that
// what it frees by itself is free.
const memorySettles = 2 * time.Second

// BenchmarkMemory is the memory of idle connections. They have joined, have read
// everyone's join line, and do nothing; then each says one line, which all others
// read, and does nothing again.
func BenchmarkMemory(b *testing.B) {
	benchmarkMemory(b, "chatd", *fanIdle)
	benchmarkMemory(b, "naive", *fanIdleNaive)
}

func benchmarkMemory(b *testing.B, kind string, connections int) {
	b.Run(fmt.Sprintf("connections=%d/server=%s", connections, kind), func(b *testing.B) {
		needFiles(b, connections)
		for range b.N {
			silent, talked := measureMemory(b, kind, connections)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(silent.resident), "B/silent-conn")
			b.ReportMetric(float64(talked.resident), "B/talked-conn")
			figures.memories = append(figures.memories, silent, talked)
		}
	})
}

func measureMemory(tb testing.TB, kind string, connections int) (silent, talked memoryFigures) {
	tb.Helper()
	f := newFleet(tb, startChild(tb, kind, connections))
	defer f.close()
	start, err := f.server.memory()
	must(tb, "asking for memory", err)
	must(tb, "joining", f.join(namesOf(talks, connections)))
	silent = f.memoryFigures(tb, "nobody has talked", start)
	_, err = newFlow(f).run(amount{inFlight: 256, messages: int64(connections)}, patience)
	must(tb, "everyone talking", err)
	talked = f.memoryFigures(tb, "each has talked once", start)
	return silent, talked
}

// memoryFigures reads the memory as it is, and again after the runtime collected and
// gave back all it could.
func (f *fleet) memoryFigures(tb testing.TB, phase string, start memory) memoryFigures {
	tb.Helper()
	time.Sleep(memorySettles)
	now, err := f.server.memory()
	must(tb, "asking for memory", err)
	if *fanProfile != "" {
		_, err := f.server.ask("heapprofile " + profilePath(tb, f.server, "heap-"+phase))
		must(tb, "writing a heap profile", err)
	}
	_, err = f.server.ask("trim")
	must(tb, "trimming", err)
	after, err := f.server.memory()
	must(tb, "asking for memory", err)
	each := func(now, start int64) int64 { return (now - start) / int64(len(f.clients)) }
	return memoryFigures{
		server: f.server.kind, connections: len(f.clients), phase: phase,
		memory: memory{
			resident: each(now.resident, start.resident),
			heap:     each(now.heap, start.heap),
			stacks:   each(now.stacks, start.stacks),
		},
		trimmed: each(after.resident, start.resident),
	}
}
