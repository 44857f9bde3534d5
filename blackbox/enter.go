package blackbox

import (
	"slices"
	"strings"
)

// insideProbe is what a newcomer says where nothing else tells that it is inside.
const insideProbe = "am I inside?"

// An outcome is what comes of giving a name.
type outcome uint8

const (
	silent  outcome = iota // nothing tells
	entered                // it is inside
	refused                // it is asked again, or the connection ended
)

// enter gives a name and waits for what comes of it.
func (x *exam) enter(c *client, name string) outcome {
	x.offer(c, name, name+"\n")
	return x.outcome(c)
}

// offer sends bytes with which the client asks for a name.
func (x *exam) offer(c *client, name, bytes string) {
	c.call(name)
	x.mu.Lock()
	c.inside, c.offered = len(c.lines), x.events
	x.mu.Unlock()
	c.seen = c.inside
	c.send(bytes)
}

// outcome waits for what comes of the name that was offered.
func (x *exam) outcome(c *client) outcome {
	o, text := silent, ""
	if x.p.ack == ackNone && x.run.quiet && len(x.run.canaries) > 0 {
		text = c.say(insideProbe) // whoever can be heard is
	}
	x.await(func() bool {
		if text != "" && x.run.canaries[0].sinceLocked(c.offered, isSay(c.name, text)) {
			o = entered
		} else {
			o = x.outcomeLocked(c)
		}
		return o != silent
	})
	if o == silent && x.told(c) {
		o = refused // in words that nobody knows
	}
	if o == entered {
		x.mu.Lock()
		c.settle = true
		x.mu.Unlock()
	}
	return o
}

func (x *exam) outcomeLocked(c *client) outcome {
	after := c.lines[c.inside:]
	switch {
	case x.p.ack == ackJoined && slices.ContainsFunc(after, isJoined(c.name)),
		x.p.ack == ackPresence && slices.ContainsFunc(after, isKind(presence)):
		return entered
	case slices.ContainsFunc(after, isKind(prompt)), c.end != reading:
		return refused
	}
	if x.p.ack == ackNone {
		for _, w := range x.run.canaries {
			if w != c && w.sawJoinLocked(c) {
				return entered
			}
		}
	}
	return silent
}

// told says whether a client that is not inside was sent anything since it gave its
// name.
func (x *exam) told(c *client) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if strings.TrimSpace(string(c.rest)) != "" {
		return true
	}
	return slices.ContainsFunc(c.lines[max(c.inside, 0):], func(l line) bool { return l.kind != prompt && strings.TrimSpace(l.raw) != "" })
}

// turnedAway checks that a refused client meets what the profile says: a line and
// another prompt, or the end.
func (x *exam) turnedAway(c *client, how refusal, why string) {
	switch how {
	case byMessage:
		if !x.await(func() bool { return x.toldLocked(c) || c.end != reading }) || !x.told(c) {
			x.broken(c.note("has waited for a reason"), "%s is turned away (%s) without a word", c.role, why)
		}
	case byClose:
		if !x.await(func() bool { return c.end != reading }) {
			x.broken(c.note("has waited for the end"), "%s (%s) is not disconnected", c.role, why)
		}
	}
}

func (x *exam) toldLocked(c *client) bool {
	return len(c.rest) > 0 || slices.ContainsFunc(c.lines[max(c.inside, 0):], func(l line) bool { return l.kind != prompt })
}
