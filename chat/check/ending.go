package check

import (
	"slices"
	"strings"
)

// reasons is the second half of oracle 6: a leave line has a reason that what
// happened to its client allows, and no leave comes out of nothing.
func (j *judge) reasons() {
	for _, s := range j.sessions {
		if s.leave == len(j.order) {
			continue
		}
		e := &j.order[s.leave]
		reason := strings.TrimSuffix(strings.TrimPrefix(trim(e.Text), "("), ")")
		may, known := j.mayLeave(s)
		fits := func(c Cause) bool { return c.Reason == reason && c.Step <= e.step }
		if known && !slices.ContainsFunc(may, fits) {
			j.violate("E1", 6, j.observer, j.lineOf(s.leave), "%s leaves with the reason %q, what happened to it until then allows %v",
				e.From, reason, may)
		}
	}
}

// mayLeave is what Facts.MayLeave says of the session's client; of all the clients
// that could be it where that is unknown.
func (j *judge) mayLeave(s *session) (may []Cause, known bool) {
	if s.client != nil {
		return s.client.MayLeave, true
	}
	key := j.p.key(s.names[0].name)
	for _, c := range j.clients {
		if c.stay == nil && c.sentName(j.p, key) {
			may, known = append(may, c.MayLeave...), true
		}
	}
	return may, known
}

// sentName says whether the client ever asked for the name.
func (c *client) sentName(p *Profile, key string) bool {
	for i := range c.Sent {
		if p.key(trim(c.Sent[i].Line)) == key {
			return true
		}
	}
	return false
}

// ending is oracles 2, 3 and 13: nothing is read behind the own leave line, a
// client that was served to its end has read all up to there, and the last words
// reach it.
func (j *judge) ending(c *client) {
	if c.End == Reset && !c.MayReset {
		j.violate("L5", 13, c, len(c.lines)-1, "its connection is reset, though no fault and no limit allows it")
	}
	if c.stay == nil {
		j.refusedEnd(c)
		return
	}
	if !c.fits {
		return
	}
	due := len(j.order)
	if c.stay.leave == due && j.observer.End == Reset {
		return // the order goes on, unobserved
	}
	if c.stay.leave < due {
		due = c.stay.leave
	}
	if c.end > due && c.readBehind(due) {
		j.violate("E1", 2, c, len(c.lines)-1, "it reads lines behind its own leave line")
	}
	if (c.End == EOF || c.End == Open && c.KeepsUp) && c.end < due {
		j.violate("M3", 3, c, len(c.lines)-1, "it has read all there was, but not %q", j.order[j.pastOwn(c, c.end)].Raw)
	}
	if c.End == EOF && c.stay.leave < len(j.order) && strings.Contains(j.order[c.stay.leave].Text, "(idle)") &&
		!strings.Contains(c.lines[len(c.lines)-1].Raw, "idle for too long") {
		j.violate("R3", 13, c, len(c.lines)-1, "it was ended for being idle, and not told")
	}
	if c.End == EOF && c.stay.leave == len(j.order) && c.lines[len(c.lines)-1].Kind != Stop {
		j.violate("E3", 13, c, len(c.lines)-1, "its last line is not that the server is shutting down")
	}
}

// readBehind says whether the client read an ordered line from position due on.
func (c *client) readBehind(due int) bool {
	for i := range c.lines {
		if c.lines[i].Kind.Ordered() && c.placed[i] >= due {
			return true
		}
	}
	return false
}

// refusedEnd checks the end of one that was never inside: L5, the last line before
// a close reaches a client that reads.
func (j *judge) refusedEnd(c *client) {
	fails := func(c Cause) bool { return c.Reason == "error" }
	if c.inside() || c.End != EOF || c.HalfClosed || slices.ContainsFunc(c.MayLeave, fails) {
		return
	}
	if len(c.lines) == 0 || c.lines[len(c.lines)-1].Kind != Notice || !j.p.isGoodbye(c.lines[len(c.lines)-1].Text) {
		j.violate("L5", 13, c, len(c.lines)-1, "it is not let in, and not told why")
	}
}
