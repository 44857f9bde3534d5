package check

// findOrder takes the order of the room from the observer. Without one there is
// nothing to hold anybody's lines against.
func (j *judge) findOrder() bool {
	c := j.observer
	if c == nil {
		j.violate("M2", 1, nil, -1, "no client observes the order")
		return false
	}
	c.placed = zeros(c.placed, len(c.lines))
	for i := range c.lines {
		l := &c.lines[i]
		c.placed[i] = len(j.order)
		if l.Kind == Missed {
			j.violate("M3", 3, c, i, "the observer reads all the time, yet missed %d lines", l.N)
			return false
		}
		if !l.Kind.Ordered() {
			continue
		}
		e := entry{Line: *l, step: c.readAt(l.Offset - 1).Step}
		if l.Kind == Say || l.Kind == Me {
			e.tag, e.seq, _ = CutTag(l.Text)
		}
		j.order = append(j.order, e)
	}
	c.end = len(j.order)
	j.findTail()
	return true
}

func (j *judge) findTail() {
	if j.p.Tail == nil {
		return
	}
	j.lengths = j.lengths[:0]
	for i := range j.order {
		j.lengths = append(j.lengths, len(j.order[i].Raw)+1)
	}
	j.tail = j.p.Tail(j.lengths)
}

// tailAt is the oldest line held when the first n lines were said.
func (j *judge) tailAt(n int) int {
	if j.tail == nil {
		return 0
	}
	return j.tail[min(n, len(j.tail)-1)]
}
