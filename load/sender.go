package load

import (
	"sync"
	"time"
)

// A talker sends the messages of one sender. The schedule hands them to it when they are
// due and never waits: what a blocked write holds up waits here, and stays due when it
// was.
type talker struct {
	run    *Run
	sender int

	mu    sync.Mutex
	cond  *sync.Cond
	queue []message
	to    *member // nil while nobody is there
	over  bool
	busy  bool // a batch is being written
	sent  int64

	// Owned by talk.
	with  *member       // who spoke last
	wrote time.Duration // when its last write had ended
}

func newTalker(r *Run, sender int) *talker {
	t := &talker{run: r, sender: sender}
	t.cond = sync.NewCond(&t.mu)
	return t
}

// say queues messages that are due.
func (t *talker) say(m message) {
	t.mu.Lock()
	t.queue = append(t.queue, m)
	t.mu.Unlock()
	t.cond.Signal()
}

// by says who speaks for the sender from now on; nil means nobody.
func (t *talker) by(m *member) {
	t.mu.Lock()
	t.to = m
	t.mu.Unlock()
	t.cond.Signal()
}

// stop ends talk once all is said that is due.
func (t *talker) stop() {
	t.mu.Lock()
	t.over = true
	t.mu.Unlock()
	t.cond.Broadcast()
}

// next waits for messages. It takes all there are: what gathered is one write.
func (t *talker) next(batch []message) (_ []message, to *member, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy = false
	for len(t.queue) == 0 {
		if t.over {
			return nil, nil, false
		}
		t.cond.Wait()
	}
	t.busy = true
	n := min(len(t.queue), talkMax)
	batch = append(batch[:0], t.queue[:n]...)
	t.queue = append(t.queue[:0], t.queue[n:]...)
	return batch, t.to, true
}

// idle says whether all that was due has been written.
func (t *talker) idle() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.busy && len(t.queue) == 0
}

// talkMax is how many messages go into one write.
const talkMax = 64

// talk writes until it is stopped.
func (t *talker) talk(m *meter) {
	var batch []message
	var out, text []byte
	spreads := make([]time.Duration, 0, talkMax)
	for {
		var to *member
		var ok bool
		if batch, to, ok = t.next(batch); !ok {
			return
		}
		s := &t.run.ledger.senders[t.sender]
		from, last := batch[0].seq, batch[len(batch)-1].seq
		if to == nil || !to.inside.Load() {
			// The sequence is the plan's: these are never said.
			for i := range batch {
				s.begin(batch[i].seq, t.run.now())
			}
			s.fail(from, last)
			continue
		}
		if t.with != to {
			s.sever() // from whoever spoke before
			t.with = to
		}
		out, spreads = out[:0], spreads[:0]
		now := t.run.now()
		for i := range batch {
			if spread, ok := s.begin(batch[i].seq, now); ok {
				spreads = append(spreads, spread)
			}
			text = batch[i].append(text[:0], t.run.cfg.Seed, t.run.cfg.Size, t.run.cfg.Scripts)
			out = t.run.proto.said(out, to.name, text)
		}
		now = t.run.now()
		for i := range batch {
			s.wrote(batch[i].seq, now)
		}
		_, err := to.conn.Write(out)
		free := t.wrote
		t.wrote = t.run.now()
		if err != nil {
			s.fail(from, last)
			continue
		}
		t.record(m, batch, spreads, now, free)
		t.count(len(batch))
	}
}

// record writes down how late the messages were written. That is chatload's own fault
// only from when the write before had ended: until then the server did not read.
func (t *talker) record(m *meter, batch []message, spreads []time.Duration, now, free time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, spread := range spreads {
		_ = m.spread.RecordValue(micros(spread))
	}
	for i := range batch {
		due := batch[i].due
		if t.run.cfg.Mode == ModeBurst {
			due = now
		}
		if due < t.run.cfg.Warmup {
			continue
		}
		lag := micros(now - max(due, free))
		_ = m.lag.RecordValue(lag)
		if tick := m.second(int(due / time.Second)); tick != nil {
			tick.sent++
			_ = tick.lag.RecordValue(lag)
		}
	}
}

func (t *talker) count(sent int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent += int64(sent)
	t.run.sent.Add(int64(sent))
}
