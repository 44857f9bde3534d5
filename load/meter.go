package load

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A meter collects times. There are a few, so that receivers do not wait for each other;
// they are merged at the end.
type meter struct {
	mu      sync.Mutex
	deliver *hdrhistogram.Histogram
	service *hdrhistogram.Histogram
	spread  *hdrhistogram.Histogram
	connect *hdrhistogram.Histogram
	lag     *hdrhistogram.Histogram
	seconds [secondsKept]tick
}

// secondsKept is how long a second of the run can still get late deliveries of messages
// that were due in it. What comes later counts in the totals alone.
const secondsKept = 64

// A tick is one second of the run at one meter.
type tick struct {
	at        int // which; its place is at % secondsKept
	delivered int64
	sent      int64
	deliver   *hdrhistogram.Histogram // by when it was due; coarse
	lag       *hdrhistogram.Histogram
}

func newMeter() *meter {
	m := &meter{deliver: newHist(), service: newHist(), spread: newHist(), connect: newHist(), lag: newHist()}
	for i := range m.seconds {
		m.seconds[i] = tick{at: -1}
	}
	return m
}

// coarse is a histogram of two digits: there are many.
func coarse() *hdrhistogram.Histogram { return hdrhistogram.New(histLowest, histHighest, 2) }

// second returns the tick of a second, nil for one that is gone.
func (m *meter) second(at int) *tick {
	if at < 0 {
		return nil
	}
	t := &m.seconds[at%secondsKept]
	switch {
	case t.at > at:
		return nil
	case t.at < at:
		if t.deliver == nil {
			t.deliver, t.lag = coarse(), coarse()
		}
		t.deliver.Reset()
		t.lag.Reset()
		t.at, t.delivered, t.sent = at, 0, 0
	}
	return t
}

// record adds a delivery. The lock is held.
func (m *meter) record(due, now, wrote time.Duration) {
	d := micros(now - due)
	_ = m.deliver.RecordValue(d)
	if wrote >= 0 {
		_ = m.service.RecordValue(micros(now - wrote))
	}
	if t := m.second(int(due / time.Second)); t != nil {
		_ = t.deliver.RecordValue(d)
	}
}

// meters are all meters of a run.
type meters []*meter

// merged is one histogram of all meters'.
func (all meters) merged(of func(*meter) *hdrhistogram.Histogram) *hdrhistogram.Histogram {
	h := newHist()
	for _, m := range all {
		m.mu.Lock()
		h.Merge(of(m))
		m.mu.Unlock()
	}
	return h
}

// secondRow is a second as reports have it; false if it is gone or nothing was in it.
func (all meters) secondRow(at int) Second {
	row := Second{At: float64(at)}
	deliver, lag := coarse(), coarse()
	for _, m := range all {
		m.mu.Lock()
		if t := &m.seconds[at%secondsKept]; t.at == at {
			row.Delivered += t.delivered
			row.Sent += t.sent
			deliver.Merge(t.deliver)
			lag.Merge(t.lag)
		}
		m.mu.Unlock()
	}
	row.P50 = float64(deliver.ValueAtPercentile(50)) / 1e6
	row.P99 = float64(deliver.ValueAtPercentile(99)) / 1e6
	row.Max = float64(deliver.Max()) / 1e6
	row.Lag = float64(lag.ValueAtPercentile(99)) / 1e6
	return row
}
