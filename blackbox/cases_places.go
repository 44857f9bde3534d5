package blackbox

import (
	"slices"
	"strings"
)

// fillMost is the number of places up to which a check takes all of them.
const fillMost = 64

var fullCase = &Case{
	ID: "full", Promise: "L5",
	Title:  "as many get inside as there are places, and not one more",
	Advice: "Count under the lock that puts a client into the list, and let go of it on every way out.",
	try: func(x *exam) {
		last := x.fill()
		extra, err := x.tryDial("extra", false)
		if err != nil {
			return // turned away at once
		}
		x.await(func() bool { return slices.ContainsFunc(extra.lines, isKind(prompt)) || extra.end != reading })
		if extra.has(isKind(prompt)) && x.enter(extra, x.name("extra")) == entered {
			x.broken(extra.lastEvent(), "there are %d places, and one more gets inside", x.p.clients)
		}
		x.hears(last, last.say("we are full"), x.clients[0])
	},
}

var fullToldCase = &Case{
	ID: "full-told", Promise: "L5",
	Title:  "one too many is told so, even if it has begun to talk already",
	Advice: "Write the line, CloseWrite, read and throw away for a moment, then Close: Close with unread input is a reset, and the line is lost.",
	try: func(x *exam) {
		x.fill()
		usual := x.clients[0].since(0)[:x.clients[0].inside]
		extra := x.dial("extra")
		extra.send(x.name("extra") + "\n" + strings.Repeat("is there a place?\n", 50))
		x.await(func() bool { return extra.end != reading })
		isNew := func(l line) bool {
			return l.kind != prompt && !slices.ContainsFunc(usual, func(u line) bool { return u.raw == l.raw })
		}
		if !extra.has(isNew) {
			x.broken(extra.lastEvent(), "one too many is turned away without a word")
		}
		if e := extra.ended(); e != closed {
			x.broken(extra.note("is in the end not closed cleanly"), "one too many is told, but its connection is not closed cleanly")
		}
	},
}

var placeCase = &Case{
	ID: "place", Promise: "L5",
	Title:  "a place is free again once somebody has left, or was turned away",
	Advice: "Give the place back in the one function that every way out goes through; one turned away never had one.",
	try: func(x *exam) {
		last := x.fill()
		for range 2 {
			if extra, err := x.tryDial("extra", false); err == nil {
				x.await(func() bool { return len(extra.lines) > 0 || extra.end != reading })
				x.departs(extra)
			}
		}
		x.departs(last)
		x.reads(x.clients[0], "that one has left", isLeft(last.name))
		for range 3 { // the place may be free a moment after the news of it
			c := x.dial("next")
			if x.greeted(c) && x.enter(c, x.name("next")) == entered {
				return
			}
			x.departs(c)
			x.fence(x.clients[0])
		}
		x.broken(x.clients[len(x.clients)-1].lastEvent(), "one has left, and nobody can come in for it")
	},
}

// fill takes all places that are left, and returns who got the last one.
func (x *exam) fill() *client {
	if x.p.clients == 0 || x.p.clients > fillMost {
		x.skip("there are %d places: more than %d are not filled (-set clients=N says how many there are)", x.p.clients, fillMost)
	}
	for i := len(x.run.canaries); i < x.p.clients; i++ {
		c := x.dial("n" + string(letters[i/len(letters)]) + string(letters[i%len(letters)]))
		if !x.greeted(c) || x.enter(c, x.name(c.role)) != entered {
			if x.strangers() {
				x.unclear(c, "somebody else is in the room, so that places cannot be counted")
			}
			x.broken(c.lastEvent(), "there are %d places, and number %d does not get inside", x.p.clients, i+1)
		}
		x.announced(c)
	}
	return x.clients[len(x.clients)-1]
}

// strangers says whether anybody else was seen in the room.
func (x *exam) strangers() bool {
	return slices.ContainsFunc(x.run.canaries[0].since(0), func(l line) bool {
		return (l.kind == say || l.kind == joined || l.kind == left) && !strings.Contains(l.from, x.run.code)
	})
}
