package blackbox

import (
	"slices"
	"strings"
)

var nameGoodCase = &Case{
	ID: "name-good", Promise: "N1",
	Title:  "every name that is allowed is accepted, and shown as it was typed",
	Advice: "Check a name against the rules of the text, no stricter; count characters, not bytes.",
	try: func(x *exam) {
		bob := x.join("bob")
		for _, pattern := range x.p.goodNames {
			c := x.ready("new")
			name := x.fresh(pattern)
			if x.enter(c, name) != entered {
				x.broken(c.lastEvent(), "%s is a good name and is not accepted", quote(name))
			}
			x.hears(c, c.say("hello"), bob)
			x.departs(c)
		}
	},
}

var nameBadCase = &Case{
	ID: "name-bad", Promise: "N1",
	Title:  "a name that is not allowed is refused as the profile says, and nobody else hears of it",
	Advice: "Check the name before anything else happens with it: nothing is announced, and no leaving either when that client goes.",
	try: func(x *exam) {
		bob := x.join("bob")
		for _, pattern := range x.p.badNames {
			bob.seen = bob.count()
			name := x.fresh(pattern)
			x.rejected("eve", name, x.p.refusal, "a name that is not allowed")
			lines := x.fence(bob)[0]
			x.silence(bob, lines, "it should not hear of somebody refused")
			for _, l := range lines {
				if (l.kind == joined || l.kind == left) && l.from == strings.TrimSpace(name) {
					x.broken(l.seq, "bob hears of somebody whose name was refused")
				}
			}
		}
	},
}

// rejected has one more client ask for a name, which is not to be granted, and leave.
func (x *exam) rejected(role, name string, how refusal, what string) {
	c := x.ready(role)
	switch x.enter(c, name) {
	case entered:
		x.broken(c.lastEvent(), "%s is %s, and is accepted", quote(name), what)
	case silent:
		x.broken(c.note("has waited for an answer"), "%s is %s, and is not answered", quote(name), what)
	}
	x.turnedAway(c, how, what)
	x.departs(c)
}

var nameTakenCase = &Case{
	ID: "name-taken", Promise: "N3",
	Title:  "a name in use is refused, and who has it notices nothing",
	Advice: "Keep the names in use in one map, and look into it under its lock.",
	try: func(x *exam) {
		ann, bob := x.join("ann"), x.join("bob")
		x.rejected("thief", ann.name, x.p.refusal, "the name of somebody inside")
		x.hears(ann, ann.say("still me"), bob)
	},
}

var nameCaseCase = &Case{
	ID: "name-case", Promise: "N1",
	Title:  "a name in use in other letters, ANN for ann, is refused too",
	Advice: "Compare names in one case (strings.ToLower on both sides, or better golang.org/x/text/secure/precis): ANN can pass herself off as ann.",
	try: func(x *exam) {
		ann := x.join("ann")
		if x.allowsTwins(ann.name) {
			x.skip("even the very same name is given twice")
		}
		x.rejected("thief", strings.ToUpper(ann.name), x.p.refusal, "the name of somebody inside in other letters")
	},
}

var nameReservedCase = &Case{
	ID: "name-reserved", Promise: "N2",
	Title:  "the names that the server itself speaks under are refused",
	Advice: "Refuse the names that stand in your own notices: who is called SYSTEM can give orders.",
	try: func(x *exam) {
		x.join("bob")
		for _, name := range x.p.reserved {
			x.rejected("fake", name, x.p.refusal, "a name for the server alone")
		}
	},
}

var nameFreeCase = &Case{
	ID: "name-free", Promise: "N4",
	Title:  "a name is free again once its holder has left",
	Advice: "Take the name out of the map in the same function that announces the leaving, on every way out.",
	try: func(x *exam) {
		bob, ann := x.join("bob"), x.join("ann")
		x.departs(ann)
		x.reads(bob, "that ann has left", isLeft(ann.name))
		again := x.ready("ann")
		if x.enter(again, ann.name) != entered {
			x.broken(again.lastEvent(), "ann has left, and her name is still refused")
		}
		x.hears(again, again.say("back again"), bob)
	},
}

var nameRaceCase = &Case{
	ID: "name-race", Promise: "N3",
	Title:  "of eight who ask for one name at once exactly one gets it",
	Advice: "Look the name up and put it in under one lock, not in two steps with a gap between them.",
	try: func(x *exam) {
		if x.p.ack == ackNone && x.run.quiet {
			x.skip("nothing tells who is inside")
		}
		ann := x.join("ann")
		if x.allowsTwins(ann.name) {
			x.skip("a name is given twice also to those who ask one after the other")
		}
		x.departs(ann)
		var racers []*client
		for _, role := range []string{"one", "two", "three", "four", "five", "six", "seven", "eight"}[:x.racers()] {
			racers = append(racers, x.ready(role))
		}
		name := x.name("max")
		for _, c := range racers {
			x.offer(c, name, name+"\n")
		}
		x.await(func() bool { return x.winnersLocked(racers) > 1 || x.losersLocked(racers) >= len(racers)-1 })
		x.mu.Lock()
		n := x.winnersLocked(racers)
		x.mu.Unlock()
		if n > 1 {
			x.broken(racers[0].lastEvent(), "%d of %d who asked for %s at once are inside", n, len(racers), name)
		}
		if n == 0 && !x.await(func() bool { return x.winnersLocked(racers) > 0 }) {
			x.broken(racers[0].lastEvent(), "none of %d who asked for %s at once is inside", len(racers), name)
		}
	},
}

// allowsTwins says whether a name that somebody has is given to somebody else too.
func (x *exam) allowsTwins(name string) bool {
	c := x.ready("twin")
	twins := x.enter(c, name) == entered
	x.departs(c)
	return twins
}

// racers is how many may ask for a name at once: eight, or as many as there are places.
func (x *exam) racers() int {
	if x.p.clients == 0 {
		return 8
	}
	return max(2, min(8, x.p.clients-len(x.run.canaries)))
}

// winnersLocked counts those inside: by what they were told, or else by what a
// bystander was.
func (x *exam) winnersLocked(racers []*client) int {
	if x.p.ack == ackNone {
		first, n := racers[0], 0
		for _, l := range x.run.canaries[0].lines {
			if l.kind == joined && l.from == first.name && l.seq >= first.offered {
				n++
			}
		}
		return n
	}
	n := 0
	for _, c := range racers {
		if x.outcomeLocked(c) == entered {
			n++
		}
	}
	return n
}

// losersLocked counts those who were asked again or disconnected.
func (x *exam) losersLocked(racers []*client) int {
	n := 0
	for _, c := range racers {
		if c.end != reading || slices.ContainsFunc(c.lines[c.inside:], isKind(prompt)) {
			n++
		}
	}
	return n
}

// fresh fills in what makes a pattern of the profile a new name.
func (x *exam) fresh(pattern string) string { return strings.ReplaceAll(pattern, "{tag}", x.code) }
