package check

import "math"

// refusals is the other half of oracle 7 at the prompt: a name is refused as taken
// only if somebody had it, or took it, between the asking and the answer.
func (j *judge) refusals(c *client) {
	prompts := 0
	for i := range c.lines[:c.first] {
		l := &c.lines[i]
		switch {
		case l.Kind == Prompt:
			prompts++
		case l.Kind == Notice && l.Text == j.p.Taken && prompts > 0 && prompts <= len(c.Sent):
			j.refused(c, i, prompts-1, trim(c.Sent[prompts-1].Line))
		}
	}
}

// refused checks one refusal, on line i, of the name asked for by the at-th line
// sent.
func (j *judge) refused(c *client, i, at int, name string) {
	from, to := c.Sent[at].Step, c.readAt(c.lines[i].Offset-1).Step
	if !j.heldWithin(j.key(name), from, to, c) {
		j.violate("N4", 7, c, i, "the name %s is refused as taken, but nobody had it", name)
	}
}

// heldWithin says whether somebody could hold the name at a step of from to to.
// When a name was taken is known only as after it was asked for, and when it was
// freed only as before the observer read of it. One's own only name is no reason.
func (j *judge) heldWithin(key string, from, to int, asks *client) bool {
	freed := -1 // the step at which the holder before was seen to go
	for _, s := range j.sessions {
		for i, h := range s.names {
			if j.key(h.name) != key || s.client == asks && s.nameAt(h.at+1) == h.name && len(s.names) == 1 {
				continue
			}
			until := math.MaxInt
			if i+1 < len(s.names) {
				until = j.order[s.names[i+1].at].step
			} else if s.leave < len(j.order) {
				until = j.order[s.leave].step
			}
			if j.askedSince(key, freed, j.order[h.at].step) <= to && until >= from {
				return true
			}
			freed = until
		}
	}
	return false
}

// askedSince is the first step after freed at which the name was asked for, seen
// as the latest when it was taken by.
func (j *judge) askedSince(key string, freed, by int) int {
	first := by
	for _, c := range j.clients {
		for i := range c.Sent {
			s := &c.Sent[i]
			if s.Step < freed || s.Step >= first || c.said[i] >= 0 {
				continue // what was said asks for no name
			}
			if j.askedFor(c, i) == key {
				first = s.Step
			}
		}
	}
	return first
}

// askedFor is the key of the name that the i-th line sent asks for, if it is a name.
func (j *judge) askedFor(c *client, i int) string {
	if len(c.asked) == 0 {
		c.asked = zeros(c.asked, len(c.Sent))
	}
	if c.asked[i] == "" {
		name, ok := renameArg(c.Sent[i].Line)
		if !ok {
			name = trim(c.Sent[i].Line)
		}
		c.asked[i] = j.p.key(name)
	}
	return c.asked[i]
}
