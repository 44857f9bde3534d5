package blackbox

import (
	"slices"
	"strings"
)

var greetingCase = &Case{
	ID: "greeting", Promise: "L1",
	Title:  "who connects is greeted and asked for a name",
	Advice: "Send the greeting and the prompt as soon as a connection is accepted, before you read from it.",
	try: func(x *exam) {
		c := x.dial("ann")
		if !x.greeted(c) {
			x.broken(c.note("has waited to be asked for a name"), "ann connects and is not asked for a name")
		}
		before := c.since(0)
		for _, want := range x.p.greeting {
			if !slices.ContainsFunc(before, func(l line) bool { return strings.TrimRight(l.raw, " \r") == want }) {
				x.broken(c.lastEvent(), "ann is asked for a name, but does not read %q before", want)
			}
		}
	},
}

var joinCase = &Case{
	ID: "join", Promise: "L4",
	Title:  "those inside are told once of each who comes",
	Advice: "Announce a newcomer once, under the lock that also puts it into the list of those inside.",
	try: func(x *exam) {
		ann, bob := x.join("ann"), x.join("bob")
		cat := x.ready("cat")
		if x.enter(cat, x.name("cat")) != entered {
			x.unclear(cat, "cat does not get inside")
		}
		for _, c := range []*client{ann, bob} {
			x.reads(c, "that cat has joined", isJoined(cat.name))
		}
		x.fenceBy(cat, ann, bob)
		x.fenceBy(ann, bob, cat)
		for _, c := range []*client{ann, bob} {
			x.once(c, isJoined(cat.name), "that cat has joined")
		}
		switch n := len(matching(cat.since(cat.inside), isJoined(cat.name))); {
		case x.p.toSelf == yes && n != 1:
			x.broken(cat.lastEvent(), "cat reads %d times that it has joined, not once", n)
		case x.p.toSelf == no && n > 0:
			x.broken(matching(cat.since(cat.inside), isJoined(cat.name))[0].seq, "cat itself is told that it has joined")
		}
	},
}

// once ends the case as broken if the client read more than one such line.
func (x *exam) once(c *client, match func(line) bool, what string) {
	if found := matching(c.since(0), match); len(found) > 1 {
		x.broken(found[1].seq, "%s reads %d times %s", c.role, len(found), what)
	}
}

func matching(lines []line, match func(line) bool) []line {
	return slices.DeleteFunc(slices.Clone(lines), func(l line) bool { return !match(l) })
}

var presenceCase = &Case{
	ID: "presence", Promise: "C1",
	Title:  "a newcomer is told who is inside: all of them, not itself, nobody who left",
	Advice: "Make the list under the lock that puts the newcomer in, and put it in afterwards.",
	try: func(x *exam) {
		ann, bob := x.join("ann"), x.join("bob")
		gus := x.join("gus")
		x.departs(gus)
		x.reads(ann, "that gus has left", isLeft(gus.name))
		x.ready("eve") // has no name: is not inside
		cat := x.ready("cat")
		x.mustEnter(cat)
		x.reads(cat, "who is inside", isKind(presence))
		l := matching(cat.since(cat.inside), isKind(presence))[0]
		for _, c := range append([]*client{ann, bob}, x.run.canaries...) {
			if !slices.Contains(l.names, c.name) {
				x.broken(l.seq, "the list that cat reads lacks %s, who is inside", c.name)
			}
		}
		for _, c := range []*client{cat, gus} {
			if slices.Contains(l.names, c.name) {
				x.broken(l.seq, "the list that cat reads has %s in it", c.name)
			}
		}
	},
}

var unjoinedCase = &Case{
	ID: "unjoined", Promise: "L2",
	Title:  "who has no name yet reads nothing of the chat, and is not spoken of",
	Advice: "Put a connection into the list of those inside only when its name is accepted, and announce no leaving of one that was never in it.",
	try: func(x *exam) {
		ann, bob := x.join("ann"), x.join("bob")
		eve := x.ready("eve")
		before := eve.count()
		x.hears(ann, ann.say("who is listening?"), bob)
		cat := x.join("cat")
		x.departs(cat)
		x.gets(ann, isLeft(cat.name))
		x.fenceBy(bob, ann)
		if lines := eve.since(before); len(lines) > 0 {
			x.broken(lines[0].seq, "eve has not given a name, and reads %s", quote(lines[0].raw))
		}
		from := ann.count()
		x.departs(eve)
		x.fenceBy(bob, ann)
		for _, l := range ann.since(from) {
			if l.kind == unknown || l.kind == left && !x.ours(l) && strings.TrimSpace(l.from) == "" {
				x.broken(l.seq, "eve goes without ever having had a name, and ann reads %s", quote(l.raw))
			}
		}
	},
}

var silentCase = &Case{
	ID: "silent", Promise: "L3",
	Title:  "connections that say nothing do not keep others from coming in",
	Advice: "The loop that accepts must not wait for a client: ask for the name in the connection's own goroutine.",
	try: func(x *exam) {
		x.dial("mute")
		x.dial("dumb")
		ann := x.dial("ann")
		if !x.greeted(ann) || x.enter(ann, x.name("ann")) != entered {
			x.broken(ann.note("has waited to get inside"), "two clients have connected and say nothing, and ann cannot get inside")
		}
	},
}

var attemptsCase = &Case{
	ID: "attempts", Promise: "L2",
	Title:  "only so many names may be tried, and the goodbye arrives whatever was sent meanwhile",
	Advice: "After the last line shut the sending side, read and throw away what comes for a moment, then close: a close with unread input is a reset, which eats that line.",
	try: func(x *exam) {
		if x.p.attempts == 0 || len(x.p.badNames) == 0 {
			x.skip("the profile has no number of attempts, or no bad name")
		}
		c := x.ready("eve")
		x.offer(c, "eve", strings.Repeat(x.fresh(x.p.badNames[0])+"\n", x.p.attempts)+strings.Repeat("let me in\n", 20))
		if !x.await(func() bool { return c.end != reading }) {
			x.broken(c.note("has waited for the end"), "eve has tried %d bad names and is not disconnected", x.p.attempts)
		}
		if c.ended() == reset {
			x.broken(c.lastEvent(), "eve's connection is reset, which may eat the last line sent to it")
		}
		lines := c.since(0)
		if n := len(matching(lines, isKind(prompt))); n != x.p.attempts {
			x.broken(c.lastEvent(), "eve is asked %d times for a name, not %d times", n, x.p.attempts)
		}
		if lines[len(lines)-1].kind == prompt {
			x.broken(c.lastEvent(), "eve is disconnected without a word")
		}
	},
}
