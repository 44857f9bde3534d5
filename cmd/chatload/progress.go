package main

import (
	"fmt"
	"sync"
	"time"

	"example.com/chatd/load"
	"example.com/chatd/load/faultproxy"
	"example.com/chatd/load/report"
)

// progress is a snapshot as the live view has it. What is lost is known at the end only:
// until then reach tells.
func progress(p load.Progress, t *troubles) *report.Progress {
	out := &report.Progress{
		Burst: p.Burst, At: max(p.At, 0), Length: p.Length, Stage: p.Stage,
		Rate: p.Rate, P50: p.P50, P99: p.P99, Max: p.Max, P99s: p.P99s, Rates: p.Rates,
		Expected: p.Expected, Reached: p.Delivered,
		Duplicates: p.Duplicates, Reordered: p.Reordered, Corrupt: p.Corrupt,
		Up: p.Inside, Slow: p.Slow, Refused: p.Refused, Lag: p.Lag, CPU: p.CPUShare,
		Server: p.ServerKnown, ServerRSS: p.ServerRSS, ServerTasks: p.ServerTasks,
	}
	t.tell(out, time.Now())
	return out
}

// liveLine is a line about the run. In front of the stages and behind them there is no
// latency to tell.
func liveLine(p load.Progress, t *troubles, style report.Style) string {
	switch p.Stage {
	case "connecting", "warm-up", "drain":
		return fmt.Sprintf("%s, %d clients inside\n", p.Stage, p.Inside)
	}
	return report.LiveLine(progress(p, t), style)
}

// troubles is what the proxy does: it goes into the report and into the live view.
type troubles struct {
	run *load.Run

	mu       sync.Mutex
	fault    string
	until    time.Time     // the end of the fault, foreseen and then real; zero: there was none
	usual    float64       // the worst p99 of a second before the fault
	recovery time.Duration // from the end of the last fault; 0: not yet
}

func (t *troubles) note(e faultproxy.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	event := load.Event{Kind: "fault", Text: e.String()}
	if e.Begin {
		t.fault, t.until, t.recovery = e.Fault.String(), time.Now().Add(e.Fault.For), 0
		event.End = (e.At + e.Fault.For).Seconds()
	} else {
		t.fault, t.until = "", time.Now()
	}
	t.run.Note(event)
}

// tell fills in the fault under way, or how long the recovery from the last one took: p99
// of a second that began behind it is at most twice what it was before.
func (t *troubles) tell(p *report.Progress, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.until.IsZero():
		t.usual = max(t.usual, p.P99)
	case t.fault != "":
		p.Fault, p.FaultLeft = t.fault, max(t.until.Sub(now).Seconds(), 0)
	default:
		behind := now.Sub(t.until)
		if t.recovery == 0 && behind > 2*time.Second && p.P99 > 0 && p.P99 <= 2*t.usual {
			t.recovery = behind - time.Second
		}
		p.Recovered, p.Recovery = true, -1
		if t.recovery > 0 {
			p.Recovery = t.recovery.Seconds()
		}
	}
}
