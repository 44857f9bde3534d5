package blackbox

import "slices"

var talkCase = &Case{
	ID: "talk", Promise: "M1",
	Title:  "a line reaches all the others as it was said, with the name of who said it",
	Advice: "Send the text on byte for byte behind the name; do not split it into words, trim it or use it as a format.",
	try: func(x *exam) {
		all := x.joinAll("ann", "bob", "cat")
		for i, text := range []string{"Hello,  room: 100% [sure]?", "a line: of \\n and %s"} {
			speaker := all[i]
			others := slices.DeleteFunc(slices.Clone(all), func(c *client) bool { return c == speaker })
			x.hears(speaker, speaker.say(text), others...)
		}
	},
}

var echoCase = &Case{
	ID: "echo", Promise: "M4",
	Title:  "whether one reads one's own line back is as the profile says",
	Advice: "Leave out the sender when you send a line round: compare the connection, not the name or the text.",
	try: func(x *exam) {
		ann, bob := x.join("ann"), x.join("bob")
		text := ann.say("do I hear myself?")
		x.hears(ann, text, bob)
		between := x.fenceBy(bob, ann)[0]
		own := matching(between, func(l line) bool { return l.kind == say && l.from == ann.name })
		switch {
		case x.p.echo == no && len(own) > 0:
			x.broken(own[0].seq, "ann reads her own line back")
		case x.p.echo == yes && len(own) != 1:
			x.broken(ann.lastEvent(), "ann reads her own line %d times, not once", len(own))
		}
	},
}

var leaveCase = &Case{
	ID: "leave", Promise: "E1",
	Title:  "the others are told once of each who leaves, and stay connected",
	Advice: "Let one function end a client, once: it takes it out of the list and announces it.",
	try: func(x *exam) {
		ann, bob, cat := x.join("ann"), x.join("bob"), x.join("cat")
		x.departs(cat)
		for _, c := range []*client{ann, bob} {
			x.reads(c, "that cat has left", isLeft(cat.name))
		}
		x.fenceBy(ann, bob)
		x.fenceBy(bob, ann)
		for _, c := range []*client{ann, bob} {
			x.once(c, isLeft(cat.name), "that cat has left")
		}
	},
}

var resetCase = &Case{
	ID: "reset", Promise: "E1",
	Title:  "who is cut off is gone: the others are told, and nothing else happens",
	Advice: "Treat every error of a read as the end of that client, not only io.EOF.",
	try: func(x *exam) {
		ann, bob, cat := x.join("ann"), x.join("bob"), x.join("cat")
		cat.abort()
		x.reads(ann, "that cat has left", isLeft(cat.name))
		x.fenceBy(ann, bob)
	},
}

var emptyCase = &Case{
	ID: "empty", Promise: "M5",
	Title:  "an empty line is not sent round",
	Advice: "Look whether anything is left of the line once its end is cut off, before you send it round.",
	try:    func(x *exam) { x.unsaid("", "ann only pressed Enter") },
}

var blankCase = &Case{
	ID: "blank", Promise: "M5",
	Title:  "a line of nothing but spaces is not sent round",
	Advice: "Trim the line to decide whether it is empty.",
	try:    func(x *exam) { x.unsaid("   \t", "ann only sent spaces") },
}

// unsaid has ann send a line that the others are not to read.
func (x *exam) unsaid(text, sentence string) {
	ann, bob, cat := x.join("ann"), x.join("bob"), x.join("cat")
	bob.seen = bob.count()
	ann.send(text + "\n")
	ann.spend(1)
	x.silence(bob, x.after(ann, bob, cat), sentence)
}

// after returns what the reader has read since it was last looked at, up to behind
// all that the sender has sent. Before the line that proves it a third one speaks,
// which keeps it from going into one packet with what was sent: only the cases about
// packets are to find fault with a server that cannot cut them.
func (x *exam) after(sender, reader, third *client) []line {
	from := reader.seen
	x.fenceBy(third, reader)
	x.fenceBy(sender, reader)
	lines := reader.since(from)[:reader.seen-from-1]
	return slices.DeleteFunc(lines, func(l line) bool { return l.kind == say && l.from == third.name })
}

var orderCase = &Case{
	ID: "order", Promise: "M2",
	Title:  "all read everything, once and in the same order, however many talk at once",
	Advice: "Have one place through which every line goes (a lock or one goroutine) that puts it into each client's queue; no goroutine per message.",
	try: func(x *exam) {
		x.needs(4)
		eye := x.join("eye")
		talkers := x.joinAll("ann", "bob", "cat")
		lines := 20
		if x.p.burst > 0 {
			lines = x.p.burst - 1
		}
		for range lines {
			x.chorus(eye, talkers)
		}
		x.meet(eye, talkers)
		x.judge(eye, talkers, nil)
	},
}

// chorus has every talker say a line at the same time, and waits until one has read
// all of them, or has waited too long: what is missing is found in the end.
func (x *exam) chorus(eye *client, talkers []*client) {
	from := eye.count()
	for _, c := range talkers {
		c.say("all at once")
	}
	x.await(func() bool {
		n := 0
		for _, l := range eye.lines[from:] {
			if l.kind == say && slices.ContainsFunc(talkers, func(c *client) bool { return c.name == l.from }) {
				n++
			}
		}
		return n >= len(talkers)
	})
}

// meet has every talker say one more line and waits until everybody has read it.
func (x *exam) meet(eye *client, talkers []*client) {
	for _, c := range talkers {
		text := c.say("that was all")
		for _, r := range append([]*client{eye}, talkers...) {
			if r != c && !x.await(func() bool { return slices.ContainsFunc(r.lines, isSay(c.name, text)) }) {
				x.misheard(r, c, text, 0)
			}
		}
	}
}
