package blackbox

import "strings"

var packetCase = &Case{
	ID: "packet", Promise: "W4",
	Title:  "three lines in one packet are three lines",
	Advice: "TCP has no messages: read with a bufio.Reader or Scanner up to the line end; what one Read returns may be half a line or many.",
	try: func(x *exam) {
		ann, bob := x.join("ann"), x.join("bob")
		texts := []string{ann.tag("one"), ann.tag("two"), ann.tag("three")}
		ann.send(strings.Join(texts, "\n") + "\n")
		for _, text := range texts {
			x.hears(ann, text, bob)
		}
	},
}

var splitCase = &Case{
	ID: "split", Promise: "W4",
	Title:  "a line that arrives in pieces is one line",
	Advice: "Keep what you have read until the line end comes; one buffered reader per connection does it.",
	try: func(x *exam) {
		ann, bob, cat := x.join("ann"), x.join("bob"), x.join("cat")
		words := "a line in three pieces"
		if x.p.Severity(unicodeID) != "" && x.run.found[unicodeID] != Broken {
			words = "世世世世世世世世世世世世世世世世世" // a piece ends inside a character
		}
		text := ann.tag(words)
		third := len(text) / 3
		for _, piece := range []string{text[:third], text[third : 2*third], text[2*third:]} {
			ann.send(piece)
			x.fenceBy(cat, bob) // meanwhile the server has read the piece
		}
		ann.send("\n")
		x.hears(ann, text, bob)
	},
}

var earlyCase = &Case{
	ID: "early", Promise: "W4",
	Title:  "what is sent in one packet with the name is not lost",
	Advice: "Use one buffered reader for the name and for the lines: a second one never sees what the first has read ahead.",
	try: func(x *exam) {
		bob, ann := x.join("bob"), x.ready("ann")
		ann.call(x.name("ann"))
		text := ann.tag("in one packet")
		x.offer(ann, ann.name, ann.name+"\n"+text+"\n")
		x.hears(ann, text, bob)
	},
}

var crlfCase = &Case{
	ID: "crlf", Promise: "W1",
	Title:  "lines that end in CR LF, as telnet sends them, lose both",
	Advice: "Cut one CR off before the LF, of names and of lines.",
	try: func(x *exam) {
		bob, ann := x.join("bob"), x.ready("ann")
		x.offer(ann, x.name("ann"), x.name("ann")+"\r\n")
		if x.outcome(ann) != entered {
			x.broken(ann.lastEvent(), "ann ends her name with CR LF, and it is not taken for her name")
		}
		text := ann.tag("with CR LF")
		ann.send(text + "\r\n")
		x.hears(ann, text, bob)
	},
}

var halfCloseCase = &Case{
	ID: "half-close", Promise: "E2",
	Title:  "after the end of its input a client's lines are sent round, and it reads what it is due and then a clean end",
	Advice: "At the end of the input finish writing to that client first, then close; no SetLinger(0), and nothing unread in the socket.",
	try: func(x *exam) {
		ann, bob, cat := x.join("ann"), x.join("bob"), x.join("cat")
		due := ann.say("before cat ends")
		x.hears(ann, due, bob)
		text := cat.say("my last line")
		cat.finish()
		x.hears(cat, text, bob)
		x.hears(ann, due, cat)
		if !x.await(func() bool { return cat.end != reading }) {
			x.broken(cat.note("has waited for the end"), "cat has ended its input, and is not disconnected")
		}
		if cat.ended() == reset {
			x.broken(cat.lastEvent(), "cat has ended its input, and its connection is reset instead of closed")
		}
	},
}

var pipeCase = &Case{
	ID: "pipe", Promise: "E2",
	Title:  "printf 'bob\\nhi\\n' | nc: the line arrives",
	Advice: "When the input ends, first handle all lines that were read; the end of the input is no reason to drop them.",
	try: func(x *exam) {
		bob, ann := x.join("bob"), x.dial("ann")
		ann.call(x.name("ann"))
		text := ann.tag("hi")
		x.offer(ann, ann.name, ann.name+"\n"+text+"\n")
		ann.finish()
		x.hears(ann, text, bob)
		x.await(func() bool { return ann.end != reading })
		if ann.ended() == reset {
			x.broken(ann.lastEvent(), "ann's connection is reset instead of closed")
		}
	},
}

const unicodeID = "unicode"

var unicodeCase = &Case{
	ID: unicodeID, Promise: "M1",
	Title:  "text in any script arrives unchanged",
	Advice: "Do not look at bytes above 127 one by one: a character may be up to four of them.",
	try: func(x *exam) {
		ann, bob := x.join("ann"), x.join("bob")
		x.hears(ann, ann.say("Grüße an 世界 \U0001F44B"), bob)
	},
}

var telnetCase = &Case{
	ID: "telnet", Promise: "W3",
	Title:  "what a telnet client negotiates is not part of its lines",
	Advice: "Take IAC sequences (byte 255, then a command, for 251 to 254 an option) out before cutting lines.",
	try: func(x *exam) {
		ann, bob := x.join("ann"), x.join("bob")
		text := ann.tag("from telnet")
		cut := len(text) / 2
		ann.send("\xff\xfb\x01" + text[:cut] + "\xff\xfd\x03\xff\xf1" + text[cut:] + "\r\x00")
		x.hears(ann, text, bob)
	},
}

var httpCase = &Case{
	ID: "http", Promise: "O5",
	Title:  "a web browser on this port is told so, and nothing of it gets into the chat",
	Advice: "Recognise the first line of HTTP where a name should be, answer with a 400 and close.",
	try: func(x *exam) {
		bob, web := x.join("bob"), x.dial("web")
		web.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if !x.await(func() bool { return web.end != reading }) {
			x.broken(web.note("has waited for the end"), "a browser is kept waiting")
		}
		if web.ended() == reset || !web.has(func(l line) bool { return strings.HasPrefix(l.raw, "HTTP/1.") || strings.Contains(l.raw, " 400 ") }) {
			x.broken(web.lastEvent(), "a browser is not told that this is no web server")
		}
		x.silence(bob, x.fence(bob)[0], "it should not hear of a browser")
	},
}
