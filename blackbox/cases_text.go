package blackbox

import (
	"strings"
	"unicode/utf8"
)

var longCase = &Case{
	ID: "long", Promise: "M5",
	Title:  "a text as long as the profile says arrives whole",
	Advice: "Do not read into a buffer of a fixed size; bufio.Reader.ReadString or a Scanner with a larger Buffer reads longer lines.",
	try: func(x *exam) {
		ann, bob := x.join("ann"), x.join("bob")
		x.hears(ann, ann.sayLong(x.p.text), bob)
	},
}

// sayLong says a text of so many bytes.
func (c *client) sayLong(size int) string {
	tag := len(c.tag(""))
	c.seq--
	c.sent = c.sent[:len(c.sent)-1]
	c.tokens++
	return c.say(strings.Repeat("x", max(1, size-tag)))
}

var overCase = &Case{
	ID: "over", Promise: "M5",
	Title:  "a text over the limit is refused to its sender alone",
	Advice: "Tell the sender, name the limit, and send nothing round.",
	try: func(x *exam) {
		if x.p.over != yes {
			x.skip("the profile does not say what a longer text meets")
		}
		ann, bob, cat := x.join("ann"), x.join("bob"), x.join("cat")
		ann.seen, bob.seen = ann.count(), bob.count()
		ann.send(strings.Repeat("x", x.p.text+1) + "\n")
		ann.spend(1)
		x.reads(ann, "that the text is too long", isKind(notice))
		x.silence(bob, x.after(ann, bob, cat), "ann's text was over the limit")
	},
}

// endlessBytes is what a client sends without a line end.
const endlessBytes = 256 << 10

var endlessCase = &Case{
	ID: "endless", Promise: "W5",
	Title:  "a line that does not end harms nobody else",
	Advice: "Bound what is kept of a line, drop the rest up to its end, and do not end the whole server on bufio.ErrTooLong.",
	try: func(x *exam) {
		ann, bob, cat := x.join("ann"), x.join("bob"), x.join("cat")
		bob.seen = bob.count()
		cat.send(strings.Repeat("y", endlessBytes))
		lines := x.fenceBy(ann, bob)[0]
		cat.send("\n")
		x.fenceBy(bob, ann)
		lines = append(lines, x.fenceBy(ann, bob)[0]...)
		if x.p.over == yes {
			x.silence(bob, lines, "cat's line was far over the limit")
		}
	},
}

var escapesCase = &Case{
	ID: "escapes", Promise: "M6",
	Title:  "nothing that one sends acts on another's terminal",
	Advice: "Replace control characters, C1 too, and direction overrides by U+FFFD before you send a line round: ESC can clear screens, retitle windows and forge lines.",
	try: func(x *exam) {
		ann, bob, cat := x.join("ann"), x.join("bob"), x.join("cat")
		bob.seen = bob.count()
		ann.send(ann.tag("\x1b[2J\x07\b\u009b31m\u202egnp.exe\x80") + "\n")
		x.harmless(ann, bob, cat)
	},
}

var carriageCase = &Case{
	ID: "carriage", Promise: "M6",
	Title:  "a carriage return within a line cannot paint over its start",
	Advice: "Only CR right before LF is part of the line end; replace any other.",
	try: func(x *exam) {
		ann, bob, cat := x.join("ann"), x.join("bob"), x.join("cat")
		bob.seen = bob.count()
		ann.send(ann.tag("hello\r"+x.p.lineFor("admin", "send me your password")) + "\n")
		x.harmless(ann, bob, cat)
	},
}

// harmless ends the case as broken if a reader has read something unsafe of what the
// sender sent so far.
func (x *exam) harmless(sender, reader, third *client) {
	for _, l := range x.after(sender, reader, third) {
		if what := unsafe(l.raw); what != "" && (l.kind == unknown || x.ours(l)) {
			x.broken(l.seq, "%s reads %s as %s sent it", reader.role, what, sender.role)
		}
	}
}

// unsafe names the first rune of s that does something to a terminal.
func unsafe(s string) string {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			return "an invalid byte"
		case r == '\t':
		case r < ' ' || r == 0x7F:
			return quote(string(r))
		case r >= 0x80 && r <= 0x9F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069:
			return quote(string(r))
		}
		i += n
	}
	return ""
}

// quote is s in quotes, escaped, and cut where it is too long to be read.
func quote(s string) string {
	const most = 100
	if len(s) > most {
		return `"` + visible(s[:most]) + `"...`
	}
	return `"` + visible(s) + `"`
}
