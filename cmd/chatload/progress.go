package main

import (
	"sync"
	"time"

	"example.com/chatd/load"
	"example.com/chatd/load/faultproxy"
	"example.com/chatd/load/report"
)

// progress is a snapshot as the live view has it.
func progress(p load.Progress, t *troubles) *report.Progress {
	out := &report.Progress{
		Burst: p.Burst, At: max(p.At, 0), Length: p.Length, Stage: p.Stage,
		Rate: p.Rate, P50: p.P50, P99: p.P99, Max: p.Max, P99s: p.P99s, Rates: p.Rates,
		Expected: p.Expected, Reached: p.Delivered,
		Duplicates: p.Duplicates, Reordered: p.Reordered, Corrupt: p.Corrupt,
		Up: p.Inside, Slow: p.Slow, Refused: p.Refused, Lag: p.Lag, CPU: p.CPUShare,
		Server: p.ServerKnown, ServerRSS: p.ServerRSS, ServerTasks: p.ServerTasks,
	}
	out.Fault, out.FaultLeft = t.now()
	return out
}

// troubles is what the proxy does: it goes into the report and into the live view.
type troubles struct {
	run *load.Run

	mu    sync.Mutex
	fault string
	until time.Time
}

func (t *troubles) note(e faultproxy.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Begin {
		t.fault, t.until = e.Fault.String(), time.Now().Add(e.Fault.For)
	} else {
		t.fault = ""
	}
	event := load.Event{Kind: "fault", Text: e.String()}
	if e.Begin {
		event.End = (e.At + e.Fault.For).Seconds()
	}
	t.run.Note(event)
}

func (t *troubles) now() (fault string, left float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fault == "" {
		return "", 0
	}
	return t.fault, max(time.Until(t.until).Seconds(), 0)
}
