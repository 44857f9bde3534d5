package chat

import (
	"fmt"
	"strings"
	"testing"
)

// A crowd is a room under SlowKick with laggards, all but alice, who have read no
// line of the oldest chunk: whoever drops it makes them leave.
type crowd struct {
	*rig
	alice *peer
}

func newCrowd(r *rig, laggards int) crowd {
	r.t.Helper()
	c := crowd{r, r.join("alice")}
	var all []*peer
	for n := range laggards {
		all = append(all, r.join(fmt.Sprintf("laggard%d", n)))
	}
	for _, p := range all {
		p.read()
		p.stall()
	}
	c.alice.send("x\n") // their writes of it block
	return c
}

// fill lets alice talk until a line of that many bytes would make laggards leave,
// and none of hers has yet.
func (c crowd) fill(bytes int) {
	c.t.Helper()
	for range 1000 {
		if c.wouldKick(bytes) {
			return
		}
		c.alice.send("x\n")
		c.alice.read()
	}
	c.t.Fatalf("R4: the transcript is never full")
}

func (c crowd) wouldKick(bytes int) bool {
	c.srv.lock.Lock()
	defer c.srv.lock.Unlock()
	log := &c.srv.room.log
	last := log.last()
	if len(log.chunks) < log.chunksMax || len(last.text)+bytes <= cap(last.text) {
		return false
	}
	for _, s := range c.srv.sessions {
		if s.state == stateActive && log.oldest().hasOthers(s.cursor, s.member.id) {
			return true
		}
	}
	return false
}

// TestLoginR4MakesLaggardsLeave: L4, M3: under SlowKick a newcomer whose join line
// makes laggards leave reads what is still held, its join line and all that follows,
// and is told of no lines it missed: it came after them.
func TestLoginR4MakesLaggardsLeave(t *testing.T) {
	inRig(t, laggard(SlowKick), func(t *testing.T, r *rig) {
		const laggards = 12
		c := newCrowd(r, laggards)
		const newcomer = "newcomer"
		joined := rigTime + "[SYSTEM]: " + newcomer + " has joined our chat...\n"
		c.fill(len(joined))
		before := r.srv.Stats().Ended[LeftSlow]
		p := r.dial()
		p.send(newcomer + "\n")
		left := r.srv.Stats().Ended[LeftSlow] - before
		if left < 8 {
			t.Fatalf("R4: the join made %d laggards leave only", left)
		}
		text := p.read()
		if strings.Contains(text, "you missed") {
			t.Fatalf("M3: a newcomer is told that it missed lines:\n%s", text)
		}
		_, after, found := strings.Cut(text, joined)
		expect(t, "L4: it reads its own join line", found, true)
		expect(t, "L4: and everything after it", strings.Count(after, "(too slow)\n"), int(left))
		expect(t, "O2: no line counts as missed", r.srv.Stats().Missed, 0)
	})
}

// TestLoginM3JoinLineDropped: where so many leave that its own join line is no longer
// held, the newcomer is told so: who is told nothing has missed nothing.
func TestLoginM3JoinLineDropped(t *testing.T) {
	inRig(t, laggard(SlowKick), func(t *testing.T, r *rig) {
		c := newCrowd(r, 60)
		const newcomer = "newcomer"
		joined := rigTime + "[SYSTEM]: " + newcomer + " has joined our chat...\n"
		c.fill(len(joined))
		before := r.srv.Stats().Ended[LeftSlow]
		p := r.dial()
		p.send(newcomer + "\n")
		left := int(r.srv.Stats().Ended[LeftSlow] - before)
		text := strings.TrimPrefix(p.read(), rigGreeting)
		var missed int
		_, _ = fmt.Sscanf(text, "[SYSTEM]: you missed %d lines", &missed)
		read := strings.Count(text, "(too slow)\n") + strings.Count(text, joined)
		expect(t, "M3: its join line and the leave lines, read or missed", missed+read, 1+left)
		if missed == 0 {
			t.Fatalf("M3: the join line was not dropped, of %d leave lines: the test has lost its teeth", left)
		}
	})
}
