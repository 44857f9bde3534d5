package blackbox

import (
	"fmt"
	"slices"
)

// bringCanaries puts two bystanders into the room. Where nothing tells a newcomer
// that it is inside, the two are told of one another; where they are not even told
// of that, one must hear the other.
func (r *runner) bringCanaries() {
	r.born++
	x := r.exam(fmt.Sprintf("%c%c", letters[r.born/len(letters)%len(letters)], letters[r.born%len(letters)]))
	f := x.run1(&Case{try: r.enterCanaries})
	if f.verdict != Holds {
		r.lost = "two bystanders could not be brought inside: " + f.sentence
		x.clear()
		return
	}
	r.canaries = x.clients
}

func (r *runner) enterCanaries(x *exam) {
	a := x.ready("tweet")
	x.offer(a, x.name(a.role), x.name(a.role)+"\n")
	if r.p.ack != ackNone && x.outcome(a) != entered {
		x.unclear(a, "%s gave a name and is not inside", a.role)
	}
	b := x.ready("chirp")
	x.offer(b, x.name(b.role), x.name(b.role)+"\n")
	if r.p.ack != ackNone && x.outcome(b) != entered {
		x.unclear(b, "%s gave a name and is not inside", b.role)
	}
	met := func() bool { return a.sawJoinLocked(b) || b.sawJoinLocked(a) }
	x.mu.Lock()
	a.settle, b.settle = true, true
	x.mu.Unlock()
	if len(r.p.joined) > 0 && !r.quiet && !x.await(met) {
		r.quiet = true
	}
	r.watch(x, a, b)
	r.watch(x, b, a)
}

// watch has one of the two hear the other. What it has read until then may be the
// history, with what earlier cases have left in it: it is not held against this one.
func (r *runner) watch(x *exam, c, other *client) {
	if x.gets(c, isSay(other.name, other.say("hello"))) < 0 {
		x.unclear(c, "%s does not hear %s", c.role, other.role)
	}
	c.watched = c.seen
}

// canariesSick says what is wrong with the bystanders; nil: nothing.
func (r *runner) canariesSick(x *exam) *finding {
	for i, c := range r.canaries {
		other := r.canaries[1-i]
		if c.ended() != reading {
			return &finding{Broken, "a bystander who took no part has lost its connection", c.lastEvent()}
		}
		if x.gets(other, isSay(c.name, c.say("chirp"))) < 0 {
			return &finding{Broken, "afterwards two bystanders cannot reach one another any more", other.note("has waited for what %s said", c.role)}
		}
	}
	for _, c := range r.canaries {
		lines := c.since(c.watched)
		dirty := func(l line) bool { return l.kind == unknown && !r.dirt[l.raw] }
		if i := slices.IndexFunc(lines, dirty); i >= 0 {
			r.dirt[lines[i].raw] = true
			return &finding{Broken, fmt.Sprintf("a bystander reads %s, which is no line of any form", quote(lines[i].raw)), lines[i].seq}
		}
	}
	return nil
}

func (c *client) lastEvent() int {
	c.hall.mu.Lock()
	defer c.hall.mu.Unlock()
	return c.events[len(c.events)-1].seq
}

// leaveAll closes the case's clients, and waits until the room has seen them go: the
// next case begins in a quiet room.
func (x *exam) leaveAll() {
	for _, c := range x.clients {
		c.conn.CloseWrite()
	}
	for _, c := range x.clients {
		inside := c.settled() && c.ended() == reading
		c.close()
		if !inside || x.run.deaf || len(x.p.left) == 0 {
			continue
		}
		w := x.run.canaries[0]
		if !x.await(func() bool { return w.end != reading || w.sinceLocked(x.begun, isLeft(c.name)) }) {
			x.run.deaf = true
		}
	}
}

// clear closes whatever is still open, at once.
func (x *exam) clear() {
	for _, c := range x.clients {
		if !slices.Contains(x.run.canaries, c) {
			c.close()
		}
	}
}

// dismiss ends a connection as nc does, and waits until the server has let it go.
func (r *runner) dismiss(c *client) {
	c.conn.CloseWrite()
	if !r.deaf {
		r.hall.await(func() bool { return c.end != reading })
	}
	c.close()
}

func (r *runner) dismissCanaries() {
	for _, c := range r.canaries {
		r.dismiss(c)
	}
	r.canaries = nil
}
