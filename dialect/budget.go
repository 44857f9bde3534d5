package dialect

import (
	"bytes"
	"strconv"
)

// The words of Budget Chat (D2).
const (
	budgetPrompt   = "Welcome to budgetchat! What shall I call you?\n"
	budgetBadName  = "a name has 1 to 16 characters: ASCII letters and digits"
	budgetPresence = "* The room contains: "
	budgetEntered  = " has entered the room"
	budgetLeft     = " has left the room"
	budgetMark     = "* " // begins every line of the server's own inside
)

// budgetNameMax is the longest name, in bytes.
const budgetNameMax = 16

// Notices of the server at the prompt that have other words here.
const (
	emptyNameText = "a name cannot be empty"
	attemptsText  = "too many attempts, goodbye"
)

// whoLine is how the dialect asks the server who is here.
const whoLine = "/who\n"

// budgetHearer lets one name through, if it is one, and asks who is in the room
// behind it. A name that is none becomes an empty one, which the server refuses.
type budgetHearer struct {
	escaper
	who   *login
	named bool
	name  []byte
	cr    bool // a CR behind the name: a line end is to follow
}

func newBudgetHearer(who *login) hearer { return &budgetHearer{who: who} }

func (h *budgetHearer) verbatim(p []byte) int {
	if !h.named {
		return 0
	}
	return h.escaper.verbatim(p)
}

func (h *budgetHearer) hear(dst, p []byte) []byte {
	for i, b := range p {
		if h.named {
			return h.escaper.hear(dst, p[i:])
		}
		dst = h.nameByte(dst, b)
	}
	return dst
}

// nameByte takes a byte of the first line. Telnet commands stop here, but for the one
// that ends the session: one that is cut off by the end of input would swallow the
// name.
func (h *budgetHearer) nameByte(dst []byte, b byte) []byte {
	switch h.scanner.step(b) {
	case isInterrupt:
		h.named, h.name = true, nil // the half line is dropped (W3)
		return append(dst, byIAC, byIP)
	case isEnd:
		return h.give(dst)
	case isFirst, isText:
		switch {
		case b == '\r' && !h.cr:
			h.cr = true
		case h.cr || !isAlphanumeric(b) || len(h.name) == budgetNameMax:
			// However long the line is, it will not become a name.
			h.name = nil
			return h.give(dst)
		default:
			h.name = append(h.name, b)
		}
	}
	return dst
}

func (h *budgetHearer) give(dst []byte) []byte {
	h.named = true
	if len(h.name) == 0 {
		return append(dst, '\n')
	}
	h.who.sent(h.name)
	dst = append(append(dst, h.name...), '\n')
	h.name = nil
	return append(dst, whoLine...)
}

// end: what comes behind the last line end is a line (W1).
func (h *budgetHearer) end(dst []byte) []byte {
	if !h.named && len(h.name) > 0 {
		return h.give(dst)
	}
	return dst
}

func isAlphanumeric(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

// budgetSpeaker says what the server writes in the words of the problem. Inside, a
// line of chat begins with a bracket and any other with an asterisk.
type budgetSpeaker struct {
	who     *login
	greeted bool // the server's welcome has been seen
	asked   bool // the prompt too
	inside  bool
	arrival *arrival // nil but between the own join line and the answer to /who
}

func newBudgetSpeaker(who *login) speaker { return &budgetSpeaker{who: who} }

func (s *budgetSpeaker) prompt(dst []byte) []byte {
	s.asked = true
	return append(dst, budgetPrompt...)
}

func (s *budgetSpeaker) line(dst []byte, l line) []byte {
	switch {
	case !s.inside:
		return s.atPrompt(dst, l)
	case s.arrival != nil:
		return s.arriving(dst, l)
	}
	return inRoom(dst, l)
}

// atPrompt says why somebody is not let in, in lines without an asterisk: nobody is
// to take one for the list that says that a name was accepted.
func (s *budgetSpeaker) atPrompt(dst []byte, l line) []byte {
	lost, missed := missedLines(l)
	switch {
	case missed:
		// Overtaken before it read a line: its join line is one of those.
		s.enter()
		s.arrival.lost = lost - 1
		return dst
	case l.kind != isNotice:
		// There is no history, so this is the own join line.
		s.enter()
		return dst
	}
	switch string(l.text) {
	case welcomeText:
		s.greeted = true
		return dst
	case attemptsText:
		return dst
	case emptyNameText:
		return append(dst, budgetBadName+"\n"...)
	}
	if s.greeted && !s.asked {
		return dst // the prompt is all the greeting there is
	}
	return append(append(dst, l.text...), '\n')
}

func (s *budgetSpeaker) enter() {
	s.inside = true
	s.arrival = &arrival{own: s.who.enter(0)}
}

// arriving gathers what comes before the list of who is in the room.
func (s *budgetSpeaker) arriving(dst []byte, l line) []byte {
	a := s.arrival
	lost, missed := missedLines(l)
	switch {
	case missed:
		a.lose(lost)
	case l.kind == isNotice && a.addNames(l.text):
		if a.complete() {
			s.arrival = nil
			return a.tell(dst)
		}
	case isLast(l):
		// The session has ended, and the answer will not come.
		s.arrival = nil
		return inRoom(dst, l)
	default:
		a.hold(l)
	}
	return dst
}

// isLast says whether a line is the last of a session.
func isLast(l line) bool {
	return l.kind == isAnnounce || l.kind == isNotice && bytes.HasSuffix(l.text, []byte(", goodbye"))
}

// missedLines reads "you missed N lines" (R4).
func missedLines(l line) (n int, ok bool) {
	text, begins := bytes.CutPrefix(l.text, []byte("you missed "))
	number, ends := bytes.CutSuffix(text, []byte(" lines"))
	if l.kind != isNotice || !begins || !ends {
		return 0, false
	}
	n, err := strconv.Atoi(string(number))
	return n, err == nil
}

// inRoom translates a line for somebody inside.
func inRoom(dst []byte, l line) []byte {
	switch l.kind {
	case isJoined:
		dst = append(append(append(dst, budgetMark...), l.name...), budgetEntered...)
	case isLeft:
		dst = append(append(append(dst, budgetMark...), l.name...), budgetLeft...)
	case isSaid:
		dst = budgetSaid(dst, l, "")
	case isDone:
		dst = budgetSaid(dst, l, "* ")
	case isNotice, isAnnounce, isRenamed:
		dst = append(append(dst, budgetMark...), l.text...)
	default:
		dst = append(dst, l.whole...)
	}
	return append(dst, '\n')
}

// budgetSaid appends [name] text.
func budgetSaid(dst []byte, l line, mark string) []byte {
	dst = append(append(append(dst, '['), l.name...), "] "...)
	return append(append(dst, mark...), l.text...)
}
