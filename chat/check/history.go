package check

import (
	"strings"
	"unicode"
)

// findStay finds the client's own join among its lines, and with it its session:
// oracle 2, and 8, that what it reads before is exactly the last lines. It reports
// whether all is well; where a line occurs twice in the order, another place may be
// better, and only the last try complains.
func (j *judge) findStay(c *client, complain bool) bool {
	if c.name >= len(c.Sent) {
		if complain {
			j.violate("L4", 2, c, c.first, "it is inside without having sent a name")
		}
		return false
	}
	last, exact := -1, false // the last line that could be the own join, and whether history fits there
	for i := c.first; i < len(c.lines); i++ {
		if !j.joinsAsked(c, &c.lines[i]) {
			continue
		}
		if c.placed[i] == len(j.order) {
			return true // beyond what the observer read before it was cut
		}
		last = i
		if !j.startFits(c, i) {
			continue
		}
		exact = true
		if s := j.sessionAt(c.placed[i]); j.couldBe(c, s) && (complain || j.endsWith(c, s)) {
			s.client, c.stay, c.join = c, s, i
			return true
		}
	}
	switch {
	case c.End != EOF && c.cutInHistory(j.p.History), last < 0 && len(c.gaps) > 0:
		j.stayByTag(c)
		return true
	case !complain:
	case last < 0:
		j.violate("L4", 2, c, c.first, "its own join line is not among what it reads")
	case !exact:
		j.violate("L4", 8, c, last, "it reads %d lines of history from line %d of the room on, not the last %d",
			c.placed[last]-c.placed[c.first], c.placed[c.first]+1, max(j.p.History, 0))
	default:
		j.violate("N3", 7, c, last, "the stay that begins here is somebody else's")
	}
	return false
}

// joinsAsked says whether l is a join under the name that the client gave. A name in
// ASCII is shown as it was given (N1), so that the join of another spelling, in a
// history that was cut short, is not taken for the own one.
func (j *judge) joinsAsked(c *client, l *Line) bool {
	if l.Kind != Join {
		return false
	}
	asked := trim(c.Sent[c.name].Line)
	return l.From == asked || !isASCII(asked) && j.p.key(l.From) == j.p.key(asked)
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// couldBe says whether the session may be the client's: nobody else's, and not
// begun before the name was given.
func (j *judge) couldBe(c *client, s *session) bool {
	return s != nil && s.client == nil && (s.label == "" || s.label == c.Client) &&
		(c == j.observer || j.order[s.join].step >= c.Sent[c.name].Step)
}

// endsWith says whether the client stopped reading where the session ended.
func (j *judge) endsWith(c *client, s *session) bool {
	return !c.readBehind(s.leave) && (c.End != EOF || c.end >= s.leave || c == j.observer)
}

func (j *judge) sessionAt(join int) *session {
	for _, s := range j.sessions {
		if s.join == join {
			return s
		}
	}
	return nil
}

// cutInHistory says whether so little was read that the own join may be to come.
func (c *client) cutInHistory(history int) bool { return len(c.lines)-c.first <= history }

// startFits says whether, if line i is the own join, what comes before is exactly
// the history: as many lines as asked for, as far as they are still held.
func (j *judge) startFits(c *client, i int) bool {
	at := c.placed[i]
	if len(c.gaps) > 0 && c.gaps[0].line < i {
		return true // lines of its history were missed, and counted
	}
	want := max(0, at-max(j.p.History, 0), j.tailAt(at+1))
	return c.placed[c.first] == want
}

// stayByTag finds the session of a client that missed its own join, by what it said.
func (j *judge) stayByTag(c *client) {
	for at := range j.order {
		e := &j.order[at]
		if e.tag != c.Client {
			continue
		}
		for _, s := range j.sessions {
			if s.insideAt(at) && s.nameAt(at) == e.From && s.client == nil {
				s.client, c.stay = c, s
			}
		}
		return
	}
}
