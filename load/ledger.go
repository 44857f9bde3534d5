package load

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A ledger is what was sent, as all receivers hold what they read against it. Senders
// write it and receivers read it, without a lock.
type ledger struct {
	run     uint32
	loose   bool // there is no one order for all: each sender's is all that is judged
	senders []sent
	order   atomic.Int64 // of the messages that an observer has read
	armed   atomic.Int64 // receivers that give places now
	pieces  atomic.Int64 // of the order that places were given in
}

// sent is what one sender has sent.
type sent struct {
	// begun is the last sequence whose write has begun. Whoever was inside before must
	// receive it.
	begun atomic.Uint32
	slots []slot // of the last messages, by sequence

	seen    atomic.Uint32 // the last that anybody has received
	severed atomic.Uint32 // the last that was written to a connection that has ended

	mu    sync.Mutex
	voids []span // nobody needs to receive them: ascending, apart
	ends  []end
}

// An end is that of a connection on which the sender talked. What was in it the server
// may never have read.
type end struct {
	last uint32 // the last sequence that was written to it
	seen uint32 // the last of those that anybody has received
}

// span is sequences from, up to and including, to.
type span struct{ from, to uint32 }

// A slot is what is known of a message while it is on its way. Times count from the
// beginning of the run, in microseconds; a slot is that of a later message when its
// sequence says so.
type slot struct {
	seq   atomic.Uint32
	wrote atomic.Int64
	order atomic.Int64 // 0: no observer has read it
	first atomic.Int64 // receipt; -1: none
	last  atomic.Int64
}

// slotsMax is how many of a sender's messages are remembered: with 1,000 receivers a
// message that is a thousand messages late has no spread any more, and no service time.
const slotsMax = 1024

func newLedger(run uint32, senders, messages int) *ledger {
	l := &ledger{run: run, senders: make([]sent, senders)}
	slots := 16
	for slots < slotsMax && slots < messages/max(senders, 1)+16 {
		slots *= 2
	}
	for i := range l.senders {
		l.senders[i].slots = make([]slot, slots)
	}
	return l
}

func (s *sent) slot(seq uint32) *slot { return &s.slots[int(seq)%len(s.slots)] }

// begin notes that a message is about to be written. It returns the spread of the message
// that had its slot before; ok says whether two received it.
func (s *sent) begin(seq uint32, now time.Duration) (spread time.Duration, ok bool) {
	t := s.slot(seq)
	spread, ok = t.spread()
	t.seq.Store(0) // nobody takes what follows for the old one's
	t.order.Store(0)
	t.first.Store(-1)
	t.last.Store(0)
	t.wrote.Store(now.Microseconds())
	t.seq.Store(seq)
	s.begun.Store(seq)
	return spread, ok
}

// wrote corrects the time of the write, which may have waited for the one before.
func (s *sent) wrote(seq uint32, now time.Duration) { s.slot(seq).wrote.Store(now.Microseconds()) }

// fail notes that nobody needs to receive these.
func (s *sent) fail(from, to uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.voids = union(s.voids, span{from, to})
}

// union adds a span to others, which stay ascending and apart.
func union(spans []span, of span) []span {
	at := len(spans)
	for at > 0 && spans[at-1].to+1 >= of.from {
		at--
	}
	behind := at
	for behind < len(spans) && spans[behind].from <= of.to+1 {
		of.from, of.to = min(of.from, spans[behind].from), max(of.to, spans[behind].to)
		behind++
	}
	return slices.Replace(spans, at, behind, of)
}

// saw notes that somebody has received a message.
func (s *sent) saw(seq uint32) {
	for {
		last := s.seen.Load()
		if last >= seq || s.seen.CompareAndSwap(last, seq) {
			break
		}
	}
	if seq > s.severed.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.ends {
		if e := &s.ends[i]; seq <= e.last {
			e.seen = max(e.seen, seq)
			return
		}
	}
}

// sever notes that what has begun until now was written to a connection that has ended.
func (s *sent) sever() {
	last := s.begun.Load()
	if last <= s.severed.Load() {
		return
	}
	s.severed.Store(last)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ends = append(s.ends, end{last, min(s.seen.Load(), last)})
}

// uncertain is what, as things stand, nobody needs to receive: what failed, and what
// was in a connection that ended and has not been received by anybody.
func (s *sent) uncertain() []span {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Clone(s.voids)
	for _, e := range s.ends {
		if e.seen < e.last {
			all = union(all, span{e.seen + 1, e.last})
		}
	}
	return all
}

// settle makes what is uncertain final; it returns how many messages that are, besides
// those that failed.
func (s *sent) settle() int64 {
	all := s.uncertain()
	s.mu.Lock()
	defer s.mu.Unlock()
	n := size(all) - size(s.voids)
	s.voids, s.ends = all, nil
	return n
}

func size(spans []span) (n int64) {
	for _, v := range spans {
		n += int64(v.to-v.from) + 1
	}
	return n
}

// within counts what spans have of one span.
func within(spans []span, of span) (n int64) {
	for _, v := range spans {
		if from, to := max(v.from, of.from), min(v.to, of.to); from <= to {
			n += int64(to-from) + 1
		}
	}
	return n
}

// void counts the sequences of a span that failed.
func (s *sent) void(of span) (n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return within(s.voids, of)
}

func (t *slot) spread() (time.Duration, bool) {
	first, last := t.first.Load(), t.last.Load()
	if t.seq.Load() == 0 || first < 0 || last < first {
		return 0, false
	}
	return time.Duration(last-first) * time.Microsecond, true
}

// received notes a receipt, for the spread.
func (t *slot) received(now int64) {
	if t.first.Load() < 0 && t.first.CompareAndSwap(-1, now) {
		t.last.Store(now)
		return
	}
	for {
		last := t.last.Load()
		if last >= now || t.last.CompareAndSwap(last, now) {
			return
		}
	}
}

// place is the message's place in the one order of all receivers; 0: nobody has given
// one. Whoever gives must have read all messages in front of it that have none yet (see
// judge.arm), or the order of places would not be that of the room. Places are ordered
// within a piece, whose number is above pieceShift.
func (l *ledger) place(t *slot, gives bool, piece int64) int64 {
	at := t.order.Load()
	if at != 0 || !gives {
		return at
	}
	if next := piece<<pieceShift | l.order.Add(1); t.order.CompareAndSwap(0, next) {
		return next
	}
	return t.order.Load()
}

const pieceShift = 40
