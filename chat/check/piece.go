package check

// piece is oracles 1 and 2: the lines a client reads are a piece of the order, its
// own left out, with a gap only where a notice counts it exactly.
func (j *judge) piece(c *client) {
	if c != j.observer {
		c.placed = zeros(c.placed, len(c.lines))
	}
	if c == j.observer {
		c.fits = true
		j.findStay(c, true)
		return
	}
	if !c.inside() {
		return
	}
	head := c.first
	for head < len(c.lines) && !c.lines[head].Kind.Ordered() {
		head++
	}
	if head == len(c.lines) {
		return // it was told that it missed lines, and nothing since
	}
	best, fit := misfit{line: -1}, -1
	for at := range j.order {
		if j.order[at].Raw != c.lines[head].Raw {
			continue
		}
		m := j.place(c, head, at)
		if m.line < 0 {
			fit = at
			if j.findStay(c, false) {
				c.fits = true
				return
			}
		}
		if m.line > best.line {
			best = m
		}
	}
	if fit >= 0 {
		c.fits = true
		j.place(c, head, fit)
		j.findStay(c, true)
		return
	}
	if best.line < 0 && j.observer.End == Reset {
		// The server cut the observer (Close does): what comes after that nobody
		// knows, and this client has read nothing from before.
		return
	}
	if best.line < 0 {
		j.violate("M2", 1, c, head, "%q is no line of the order", c.lines[head].Raw)
		return
	}
	j.violate("M3", 1, c, best.line, "%s", best.why)
}

// A misfit is the first line of a client that is not where the order has it.
type misfit struct {
	line int
	why  string
}

// place lays the client's lines along the order, line head at position at.
func (j *judge) place(c *client, head, at int) misfit {
	c.gaps = c.gaps[:0]
	for i := range head {
		c.placed[i] = 0
		if c.lines[i].Kind == Missed {
			c.gaps = append(c.gaps, gap{line: i, from: 0, to: at})
		}
	}
	for i := head; i < len(c.lines); i++ {
		l := &c.lines[i]
		switch {
		case l.Kind == Missed:
			to, ok := j.skip(c, at, l.N)
			if !ok {
				return misfit{i, "it is told of more lines than there were"}
			}
			c.gaps = append(c.gaps, gap{line: i, from: at, to: to})
			at = to
		case l.Kind.Ordered():
			at = j.pastOwn(c, at)
			if at == len(j.order) && j.observer.End == Reset {
				c.placed[i] = at // the observer was cut first
				continue
			}
			if at == len(j.order) {
				return misfit{i, "the order has ended, yet it reads on"}
			}
			if j.order[at].Raw != l.Raw {
				return misfit{i, "the order goes on with \"" + j.order[at].Raw + "\""}
			}
			c.placed[i] = at
			at++
			continue
		}
		c.placed[i] = at
	}
	c.end = j.pastOwn(c, at)
	return misfit{line: -1}
}

// pastOwn passes the client's own lines.
func (j *judge) pastOwn(c *client, at int) int {
	for at < len(j.order) && c.own(&j.order[at]) {
		at++
	}
	return at
}

// skip passes n lines that the client would have read.
func (j *judge) skip(c *client, at, n int) (int, bool) {
	for ; n > 0; at++ {
		if at == len(j.order) {
			return at, false
		}
		if !c.own(&j.order[at]) {
			n--
		}
	}
	return at, true
}
