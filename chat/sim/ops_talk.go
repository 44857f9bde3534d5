package sim

import (
	"strings"

	"example.com/chatd/chat/check"
)

// The operations of people who come and talk.

func (w *world) dialOp(op Op) { w.connect(hostOf(op.A)) }

func hostOf(n int) string { return "10.0.1." + string(rune('1'+modulo(n, 5))) }

func (w *world) joinOp(op Op) {
	c := w.connect(hostOf(op.A))
	if c == nil {
		return
	}
	eager := modulo(op.C, 4)
	if eager == 0 || !w.engine.together() {
		c.ask(person(op.B))
		return
	}
	// printf 'bob\nhi\n': name and lines in one packet.
	c.hold(func() {
		c.ask(person(op.B))
		for range eager {
			c.line(c.chatter(op.C))
		}
	})
}

// hold gathers what f types into one packet.
func (c *client) hold(f func()) {
	was := c.dribbles
	c.dribbles = true
	f()
	c.dribbles = was
	c.push(len(c.out))
}

func (c *client) ask(name string) {
	c.name = c.spell(name)
	c.line(c.name)
}

func (w *world) nameOp(op Op) {
	if c := w.pick(op.A, (*client).prompted); c != nil {
		c.ask(person(op.B))
	}
}

func (w *world) sayOp(op Op) {
	if c := w.pick(op.A, (*client).talks); c != nil {
		c.line(c.chatter(op.B * op.C))
	}
}

func (w *world) pasteOp(op Op) {
	c := w.pick(op.A, (*client).talks)
	if c == nil {
		return
	}
	n := 1 + modulo(op.B, 20)
	if !w.opts.smallTranscript() {
		n = 1 + modulo(op.B, 30)
	}
	c.hold(func() {
		for range n {
			c.line(c.chatter(op.C))
		}
	})
}

func (w *world) meOp(op Op) {
	if c := w.pick(op.A, (*client).talks); c != nil {
		text := c.chatter(op.B)
		if len("/me "+text) <= 2*w.opts.maxMessage() {
			c.line("/me " + text)
		}
	}
}

func (w *world) whoOp(op Op)  { w.say(op.A, "/who") }
func (w *world) helpOp(op Op) { w.say(op.A, "/help") }

// say lets one that talks send a line that is no line of chat.
func (w *world) say(n int, line string) *client {
	c := w.pick(n, (*client).talks)
	if c != nil {
		c.line(line)
	}
	return c
}

func (w *world) echoOp(op Op) {
	w.say(op.A, []string{"/echo on", "/echo off", "/echo"}[modulo(op.B, 3)])
}

func (w *world) unknownOp(op Op) { w.say(op.A, "/"+strings.Repeat("x", modulo(op.B, 9))) }
func (w *world) blankOp(op Op)   { w.say(op.A, strings.Repeat(" ", modulo(op.B, 3))) }

func (w *world) msgOp(op Op) {
	c := w.pick(op.A, (*client).talks)
	if c == nil {
		return
	}
	to := w.pick(op.B, (*client).talks)
	name := person(op.B)
	if to != nil && to.name != "" && !strings.Contains(to.name, " ") {
		name = to.name
	}
	// Not a line of chat: its number is its own.
	c.private++
	c.line("/msg " + name + " " + check.Tag(c.obs.Client, c.private) + words[:modulo(op.C, 20)] + "end")
}

// floodOp fills the queue of private lines of one that does not read them (R4).
func (w *world) floodOp(op Op) {
	c := w.pick(op.A, (*client).talks)
	to := w.pick(op.B, func(c *client) bool { return c.talks() && c.mode != readsAll })
	if c == nil || to == nil || c == to {
		return
	}
	for range 24 {
		c.private++
		text := check.Tag(c.obs.Client, c.private)
		c.line("/msg " + to.name + " " + text + strings.Repeat("m", w.opts.maxMessage()-len(text)))
		if !w.engine.together() {
			w.quiet() // what fits depends on how much is written by then
		}
	}
}

func (w *world) renameOp(op Op) {
	c := w.pick(op.A, (*client).talks)
	if c == nil {
		return
	}
	c.line("/name " + c.spell(person(op.B)))
}

func (w *world) quitOp(op Op) {
	c := w.pick(op.A, (*client).talks)
	if c == nil {
		return
	}
	switch reason := []string{"", "tired", "see you"}[modulo(op.B, 3)]; reason {
	case "":
		c.line("/quit")
		c.leaves("")
	default:
		c.line("/quit " + reason)
		c.leaves("quit: " + reason)
	}
}

func (w *world) returnOp(op Op) {
	gone := w.pick(op.A, func(c *client) bool { return c.gone && c.name != "" })
	if gone == nil {
		return
	}
	w.marks.hit(MarkReturned)
	if c := w.connect(gone.host); c != nil {
		c.ask(gone.name)
	}
}
