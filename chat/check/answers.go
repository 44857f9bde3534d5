package check

import (
	"slices"
	"strconv"
	"strings"
)

// answers is oracles 16 and 19 for the commands of one client: each is answered
// once, in the order they were sent, behind every line that was said before it was
// carried out and before every later one (C3).
func (j *judge) answers(c *client) {
	if !c.fits || c.stay == nil || c.name >= len(c.Sent) {
		return
	}
	i := max(c.join, c.first) // the line that is looked at next
	low := 0                  // the position behind the latest own line of the order
	for n := c.name + 1; n < len(c.Sent); n++ {
		if at, said := c.saidAt(n); said {
			if at >= 0 {
				low = at + 1
			}
			continue
		}
		expect := j.expected(c, &c.Sent[n])
		if _, renames := renameArg(c.Sent[n].Line); expect == nil || renames && len(c.gaps) > 0 {
			continue // the answer to a rename is a line of the room, and may be one of those missed
		}
		at := c.nextAnswer(i+1, expect)
		if at < 0 {
			j.unanswered(c, n)
			return
		}
		i = at
		j.position(c, i, low, n)
		if name, ok := renameArg(c.Sent[n].Line); ok && c.lines[i].Text == j.p.Taken {
			j.refused(c, i, n, name)
		}
		if strings.HasPrefix(c.Sent[n].Line, "/who") {
			j.whoIsThere(c, i)
		}
	}
}

// saidAt says whether the n-th line sent is one of chat, and where it stands in
// the order; -1 for nowhere.
func (c *client) saidAt(n int) (at int, said bool) {
	k := c.said[n]
	if k < 0 {
		return -1, false
	}
	return c.chats[k].at, true
}

// expected returns what tells the answer to a line, nil for one without answer.
func (j *judge) expected(c *client, s *Sent) func(*Line) bool {
	word, arg, _ := strings.Cut(s.Line, " ")
	arg = trim(arg)
	switch {
	case s.Lost:
		return toLongLine
	case s.Line == "" || s.Line[0] != '/' || strings.HasPrefix(s.Line, "//"):
		if len(s.Line) > j.p.MaxMessage && trim(s.Line) != "" {
			return toLongText
		}
		return nil
	}
	switch word {
	case "/who":
		return toWho
	case "/help":
		return toHelp
	case "/echo":
		return toEcho
	case "/me":
		if arg == "" {
			return toEmptyMe
		}
		return toLongText
	case "/quit":
		return nil
	case "/msg":
		return toMsg
	case "/name", "/nick":
		return func(l *Line) bool { return c.renamed(l, arg) || l.Kind == Notice && isNameRefusal(l.Text) }
	}
	return toUnknown
}

// What tells the answers to lines of all kinds.
var (
	toLongLine = begins("line too long")
	toLongText = begins("text too long")
	toHelp     = begins("/help ")
	toEcho     = begins("echo is", "usage: /echo")
	toEmptyMe  = begins("usage: /me")
	toUnknown  = begins("unknown command")
	toNobody   = begins("nobody here", "that is you:", "usage: /msg", "text too long")
)

func toWho(l *Line) bool { return l.Kind == Notice && strings.Contains(l.Text, " here: ") }

func toMsg(l *Line) bool {
	return l.Kind == Private && l.From == "you" || toNobody(l) ||
		l.Kind == Notice && strings.HasSuffix(l.Text, "is not reading, message not delivered")
}

func begins(words ...string) func(*Line) bool {
	return func(l *Line) bool {
		return l.Kind == Notice && slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(l.Text, w) })
	}
}

// isNameRefusal says whether a notice refuses a name.
func isNameRefusal(text string) bool {
	for _, w := range []string{
		"that name", "that is your name", "you have used up", "usage: /name", "a name ", "names ", "one character of a name", "U+",
	} {
		if strings.HasPrefix(text, w) {
			return true
		}
	}
	return false
}

// renamed says whether l is the line of the client's own renaming to name.
func (c *client) renamed(l *Line, name string) bool {
	if l.Kind != Rename || l.To != name {
		return false
	}
	return slices.ContainsFunc(c.stay.names[1:], func(h held) bool { return h.name == name })
}

func renameArg(line string) (name string, ok bool) {
	word, arg, ok := strings.Cut(line, " ")
	return trim(arg), ok && (word == "/name" || word == "/nick")
}

// nextAnswer finds the first line from i on that answers.
func (c *client) nextAnswer(i int, answers func(*Line) bool) int {
	for ; i < len(c.lines); i++ {
		if answers(&c.lines[i]) {
			return i
		}
	}
	return -1
}

// unanswered complains about a command without an answer, where all of them must
// have been carried out and all answers read.
func (j *judge) unanswered(c *client, n int) {
	if c.Processed && (c.End == EOF || c.End == Open && c.KeepsUp) {
		j.violate("C3", 16, c, -1, "%q is never answered", c.Sent[n].Line)
	}
}

// position checks that the answer on line i stands behind position low, where the
// client's own last line is, and not behind its next.
func (j *judge) position(c *client, i, low, n int) {
	if c.lines[i].Kind.Ordered() || c.gapBefore(i) {
		return
	}
	at := c.placed[i]
	if j.pastOwn(c, at) < low {
		j.violate("C3", 19, c, i, "the answer to %q comes before %q, which was said before it", c.Sent[n].Line, j.order[low-1].Raw)
	}
	for n++; n < len(c.Sent); n++ {
		next, said := c.saidAt(n)
		if said && next >= 0 && at > next {
			j.violate("C3", 19, c, i, "the answer comes behind %q, which was said after it", j.order[next].Raw)
		}
		if said {
			return
		}
	}
}

// gapBefore says whether the client missed lines just before line i: answers due
// in a gap come behind it.
func (c *client) gapBefore(i int) bool {
	return slices.ContainsFunc(c.gaps, func(g gap) bool { return g.line < i && c.placed[i] == g.to })
}

// whoIsThere checks an answer to /who against who is inside at its position.
func (j *judge) whoIsThere(c *client, i int) {
	if c.gapBefore(i) {
		return
	}
	at := c.placed[i]
	var names []string
	for _, s := range j.sessions {
		if s.insideAt(at) {
			names = append(names, s.nameAt(at))
		}
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	if len(names) > 50 {
		return
	}
	want := strconv.Itoa(len(names)) + " here: " + strings.Join(names, ", ")
	if got := c.lines[i].Text; got != want {
		j.violate("C1", 19, c, i, "it is told %q, but at this position it is %q", got, want)
	}
}
