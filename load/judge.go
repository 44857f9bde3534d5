package load

import (
	"fmt"
	"time"
)

// A judge holds what one receiver reads against the ledger, message by message, in
// memory that does not grow with the run: the streaming form of the oracles of package
// check. Who must receive a message is who was inside before it was begun; what was said
// earlier may be history.
//
//	M1  a text is unchanged                      (check's oracle 4)
//	M2  of each sender in order, once; of all in one order   (1, 4)
//	M3  none is left out, unless a notice says so            (1, 3)
//
// It belongs to the receiver's goroutine; whoever sums up does so when that has ended.
type judge struct {
	ledger   *ledger
	sender   int      // its own, which it does not read; -1 for none
	inside   bool     // its join was confirmed
	base     []uint32 // of each sender: begun when it was confirmed
	last     []uint32 // of each sender: the last sequence read
	place    int64    // of the last message in the one order
	armed    bool     // it gives places
	piece    int64    // of the order that it gives them in
	gaps     []gap
	gapsLost int64 // messages in gaps that there was no room for: they are never found late

	counts counts
	found  func(promise, sentence string) // a broken guarantee
}

// counts is what a receiver read.
type counts struct {
	due         int64 // messages it had to receive and did
	extra       int64 // messages begun before it was confirmed, or its own: indeterminate
	told        int64 // lines that it was told it missed
	duplicates  int64
	reordered   int64
	corrupt     int64
	foreign     int64 // messages of another run, in the history
	worst       time.Duration
	worstSender int
	worstSeq    uint32
	worstDue    time.Duration
}

// A gap is messages of one sender that were passed over. They may still come, late.
type gap struct {
	sender int
	span
}

// cameTwice ends the sentence of a duplicate.
const cameTwice = " came twice"

// gapsMax bounds the gaps that are remembered at one receiver.
const gapsMax = 256

func newJudge(l *ledger, sender int, found func(string, string)) *judge {
	return &judge{ledger: l, sender: sender, found: found,
		base: make([]uint32, len(l.senders)), last: make([]uint32, len(l.senders))}
}

// confirm is the moment from which it must receive everything.
func (j *judge) confirm() {
	j.inside = true
	founder := true
	for i := range j.ledger.senders {
		j.base[i] = j.ledger.senders[i].begun.Load()
		founder = founder && j.base[i] == 0
	}
	switch {
	case founder:
		j.arm(0)
	case j.ledger.armed.Load() == 0:
		j.arm(j.ledger.pieces.Add(1))
	}
}

// arm lets the receiver give places in the one order. What has a place must be a piece
// of the order without a hole, or a place would contradict those behind the hole. So the
// first who give them are those who are there before anything is said; another joins in
// at a message that has a place, and stays for as long as it passes nothing over. When
// there is nobody, the next to come begins another piece. Who talks does not read its
// own lines: it only looks.
func (j *judge) arm(piece int64) {
	if j.sender >= 0 || !j.inside {
		return
	}
	j.piece = piece
	if !j.armed {
		j.armed = true
		j.ledger.armed.Add(1)
	}
}

func (j *judge) disarm() {
	if j.armed {
		j.armed = false
		j.ledger.armed.Add(-1)
	}
}

// message judges one message. counted says that it is one it had to receive, now, for
// the first time.
func (j *judge) message(m message) (counted bool) {
	if m.run != j.ledger.run || m.sender >= len(j.last) {
		j.counts.foreign++
		return false
	}
	if m.sender == j.sender {
		j.counts.extra++ // its own, with an echo or from its history
		return false
	}
	last := j.last[m.sender]
	s := &j.ledger.senders[m.sender]
	if !j.inside {
		// History begins anywhere, and may have the lines of an earlier run with the same
		// seed. It only says where the sender is.
		if m.seq <= s.begun.Load() {
			j.last[m.sender] = m.seq
		}
		j.counts.extra++
		return false
	}
	switch {
	case m.seq == last+1, last == 0 && m.seq <= j.base[m.sender]+1:
	case m.seq > last:
		j.skip(m.sender, span{max(last, j.base[m.sender]) + 1, m.seq - 1})
	case j.fill(m.sender, m.seq):
		j.counts.reordered++
		j.broken("M2", "s%d.%d came behind s%d.%d", m.sender, m.seq, m.sender, last)
		j.counts.due++
		return true
	default:
		j.counts.duplicates++
		j.broken("M2", "s%d.%d"+cameTwice, m.sender, m.seq)
		return false
	}
	j.last[m.sender] = m.seq
	if m.seq > s.begun.Load() {
		j.counts.corrupt++
		j.broken("M1", "s%d.%d came, which has not been sent", m.sender, m.seq)
		return false
	}
	s.saw(m.seq)
	j.ordered(s, m)
	if m.seq <= j.base[m.sender] {
		j.counts.extra++
		return false
	}
	j.counts.due++
	return true
}

// ordered holds the message against the one order of all receivers.
func (j *judge) ordered(s *sent, m message) {
	if j.ledger.loose {
		return
	}
	t := s.slot(m.seq)
	if t.seq.Load() != m.seq {
		return // it is too long ago
	}
	place := j.ledger.place(t, j.armed, j.piece)
	if place == 0 || t.seq.Load() != m.seq {
		return
	}
	if place < j.place && place>>pieceShift == j.place>>pieceShift {
		j.counts.reordered++
		j.broken("M2", "s%d.%d came where others read it earlier", m.sender, m.seq)
		return
	}
	j.place = place
	j.arm(place >> pieceShift)
}

// skip notes messages that were passed over.
func (j *judge) skip(sender int, of span) {
	if of.from > of.to {
		return
	}
	void := within(j.ledger.senders[sender].uncertain(), of)
	if void <= int64(of.to-of.from) {
		j.disarm()
	}
	if len(j.gaps) == gapsMax {
		j.gapsLost += int64(of.to-of.from) + 1 - void
		return
	}
	j.gaps = append(j.gaps, gap{sender, of})
}

// fill takes a message out of the gaps; it reports whether it was in one.
func (j *judge) fill(sender int, seq uint32) bool {
	for i := range j.gaps {
		g := &j.gaps[i]
		if g.sender != sender || seq < g.from || seq > g.to {
			continue
		}
		before, behind := span{g.from, seq - 1}, span{seq + 1, g.to}
		j.gaps[i] = j.gaps[len(j.gaps)-1]
		j.gaps = j.gaps[:len(j.gaps)-1]
		j.skip(sender, before)
		j.skip(sender, behind)
		return true
	}
	return false
}

// corrupt counts a line that is none, or a message that is not as it was sent.
func (j *judge) corrupt(line []byte) {
	j.counts.corrupt++
	j.broken("M1", "a line is not as anybody sent it: %.80q", line)
}

// missed counts lines that the server says it left out.
func (j *judge) missed(n int64) {
	j.counts.told += n
	j.disarm()
}

func (j *judge) broken(promise, format string, args ...any) {
	if j.found != nil {
		j.found(promise, fmt.Sprintf(format, args...))
	}
}

// missing counts the messages that it had to receive and did not: those that it passed
// over, and those behind the last that it read, up to the last one of each sender.
func (j *judge) missing(final []uint32) (passed, behind int64) {
	passed = j.gapsLost
	for i := range j.gaps {
		g := &j.gaps[i]
		to := min(g.to, final[g.sender])
		if g.from <= to {
			passed += int64(to-g.from) + 1 - j.ledger.senders[g.sender].void(span{g.from, to})
		}
	}
	for s := range j.last {
		from := max(j.last[s], j.base[s]) + 1
		if s == j.sender || from > final[s] {
			continue
		}
		behind += int64(final[s]-from) + 1 - j.ledger.senders[s].void(span{from, final[s]})
	}
	return passed, behind
}
