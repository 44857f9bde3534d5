package load

import (
	"context"
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

func deliverOf(m *meter) *hdrhistogram.Histogram { return m.deliver }
func serviceOf(m *meter) *hdrhistogram.Histogram { return m.service }
func spreadOf(m *meter) *hdrhistogram.Histogram  { return m.spread }
func connectOf(m *meter) *hdrhistogram.Histogram { return m.connect }
func lagOf(m *meter) *hdrhistogram.Histogram     { return m.lag }

// freezeMin is how long nothing arrives, while messages were due, before it is called a
// freeze.
const freezeMin = 500 * time.Millisecond

// watch notes freezes, and closes the row of each second once nothing more comes to it.
func (r *Run) watch(ctx context.Context) {
	tick := time.NewTicker(50 * time.Millisecond)
	sampled := -1
	defer tick.Stop()
	closed := 0
	dueBefore, since := r.dueCount.Load(), time.Duration(0)
	waiting := time.Duration(-1) // since when a message has been due and nothing has come
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := r.now()
		if at := int(now / time.Second); at != sampled {
			sampled = at
			r.sampleInside() // a scrape may take as long as the server is frozen
		}
		last := time.Duration(r.lastDeliv.Load()) * time.Microsecond
		if last > since {
			since, dueBefore, waiting = last, r.dueCount.Load(), -1
		}
		if waiting < 0 && r.dueCount.Load() > dueBefore {
			waiting = now
		}
		if r.cfg.Mode == ModeRun && !r.draining.Load() {
			r.frozen(now, since, waiting)
		}
		for ; int(now/time.Second) >= closed+secondsKept-4; closed++ {
			r.closeSecond(closed)
		}
	}
}

// frozen notes the beginning and the end of a freeze. waiting is since when messages have
// been due with none coming behind the last delivery; negative: they have not.
func (r *Run) frozen(now, last, waiting time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.freezing == nil && waiting >= 0 && last > 0 && now-waiting > freezeMin:
		r.freezing = &Event{At: r.at(waiting), Kind: "freeze"}
	case r.freezing != nil && now-last < freezeMin:
		r.endFreeze(r.at(last))
	}
}

func (r *Run) endFreeze(at float64) {
	f := r.freezing
	f.End = at
	f.Text = fmt.Sprintf("nothing arrived for %.1f s", f.End-f.At)
	r.note(*f)
	r.freezing = nil
}

// closeSecond adds the row of a second of the run.
func (r *Run) closeSecond(second int) {
	row := r.meters.secondRow(second)
	row.At = r.at(time.Duration(second) * time.Second)
	row.Inside = int64(r.insideNow())
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.seconds) <= second {
		r.seconds = append(r.seconds, Second{})
	}
	keep := r.seconds[second]
	if keep.Inside > 0 {
		row.Inside = keep.Inside
	}
	row.RSS, row.Tasks = keep.RSS, keep.Tasks
	r.seconds[second] = row
}

// sample notes what is only known at the moment: who is inside, and the server's figures.
func (r *Run) sample(rss, tasks int64) {
	r.sampleInside()
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.second(); s != nil {
		s.RSS, s.Tasks = rss, tasks
	}
}

// sampleInside notes who is inside.
func (r *Run) sampleInside() {
	inside := int64(r.insideNow())
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.second(); s != nil {
		s.Inside = inside
	}
}

// second is the row of this second, nil before the run. The lock is held.
func (r *Run) second() *Second {
	at := int(r.now() / time.Second)
	if at < 0 || !r.begun.Load() {
		return nil
	}
	for len(r.seconds) <= at {
		r.seconds = append(r.seconds, Second{})
	}
	return &r.seconds[at]
}

// insideNow counts the members inside.
func (r *Run) insideNow() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.current {
		if m != nil && m.inside.Load() {
			n++
		}
	}
	for _, m := range r.extras {
		if m.inside.Load() {
			n++
		}
	}
	return n
}
