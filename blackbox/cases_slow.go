package blackbox

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/chatd/chat/check"
)

var stalledCase = &Case{
	ID: "stalled", Promise: "R4",
	Title:  "one who stops reading does not freeze the room",
	Advice: "Never write to a client while you hold the room's lock, nor from the goroutine that serves all: give each client a bounded queue and a goroutine that writes, and disconnect who does not read.",
	try: func(x *exam) {
		bob := x.join("bob")
		x.stall()
		if l, ok := x.flood(x.orators(), bob); !ok {
			x.broken(l, "one client has stopped reading, and then bob hears nobody any more")
		}
		zoe := x.ready("zoe")
		if x.enter(zoe, x.name("zoe")) != entered {
			x.broken(zoe.lastEvent(), "one client has stopped reading, and then nobody can come in")
		}
		x.hears(zoe, zoe.say("I am new here"), bob)
	},
}

var catchUpCase = &Case{
	ID: "catch-up", Promise: "M3",
	Title:  "one who read too late has missed nothing, or is told, or is disconnected",
	Advice: "Do not drop a line for a client whose queue is full and go on: either tell it how many it missed, or end it.",
	try: func(x *exam) {
		if x.run.frozen {
			x.unclear(x.join("bob"), "one who does not read freezes this room, so that nothing comes to be read late")
		}
		bob := x.join("bob")
		rock := x.stall()
		orators := x.orators()
		if _, ok := x.flood(orators, bob); !ok {
			x.unclear(bob, "one who does not read freezes this room, so that nothing comes to be read late")
		}
		rock.conn.SetReadBuffer(1 << 20)
		rock.hold(false)
		last := orators[len(orators)-1]
		begun := x.event()
		text := last.say("this is the last")
		x.hears(last, text, bob)
		caught := func() bool { return rock.end != reading || slices.ContainsFunc(rock.lines, isSay(last.name, text)) }
		if !x.await(caught) {
			x.broken(rock.note("has waited for the last line"), "rock reads again, is still connected, and does not read what is said")
		}
		x.reachesAll(last, text, begun)
		x.judge(bob, append(orators, rock), nil)
	},
}

// stall brings a client inside that does not read from when it gives its name: what
// it had read would have widened its connection. A server that cannot let it in
// because of that gets a second chance, and a larger flood.
func (x *exam) stall() *client {
	c := x.connect("rock", true)
	if !x.greeted(c) {
		x.unclear(c, "rock is not asked for a name")
	}
	name := x.name("rock")
	if x.run.quiet || len(x.p.joined) == 0 {
		x.mustEnter(c)
		c.hold(true)
		return c
	}
	c.hold(true)
	x.offer(c, name, name+"\n")
	if !x.await(func() bool { return x.run.canaries[0].sawJoinLocked(c) }) {
		c.hold(false)
		if x.outcome(c) != entered {
			x.unclear(c, "rock does not get inside")
		}
		c.hold(true)
		x.wide = true
	}
	x.mu.Lock()
	c.settle = true
	x.mu.Unlock()
	x.announced(c)
	return c
}

const (
	floodBytes  = 512 << 10            // that are said while one does not read
	floodText   = 400                  // bytes of one line, where lines are not counted
	floodBatch  = 16                   // lines that one says before it waits, to a server that takes
	slowLine    = 5 * time.Millisecond // or more to pass one on
	oratorsMost = 24                   // clients that share the flood where a rate is kept
)

// orators are the clients that make the flood: one, or with a rate as many as it
// takes.
func (x *exam) orators() []*client {
	n := 1
	if x.p.burst > 0 {
		n = oratorsMost
		if x.p.clients > 0 {
			n = max(1, min(n, x.p.clients-len(x.clients)-len(x.run.canaries)-1))
		}
	}
	var all []*client
	for i := range n {
		all = append(all, x.join("ann"+string(letters[i/len(letters)])+string(letters[i%len(letters)])))
	}
	return all
}

// flood has the orators say much, and waits after each line, or with a server that is
// slow to pass lines on after each few, until all who read have it. It returns the
// event at which the listener heard nothing any more.
func (x *exam) flood(orators []*client, listener *client) (event int, ok bool) {
	size := min(floodText, x.p.text)
	if x.p.burst > 0 {
		size = x.p.text
	}
	batch, lines, begun := 1, 0, time.Now()
	most := x.run.options.flood
	if x.wide {
		most *= 3
	}
	for sent, before := 0, -1; sent < most && sent > before; {
		before = sent
		for _, c := range orators {
			from, text := x.event(), ""
			for n := 0; n < batch && c.canSay(2); n++ { // one is left for what comes behind the flood
				text = c.sayLong(size)
				sent, lines = sent+size, lines+1
			}
			if text != "" && !x.reachesAll(c, text, from) {
				if x.reachesAll(c, c.say("is anybody there?"), from) {
					x.unclear(listener, "lines are lost when many are said, so that not much can be said at all")
				}
				x.run.frozen = true
				return listener.note("has waited for anything of what %s said", c.role), false
			}
		}
		if time.Since(begun) > time.Duration(lines)*slowLine {
			batch = floodBatch
		}
	}
	return -1, true
}

// event is the number of events so far.
func (x *exam) event() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.events
}

// reachesAll waits until everybody who reads has what the speaker said since an event,
// in whatever form.
func (x *exam) reachesAll(speaker *client, text string, begun int) bool {
	_, seq, _ := check.CutTag(text)
	match := tagOf(speaker, strconv.Itoa(seq)+":")
	return x.await(func() bool {
		return !slices.ContainsFunc(x.witnesses(), func(c *client) bool {
			return c != speaker && c.settle && !c.held && c.end == reading && !c.sinceLocked(begun, match)
		})
	})
}

// tagOf matches a line with a certain tag of c's, in whatever form it is.
func tagOf(c *client, number string) func(line) bool {
	return func(l line) bool { return strings.Contains(l.raw, "#"+c.name+"."+number) }
}

var rateCase = &Case{
	ID: "rate", Promise: "R1",
	Title:  "who talks too fast is slowed and told so once; nothing is lost",
	Advice: "Read such a client no faster, instead of dropping its lines: TCP makes it wait.",
	try: func(x *exam) {
		if x.p.burst == 0 || x.p.slow == "" {
			x.skip("the profile has no rate, or no notice of it")
		}
		if x.p.interval >= x.timeout {
			x.unclear(x.join("ann"), "the timeout is too short to wait for %v", x.p.interval)
		}
		bob, ann := x.join("bob"), x.join("ann")
		ann.seen = ann.count()
		var texts []string
		begun := time.Now()
		for range x.p.burst + 2 {
			texts = append(texts, ann.say("fast"))
		}
		for _, text := range texts {
			x.hears(ann, text, bob)
		}
		if took := time.Since(begun); took < x.p.interval {
			x.broken(bob.lastEvent(), "%d lines went out in %v", len(texts), took.Round(time.Millisecond))
		}
		x.fenceBy(bob, ann)
		told := matching(ann.since(0), func(l line) bool {
			return l.kind == notice && len(l.text) >= len(x.p.slow) && l.text[:len(x.p.slow)] == x.p.slow
		})
		if len(told) != 1 {
			x.broken(ann.lastEvent(), "ann is told %d times that she is too fast, not once", len(told))
		}
	},
}
