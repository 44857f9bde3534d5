package load

import (
	"context"
	"sync/atomic"
	"time"
)

// flow is the window of mode burst: so many messages in flight, no more.
type flow struct {
	run  *Run
	want atomic.Int64 // wake the sender at so many deliveries
	wake chan struct{}
}

func (f *flow) init(r *Run) {
	f.run = r
	f.wake = make(chan struct{}, 1)
}

// progress wakes the sender when there is room in the window again.
func (f *flow) progress(delivered int64) {
	if delivered < f.want.Load() {
		return
	}
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// burst keeps the window full for the length of the stage.
func (r *Run) burst(ctx context.Context) error {
	readers := r.readersOfOne()
	if readers == 0 {
		return errTargetGone
	}
	window := int64(r.cfg.Window)
	seq := make([]uint32, r.cfg.Senders)
	end := time.NewTimer(r.cfg.length())
	defer end.Stop()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	var sent int64
	sender := 0
	for {
		room := r.delivered.Load()/readers + window - sent
		for ; room > 0; room-- {
			seq[sender]++
			r.dueCount.Add(1)
			r.talkers[sender].say(message{sender: sender, seq: seq[sender], run: r.ledger.run, due: r.now().Truncate(time.Microsecond)})
			sender = (sender + 1) % r.cfg.Senders
			sent++
		}
		// An eighth of the window at a time: a message at a time would be a wake-up each.
		r.flow.want.Store((sent - window + max(window/8, 1)) * readers)
		if r.now() >= r.cfg.length() {
			return nil // the timer alone would wait for a pause
		}
		if r.delivered.Load() >= r.flow.want.Load() {
			continue
		}
		select {
		case <-r.flow.wake:
		case <-end.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
			if r.emptied() {
				return errTargetGone
			}
		}
	}
}

// readersOfOne is how many receive one message.
func (r *Run) readersOfOne() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := int64(0)
	for _, m := range r.current {
		if m != nil && m.inside.Load() && m.reads() {
			n++
		}
	}
	if r.proto.sendersRead {
		n-- // who said it
	}
	return max(n, 0)
}
