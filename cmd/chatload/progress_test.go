package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/chatd/load"
	"example.com/chatd/load/faultproxy"
	"example.com/chatd/load/report"
)

// TestTroubles: the live view has the fault under way, that nobody has recovered from the
// last one, and then how long that took.
func TestTroubles(t *testing.T) {
	t.Parallel()
	run, err := load.New(load.Config{Addr: "127.0.0.1:1"})
	require.NoError(t, err)
	tr := &troubles{run: run}
	fault, err := faultproxy.Parse("1s:2s:blackhole:5%")
	require.NoError(t, err)
	at := func(p99 float64, behind time.Duration) *report.Progress {
		p := &report.Progress{P99: p99}
		tr.tell(p, tr.until.Add(behind))
		return p
	}
	assert.Equal(t, &report.Progress{P99: 0.1}, at(0.1, 0))

	tr.note(faultproxy.Event{Fault: fault, Begin: true})
	p := at(5, -time.Second)
	assert.Equal(t, fault.String(), p.Fault)
	assert.Equal(t, 1.0, p.FaultLeft)
	assert.Zero(t, at(5, time.Second).FaultLeft, "its end is late")

	tr.note(faultproxy.Event{Fault: fault})
	assert.Equal(t, &report.Progress{P99: 0.1, Recovered: true, Recovery: -1}, at(0.1, time.Second), "that second began before the end")
	assert.Equal(t, &report.Progress{P99: 0.3, Recovered: true, Recovery: -1}, at(0.3, 3*time.Second))
	assert.Equal(t, &report.Progress{P99: 0.2, Recovered: true, Recovery: 3}, at(0.2, 4*time.Second))
	assert.Equal(t, &report.Progress{P99: 0.3, Recovered: true, Recovery: 3}, at(0.3, 9*time.Second), "once is enough")

	tr.note(faultproxy.Event{Fault: fault, Begin: true})
	tr.note(faultproxy.Event{Fault: fault})
	assert.Equal(t, -1.0, at(5, 4*time.Second).Recovery, "each fault has its own")
}
