package sim

import "strings"

// The operations of clients that send strange bytes, or send them strangely.

func (w *world) longOp(op Op) {
	c := w.pick(op.A, (*client).talks)
	if c != nil {
		max := w.opts.maxMessage()
		c.line(strings.Repeat("y", max+1+modulo(op.B, max)))
	}
}

func (w *world) lostOp(op Op) {
	c := w.pick(op.A, (*client).sends)
	if c == nil || c.half != "" {
		return
	}
	n := 2*w.opts.maxMessage() + 1 + op.B
	c.raw(strings.Repeat("z", n)+"\n", "", true)
}

// noiseOp is a line whose tag is followed by anything but the bytes that mean an
// end of line, a telnet command or an end of text.
func (w *world) noiseOp(op Op) {
	c := w.pick(op.A, (*client).talks)
	if c == nil {
		return
	}
	text := []byte(c.chatter(0) + " ")
	for n := modulo(op.B, w.opts.maxMessage()-len(text)); n > 0; n-- {
		b := byte(w.chance.n(255))
		if b == '\n' || b == '\r' || b == 0 {
			b = 0x1B
		}
		text = append(text, b)
	}
	text = append(text, '.')
	if len(text) <= w.opts.maxMessage() {
		c.line(string(text))
	} else {
		c.seq--
	}
}

func (w *world) telnetOp(op Op) {
	c := w.pick(op.A, (*client).talks)
	if c == nil {
		return
	}
	text := c.chatter(op.C)
	half := len(text) / 2
	sent := text[:half] + []string{"\xff\xfb\x01", "\xff\xfa\x18\x00x\xff\xf0", "\xff\xf1"}[modulo(op.B, 3)] + text[half:]
	c.raw(sent+[]string{"\r\n", "\r\x00", "\n"}[modulo(op.C, 3)], text, false)
}

func (w *world) interruptOp(op Op) {
	c := w.pick(op.A, (*client).sends)
	if c == nil {
		return
	}
	c.half = ""
	c.out = append(c.out, "\xff\xf4"...)
	c.push(len(c.out))
	c.obs.HalfClosed = true
	c.leaves("")
}

func (w *world) halfOp(op Op) {
	c := w.pick(op.A, (*client).talks)
	if c == nil || c.half != "" {
		return
	}
	c.half = c.chatter(op.B)
	if len(c.half) < 4 {
		return
	}
	c.out = append(c.out, c.half...)
	c.push(len(c.out))
}

func (w *world) dribbleOp(op Op) {
	if c := w.pick(op.A, (*client).sends); c != nil {
		c.dribbles = true
	}
}

func (w *world) pushOp(op Op) {
	c := w.pick(op.A, func(c *client) bool { return c.sends() && len(c.out) > 0 })
	if c == nil {
		return
	}
	n := 1 + modulo(op.B*op.C, 40)
	if !w.engine.together() && len(c.typed) > 0 {
		n = min(n, c.typed[0].end-c.taken)
	}
	w.marks.hit(MarkDribbled)
	c.send(n)
}
