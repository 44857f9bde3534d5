package check

// findOrder takes the order of the room from the observer. Without one there is
// nothing to hold anybody's lines against.
func (j *judge) findOrder() bool {
	for _, c := range j.clients {
		if c.Observer {
			j.observer = c
		}
	}
	c := j.observer
	if c == nil {
		j.violate("M2", 1, nil, -1, "no client observes the order")
		return false
	}
	c.placed = make([]int, len(c.lines))
	j.order = make([]entry, 0, len(c.lines))
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
	lengths := make([]int, len(j.order))
	for i := range j.order {
		lengths[i] = len(j.order[i].Raw) + 1
	}
	j.tail = j.p.Tail(lengths)
}

// tailAt is the oldest line held when the first n lines were said.
func (j *judge) tailAt(n int) int {
	if j.tail == nil {
		return 0
	}
	return j.tail[min(n, len(j.tail)-1)]
}
